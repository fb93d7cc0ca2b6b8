"""Files of steps on the ladder: declarations, reviews, assessments, notices, objections, spot checks, and whose.

A step is stored as it was told and judged by the course, as one taken on a page is: a step that does not follow from
where its unit stood leads nowhere, until a fact that arrives later makes it follow. Naming is no step but what a round
gives; a row `named` is held against it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.certification import deciding, permissions
from shouwang.certification.deciding import Decided
from shouwang.certification.facts import last_moment
from shouwang.certification.ladder import DISMISSED, FAILED, PASSED, RAISED, UPHELD, State, Step, results_of
from shouwang.certification.models import AssessedItem, StepRow
from shouwang.certification.policy import RANKS, Item
from shouwang.certification.sentences import reason
from shouwang.intake.kinds import Column, Context, Kind, Outcome, Row
from shouwang.journal.actions import record
from shouwang.refusal import Refusal

NAMED = "named"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
ROWS_A_STATEMENT = 5000
WORDS: Mapping[str, str] = {
    "": PASSED, "pass": PASSED, "passed": PASSED, "通过": PASSED, "fail": FAILED, "failed": FAILED, "不通过": FAILED,
    "raised": RAISED, "提出": RAISED, "upheld": UPHELD, "成立": UPHELD, "dismissed": DISMISSED, "不成立": DISMISSED,
}  # fmt: skip
"""A result as files write it → the word of the ladder."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is sound by itself. `items`: what an assessment says of each of the six, where it says so."""

    at: datetime
    code: str
    step: str
    result: str
    said: str
    by: str
    items: Mapping[Item, bool] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The reference under which the step is stored: a unit takes a step once at a moment, objections apart."""
        apart = self.result if self.step == Step.OBJECTION else ""
        told = f"{self.at.astimezone(UTC).isoformat()}|{self.code}|{self.step}|{apart}"
        return f"f-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def read_line(values: Mapping[str, str], now: datetime) -> Line:
    """A row as a step. Raises Refusal with the column at fault."""
    try:
        at = clock.parse(values["time"])
    except (ValueError, OverflowError):
        raise Refusal("certification.step_time", field="time", time=values["time"]) from None
    if not EARLIEST <= at <= now:
        raise Refusal("certification.step_time", field="time", time=values["time"])
    if not values["area_code"]:
        raise Refusal("certification.step_unit", field="area_code", code="")
    step = values["step"]
    if step != NAMED and step not in set(Step):
        known = ", ".join([*map(str, Step), NAMED])
        raise Refusal("certification.unknown_step", field="step", step=step, steps=known)
    possible = {PASSED} if step == NAMED else results_of(Step(step))
    result = WORDS.get(values["result"].lower())
    if result is None or result not in possible or (not values["result"] and len(possible) > 1):
        raise Refusal(
            "certification.unknown_result", field="result", result=values["result"], results=", ".join(sorted(possible))
        )
    items = _items(values["items"], result) if step == Step.ASSESSMENT and values["items"] else {}
    return Line(at, values["area_code"], step, result, values["items"], values["by"], items)


def _items(text: str, result: str) -> dict[Item, bool]:
    """`publicity;closure:failed;…`: each of the six once; an item without a word after it is in place."""
    items: dict[Item, bool] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _sign, word = part.replace("=", ":").partition(":")
        name, said = name.strip(), WORDS.get(word.strip().lower())
        if name not in set(Item) or Item(name) in items or said not in (PASSED, FAILED):
            raise Refusal("certification.unknown_item", field="items", item=part, items=", ".join(Item))
        items[Item(name)] = said == PASSED
    all_in_place = set(items) == set(Item) and all(items.values())
    if all_in_place != (result == PASSED):
        lacking = ", ".join(item for item in Item if not items.get(item, False)) or "—"
        raise Refusal("certification.items_contradict", field="items", result=result, items=lacking)
    return items


class CertificationSteps:
    """Reads and stores the rows of one file. The whole file comes at once, so that every family is decided once."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def read(self, row: Row) -> Line:
        """The step a row tells of. Raises Refusal with the column at fault."""
        return read_line(row.values, self.context.now)

    def load(self, records: list[tuple[Row, Line]]) -> Outcome:
        """Store the steps that are new, and decide the families of their units."""
        deciding.lock()
        units = areas.by_codes({line.code for _row, line in records})
        told: dict[str, tuple[Row, Line]] = {}
        named: list[tuple[Row, Line]] = []
        refused: list[tuple[Row, Refusal]] = []
        for row, line in records:
            refusal = self._place(units.get(line.code), line)
            if refusal is None and line.step != NAMED:
                first = told.setdefault(line.ref, (row, line))
                if first[0] is not row:
                    refusal = Refusal("certification.step_twice", field="time", first=first[0].line)
            if refusal is not None:
                refused.append((row, refusal))
            elif line.step == NAMED:
                named.append((row, line))
        known = _known(told)
        new = [told[ref] for ref in told if ref not in known]
        same = 0
        for ref in told.keys() & known.keys():
            row, line = told[ref]
            differs = _differing(line, known[ref])
            if differs:
                refused.append((row, Refusal("certification.step_told_otherwise", field=differs, step=line.step)))
            else:
                same += 1
        stored = self._store(new, units)
        until = clock.now()
        decided = deciding.decide({units[line.code].path for _row, line in new}, until) if new else Decided()
        wrong = _not_named(named, units, until)
        if new:
            record(
                by=self.context.by, deed="certification.import_steps", on="certification.StepRow:*",
                area_path=self.context.scope_path, detail={"steps": len(new), **decided.counts()},
            )  # fmt: skip
        return Outcome(len(new), same + len(named) - len(wrong), refused + wrong, _notes(stored, decided))

    def _place(self, unit: Any, line: Line) -> Refusal | None:
        if unit is None or unit.level not in RANKS:
            return Refusal("certification.step_unit", field="area_code", code=line.code)
        if not unit.path.startswith(self.context.scope_path):
            return Refusal("certification.step_outside", field="area_code", code=line.code)
        return None

    def _store(self, new: list[tuple[Row, Line]], units: Mapping[str, Any]) -> dict[int, Row]:
        # In time, so that steps told for one moment follow each other in the order of the ladder, whatever the file's.
        order = {str(step): place for place, step in enumerate(Step)}
        new = sorted(new, key=lambda told: (told[1].at, told[1].code, order[told[1].step], told[1].ref))
        rows = StepRow.objects.bulk_create(
            [
                StepRow(
                    ref=line.ref, area=units[line.code], area_path=units[line.code].path, step=line.step,
                    result=line.result, at=line.at, by=line.by or self.context.by.name,
                    mend=line.said if line.result in (FAILED, UPHELD) else "", recorded_at=self.context.now,
                )
                for _row, line in new
            ],
            batch_size=ROWS_A_STATEMENT,
        )  # fmt: skip
        AssessedItem.objects.bulk_create(
            [
                AssessedItem(step=step, item=item, passed=passed)
                for step, (_row, line) in zip(rows, new, strict=True)
                for item, passed in line.items.items()
            ],
            batch_size=ROWS_A_STATEMENT,
        )
        return {step.pk: row for step, (row, _line) in zip(rows, new, strict=True)}


def _known(told: Mapping[str, Any]) -> dict[str, StepRow]:
    refs, found = list(told), {}
    for start in range(0, len(refs), ROWS_A_STATEMENT):
        rows = StepRow.objects.filter(ref__in=refs[start : start + ROWS_A_STATEMENT]).prefetch_related("items")
        found.update({row.ref: row for row in rows})
    return found


def _differing(line: Line, stored: StepRow) -> str:
    """The column in which a row says something else than what was stored under the same moment, unit and step."""
    if line.result != stored.result:
        return "result"
    if line.by and line.by != stored.by:
        return "by"
    said = line.said if line.result in (FAILED, UPHELD) else ""
    items = {item.item: item.passed for item in stored.items.all()}
    return "items" if said != stored.mend or dict(line.items) != items else ""


def _not_named(named: list[tuple[Row, Line]], units: Mapping[str, Any], until: datetime) -> list[tuple[Row, Refusal]]:
    """Rows that say a unit was named on a day on which no round named it."""
    if not named:
        return []
    changes = deciding.known_changes({units[line.code].pk for _row, line in named}, until)
    wrong = []
    for row, line in named:
        day = clock.local_day(line.at)
        if not _was_named(changes.get(units[line.code].pk, []), day):
            wrong.append(
                (row, Refusal("certification.not_named_then", field="step", name=units[line.code].name, day=day))
            )
    return wrong


def _was_named(changes: list[Any], day: date) -> bool:
    before = [change for change in changes if change.at <= last_moment(day)]
    return bool(before) and before[-1].state is State.NAMED and before[-1].named_day == day


def _notes(stored: Mapping[int, Row], decided: Decided) -> list[Refusal]:
    """How many of the steps lead nowhere as the facts are known now, by reason; the first lines of each."""
    nowhere = {number: why for number, why in decided.voids.items() if number in stored}
    notes = []
    for why, count in sorted(Counter(nowhere.values()).items()):
        lines = sorted(stored[number].line for number, its in nowhere.items() if its == why)
        shown = ", ".join(map(str, lines[:10])) + (" …" if count > 10 else "")
        notes.append(
            Refusal(
                "certification.steps_lead_nowhere", count=count, lines=shown, zh=reason(why), en=reason(why, (), "en")
            )
        )
    return notes


CERTIFICATION_STEPS = Kind(
    name="certification-steps",
    title=_("Steps of certification"),
    columns=("time", "area_code", "step", "result", "items", "by"),
    deed=permissions.IMPORT,
    loader=CertificationSteps,
    batch=None,
    explained={
        "time": Column(_("When the step was taken; local time unless an offset is given"), "2020-03-02T09:00"),
        "area_code": Column(_("Code of the unit: a compound, or any place above it"), "420102002001-01"),
        "step": Column(
            _("A step of the ladder; a row of step named is not taken in but held against the rounds"),
            "first_review",
        ),
        "result": Column(
            _("passed or failed, of an objection raised, upheld or dismissed; empty where only one is possible"),
            "passed",
            may_be_empty=True,
        ),
        "items": Column(
            _("The six items of an assessment, closure:failed where not in place; else what is to be mended"),
            "publicity;closure;screening;disinfection;supply;organisation",
            may_be_empty=True,
        ),
        "by": Column(_("Whose step it was; whoever sends the file when empty"), "street office", may_be_empty=True),
    },
)  # fmt: skip
