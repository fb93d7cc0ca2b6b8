"""The files made from the published series say what was published: counted again here, in plain Python."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

CASE = {"confirmed", "clinically_diagnosed"}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(series: Path) -> dict[date, tuple[int, int, int]]:
    return {
        date.fromisoformat(row["date"]): (int(row["confirmed"]), int(row["cured"]), int(row["dead"]))
        for row in rows(series)
    }


@pytest.fixture(scope="module")
def events(files: Path) -> list[dict[str, str]]:
    return rows(files / "health-events.csv")


@pytest.fixture(scope="module")
def daily(events: list[dict[str, str]]) -> dict[date, tuple[int, int, int]]:
    """For each local day: distinct people with a standing confirmation, discharge, death at its end."""
    told = sorted((datetime.fromisoformat(event["time"]), event["event"], event) for event in events)
    standing: dict[str, dict[str, str]] = {"confirmed": {}, "discharged": {}, "died": {}}
    counts = {}
    day, place = date(2020, 1, 1), 0
    while day <= date(2020, 5, 31):
        end = datetime.fromisoformat(f"{day + timedelta(days=1)}T00:00:00+08:00")
        while place < len(told) and told[place][0] < end:
            event = told[place][2]
            place += 1
            if event["kind"] == "excluded":
                for those in standing.values():
                    those.pop(event["ends"], None)
            elif event["kind"] in CASE or event["kind"] in standing:
                those = standing["confirmed" if event["kind"] in CASE else event["kind"]]
                those[event["event"]] = event["person"]
        confirmed, cured, dead = (len(set(those.values())) for those in standing.values())
        counts[day] = (confirmed, cured, dead)
        day += timedelta(days=1)
    return counts


def test_every_published_day_is_reproduced(series: Path, daily: dict[date, tuple[int, int, int]]) -> None:
    """At the end of every local day from 1 January to 31 May the three counts equal the published ones."""
    for day, expected in published(series).items():
        assert daily[day] == expected, day


def test_new_confirmed_fall_below_a_thousand_nine_days_after_closure(daily: dict[date, tuple[int, int, int]]) -> None:
    """The known turn of 19 or 20 February is in the events, and not on the days before."""
    confirmed = [daily[date(2020, 2, day)][0] for day in range(16, 21)]
    new = [after - before for before, after in pairwise(confirmed)]
    assert new == [1690, 1600, 1660, 615]


def test_every_fall_is_a_correction_that_says_why(events: list[dict[str, str]]) -> None:
    """Each withdrawal names an earlier event of the same person that nothing else withdrew, and has a note."""
    by_ref = {event["event"]: event for event in events}
    corrections = [event for event in events if event["kind"] == "excluded"]
    assert Counter(event["ends"] for event in corrections).most_common(1)[0][1] == 1
    for event in corrections:
        withdrawn = by_ref[event["ends"]]
        assert withdrawn["kind"] in CASE | {"discharged", "died"}
        assert (withdrawn["person"], withdrawn["time"] < event["time"]) == (event["person"], True)
        assert event["note"].startswith("订正:")
    on = Counter((event["time"][:10], by_ref[event["ends"]]["kind"]) for event in corrections)
    assert on["2020-02-14", "died"] == 108
    assert on["2020-02-20", "confirmed"] + on["2020-02-20", "clinically_diagnosed"] == 13
    assert on["2020-04-17", "discharged"] == 965


def test_the_review_of_april_moves_965_people_from_cured_to_dead(events: list[dict[str, str]]) -> None:
    """17 April: 325 cases added by the review (and one ordinary new one in this series), 1,290 deaths, 965 of them of
    people whose discharge was withdrawn that morning."""
    on = [event for event in events if event["time"].startswith("2020-04-17")]
    dead = {event["person"] for event in on if event["kind"] == "died"}
    reopened = {event["person"] for event in on if event["kind"] == "excluded"}
    assert len(dead) == 1290
    assert len(dead & reopened) == 965
    assert sum(event["kind"] in CASE for event in on) == 326
    assert sum(event["kind"] in CASE and "核增325例" in event["note"] for event in on) == 325


def test_nobody_is_discharged_or_dies_before_being_a_case(events: list[dict[str, str]]) -> None:
    """Per person, by time: suspected, confirmed, then an outcome; the dead are not discharged and stay dead unless
    their death is withdrawn."""
    by_person: dict[str, list[dict[str, str]]] = defaultdict(list)
    for event in events:
        by_person[event["person"]].append(event)
    for told in by_person.values():
        standing: dict[str, str] = {}
        for event in told:
            kind = "confirmed" if event["kind"] in CASE else event["kind"]
            if kind == "excluded":
                standing = {ref: what for ref, what in standing.items() if ref != event["ends"]}
                continue
            has = set(standing.values())
            assert kind not in has, event
            assert "died" not in has, event
            if kind in {"discharged", "died"}:
                assert "confirmed" in has, event
                assert "discharged" not in has, event
            standing[event["event"]] = kind


def test_clinical_diagnoses_are_those_of_mid_february(events: list[dict[str, str]]) -> None:
    """12,364 on the day of the jump, none before the 13th or after the 19th."""
    days = Counter(event["time"][:10] for event in events if event["kind"] == "clinically_diagnosed")
    assert days["2020-02-13"] == 12_364
    assert set(days) == {f"2020-02-{day}" for day in range(13, 20)}


def test_events_are_about_registered_people_of_real_places(files: Path, events: list[dict[str, str]]) -> None:
    """Every person is registered once, in a compound of the file, under a unit of the real tree; some are never ill."""
    areas = {row["code"] for row in rows(files / "areas.csv")}
    compounds = {row["code"]: row["area_code"] for row in rows(files / "compounds.csv")}
    residents = rows(files / "residents.csv")
    people = {row["person"] for row in residents}
    ill = {event["person"] for event in events}
    assert len(people) == len(residents)
    assert len({row["id_number"] for row in residents}) == len(residents)
    assert set(compounds.values()) <= areas
    assert {row["compound_code"] for row in residents} <= set(compounds)
    assert ill <= people
    assert len(people - ill) > 1000


def test_the_same_seed_gives_the_same_files_and_an_earlier_end_the_same_beginning(
    series: Path, bench: ModuleType, files: Path, events: list[dict[str, str]], tmp_path: Path
) -> None:
    """Made again only to 20 February: the other files are equal, the events are those of the whole up to then."""
    bench.generate(series, tmp_path, date(2020, 2, 20))
    for name in ("areas.csv", "compounds.csv", "residents.csv"):
        assert (tmp_path / name).read_bytes() == (files / name).read_bytes()
    assert rows(tmp_path / "health-events.csv") == [event for event in events if event["time"] < "2020-02-21"]
