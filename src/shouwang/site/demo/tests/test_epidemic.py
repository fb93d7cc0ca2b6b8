"""The made-up epidemic has the shape of Wuhan's and holds together, event by event."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from shouwang.health.rules import Kind
from shouwang.site.demo import city, epidemic
from shouwang.site.demo.chunks import ends_of_chunks, start_of, written
from shouwang.site.demo.city import Compound
from shouwang.site.demo.wuhan import SHARE_OF_CASES

SCALE = 0.02
CASE = {"confirmed", "clinically_diagnosed"}
END = datetime.fromisoformat("2020-05-31T00:00:00+08:00")


@pytest.fixture(scope="module")
def compounds() -> list[Compound]:
    return city.compounds(city.read_tree(), city.read_outlines(), SCALE)


@pytest.fixture(scope="module")
def events(compounds: list[Compound]) -> list[dict[str, str]]:
    rows = epidemic.events(compounds, SCALE, END)
    return [dict(zip(epidemic.COLUMNS, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def new_cases(events: list[dict[str, str]]) -> Counter[date]:
    """People by the day of their first confirmation."""
    first: dict[str, date] = {}
    for event in sorted(events, key=lambda event: event["time"]):
        if event["kind"] in CASE:
            first.setdefault(event["person"], date.fromisoformat(event["time"][:10]))
    return Counter(first.values())


def until(new_cases: Counter[date], day: date) -> int:
    return sum(count for when, count in new_cases.items() if when <= day)


def test_as_many_cases_as_asked_stand_at_the_end_of_march(events: list[dict[str, str]]) -> None:
    """50,000 × scale people whose confirmation nothing withdrew."""
    withdrawn = {event["ends"] for event in events if event["kind"] == "excluded"}
    cases = {
        event["person"]
        for event in events
        if event["kind"] in CASE and event["event"] not in withdrawn and event["time"] < "2020-04-01"
    }
    assert len(cases) == 50_000 * SCALE


def test_districts_have_their_shares(events: list[dict[str, str]]) -> None:
    """Each district's part of the cases is the assumed one, to a hundredth."""
    cases = {event["person"] for event in events if event["kind"] in CASE}
    by_district = Counter(case[:6] for case in cases)
    for code, share in SHARE_OF_CASES.items():
        assert by_district[code] / len(cases) == pytest.approx(share / 100, abs=0.01)


def test_cases_double_within_days_in_january(new_cases: Counter[date]) -> None:
    """From 20 January to 4 February the total doubles every two to six days."""
    totals = [until(new_cases, date(2020, 1, 20) + timedelta(days=5 * turn)) for turn in range(4)]
    for before, after in pairwise(totals):
        assert 2 ** (5 / 6) < after / before < 2 ** (5 / 2)


def test_the_jump_of_clinical_diagnosis_and_the_fall_after_the_closure(
    events: list[dict[str, str]], new_cases: Counter[date]
) -> None:
    """Most of 12 February are clinical diagnoses; in the three weeks after, each has under 75 %
    of the one before."""
    days = [date.fromisoformat(event["time"][:10]) for event in events if event["kind"] == "clinically_diagnosed"]
    assert min(days) == date(2020, 2, 12)
    assert max(days) <= date(2020, 2, 18)
    assert days.count(date(2020, 2, 12)) > 0.6 * new_cases[date(2020, 2, 12)]
    assert new_cases[date(2020, 2, 12)] > 2 * new_cases[date(2020, 2, 11)]
    weeks = [until(new_cases, date(2020, 2, 13) + timedelta(days=7 * turn)) for turn in range(4)]
    new = [after - before for before, after in pairwise(weeks)]
    assert all(after < 0.75 * before for before, after in pairwise(new))


def test_every_event_can_be_taken_in(events: list[dict[str, str]]) -> None:
    """Known kinds, unique references; `ends` names an earlier event of the same person, or for contacts of a case of
    somebody else; temperatures are degrees."""
    by_ref: dict[str, dict[str, str]] = {}
    for event in events:
        assert event["kind"] in set(Kind)
        assert event["event"] not in by_ref
        by_ref[event["event"]] = event
        if event["kind"] == "temperature":
            assert 35 < float(event["note"]) < 40
        if event["ends"]:
            named = by_ref[event["ends"]]
            assert named["time"] <= event["time"]
            assert (named["person"] == event["person"]) == (event["kind"] != "close_contact_of")
            if event["kind"] == "close_contact_of":
                assert named["kind"] in CASE


def test_contacts_at_home_are_asked_twice_a_day_and_some_are_missed(events: list[dict[str, str]]) -> None:
    """Of 28 temperatures in 14 days nearly all are taken, but not all; then the contact is released."""
    taken, started, released = Counter[str](), {}, {}
    for event in events:
        if event["kind"] == "home_isolation_start":
            started[event["person"]] = event["time"]
        elif event["kind"] == "released":
            released[event["person"]] = event["time"]
        elif event["kind"] == "temperature" and event["person"] in started:
            taken[event["person"]] += 1
    whole = [person for person in started if person in released]
    assert len(whole) > 0.6 * len(started)
    share = sum(taken[person] for person in whole) / (28 * len(whole))
    assert 0.85 < share < 0.99
    for person in whole[:50]:
        stay = datetime.fromisoformat(released[person]) - datetime.fromisoformat(started[person])
        assert timedelta(days=13, hours=20) < stay < timedelta(days=14, hours=4)


def test_cases_come_in_clusters(events: list[dict[str, str]], compounds: list[Compound]) -> None:
    """More than a quarter of the cases share their home with another case, which chance alone would not do."""
    from shouwang.site.demo.homes import homes
    from shouwang.site.demo.people import person

    home_of = {
        person(one.code, who): (one.code, home.number)
        for one in compounds
        for home in homes(one)
        for who, _sex, _age in home.members
    }
    cases = {event["person"] for event in events if event["kind"] in CASE}
    homes_hit = Counter(home_of[case] for case in cases)
    assert sum(homes_hit[home_of[case]] > 1 for case in cases) > 0.25 * len(cases)


def test_what_is_told_up_to_a_moment_is_the_beginning_of_what_is_told_later(
    compounds: list[Compound], events: list[dict[str, str]]
) -> None:
    """References and contents stay; nothing at or after the moment is told."""
    moment = datetime.fromisoformat("2020-02-14T09:30:00+08:00")
    early = [dict(zip(epidemic.COLUMNS, row, strict=True)) for row in epidemic.events(compounds, SCALE, moment)]
    assert early == [event for event in events if event["time"] < moment.isoformat()]


def test_days_are_handed_over_one_by_one_without_losing_or_doubling_an_event(
    compounds: list[Compound], events: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Chunks of a first run and of a later one that goes on from there hold every event once, in its chunk."""
    folder = tmp_path_factory.mktemp("chunks")
    first, last, later = date(2020, 2, 10), date(2020, 2, 12), date(2020, 2, 14)
    seen: list[str] = []
    known = None
    for until_day in (last, later):
        ends = ends_of_chunks(known, first, until_day)
        before = known
        with written(epidemic.events(compounds, SCALE, ends[-1]), known, ends, folder) as files:
            for end, several in zip(ends, files, strict=True):
                for path in several:
                    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
                        ref, time, *_rest = line.split(",")
                        assert datetime.fromisoformat(time) < end
                        assert before is None or datetime.fromisoformat(time) >= before
                        seen.append(ref)
                before = end
        assert not list(folder.iterdir())
        known = ends[-1]
    assert known is not None
    assert len(seen) == len(set(seen))
    assert set(seen) == {event["event"] for event in events if event["time"] < known.isoformat()}
    assert ends_of_chunks(known, first, last) == []
    assert ends_of_chunks(None, first, first) == [start_of(first), start_of(first) + timedelta(hours=22, minutes=30)]


def test_every_person_is_somebody_of_the_register(compounds: list[Compound], events: list[dict[str, str]]) -> None:
    """References are those of people.residents."""
    heads = {one.code: one.residents for one in compounds}
    told: dict[str, set[int]] = defaultdict(set)
    for event in events:
        code, _, number = event["person"].rpartition("-")
        told[code].add(int(number))
    assert all(min(numbers) >= 1 and max(numbers) <= heads[code] for code, numbers in told.items())
