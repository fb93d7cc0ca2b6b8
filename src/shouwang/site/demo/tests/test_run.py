"""A demonstration is made once: a second run does only what is missing, and the figures are those of its events."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from shouwang.accounts.models import Account
from shouwang.areas import queries as areas
from shouwang.areas.models import ClosureStatus
from shouwang.command.models import Post, StageStatus
from shouwang.health.models import HealthEvent
from shouwang.intake.models import TakeIn
from shouwang.journal.models import JobRun
from shouwang.measures import queries as figures
from shouwang.residents.models import Person
from shouwang.site.advice import Advice
from shouwang.site.demo import city, epidemic
from shouwang.site.demo.run import run

SCALE = 0.002
FIRST, LAST, LATER = date(2020, 2, 12), date(2020, 2, 13), date(2020, 2, 14)


def cases_until(moment: str) -> int:
    """People with a standing confirmation, counted from the generated rows."""
    compounds = city.compounds(city.read_tree(), city.read_outlines(), SCALE)
    rows = list(epidemic.events(compounds, SCALE, datetime.fromisoformat(moment)))
    withdrawn = {ends for _ref, _time, _person, kind, ends, _source, _note in rows if kind == "excluded"}
    confirmed = ("confirmed", "clinically_diagnosed")
    return len({row[2] for row in rows if row[3] in confirmed and row[0] not in withdrawn})


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_demonstration_is_made_once_and_goes_on_from_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """First run: everything. Second: nothing new. A later last day: only what is missing. Another scale: refused."""
    run(tmp_path, SCALE, FIRST, LAST)
    assert "2020-02-13" in capsys.readouterr().out
    top = areas.root()
    assert top is not None
    assert Person.objects.count() == round(9_000_000 * SCALE)
    assert ClosureStatus.objects.count() > 0.8 * areas.compounds(top.path).count()
    assert [status.stage for status in StageStatus.objects.order_by("from_day")] == ["outbreak", "strict_closure"]
    assert figures.figures(top.path, FIRST)["cases_cumulative"] == cases_until("2020-02-13T00:00:00+08:00")
    assert figures.figures(top.path, LAST)["cases_cumulative"] == cases_until("2020-02-13T22:30:00+08:00")
    sign_ins = json.loads((tmp_path / "demo-signins.json").read_text(encoding="utf-8"))
    assert (tmp_path / "demo-signins.json").stat().st_mode & 0o777 == 0o600
    for row in sign_ins:
        account = Account.objects.get(username=row["username"])
        assert account.check_password(row["password"])
        assert set(Post.objects.filter(account=account).values_list("area__code", flat=True)) == set(row["area_codes"])
    assert not (tmp_path / "demo").exists()

    tables = (Account, ClosureStatus, HealthEvent, JobRun, Person, Post, StageStatus, TakeIn)
    counts = [model.objects.count() for model in tables]
    run(tmp_path, SCALE, FIRST, LAST)
    assert [model.objects.count() for model in tables] == counts

    files = TakeIn.objects.count()
    run(tmp_path, SCALE, FIRST, LATER)
    assert figures.figures(top.path, LAST)["cases_cumulative"] == cases_until("2020-02-14T00:00:00+08:00")
    assert figures.figures(top.path, LATER)["cases_cumulative"] == cases_until("2020-02-14T22:30:00+08:00")
    assert TakeIn.objects.count() <= files + 2

    with pytest.raises(Advice, match=r"at scale 0\.002"):
        run(tmp_path, 0.001, FIRST, LATER)


@pytest.mark.django_db
def test_a_folder_with_a_real_city_is_left_alone(tmp_path: Path) -> None:
    """Where places are registered and no demonstration is remembered, nothing is generated."""
    from shouwang.areas import actions
    from shouwang.areas.planting import AreaRow
    from shouwang.journal.actions import Actor

    actions.import_areas([AreaRow("42", "市", "city", "")], by=Actor.system("test"))
    with pytest.raises(Advice, match="not a demonstration"):
        run(tmp_path, SCALE, FIRST, LAST)
    assert not (tmp_path / "demo.json").exists()
