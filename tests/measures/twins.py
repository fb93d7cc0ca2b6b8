"""One slow function in plain Python for each measure, written from the sentence that says what it counts.

A twin answers the value for one place (by its path) on one day over a `World`. No SQL, nothing of the engine: only the
pure rules of the health room, which say what evidence is open and who is followed at home.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shouwang.health import followup
from shouwang.health.policy import HealthPolicy
from shouwang.health.queries import policy_on
from shouwang.health.rules import Event, Evidence, evidence_of

from .world import Row, World

Twin = Callable[[World, date, str], int | None]
TWINS: dict[str, Twin] = {}
SHANGHAI = ZoneInfo("Asia/Shanghai")
SELF = {"self", "self_report", "self-report", "resident", "自报", "自述"}


def twin(*names: str) -> Callable[[Twin], Twin]:
    """Register the twin of a measure."""

    def register(function: Twin) -> Twin:
        for name in names:
            assert name not in TWINS, f"{name} has two twins"
            TWINS[name] = function
        return function

    return register


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def begin(day: date) -> datetime:
    return midnight(day)


def end(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def once(world: World, key: Any, make: Callable[[], Any]) -> Any:
    """What `make` gives, worked out once for a world."""
    if key not in world.remembered:
        world.remembered[key] = make()
    return world.remembered[key]


def path_of(world: World, area_id: int) -> str:
    paths = once(world, "paths", lambda: {area["id"]: area["path"] for area in world.areas})
    return paths[area_id]


def within(world: World, area_ids: Iterable[int], path: str) -> int:
    """How many of these places lie at or under a path."""
    return sum(1 for area in area_ids if path_of(world, area).startswith(path))


def home_on(world: World, person_id: int, day: date) -> int:
    """Where a person lived on a day: the residence that ended first after it, else where they live now."""

    def find() -> int:
        ended = [row for row in world.residences if row["person_id"] == person_id and row["until_day"] > day]
        if ended:
            return min(ended, key=lambda row: (row["until_day"], row["id"]))["area_id"]
        return next(row["area_id"] for row in world.people if row["id"] == person_id)

    return once(world, ("home", person_id, day), find)


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


# Places and closure


def standing_areas(world: World, day: date) -> list[Row]:
    return [
        row
        for row in world.areas
        if (row["valid_from"] is None or row["valid_from"] <= day)
        and (row["valid_until"] is None or day < row["valid_until"])
    ]


def level_above(world: World, area: Row) -> str:
    return next((row["level"] for row in world.areas if row["id"] == area["parent_id"]), "")


def is_closed(world: World, area: Row, day: date) -> bool:
    def find() -> bool:
        rows = [row for row in world.closures if row["area_id"] == area["id"] and row["since"] < end(day)]
        return bool(rows) and max(rows, key=lambda row: (row["since"], row["id"]))["state"] == "closed"

    return once(world, ("closed", area["id"], day), find)


def open_entrances(world: World, area: Row, day: date) -> int:
    def find() -> int:
        found = 0
        for entrance in world.entrances:
            rows = [
                row
                for row in world.entrance_statuses
                if row["entrance_id"] == entrance["id"] and row["since"] < end(day)
            ]
            if entrance["area_id"] == area["id"] and rows:
                found += max(rows, key=lambda row: (row["since"], row["id"]))["state"] == "open"
        return found

    return once(world, ("open entrances", area["id"], day), find)


def areas_where(condition: Callable[[World, Row, date], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return sum(
            1 for row in standing_areas(world, day) if row["path"].startswith(path) and condition(world, row, day)
        )

    return count


def compounds_where(condition: Callable[[World, Row, date], bool]) -> Twin:
    return areas_where(lambda world, row, day: row["level"] == "compound" and condition(world, row, day))


twin("areas_total")(areas_where(lambda world, row, day: True))
twin("streets_total")(areas_where(lambda world, row, day: row["level"] == "street"))
twin("communities_total")(areas_where(lambda world, row, day: row["level"] == "community"))
twin("villages_total")(areas_where(lambda world, row, day: row["level"] == "village"))
twin("compounds_total")(compounds_where(lambda world, row, day: level_above(world, row) != "village"))
twin("village_units_total")(compounds_where(lambda world, row, day: level_above(world, row) == "village"))
twin("units_to_close")(compounds_where(lambda world, row, day: True))
twin("compounds_closed")(compounds_where(is_closed))
twin("compounds_not_closed")(compounds_where(lambda world, row, day: not is_closed(world, row, day)))
twin("compounds_one_entrance")(
    compounds_where(lambda world, row, day: is_closed(world, row, day) and open_entrances(world, row, day) == 1)
)
twin("compounds_no_entrance")(
    compounds_where(lambda world, row, day: is_closed(world, row, day) and open_entrances(world, row, day) == 0)
)


@twin("entrances_open")
def entrances_open(world: World, day: date, path: str) -> int:
    return sum(open_entrances(world, row, day) for row in standing_areas(world, day) if row["path"].startswith(path))


@twin("residents_stated")
def residents_stated(world: World, day: date, path: str) -> int:
    return sum(
        row["residents"] or 0
        for row in standing_areas(world, day)
        if row["level"] == "compound" and row["path"].startswith(path)
    )


# Posts and reports


def posts_on(world: World, day: date) -> list[Row]:
    return [
        row for row in world.posts if row["from_day"] <= day and (row["until_day"] is None or day <= row["until_day"])
    ]


OFFICERS = {"city_officer", "district_officer", "street_officer", "community_officer"}


def posts_where(condition: Callable[[str], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return within(world, [row["area_id"] for row in posts_on(world, day) if condition(row["role"])], path)

    return count


twin("posts_officers")(posts_where(lambda role: role in OFFICERS))
twin("posts_guards")(posts_where(lambda role: role == "gate_guard"))
twin("posts_others")(posts_where(lambda role: role not in OFFICERS and role != "gate_guard"))


@twin("compounds_without_guard")
def compounds_without_guard(world: World, day: date, path: str) -> int:
    guarded = {row["area_id"] for row in posts_on(world, day) if row["role"] == "gate_guard"}
    return sum(
        1
        for row in standing_areas(world, day)
        if row["level"] == "compound"
        and row["path"].startswith(path)
        and is_closed(world, row, day)
        and row["id"] not in guarded
        and row["parent_id"] not in guarded
    )


def communities(world: World, day: date) -> list[Row]:
    return [row for row in standing_areas(world, day) if row["level"] in {"community", "village"}]


def report_of(world: World, area: Row, day: date) -> Row | None:
    return next((row for row in world.reports if row["area_id"] == area["id"] and row["day"] == day), None)


def state_of(world: World, area: Row, day: date) -> str:
    report = report_of(world, area, day)
    rows = [
        row for row in world.report_statuses if report and row["report_id"] == report["id"] and row["at"] < end(day)
    ]
    return max(rows, key=lambda row: (row["at"], row["id"]))["state"] if rows else ""


def is_late(world: World, area: Row, day: date) -> bool:
    """As seen at the day's end: never confirmed up to ten o'clock."""
    report = report_of(world, area, day)
    ten = datetime.combine(day, time(10), tzinfo=SHANGHAI)
    return not any(
        report and row["report_id"] == report["id"] and row["state"] == "confirmed" and row["at"] <= ten
        for row in world.report_statuses
    )


def communities_where(condition: Callable[[World, Row, date], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return sum(1 for row in communities(world, day) if row["path"].startswith(path) and condition(world, row, day))

    return count


def has_officer(world: World, area: Row, day: date) -> bool:
    return any(row["role"] == "community_officer" and row["area_id"] == area["id"] for row in posts_on(world, day))


twin("communities_without_officer")(communities_where(lambda world, row, day: not has_officer(world, row, day)))
twin("reports_due")(communities_where(lambda world, row, day: True))
twin("reports_filled")(communities_where(lambda world, row, day: report_of(world, row, day) is not None))
twin("reports_confirmed")(
    communities_where(lambda world, row, day: state_of(world, row, day) in {"confirmed", "accepted"})
)
twin("reports_accepted")(communities_where(lambda world, row, day: state_of(world, row, day) == "accepted"))
twin("reports_returned")(communities_where(lambda world, row, day: state_of(world, row, day) == "returned"))
twin("reports_late")(communities_where(is_late))


# The record


def belongs(world: World, area_path: str, path: str) -> bool:
    """Whether a row with a path counts at a place; a row of no known place counts at the root alone."""
    known = any(row["path"] == area_path for row in world.areas)
    return area_path.startswith(path) if known else path.count("/") == 1


def deeds_where(condition: Callable[[Row], bool]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return sum(
            1
            for row in world.entries
            if begin(day) <= row["at"] < end(day) and belongs(world, row["area_path"], path) and condition(row)
        )

    return count


twin("deeds_total")(deeds_where(lambda row: True))
twin("deeds_by_people")(deeds_where(lambda row: row["actor_kind"] == "person"))
twin("reveals")(deeds_where(lambda row: row["deed"] == "residents.reveal"))


@twin("jobs_failed")
def jobs_failed(world: World, day: date, path: str) -> int:
    failed = [row for row in world.jobs if row["day"] == day and row["state"] == "failed"]
    return len(failed) if path.count("/") == 1 else 0


def files_sum(amount: Callable[[Row], int]) -> Twin:
    def count(world: World, day: date, path: str) -> int:
        return sum(
            amount(row)
            for row in world.files
            if not row["dry_run"]
            and begin(day) <= row["started_at"] < end(day)
            and belongs(world, row["area_path"], path)
        )

    return count


twin("files_taken_in")(files_sum(lambda row: 1))
twin("rows_taken")(files_sum(lambda row: row["taken"]))
twin("rows_refused")(files_sum(lambda row: row["refused"]))


# Gates and passages


def judged_at(day: date) -> datetime:
    """The moment as of which a day is judged; the tests look back at days that are over."""
    return end(day)


def gates_on(world: World, day: date) -> list[Row]:
    moment = judged_at(day)
    return [
        gate
        for gate in world.gates
        if gate["since"] < moment and (gate["ended_at"] is None or gate["ended_at"] >= moment)
    ]


@twin("gates_total")
def gates_total(world: World, day: date, path: str) -> int:
    return within(world, (gate["area_id"] for gate in gates_on(world, day)), path)


@twin("gates_unattended")
def gates_unattended(world: World, day: date, path: str) -> int:
    moment, lonely = judged_at(day), []
    for gate in gates_on(world, day):
        words = [
            row
            for row in world.shifts
            if row["gate_id"] == gate["id"]
            and row["kind"] in {"check_in", "check_out", "unattended"}
            and row["at"] < moment
        ]
        last = max(words, key=lambda row: (row["at"], row["received_at"]), default=None)
        since = gate["since"] if last is None else last["at"]
        if (last is None or last["kind"] != "check_in") and since < moment - timedelta(minutes=10):
            lonely.append(gate["area_id"])
    return within(world, lonely, path)


@twin("gates_with_phone")
def gates_with_phone(world: World, day: date, path: str) -> int:
    moment = judged_at(day)
    live = {
        row["gate_id"]
        for row in world.devices
        if row["enrolled_at"] < moment < row["expires_at"] and not (row["revoked_at"] and row["revoked_at"] < moment)
    }
    return within(world, (gate["area_id"] for gate in gates_on(world, day) if gate["id"] in live), path)


def passages(world: World, day: date, path: str, wanted: Callable[[Row], bool]) -> int:
    place = once(world, "gate places", lambda: {gate["id"]: gate["area_id"] for gate in world.gates})
    return sum(
        row["count"]
        for row in world.passage_counts
        if row["day"] == day and wanted(row) and path_of(world, place[row["gate_id"]]).startswith(path)
    )


@twin("passages_in")
def passages_in(world: World, day: date, path: str) -> int:
    return passages(world, day, path, lambda row: row["direction"] == "in" and went_through(row))


@twin("passages_out")
def passages_out(world: World, day: date, path: str) -> int:
    return passages(world, day, path, lambda row: row["direction"] == "out" and went_through(row))


def went_through(row: Row) -> bool:
    return row["verdict"] == "pass" or row["overridden"]


@twin("passages_refused")
def passages_refused(world: World, day: date, path: str) -> int:
    return passages(world, day, path, lambda row: row["verdict"] == "refuse")


@twin("passages_held")
def passages_held(world: World, day: date, path: str) -> int:
    return passages(world, day, path, lambda row: row["verdict"] == "hold")


# Certification


def certified_at(world: World, area_id: int, at: datetime) -> bool:
    """Whether the last status of a unit before a moment says that it is named."""
    rows = [row for row in world.certifications if row["area_id"] == area_id and row["since"] < at]
    return bool(rows) and max(rows, key=lambda row: (row["since"], row["id"]))["state"] == "named"


def certified(level: str, was: bool | None, now: bool) -> Twin:
    """Units of a level that are named (or not) at the day's end, and were (or were not) when it began."""

    def count(world: World, day: date, path: str) -> int:
        return sum(
            1
            for row in world.areas
            if row["level"] == level
            and row["path"].startswith(path)
            and certified_at(world, row["id"], end(day)) == now
            and (was is None or certified_at(world, row["id"], begin(day)) == was)
        )

    return count


for one, many in (
    ("compound", "compounds"),
    ("community", "communities"),
    ("village", "villages"),
    ("street", "streets"),
):
    twin(f"certified_{many}")(certified(one, None, True))
    twin(f"certified_{many}_new")(certified(one, False, True))
    twin(f"certified_{many}_removed")(certified(one, True, False))
    twin(f"ladder_{many}")(
        areas_where(lambda world, row, day, one=one: row["level"] == one and row["kind"] != "virtual")  # type: ignore[misc]
    )
