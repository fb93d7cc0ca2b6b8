"""`shouwang holds`: what waits is listed, shown, released by somebody else, or never."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

if TYPE_CHECKING:
    from shouwang.health.models import Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Three records of an account that wait."""
    from shouwang.areas.models import Area
    from shouwang.health.models import HeldFact, Hold
    from shouwang.residents.models import Person
    from shouwang.site.commands import holds

    now = datetime.now(UTC)
    area = Area.objects.create(code="4201", path="4201/", level="city", name="城")
    made = Hold.objects.create(
        author="desk", area_path="4201/", why="many_people", policy_version="p", people=3, made_at=now
    )
    for number in range(3):
        person = Person.objects.create(ref=f"P{number}", name_sealed=b"", area=area, area_path=area.path)
        HeldFact.objects.create(
            hold=made, person=person, deed="record", ref=f"e{number}", kind="suspected", time=now, source="lab"
        )
    monkeypatch.setattr(holds.getpass, "getuser", lambda: "operator-2")
    return made


def run(*words: str) -> Any:
    from shouwang.site.commands.holds import command

    return CliRunner().invoke(command, words, catch_exceptions=True)


def test_listed_shown_released(hold: Hold) -> None:
    """Figures first, then the deed, then nothing waits."""
    from shouwang.health.models import HealthEvent

    told = json.loads(run("list", "--json").output)
    assert [(one["hold"], one["people"], one["records"], one["author"]) for one in told] == [(hold.pk, 3, 3, "desk")]
    assert "desk" in run("list").output
    shown = run("show", str(hold.pk)).output
    assert "suspected" in shown
    assert "about 1 s" in shown
    assert "3 released" in run("release", str(hold.pk), "--note", "compared with the paper").output
    assert HealthEvent.objects.count() == 3
    assert "nothing is waiting" in run("list").output


def test_refused_and_unknown(hold: Hold) -> None:
    """What is not released never counts; a number that is none is said so; a reason is asked."""
    from shouwang.health.models import HealthEvent
    from shouwang.refusal import Refusal

    assert isinstance(run("release", "999999", "--note", "who knows").exception, Refusal)
    assert isinstance(run("refuse", str(hold.pk), "--note", " ").exception, Refusal)
    assert run("refuse", str(hold.pk), "--note", "nobody knows it").exit_code == 0
    assert not HealthEvent.objects.exists()
    assert isinstance(run("release", str(hold.pk), "--note", "after all").exception, Refusal)


def test_nobody_releases_their_own(hold: Hold) -> None:
    """The same operator is no second pair of eyes."""
    from shouwang.refusal import Refusal

    hold.author = "operator-2"
    hold.save()
    done = run("release", str(hold.pk), "--note", "it is mine")
    assert isinstance(done.exception, Refusal)
    assert done.exception.code == "health.own_hold"
