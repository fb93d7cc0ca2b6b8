"""The dated rules of the gates: what each stage and state makes of a compound's row, and what a file may not say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from passage_cases import DEFAULTS, timed

from shouwang.command.policy import Stage
from shouwang.gates.passage_policy import Compound, PassageRules, policy_row
from shouwang.gates.policy import Access, ExitKind, PassagePolicy, PermitKind, Verdict
from shouwang.policybook import queries
from shouwang.policybook.policy import PolicyFault
from shouwang.site.policies import typed_readers

ROOT = Path(__file__).parents[2]
WUHAN = "4201/420102/420102002/420102002001/420102002001001/"


def row(day: date, compound: Compound, stage: Stage = Stage.STRICT_CLOSURE, **more: Any) -> PassagePolicy:
    """The row of a gate in Wuhan."""
    rules = PassageRules.from_policy(queries.in_force("passage", day, WUHAN))
    return policy_row(
        rules, stage=stage, compound=compound, gate="g1", version="v", day=day, issued=1, expires=2, **more
    )


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2020, 2, 10), "generic/passage-always"),
        (date(2020, 2, 11), "wuhan-2020/passage-2020-02-11"),
        (date(2020, 3, 17), "wuhan-2020/passage-2020-02-11"),
        (date(2020, 3, 18), "wuhan-2020/passage-2020-03-18"),
        (date(2020, 4, 7), "wuhan-2020/passage-2020-03-18"),
        (date(2020, 4, 8), "wuhan-2020/passage-2020-04-08"),
        (date(2022, 1, 1), "wuhan-2020/passage-2020-04-08"),
    ],
)
def test_each_stage_of_control_has_its_rules_from_its_day(day: date, version: str) -> None:
    """Closed strictly from 11 February, relaxed by certification from 18 March, normal from 8 April 2020."""
    assert queries.in_force("passage", day, WUHAN).version == version


NAMED = Compound("c", closed=True, certified_on=date(2020, 3, 20))


@pytest.mark.parametrize(
    ("day", "compound", "stage", "state", "kind"),
    [
        (date(2020, 2, 11), Compound("c", closed=True), Stage.STRICT_CLOSURE, "closed", ExitKind.DUTY),
        (date(2020, 2, 11), Compound("c", closed=False), Stage.OUTBREAK, "open", ExitKind.FREE),
        (date(2020, 3, 1), NAMED, Stage.STRICT_CLOSURE, "closed", ExitKind.DUTY),
        (date(2020, 3, 19), NAMED, Stage.GRADUAL_REOPENING, "closed", ExitKind.DUTY),
        (date(2020, 3, 20), NAMED, Stage.GRADUAL_REOPENING, "certified", ExitKind.DUTY),
        (date(2020, 3, 26), NAMED, Stage.GRADUAL_REOPENING, "certified", ExitKind.DUTY),
        (date(2020, 3, 27), NAMED, Stage.GRADUAL_REOPENING, "certified_week", ExitKind.DUTY),
        (
            date(2020, 3, 21),
            Compound("c", True, date(2020, 3, 20), in_certified_community=True),
            Stage.GRADUAL_REOPENING,
            "certified_community",
            ExitKind.QUOTA,
        ),
        (
            date(2020, 3, 21),
            Compound("c", True, None, in_certified_community=True),
            Stage.GRADUAL_REOPENING,
            "closed",
            ExitKind.DUTY,
        ),
        (
            date(2020, 3, 21),
            Compound("c", True, date(2020, 3, 20), village=True),
            Stage.GRADUAL_REOPENING,
            "certified_village",
            ExitKind.PERMIT,
        ),
        (date(2020, 4, 8), Compound("c", closed=True), Stage.NORMAL_CONTROL, "normal", ExitKind.FREE),
        (date(2020, 2, 11), Compound("c", closed=True), Stage.NORMAL_CONTROL, "normal", ExitKind.FREE),
        (date(2020, 5, 11), Compound("c", closed=True), Stage.STRICT_CLOSURE, "closed", ExitKind.DUTY),
    ],
)
def test_a_compound_is_in_the_state_its_facts_reach(
    day: date, compound: Compound, stage: Stage, state: str, kind: ExitKind
) -> None:
    """A certification that is suspended or cancelled is none; in the normal stage only the stage counts."""
    found = row(day, compound, stage)
    assert (found.state, found.exit.kind, found.stage) == (state, kind, stage)


def test_a_row_has_the_figures_of_its_policy_and_the_facts_of_its_compound() -> None:
    """Nothing of it is typed twice: figures from the file, lists from the compound."""
    found = row(
        date(2020, 3, 21),
        Compound("420102002001001", True, date(2020, 3, 20), in_certified_community=True),
        Stage.GRADUAL_REOPENING,
        barred_dwellings=["3-", "1-1-101", "3-"],
        confined_households=[9, 5],
    )
    assert found.rules == "wuhan-2020/passage-2020-03-18"
    assert (found.fever_tenths, found.second_reading_minutes, found.clock_tolerance) == (373, 5, 120)
    assert (found.exit.people, found.exit.interval_days, found.exit.stay_minutes) == (1, 1, 120)
    assert found.enter.couriers is Access.GATE
    assert PermitKind.SPECIAL_DUTY in found.exit.permit_kinds
    assert (found.barred_dwellings, found.confined_households) == (("1-1-101", "3-"), (5, 9))
    assert PassagePolicy.from_json(found.to_json()) == found


def test_in_the_normal_stage_dwellings_are_not_barred() -> None:
    """A list that is still there when the stage changes does not become a condition of entry."""
    found = row(date(2020, 4, 8), Compound("c", True), Stage.NORMAL_CONTROL, barred_dwellings=["3-"])
    assert found.barred_dwellings == ()


ELSEWHERE = "6101/610103/"
"""A place of another province: neither Wuhan's rules nor a file of its own."""


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2022, 6, 27), "generic/passage-always"),
        (date(2022, 6, 28), "prc-2022/passage-2022-06-28"),
        (date(2023, 1, 1), "prc-2022/passage-2022-06-28"),
    ],
)
def test_the_ninth_edition_holds_where_no_place_has_rules_of_its_own(day: date, version: str) -> None:
    """From its day, everywhere but where a place has its own: Wuhan keeps the normal stage it declared."""
    assert queries.in_force("passage", day, ELSEWHERE).version == version
    assert queries.in_force("passage", day, WUHAN).version == "wuhan-2020/passage-2020-04-08"


def test_the_ninth_edition_closes_compounds_of_high_and_medium_risk() -> None:
    """Stay in, service to the door; certification of 2020 relaxes nothing there; the normal stage adds no condition."""
    rules = PassageRules.from_policy(queries.in_force("passage", date(2022, 7, 1), ELSEWHERE))
    closed = rules.in_state(rules.state_of(NAMED, Stage.STRICT_CLOSURE, date(2022, 7, 1)), Stage.STRICT_CLOSURE)
    assert (closed.state, closed.exit.kind, closed.enter.deliveries) == ("closed", ExitKind.DUTY, Access.GATE)
    normal = rules.in_state(rules.state_of(NAMED, Stage.NORMAL_CONTROL, date(2022, 7, 1)), Stage.NORMAL_CONTROL)
    assert (normal.exit.kind, normal.enter.visitors) == (ExitKind.FREE, Access.YES)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("closed", [True, False])
def test_every_stage_has_a_row_under_every_policy(stage: Stage, closed: bool) -> None:
    """Whatever stage is declared on whatever day, the gate has rules, and a broken thermometer is a check."""
    for policy in queries.policies():
        if policy.topic == "passage":
            rules = PassageRules.from_policy(policy)
            state = rules.state_of(Compound("c", closed), stage, date(2020, 3, 1))
            assert rules.in_state(state, stage).not_measured is Verdict.CHECK


SHIPPED = queries.SHIPPED / "wuhan-2020" / "passage-2020-04-08.yaml"
FREE = 'enter: {visitors: "yes", vehicles: "yes", deliveries: "yes", couriers: "yes"}'
NORMAL = "      state: normal\n      " + FREE + "\n      exit: {kind: free}\n"


def faults(tmp_path: Path, old: str, new: str) -> list[Any]:
    """The faults of the shipped file with one change."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wuhan-2020").mkdir()
    (tmp_path / "wuhan-2020" / SHIPPED.name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return queries.check_directories([tmp_path], typed_readers())


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NORMAL.replace('visitors: "yes"', "visitors: permit"), "body.rules.normal.enter"),
        (NORMAL.replace('visitors: "yes"', "visitors: reason"), "body.rules.normal.enter"),
        (NORMAL.replace('couriers: "yes"', "couriers: gate"), "body.rules.normal.enter"),
        (NORMAL.replace('vehicles: "yes"', 'vehicles: "no"'), "body.rules.normal.enter"),
        (NORMAL + '      hours: [["06:00", "22:00"]]\n', "body.rules.normal.hours"),
        (NORMAL.replace("{kind: free}", "{kind: permit}"), "body.rules.normal.exit"),
        (NORMAL.replace("{kind: free}", "{kind: quota, interval_days: 1}"), "body.rules.normal.exit"),
        (NORMAL.replace("{kind: free}", "{kind: duty}"), "body.rules.normal.exit"),
    ],
)
def test_a_file_cannot_add_a_condition_to_the_normal_stage(tmp_path: Path, new: str, field: str) -> None:
    """`shouwang policy check` refuses it with the rule's own words, in both languages, on its line."""
    [fault] = faults(tmp_path, NORMAL, new)
    assert fault.field == field
    assert "no extra local condition" in fault.words("en")
    assert "不得另加条件" in fault.words("zh")
    assert fault.line > 100


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        (
            "value: [identity, code, mask, temperature]",
            "value: [identity, code, mask, vaccine]",
            "body.musts.value",
            "",
        ),
        ("value: 37.3", "value: 37.25", "body.fever_threshold.value", "tenths"),
        ("value: 37.3", "value: 33.0", "body.fever_threshold", "believed"),
        ("gives: hold", "gives: pass", "body.rules", "red and yellow do not pass"),
        ("colour: grey", "colour: green", "body.rules", "each situation once"),
        ("- id: yellow_out\n", "- id: green\n", "body.rules", "different ids"),
    ],
)
def test_a_file_that_contradicts_itself_is_told_where(
    tmp_path: Path, old: str, new: str, field: str, said: str
) -> None:
    """Further musts, half tenths, red that passes, a colour said twice."""
    found = faults(tmp_path, old, new)
    assert any(fault.field.startswith(field) and said in fault.words("en") for fault in found), found


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"enter": {"visitors": "permit"}}, "enter"),
        ({"hours": [{"start": 360, "end": 1320}]}, "hours"),
        ({"barred_dwellings": ["3-1-502"]}, "barred_dwellings"),
        ({"exit": {"kind": "permit"}}, "exit"),
    ],
)
def test_a_row_cannot_add_a_condition_to_the_normal_stage(change: dict[str, Any], field: str) -> None:
    """Not in the office and not on its way to the phone: such a row cannot be made or read."""
    plain = row(date(2020, 4, 8), Compound("c", False), Stage.NORMAL_CONTROL).to_json()
    with pytest.raises(PolicyFault) as raised:
        PassagePolicy.from_json({**plain, **change})
    assert raised.value.field == field
    assert "no extra local condition" in raised.value.expected.en


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"must_be_vaccinated": True}, "must_be_vaccinated"),
        ({"exit": {"kind": "free", "per_week": 2}}, "exit.per_week"),
        ({"musts": ["identity", "vaccine"]}, "row"),
        ({"fever_tenths": "37.3"}, "row"),
        ({"expires": 0}, "expires"),
        ({"musts": ["mask", "mask"]}, "musts"),
        ({"permits": [{**DEFAULTS["each"]["permit"], "valid_from": 0, "valid_until": 9}]}, "permits.0.holder"),
        ({"freshness": {"normal": 900, "banner": 120}}, "freshness"),
    ],
)
def test_a_row_that_is_not_understood_is_not_obeyed(change: dict[str, Any], field: str) -> None:
    """A key that nobody knows could be a condition that nobody checks."""
    plain = timed(DEFAULTS["policy"], 1_582_164_000)
    with pytest.raises(PolicyFault) as raised:
        PassagePolicy.from_json({**plain, **change})
    assert raised.value.field == field


def test_the_examples_of_other_cities_are_sound_and_say_their_quotas() -> None:
    """Xi'an: every two days, two hours; Yangling: three."""
    examples = ROOT / "docs" / "examples" / "policies"
    assert queries.check_directories([examples], typed_readers()) == []
    found = {}
    for policy in queries.policies([examples]):
        if policy.topic == "passage":
            found[policy.pack] = PassageRules.from_policy(policy).states["closed"].exit
    queries.forget()
    assert (found["xian-2021"].interval_days, found["xian-2021"].stay_minutes) == (2, 120)
    assert (found["yangling-2022"].interval_days, found["yangling-2022"].stay_minutes) == (2, 180)
