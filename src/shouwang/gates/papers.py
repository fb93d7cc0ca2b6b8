"""Signed documents of a gate: made when asked for, kept, and made anew when what they say has changed.

The policy row says what holds at the gate; the roster says who lives behind it, by line, dwelling and masked name. Both
carry when they were made and when they end, so that a phone that is lost soon holds nothing that counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shouwang import clock
from shouwang.codes import code_keys
from shouwang.gates import policy_rows, roster
from shouwang.gates.models import Gate, SignedPaper


@dataclass(frozen=True)
class Kind:
    """A kind of document: who signs, what it is called, how long it counts, how often it is looked at anew."""

    use: str
    typ: str
    lasts: timedelta
    looked_at_every: timedelta
    compose: Callable[[Gate, datetime, datetime], dict[str, Any]]


KINDS = {
    "policy": Kind("policy", "sw/policy+json", timedelta(hours=36), timedelta(minutes=1), policy_rows.composed),
    "roster": Kind("roster", "sw/roster+json", timedelta(hours=36), timedelta(minutes=10), roster.composed),
}
CHANGING = frozenset({"issued", "expires", "issued_at", "expires_at", "version"})
"""What is different at each making and says nothing new."""


def paper(gate: Gate, kind: str) -> SignedPaper:
    """The present document of a gate. Looks whether it still says what holds when it was not looked at for a while."""
    told = KINDS[kind]
    now = clock.now()
    known = SignedPaper.objects.filter(gate=gate, kind=kind).first()
    if known is not None and known.made_at <= now < known.checked_at + told.looked_at_every:
        return known
    content = told.compose(gate, now, now + told.lasts)
    digest = hashlib.sha256(_written({k: v for k, v in content.items() if k not in CHANGING})).digest()
    fresh = known is not None and known.made_at <= now < known.made_at + told.lasts / 2
    if known is not None and fresh and bytes(known.content_hash) == digest:
        SignedPaper.objects.filter(pk=known.pk).update(checked_at=now)
        return known
    message = code_keys.signer(told.use).sign(_written(content), typ=told.typ)
    made, _new = SignedPaper.objects.update_or_create(
        gate=gate,
        kind=kind,
        defaults={
            "area_path": gate.area_path,
            "etag": hashlib.sha256(message).hexdigest()[:20],
            "message": message,
            "content_hash": digest,
            "made_at": now,
            "checked_at": now,
            "expires_at": now + told.lasts,
        },
    )
    if kind == "policy":
        policy_rows.keep(gate, content, now, now + told.lasts)
    return made


def _written(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
