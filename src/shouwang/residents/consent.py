"""What residents agree to: dated texts (consents/) in both languages, and rows of who agreed to which, and when not."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib import resources

from django.db import transaction

from shouwang import clock
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents.models import Consent, Person

PAGE = "page"
"""To use one's own page at all."""
HOUSEHOLD = "household"
"""To be shown to the adults of one's household, and to one's carer."""
SUBJECTS = (PAGE, HOUSEHOLD)


@functools.cache
def versions() -> tuple[str, ...]:
    """The dated texts that are shipped, oldest first."""
    folder = resources.files("shouwang.residents") / "consents"
    return tuple(sorted({each.name.partition(".")[0] for each in folder.iterdir() if each.name.endswith(".md")}))


def current_version() -> str:
    """The text in force today: the latest whose date has come, or the first while none has."""
    today = clock.today().isoformat()
    return max((version for version in versions() if version <= today), default=versions()[0])


@functools.cache
def text(version: str, language: str) -> tuple[str, tuple[str, ...]]:
    """A text as a page shows it: its first paragraph and its points. Raises Refusal for an unknown version."""
    if version not in versions():
        raise Refusal("residents.consent_version", version=version[:20])
    tongue = "zh" if language.startswith("zh") else "en"
    folder = resources.files("shouwang.residents") / "consents"
    lines = (folder / f"{version}.{tongue}.md").read_text(encoding="utf-8").splitlines()
    points = tuple(line[2:].strip() for line in lines if line.startswith("- "))
    return " ".join(line for line in lines if line and not line.startswith("- ")), points


def state_of(person_ids: Iterable[int], about: str) -> dict[int, Consent]:
    """The last row of each person about a subject; people who never said anything are left out."""
    rows = Consent.objects.filter(person_id__in=list(person_ids), about=about).order_by("person_id", "-id")
    return {row.person_id: row for row in rows.distinct("person_id")}


def agreed(person_id: int, about: str) -> bool:
    """Whether a person agrees now. To the page: to the text in force, so that a new text is asked anew."""
    row = state_of([person_id], about).get(person_id)
    return row is not None and row.given and (about != PAGE or row.version == current_version())


@transaction.atomic
def say(person: Person, about: str, given: bool, *, by_person: Person, version: str, language: str, by: Actor) -> None:
    """Record that somebody agreed, or took it back, for themselves or a ward. Saying the same again adds nothing."""
    if about not in SUBJECTS:
        raise Refusal("residents.consent_subject", subject=about[:20])
    text(version, language)
    last = state_of([person.pk], about).get(person.pk)
    if last is not None and (last.given, last.version) == (given, version):
        return
    Consent.objects.create(
        person=person,
        by_person=by_person,
        about=about,
        version=version,
        language="zh" if language.startswith("zh") else "en",
        given=given,
        at=clock.now(),
    )
    deed = "residents.consent" if given else "residents.withdraw_consent"
    detail = {"about": about, "version": version, "by_person": f"residents.Person:{by_person.pk}"}
    record(by=by, deed=deed, on=f"residents.Person:{person.pk}", area_path=person.area_path, detail=detail)
