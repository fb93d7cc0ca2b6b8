"""`shouwang bulletin` and `shouwang risk`: JSON, paper, tables, exit codes, and days that cannot be told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from shouwang.areas.models import Area
from shouwang.bulletins.tests.town import house, inflated, run, tell
from shouwang.measures import queries as measures
from shouwang.refusal import Refusal
from shouwang.site import cli
from shouwang.site.commands.bulletin import bulletin, risk

DAY = date(2020, 2, 20)


@pytest.fixture
def ill(town: dict[str, Area]) -> dict[str, Area]:
    """One case on the day."""
    tell(*house(town["X1"], "P"), "confirmed", DAY)
    return town


def asked(command: Any, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def refused(command: Any, *arguments: str) -> str:
    """The code of the refusal that a call raises; the command line tells its words and exits 1."""
    with pytest.raises(Refusal) as found:
        asked(command, *arguments)
    assert found.value.words("zh")
    assert found.value.next_step("en")
    return found.value.code


def test_a_day_that_was_not_counted_is_run_first(ill: dict[str, Area]) -> None:
    """Asking is enough: the day is counted, levels are proposed, and the JSON alone is on the output."""
    assert measures.fresh(DAY) is None
    result = asked(bulletin, str(DAY), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["day"] == "2020-02-20"
    assert told["figures"]["cases_new"]["value"] == 1
    assert [row["code"] for row in told["risk"]] == ["420102", "420103", "420104"]
    assert measures.fresh(DAY) is not None


def test_the_bulletin_of_an_area(ill: dict[str, Area]) -> None:
    """By its code; a code that nobody knows is refused before anything is counted."""
    run(DAY)
    told = json.loads(asked(bulletin, str(DAY), "--area", "420103", "--json").stdout)
    assert (told["area"]["code"], told["figures"]["cases_new"]["value"]) == ("420103", 0)
    assert refused(bulletin, str(DAY + timedelta(days=1)), "--area", "nowhere") == "areas.no_such_area"
    assert measures.fresh(DAY + timedelta(days=1)) is None


def test_in_tables_for_people(ill: dict[str, Area]) -> None:
    """Figures, curve, ranking with the level, and what is late; a day without data is a dash."""
    result = CliRunner().invoke(bulletin, [str(DAY)], env={"COLUMNS": "160"}, catch_exceptions=False)
    for words in ("疫情防控通报", "新增确诊", "近七日", "排名", "中 medium", "—"):
        assert words in result.output, words


@pytest.mark.parametrize(("language", "words"), [("zh", "zh-Hans"), ("en", "en")])
def test_on_paper(ill: dict[str, Area], tmp_path: Path, language: str, words: str) -> None:
    """A PDF in the language asked, beside a sentence that says where it is."""
    run(DAY)
    paper = tmp_path / "x.pdf"
    result = asked(bulletin, str(DAY), "--pdf", str(paper), "--language", language)
    assert result.exit_code == 0
    assert str(paper) in result.output
    assert paper.read_bytes().startswith(b"%PDF-")
    assert f"/Lang ({words})" in inflated(paper.read_bytes())


@pytest.mark.parametrize(
    "arguments", [["--json", "--pdf", "x.pdf"], ["--pdf", "no/such/folder/x.pdf"], ["--language", "fr"]]
)
def test_wrong_usage_exits_2(ill: dict[str, Area], arguments: list[str]) -> None:
    """Two answers at once, a folder that is not there, a language that is none; and a date that is none."""
    assert asked(bulletin, str(DAY), *arguments).exit_code == 2
    assert asked(bulletin, "2020-02-30").exit_code == 2


@pytest.mark.parametrize("command", [bulletin, risk])
@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2031-01-01", "bulletins.day_to_come"),
        ("2020-02-19", "bulletins.nothing_recorded_yet"),
        ("0001-01-01", "bulletins.nothing_recorded_yet"),
    ],
)
def test_days_that_cannot_be_told_are_refused(ill: dict[str, Area], command: Any, day: str, code: str) -> None:
    """Tomorrow's facts are not known, and before the first fact there is nothing to count; nothing is stored."""
    assert refused(command, day) == code
    assert measures.fresh(date.fromisoformat(day)) is None


def test_today_is_told_even_while_nothing_happened(town: dict[str, Area]) -> None:
    """A city that has just begun has a bulletin of noughts."""
    told = json.loads(asked(bulletin, "2022-12-01", "--json").stdout)
    assert told["figures"]["cases_new"]["value"] == 0


@pytest.mark.parametrize("command", [bulletin, risk])
def test_before_there_is_any_place(db: None, command: Any) -> None:
    """The words say what to import."""
    assert refused(command, str(DAY)) == "bulletins.nothing_counted"


def test_the_command_line_tells_a_refusal_and_exits_1(
    ill: dict[str, Area], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In Chinese and in English, on the error output."""
    monkeypatch.setattr("sys.argv", ["shouwang", "bulletin", "2031-01-01"])
    monkeypatch.setattr(cli, "prepare", lambda database: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "还没有到" in told.err
    assert "still to come" in told.err


def test_levels_by_county(ill: dict[str, Area]) -> None:
    """Every district with level, rule and reason, as JSON and as a table."""
    told = json.loads(asked(risk, str(DAY), "--json").stdout)
    assert told["day"] == str(DAY)
    assert [(row["code"], row["level"], row["rule"]) for row in told["levels"]] == [
        ("420102", "medium", "few"), ("420103", "low", "never"), ("420104", "low", "never"),
    ]  # fmt: skip
    assert all(row["counts"] is None and row["units"] == [] for row in told["levels"])
    assert "不超过" in asked(risk, str(DAY)).output


def test_levels_by_compound(town: dict[str, Area]) -> None:
    """Under the rule of 2022 the units at risk stand below their district, with how many there are of each level."""
    day = date(2022, 7, 10)
    tell(*house(town["X1"], "P"), "asymptomatic", day)
    levels = {row["code"]: row for row in json.loads(asked(risk, str(day), "--json").stdout)["levels"]}
    assert levels["420102"]["level"] == "high"
    assert levels["420102"]["counts"] == {"none": 0, "low": 2, "medium": 0, "high": 1}
    assert [(unit["code"], unit["rule"]) for unit in levels["420102"]["units"]] == [("X1", "infected_place")]
    assert (levels["420103"]["level"], levels["420103"]["units"]) == ("none", [])
    assert "  X1" in asked(risk, str(day)).output
