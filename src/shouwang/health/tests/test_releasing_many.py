"""Releasing a large file: whole, with the colours that follow, in a time that is told before the button is pressed."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from shouwang.areas.models import Area
from shouwang.command.policy import Role
from shouwang.health import releasing
from shouwang.health.models import HealthEvent, Hold
from shouwang.health.tests.places import file_of, house, scope_at
from shouwang.intake.actions import take_in
from shouwang.journal.actions import Actor

MANY = 50_000


@pytest.mark.slow
@pytest.mark.django_db
def test_fifty_thousand(
    tree: dict[str, Area], tmp_path: Path, django_capture_on_commit_callbacks: Any, capsys: Any
) -> None:
    """A laboratory's file of fifty thousand people is released by one click; nothing is timed, the figure is shown."""
    from shouwang.codes.models import ColourStatus

    house(tree["X1"], [f"T{number}" for number in range(MANY)])
    rows = [(f"e{number}", "2020-04-30T08:00", f"T{number}", "close_contact") for number in range(MANY)]
    desk = Actor("person", "desk", 7, 1, tree["4201"].path)
    report = take_in("health-events", file_of(tmp_path, rows), by=desk, scope_path=tree["4201"].path)
    assert (report.taken, report.refused) == (0, MANY)
    hold = Hold.objects.get()
    scope = scope_at(tree["4201"], Role.CITY_OFFICER, 8)
    by = Actor("person", "officer-8", 8, 2, tree["4201"].path)
    began = perf_counter()
    with django_capture_on_commit_callbacks(execute=True):
        done = releasing.release(hold.pk, scope=scope, by=by, note="compared with the laboratory's list")
    seconds = perf_counter() - began
    assert (done.recorded, done.refused) == (MANY, 0)
    assert HealthEvent.objects.count() == MANY
    assert ColourStatus.objects.values("person").distinct().count() == MANY
    with capsys.disabled():
        print(f"\n{MANY:,} records released in {seconds:.1f} s, {MANY / seconds:,.0f} a second")
