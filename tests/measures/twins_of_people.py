"""Twins of what happens to people: cases, findings, events, follow-up, appeals, colours, residents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from shouwang.health import followup
from shouwang.health.policy import HealthPolicy
from shouwang.health.queries import policy_on
from shouwang.health.rules import Event, Evidence, evidence_of

from .twinning import SELF, SHANGHAI, Twin, begin, end, home_on, judged_at, midnight, once, path_of, twin, within
from .world import Row, World

# Health events that hold


def standing(world: World) -> list[Row]:
    """Events that nothing supersedes, withdrawal rows left out; an `ends` at a superseded row means its successor."""

    def make() -> list[Row]:
        successor = {row["supersedes_id"]: row["id"] for row in world.events if row["supersedes_id"]}
        found = []
        for row in world.events:
            if row["id"] in successor or row["kind"] == "withdrawn":
                continue
            ends = row["ends_id"]
            while ends in successor:
                ends = successor[ends]
            found.append({**row, "ends_id": ends, "own": row["source"].strip().lower() in SELF})
        return found

    return once(world, "standing", make)


def exclusions_of(world: World, row: Row) -> list[Row]:
    return [
        other
        for other in standing(world)
        if other["kind"] == "excluded" and other["ends_id"] == row["id"] and other["person_id"] == row["person_id"]
    ]


def stands_at(world: World, row: Row, moment: datetime) -> bool:
    """Whether a fact has happened before a moment and no withdrawal, itself not withdrawn, has happened before it."""
    if row["time"] >= moment:
        return False
    for withdrawal in exclusions_of(world, row):
        taken_back = any(other["time"] < moment for other in exclusions_of(world, withdrawal))
        if withdrawal["time"] < moment and not taken_back:
            return False
    return True


def cases_at(world: World, moment: datetime) -> dict[int, tuple[datetime, Row]]:
    """Person → since when they count as a case, and by which diagnosis, as things stand just before a moment."""

    def make() -> dict[int, tuple[datetime, Row]]:
        class_begins = midnight(date(2020, 2, 12))
        found: dict[int, list[tuple[datetime, datetime, int, Row]]] = {}
        for row in standing(world):
            if row["own"] or row["kind"] not in {"confirmed", "clinically_diagnosed"}:
                continue
            counts_from = row["time"] if row["kind"] == "confirmed" else max(row["time"], class_begins)
            if counts_from < moment and stands_at(world, row, moment):
                found.setdefault(row["person_id"], []).append((counts_from, row["time"], row["id"], row))
        return {person: (min(rows)[0], min(rows)[3]) for person, rows in found.items()}

    return once(world, ("cases", moment), make)


def cured_at(world: World, person: int, case: Row, moment: datetime) -> bool:
    return any(
        row["kind"] in {"discharged", "recovered"}
        and row["person_id"] == person
        and not row["own"]
        and row["time"] >= case["time"]
        and stands_at(world, row, moment)
        for row in standing(world)
    )


def died_at(world: World, person: int, moment: datetime) -> bool:
    return any(
        row["kind"] == "died" and row["person_id"] == person and not row["own"] and stands_at(world, row, moment)
        for row in standing(world)
    )


def counted(world: World, moment: datetime, also: str = "") -> set[tuple[int, int]]:
    """(person, place) of the cases of a moment; with `also`, of those who are cured, died, or neither."""

    def make() -> set[tuple[int, int]]:
        found = set()
        for person, (_since, case) in cases_at(world, moment).items():
            cured, died = cured_at(world, person, case, moment), died_at(world, person, moment)
            if {"": True, "cured": cured, "died": died, "neither": not cured and not died}[also]:
                found.add((person, case["area_id"]))
        return found

    return once(world, ("counted", moment, also), make)


def places(pairs: Iterable[tuple[int, int]]) -> list[int]:
    return [area for _person, area in pairs]


@twin("cases_new")
def cases_new(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day)) - counted(world, begin(day))), path)


@twin("cases_withdrawn")
def cases_withdrawn(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, begin(day)) - counted(world, end(day))), path)


@twin("cases_net")
def cases_net(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day))), path) - within(
        world, places(counted(world, begin(day))), path
    )


@twin("cases_cumulative")
def cases_cumulative(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day))), path)


@twin("cases_new_14_days")
def cases_new_14_days(world: World, day: date, path: str) -> int:
    first = midnight(day - timedelta(days=13))
    return within(
        world, [case["area_id"] for since, case in cases_at(world, end(day)).values() if since >= first], path
    )


@twin("clinically_diagnosed_new")
def clinically_diagnosed_new(world: World, day: date, path: str) -> int:
    new = counted(world, end(day)) - counted(world, begin(day))
    cases = cases_at(world, end(day))
    return within(world, [a for person, a in new if cases[person][1]["kind"] == "clinically_diagnosed"], path)


@twin("cured_new")
def cured_new(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day), "cured") - counted(world, begin(day), "cured")), path)


@twin("cured_withdrawn")
def cured_withdrawn(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, begin(day), "cured") - counted(world, end(day), "cured")), path)


@twin("cured_cumulative")
def cured_cumulative(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day), "cured")), path)


@twin("died_new")
def died_new(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day), "died") - counted(world, begin(day), "died")), path)


@twin("died_withdrawn")
def died_withdrawn(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, begin(day), "died") - counted(world, end(day), "died")), path)


@twin("died_cumulative")
def died_cumulative(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day), "died")), path)


@twin("cases_in_treatment")
def cases_in_treatment(world: World, day: date, path: str) -> int:
    return within(world, places(counted(world, end(day), "neither")), path)


@twin("days_since_last_case")
def days_since_last_case(world: World, day: date, path: str) -> int | None:
    days = [
        since.astimezone(SHANGHAI).date()
        for since, case in cases_at(world, end(day)).values()
        if path_of(world, case["area_id"]).startswith(path)
    ]
    return (day - max(days)).days if days else None


# Findings open at the day's end


def policy_of(day: date) -> HealthPolicy:
    return policy_on(day, "4201/")


def evidence(world: World, day: date) -> dict[int, tuple[Evidence, ...]]:
    """Evidence by person, from the events up to the day's end."""

    def make() -> dict[int, tuple[Evidence, ...]]:
        told: dict[int, list[Event]] = {}
        for row in standing(world):
            if row["time"] < end(day):
                told.setdefault(row["person_id"], []).append(
                    Event(
                        str(row["id"]),
                        row["kind"],
                        row["time"],
                        row["ends_id"] and str(row["ends_id"]),
                        row["source"],
                        value=row["value"],
                    )
                )
        return {person: evidence_of(events, policy_of(day)) for person, events in told.items()}

    return once(world, ("evidence", day), make)


INSTANT = timedelta(microseconds=1)


def classes(world: World, day: date) -> dict[int, set[str]]:
    """Person → the classes in which something of theirs is open at the day's end."""

    def make() -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for person, all_of_them in evidence(world, day).items():
            for one in all_of_them:
                if not one.open_at(end(day) - INSTANT) or one.kind in {"died", "symptom", "check_in"}:
                    continue
                disease = {"confirmed", "clinically_diagnosed", "asymptomatic", "suspected", "fever", "fever_check"}
                if one.self_reported and one.kind in disease:
                    name = "self_reported"
                else:
                    name = "confirmed" if one.kind == "clinically_diagnosed" else one.kind
                found.setdefault(person, set()).add(name)
        return found

    return once(world, ("classes", day), make)


def in_class(name: str) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        members = [person for person, names in classes(world, day).items() if name in names]
        return within(world, [home_on(world, person, day) for person in members], path)

    return count


for measure, class_name in {
    "confirmed_open": "confirmed",
    "suspected_open": "suspected",
    "fever_open": "fever",
    "close_contacts_open": "close_contact",
    "secondary_contacts_open": "secondary_contact",
    "asymptomatic_open": "asymptomatic",
    "fever_checks_open": "fever_check",
    "self_reports_open": "self_reported",
    "central_isolation_people": "central_isolation",
    "home_isolation_people": "home_isolation",
}.items():
    twin(measure)(in_class(class_name))


@twin("four_classes_people")
def four_classes_people(world: World, day: date, path: str) -> int:
    four = {"confirmed", "suspected", "fever", "close_contact"}
    members = [person for person, names in classes(world, day).items() if names & four]
    return within(world, [home_on(world, person, day) for person in members], path)


# Events of the day


def events_of(world: World, day: date) -> list[Row]:
    return once(
        world, ("events", day), lambda: [row for row in standing(world) if begin(day) <= row["time"] < end(day)]
    )


def events_where(condition: Callable[[Row], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return within(world, [row["area_id"] for row in events_of(world, day) if condition(row)], path)

    return count


def of_kind(*kinds: str) -> Twin:
    return events_where(lambda row: row["kind"] in kinds)


def is_high(row: Row) -> bool:
    return row["kind"] == "temperature" and float(row["value"]) >= 37.3


for measure, event_kinds in {
    "suspected_new": ("suspected",),
    "fever_new": ("fever",),
    "close_contacts_new": ("close_contact", "close_contact_of"),
    "secondary_contacts_new": ("secondary_contact",),
    "asymptomatic_new": ("asymptomatic",),
    "released_new": ("released",),
    "negative_tests": ("negative_test",),
    "positive_tests": ("positive_test",),
    "symptoms_reported": ("symptom",),
    "central_isolation_starts": ("central_isolation_start",),
    "central_isolation_ends": ("central_isolation_end",),
    "home_isolation_starts": ("home_isolation_start",),
    "home_isolation_ends": ("home_isolation_end",),
    "temperature_readings": ("temperature",),
}.items():
    twin(measure)(of_kind(*event_kinds))
twin("excluded_new")(events_where(lambda row: row["kind"] == "excluded" and row["ends_id"] is None))
twin("facts_withdrawn")(events_where(lambda row: row["kind"] == "excluded" and row["ends_id"] is not None))
twin("fevers_seen")(events_where(is_high))


def people_where(condition: Callable[[Row], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return len(
            {
                row["person_id"]
                for row in events_of(world, day)
                if condition(row) and path_of(world, row["area_id"]).startswith(path)
            }
        )

    return count


twin("temperature_people")(people_where(lambda row: row["kind"] == "temperature"))
twin("fever_people")(people_where(is_high))


@twin("corrections_made")
def corrections_made(world: World, day: date, path: str) -> int:
    rows = [row for row in world.events if row["supersedes_id"] and begin(day) <= row["recorded_at"] < end(day)]
    return within(world, [row["area_id"] for row in rows], path)


# Follow-up at home


def follow_ups(world: World, day: date) -> list[tuple[int, str]]:
    """(person, state) of every part of the day in which a temperature is due, as of the day's end."""

    def make() -> list[tuple[int, str]]:
        found = []
        for person, all_of_them in evidence(world, day).items():
            taken = [
                row["time"] for row in standing(world) if row["person_id"] == person and row["kind"] == "temperature"
            ]
            for part in followup.parts(all_of_them, taken, day, end(day), policy_of(day)):
                found.append((person, str(part.state)))
        return found

    return once(world, ("follow_ups", day), make)


def follow_ups_in(*states: str) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return within(world, [home_on(world, p, day) for p, state in follow_ups(world, day) if state in states], path)

    return count


twin("follow_up_due")(follow_ups_in("done", "due", "late", "later"))
twin("follow_up_done")(follow_ups_in("done"))
twin("follow_up_late")(follow_ups_in("late"))


@twin("follow_up_people")
def follow_up_people(world: World, day: date, path: str) -> int:
    return within(world, [home_on(world, p, day) for p in {person for person, _state in follow_ups(world, day)}], path)


# Appeals


def appeals_where(condition: Callable[[Row, datetime], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        homes = []
        for appeal in world.appeals:
            taken = [
                row for row in world.appeal_steps if row["appeal_id"] == appeal["id"] and row["at"] < judged_at(day)
            ]
            is_open = bool(taken) and max(taken, key=lambda row: row["id"])["state"] in {"raised", "reviewed"}
            if is_open and condition(appeal, judged_at(day)):
                homes.append(home_on(world, appeal["person_id"], day))
        return within(world, homes, path)

    return count


twin("appeals_open")(appeals_where(lambda appeal, at: True))
twin("appeals_overdue")(appeals_where(lambda appeal, at: appeal["due_at"] < at))


# Colours


def colour_at(world: World, person_id: int, moment: datetime) -> str:
    def find() -> str:
        rows = [row for row in world.colours if row["person_id"] == person_id and row["since"] < moment]
        return max(rows, key=lambda row: (row["since"], row["id"]))["colour"] if rows else "green"

    return once(world, ("colour", person_id, moment), find)


def colours_where(condition: Callable[[str, str], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return within(
            world,
            [
                home_on(world, row["id"], day)
                for row in world.people
                if condition(colour_at(world, row["id"], begin(day)), colour_at(world, row["id"], end(day)))
            ],
            path,
        )

    return count


twin("codes_red")(colours_where(lambda before, now: now == "red"))
twin("codes_yellow")(colours_where(lambda before, now: now == "yellow"))
twin("codes_green")(colours_where(lambda before, now: now == "green"))
twin("codes_grey")(colours_where(lambda before, now: now == "grey"))
twin("codes_changed")(colours_where(lambda before, now: now != before))
twin("codes_newly_red")(colours_where(lambda before, now: now == "red" and before != "red"))


# Residents


def residents_where(condition: Callable[[Row, date], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return within(world, [home_on(world, row["id"], day) for row in world.people if condition(row, day)], path)

    return count


def needs(name: str) -> Callable[[Row, date], bool]:
    return lambda row, day: name in row["needs"]


def is_80(row: Row, day: date) -> bool:
    birth = row["birth_date"]
    return birth is not None and day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)) >= 80


twin("residents_registered")(residents_where(lambda row, day: True))
for need in (
    "lives_alone",
    "over_80",
    "disabled",
    "pregnant",
    "infant",
    "chronic_illness",
    "dialysis",
    "minority_diet",
    "no_phone",
):
    twin(f"need_{need}")(residents_where(needs(need)))
twin("aged_80_alone")(
    residents_where(lambda row, day: "lives_alone" in row["needs"] and ("over_80" in row["needs"] or is_80(row, day)))
)


@twin("households_registered")
def households_registered(world: World, day: date, path: str) -> int:
    return within(world, [row["area_id"] for row in world.households], path)
