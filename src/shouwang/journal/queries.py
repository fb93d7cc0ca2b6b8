"""Reading the journal, and verifying that nobody changed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from shouwang.journal.chain import GENESIS, digest
from shouwang.journal.models import Entry, Head, JobRun


@dataclass(frozen=True)
class Damage:
    """Something wrong with the chain at entry `seq`: `changed`, `missing`, `broken_link` or `cut_off`."""

    seq: int
    kind: str
    words_zh: str
    words_en: str


def damages() -> Iterator[Damage]:
    """Walk the whole chain and name each entry that was changed, is missing, or does not follow the one before."""
    expected, previous = 1, GENESIS
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5000):
        while expected < entry.seq:
            yield _damage(expected, "missing")
            expected += 1
            previous = bytes(entry.previous_hash)
        if digest(entry) != bytes(entry.hash):
            yield _damage(entry.seq, "changed")
        elif bytes(entry.previous_hash) != previous:
            yield _damage(entry.seq, "broken_link")
        expected, previous = entry.seq + 1, bytes(entry.hash)
    head = Head.objects.first()
    if head is None:
        if expected > 1:
            yield _damage(expected - 1, "cut_off")
        return
    if expected <= head.seq:
        for seq in range(expected, head.seq + 1):
            yield _damage(seq, "missing")
    elif head.seq < expected - 1 or bytes(head.hash) != previous:
        yield _damage(head.seq, "cut_off")


def _damage(seq: int, kind: str) -> Damage:
    zh, en = {
        "changed": ("第 {seq} 条记录被改动过", "entry {seq} was changed after it was written"),
        "missing": ("第 {seq} 条记录缺失", "entry {seq} is missing"),
        "broken_link": ("第 {seq} 条记录与前一条接不上", "entry {seq} does not follow the entry before it"),
        "cut_off": (
            "日志末尾与封存的末条记录不符（第 {seq} 条）",
            "the end of the journal does not match its head ({seq})",
        ),
    }[kind]
    return Damage(seq, kind, zh.format(seq=seq), en.format(seq=seq))


def entries(
    area_path: str, *, deed: str = "", on: str = "", actor: str = "", until: datetime | None = None
) -> QuerySet[Entry]:
    """Entries about places under `area_path`, newest first, narrowed by deed, row or actor."""
    found = Entry.objects.filter(area_path__startswith=area_path).order_by("-seq")
    if deed:
        found = found.filter(deed__startswith=deed)
    if on:
        found = found.filter(on=on)
    if actor:
        found = found.filter(actor_name=actor)
    if until:
        found = found.filter(at__lte=until)
    return found


def length() -> int:
    """How many entries the journal holds, from its head: no counting."""
    head = Head.objects.first()
    return head.seq if head else 0


def job_runs(limit: int = 50) -> QuerySet[JobRun]:
    """The latest runs of jobs."""
    return JobRun.objects.order_by("-started_at")[:limit]
