"""Twins of places and deeds: closure, posts and reports, the record, gates and passages, certification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from .twinning import SHANGHAI, Twin, begin, end, judged_at, once, path_of, twin, within
from .world import Row, World

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
