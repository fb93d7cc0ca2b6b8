"""What the description of the gates' API says that no type can: refusals, and the form of a passage."""

from __future__ import annotations

from typing import Any

import msgspec
from ninja import Schema

from shouwang.gates.sent import LARGEST_BATCH, Sent
from shouwang.refusal import Refusal

DESCRIPTION = """Phones at gates enrol once by a code of the office and speak with a token after that
(`Authorization: Bearer`). What a gate needs to decide without network it fetches by ETag, signed; what happened it
sends when it can, under keys of its own making, as often as it likes."""


class Refused(Schema):
    """Why not, and what to do next."""

    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str


REFUSED: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), Refused)


def refused_body(refusal: Refusal) -> dict[str, str]:
    """A refusal as the API answers it."""
    return {
        "code": refusal.code,
        "zh": refusal.words("zh"),
        "en": refusal.words("en"),
        "next_zh": refusal.next_step("zh"),
        "next_en": refusal.next_step("en"),
    }


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """The schema with its references filled in, so that it stands alone in the description."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
        return {key: _inlined(value, parts) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    return schema


def _passage() -> Any:
    (schema,), parts = msgspec.json.schema_components([Sent])
    return _inlined(schema, parts)


PASSAGES_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"type": "array", "maxItems": LARGEST_BATCH, "items": _passage()}}},
}
