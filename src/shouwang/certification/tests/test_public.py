"""What anybody sees without signing in: certified places, the notice board and objections, rounds, open data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from shouwang import clock
from shouwang.areas.models import Area
from shouwang.certification import public_pages, queries
from shouwang.certification.models import Objection, Round
from shouwang.certification.rules import what_does_not_add_up
from shouwang.certification.tests.test_deeds import close, name, to_notice
from shouwang.residents.models import SignInTry

At = Callable[[str], None]
ANYBODY = {"accept-language": "en"}


@pytest.fixture
def anybody() -> Client:
    return Client(headers=ANYBODY)


def page(client: Client, url: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"certification:{url}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_the_list_is_of_those_named_now(at: At, tree: dict[str, Area], post: Any, told: Any, anybody: Client) -> None:
    """Searched by name, kind and district, with shares and their denominator; a suspension takes a place off it."""
    name(at, post, "X1", "V1")
    assert "Certified on 2020-03-14: 1" in page(anybody, "certified")
    assert "25.0" in page(anybody, "certified")
    for query, found in (
        ({"q": "x1"}, 1),
        ({"q": "X2"}, 0),
        ({"level": "village"}, 0),
        ({"area": "D1"}, 1),
        ({"area": "D2"}, 0),
    ):
        assert f": {found}</caption>" in re.sub(r"\s+</caption>", "</caption>", page(anybody, "certified", **query)), (
            query
        )
    at("2020-03-16T08:00")
    event = told("P1", "suspected", "2020-03-16T07:00")
    assert ": 0" in page(anybody, "certified")
    assert event not in page(anybody, "check", "X1")


@pytest.mark.django_db
def test_an_objection_is_taken_from_anybody(at: At, tree: dict[str, Area], post: Any, anybody: Client) -> None:
    """It holds the naming back, has a number, and nothing of whoever wrote it is stored."""
    at("2020-03-09T08:00")
    to_notice(post, "X1", "V1")
    assert "X1" in page(anybody, "notice")
    form = page(anybody, "object", "X1")
    stamp = re.search(r'name="stamp" value="([^"]+)"', form)
    assert stamp
    address = reverse("certification:object", args=["X1"])
    sent = {"stamp": stamp[1], "said": "the back gate is open at night"}
    assert anybody.post(address, sent).status_code == 400, "quicker than anybody writes"
    at("2020-03-09T08:01")
    for wrong in ({**sent, "website": "x"}, {**sent, "stamp": "made-up"}, {**sent, "said": " "}):
        assert anybody.post(address, wrong).status_code == 400, wrong
    assert not Objection.objects.exists()
    thanks = anybody.post(address, sent)
    number = Objection.objects.get().pk
    assert f"number {number}" in thanks.content.decode()
    close(at, "2020-03-14")
    assert str(queries.standing(tree["X1"].pk).state) == "noticed"  # type: ignore[union-attr]


def send(client: Client, code: str, at: At, moment: str, **more: str) -> int:
    """Open the form, write for a minute, send it; the answer's status."""
    at(f"2020-03-09T{moment}:00")
    stamp = re.search(r'name="stamp" value="([^"]+)"', page(client, "object", code))
    assert stamp
    at(f"2020-03-09T{moment}:59")
    sent = {"stamp": stamp[1], "said": "open at night", **more}
    return client.post(reverse("certification:object", args=[code]), sent, REMOTE_ADDR="10.0.0.7").status_code


@pytest.mark.django_db
def test_one_sender_cannot_speak_for_everybody(at: At, tree: dict[str, Area], post: Any, anybody: Client) -> None:
    """A page is sent once, and one address sends five in an hour; others are still heard, and so is it an hour later.
    The address itself is not stored."""
    at("2020-03-09T08:00")
    to_notice(post, "X1", "V1")
    assert [send(anybody, "X1", at, f"09:{minute:02}") for minute in range(6)] == [200] * 5 + [429]
    assert send(anybody, "X1", at, "10:30") == 200
    stamp = re.search(r'name="stamp" value="([^"]+)"', page(anybody, "object", "X1"))
    at("2020-03-09T10:32")
    sent = {"stamp": stamp[1] if stamp else "", "said": "open at night"}
    address = reverse("certification:object", args=["X1"])
    assert anybody.post(address, {**sent, "said": "."}, REMOTE_ADDR="10.0.0.8").status_code == 400
    answers = [anybody.post(address, sent, REMOTE_ADDR=f"10.0.0.{number}").status_code for number in (8, 9)]
    assert answers == [200, 400], "what was refused spent nothing; what was taken is taken once"
    assert Objection.objects.count() == 7
    assert not [row for row in SignInTry.objects.all() if b"10.0.0" in bytes(row.key)]


@pytest.mark.django_db
def test_objections_to_one_place_have_a_limit(
    at: At, tree: dict[str, Area], post: Any, anybody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shouwang.certification import public_pages

    monkeypatch.setattr(public_pages, "A_DAY", 2)
    at("2020-03-09T08:00")
    to_notice(post, "X1", "V1")
    assert [send(anybody, "X1", at, f"09:0{minute}") for minute in range(3)] == [200, 200, 429]


@pytest.mark.django_db
def test_a_notice_runs_from_its_beginning(at: At, tree: dict[str, Area], post: Any, told: Any, anybody: Client) -> None:
    """Somebody suspected and excluded while it runs holds the unit and begins no other notice."""
    at("2020-03-09T08:00")
    to_notice(post, "X1", "V1")
    at("2020-03-11T08:00")
    event = told("P1", "suspected", "2020-03-10T07:00")
    told("P1", "excluded", "2020-03-11T07:00", ends=event)
    board = re.sub(r"<[^>]+>", " ", page(anybody, "notice"))
    assert re.search(r"9 March 2020\s+.*12 March 2020\s+.*14 March 2020", board, re.DOTALL)


@pytest.mark.django_db
def test_a_name_that_a_spreadsheet_would_run_is_kept_from_it(
    at: At, tree: dict[str, Area], post: Any, anybody: Client
) -> None:
    name(at, post, "X1", "V1")
    Area.objects.filter(code="X1").update(name="=1+1")
    rows = anybody.get(reverse("certification:open_certified", args=["csv"])).content.decode()
    assert [row["name"] for row in csv.DictReader(io.StringIO(rows))] == ["'=1+1"]


@pytest.mark.django_db
def test_no_objection_where_no_notice_runs(at: At, tree: dict[str, Area], anybody: Client) -> None:
    assert "not under public notice" in page(anybody, "object", "X2")


@pytest.mark.django_db
def test_a_round_is_told_and_adds_up(at: At, tree: dict[str, Area], post: Any, told: Any, anybody: Client) -> None:
    """Before, new, removed, net and the denominator; the units by name; what does not add up is said on the page."""
    name(at, post, "X1", "V1")
    at("2020-03-16T08:00")
    told("P1", "suspected", "2020-03-16T07:00")
    close(at, "2020-03-17")
    shown = page(anybody, "round", "2020-03-17")
    assert "suspended" in shown
    assert "is not what remains" not in shown
    assert "Round 4" in page(anybody, "rounds")
    held = Round.objects.get(day="2020-03-17")
    held.balance["compound"]["net"] += 1
    held.save()
    assert "named in total less removed is not what remains" in page(anybody, "round", "2020-03-17")
    assert anybody.get(reverse("certification:round", args=["2020-03-18"])).status_code == 404
    assert anybody.get(reverse("certification:round", args=["some-day"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("held", [0, 1, 2, 3])
def test_the_list_of_rounds_has_each_round_once(
    at: At, tree: dict[str, Area], post: Any, anybody: Client, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None, one, a full page, and one more than a page holds."""
    monkeypatch.setattr(public_pages, "ROUNDS_ON_A_PAGE", 2)
    name(at, post, "X1", "V1")
    Round.objects.all().delete()
    for number in range(held):
        close(at, f"2020-03-{17 + 3 * number}")
    shown = page(anybody, "rounds")
    assert [int(each) for each in re.findall(r"Round (\d+)", shown)] == [5 + each for each in range(held)][::-1][:2]


@pytest.mark.django_db
def test_open_data_says_what_the_pages_say(
    at: At, tree: dict[str, Area], post: Any, told: Any, anybody: Client
) -> None:
    name(at, post, "X1", "V1")
    told("P2", "suspected", "2020-03-14T07:00")
    as_json = anybody.get(reverse("certification:open_certified", args=["json"]))
    assert [row["code"] for row in as_json.json()["rows"]] == ["X1"]
    compounds = next(one for one in as_json.json()["shares"] if one["level"] == "compound")
    assert (compounds["day"], compounds["net"], compounds["units"], compounds["percent"]) == (
        "2020-03-14",
        1,
        4,
        "25.0",
    )
    as_csv = anybody.get(reverse("certification:open_certified", args=["csv"])).content.decode()
    assert [row["named_day"] for row in csv.DictReader(io.StringIO(as_csv))] == ["2020-03-14"]
    rounds = anybody.get(reverse("certification:open_rounds", args=["csv"])).content.decode()
    [row] = [row for row in csv.DictReader(io.StringIO(rounds)) if row["level"] == "compound"][:1]
    assert (row["named"], row["net"], row["units"], row["percent"]) == ("1", "1", "4", "25.0")
    again = anybody.get(
        reverse("certification:open_certified", args=["json"]), headers={"if-none-match": as_json["ETag"]}
    )
    assert again.status_code == 304
    assert anybody.get(reverse("certification:open_certified", args=["xml"])).status_code == 404


COUNT = st.integers(0, 50)


@given(
    before=COUNT, named=COUNT, restored=COUNT, suspended=COUNT, cancelled=COUNT, units=st.integers(0, 300), off=COUNT
)
def test_only_what_does_not_add_up_is_told(
    before: int, named: int, restored: int, suspended: int, cancelled: int, units: int, off: int
) -> None:
    """A figure that is off by any number is named; one that adds up is not."""
    net = before + named + restored - suspended - cancelled
    told = {
        "before": before, "named": named, "restored": restored, "suspended": suspended, "cancelled": cancelled,
        "net": net + off, "units": units,
    }  # fmt: skip
    wrong = what_does_not_add_up(told, before)
    assert ("net" in wrong) == (off != 0)
    assert ("negative" in wrong) == (net + off < 0)
    assert ("units" in wrong) == (net + off > units)
    assert "before" in what_does_not_add_up(told, before + 1)


@pytest.mark.django_db
def test_a_stale_page_is_not_taken(at: At, tree: dict[str, Area], post: Any, anybody: Client) -> None:
    at("2020-03-09T08:00")
    to_notice(post, "X1", "V1")
    stamp = re.search(r'name="stamp" value="([^"]+)"', page(anybody, "object", "X1"))
    later = clock.now() + timedelta(hours=7)
    at(later.astimezone(clock.ZONE).strftime("%Y-%m-%dT%H:%M"))
    sent = {"stamp": stamp[1] if stamp else "", "said": "open at night"}
    assert anybody.post(reverse("certification:object", args=["X1"]), sent).status_code == 400
