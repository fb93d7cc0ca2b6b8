"""The demonstration's day at the gates: phones, guards, passages through the real way in, and a code for a visitor."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shouwang import clock
from shouwang.journal.actions import Actor

pytestmark = pytest.mark.django_db
UNTIL = datetime(2020, 2, 20, 14, 29, 59, tzinfo=UTC)
BY = Actor.operator("demo")


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, settings: Any) -> Any:
    """A closed compound with a guard and thirty people, one of them red, in the evening of the last day."""
    from shouwang.accounts.models import Account
    from shouwang.areas.actions import close_compound
    from shouwang.areas.models import Area
    from shouwang.codes.models import ColourStatus
    from shouwang.command.actions import grant_post
    from shouwang.command.policy import Role
    from shouwang.gates import actions, partitions
    from shouwang.residents.models import Household, Person

    settings.CODE_KEYS_DIR = tmp_path / "code-keys"
    with clock.frozen(noon := datetime(2020, 2, 12, 4, tzinfo=UTC)):
        found: dict[str, Area] = {}
        rows = [("4201", "city", ""), ("420102", "district", "4201"), ("S", "street", "420102"),
                ("C", "community", "S"), ("X", "compound", "C")]  # fmt: skip
        for code, level, parent in rows:
            above = found.get(parent)
            path = f"{above.path if above else ''}{code}/"
            found[code] = Area.objects.create(code=code, path=path, parent=above, level=level, name=code)
        home = found["X"]
        close_compound(home, by=BY, why="as a test", entrance="gate")
        actions.keep_in_step()
        guard = Account.objects.create(username="guard", display_name="Guard")
        grant_post(guard, Role.GATE_GUARD, "X", clock.today(), by=BY)
        household = Household.objects.create(area=home, area_path=home.path, ref="H")
        people = Person.objects.bulk_create(
            Person(ref=f"P{n}", name_sealed=b"", area=home, area_path=home.path, household=household) for n in range(30)
        )
        ColourStatus.objects.create(
            person=people[0], area=home, area_path=home.path, colour="red", since=noon, rule="confirmed",
            policy_version="v",
        )  # fmt: skip
    with clock.frozen(UNTIL):
        partitions.make_ahead(clock.today())
        yield people


def test_a_day_is_lived(city: Any) -> None:
    """A phone each, a guard on duty, passages of the day alone; whoever is red is never let through."""
    from shouwang.gates.models import Device, Passage, Quarantine, ShiftEvent
    from shouwang.site.demo import watch

    phones, passages = watch.live_a_day(UNTIL, by=BY)
    assert (phones, Device.objects.count()) == (1, 1)
    assert passages == Passage.objects.count() > 10
    assert not Quarantine.objects.exists()
    assert {clock.local_day(at) for at in Passage.objects.values_list("at", flat=True)} == {clock.today()}
    assert not [at for at in Passage.objects.values_list("at", flat=True) if at > UNTIL]
    assert ShiftEvent.objects.filter(kind="check_in", guard__username="guard").count() == 2
    red = Passage.objects.filter(row=city[0].pk)
    assert not red.filter(verdict="pass").exists()
    assert Device.objects.get().app_version


def test_a_visitor_gets_a_code_that_works(tmp_path: Path) -> None:
    """It is kept while it is good, and another takes its place once it was used; the PIN stays."""
    from shouwang.gates import actions
    from shouwang.gates.models import GuardPin
    from shouwang.site.demo import watch

    def told() -> dict[str, Any]:
        watch.invite(tmp_path, by=BY)
        return dict(json.loads((tmp_path / "demo-gate.json").read_text(encoding="utf-8")))

    first = told()
    assert told() == first
    pin = GuardPin.objects.get()
    assert actions.stretched(first["pin"], bytes(pin.salt), pin.iterations) == bytes(pin.hash)
    actions.enrol(first["code"])
    second = told()
    assert second["code"] != first["code"]
    assert second["pin"] == first["pin"]
