"""How entries of the journal are chained: what a hash covers, and in which form."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from shouwang.journal.models import Entry

GENESIS = b"\x00" * 32
"""What stands where the hash of the entry before the first would."""


def digest(entry: Entry) -> bytes:
    """The hash of an entry as it stands."""
    return hashlib.sha256(canonical(entry)).digest()


def canonical(entry: Entry) -> bytes:
    """The bytes an entry's hash covers: every field but the hash, in one fixed order and form."""
    fields = [
        entry.seq,
        _moment(entry.at),
        entry.actor_kind,
        entry.account_id,
        entry.post_id,
        entry.actor_name,
        entry.deed,
        entry.on,
        entry.why,
        entry.area_path,
        entry.detail,
    ]
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return bytes(entry.previous_hash) + text.encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
