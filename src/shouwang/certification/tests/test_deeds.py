"""Steps of people and what follows from facts by itself, over a small tree: rows, notices, journal, corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from shouwang import clock
from shouwang.certification import actions, queries, the_day
from shouwang.certification.actions import Seen
from shouwang.certification.models import CertificationStatus, EvidenceRow, RoundUnit, StepRow, UnitNotice
from shouwang.certification.policy import Item
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

pytestmark = pytest.mark.django_db
OWN = "certification"
SYSTEM = Actor.system("test")
ALL_IN_PLACE = {item: Seen(True, "seen") for item in Item}
At = Callable[[str], None]
Post = Callable[[str, str], Scope]


def who(scope: Scope) -> dict[str, Any]:
    """Somebody doing a deed in their post."""
    by = Actor("person", scope.account_name, scope.account_id, scope.post_id, scope.area_path)
    return {"by": by, "scope": scope}


def day(text: str) -> date:
    return date.fromisoformat(text)


def state(tree: dict[str, Any], code: str) -> str:
    now = queries.standing(tree[code].pk)
    return str(now.state) if now else "none"


def to_notice(post: Post, code: str, community: str, street: str = "S1", district: str = "D1") -> None:
    """One application from its declaration to public notice, each step by whose it is."""
    actions.declare(code, **who(post("community_officer", community)))
    actions.review(code, True, **who(post("street_officer", street)))
    the_day.run(clock.today(), by=SYSTEM)
    actions.assess(code, ALL_IN_PLACE, **who(post("district_officer", district)))
    other = post("district_officer", district)
    second = Scope(**{**{f: getattr(other, f) for f in Scope.__dataclass_fields__}, "account_id": 99, "post_id": 99})
    actions.publish(code, **who(second))


def name(at: At, post: Post, code: str, community: str, **more: str) -> None:
    """Declared on 9 March and named on the 14th."""
    at("2020-03-09T08:00")
    to_notice(post, code, community, **more)
    close(at, "2020-03-14")


def close(at: At, text: str) -> None:
    """The day's job as a day closes."""
    at(f"{text}T23:59:59.999999")
    the_day.run(day(text), by=SYSTEM)


def test_from_declaration_to_naming(at: At, tree: dict[str, Any], post: Post) -> None:
    """Each step is a row with who took it; the round names, says so to the unit, and writes itself down."""
    to_notice(post, "X1", "V1")
    assert state(tree, "X1") == "noticed"
    assert [row.step for row in queries.steps_of(tree["X1"].pk)] == [
        "declared", "first_review", "comparison", "assessment", "notice",
    ]  # fmt: skip
    close(at, "2020-03-11")
    assert state(tree, "X1") == "noticed"
    close(at, "2020-03-14")
    assert state(tree, "X1") == "named"
    share = next(one for one in queries.shares("4201/", day("2020-03-14")) if one.level == "compound")
    assert (share.balance.named, share.balance.net, share.units, str(share.percent)) == (1, 1, 4, "25.0")
    held = queries.rounds().first()
    assert (held.number, held.balance["compound"]["net"]) == (4, 1)
    assert [(row.area.code, row.what) for row in RoundUnit.objects.filter(round=held)] == [("X1", "named")]
    assert UnitNotice.objects.filter(status__state="named").count() == 1
    assert Entry.objects.filter(deed="certification.assessment").exists()
    close(at, "2020-03-16")
    assert queries.explained(tree["X1"], day("2020-03-16")).days_certified == 2


def test_a_day_run_again_changes_nothing(at: At, tree: dict[str, Any], post: Post) -> None:
    """Neither rows nor notices nor entries."""
    name(at, post, "X1", "V1")
    before = (CertificationStatus.objects.count(), UnitNotice.objects.count(), StepRow.objects.count())
    entries = Entry.objects.count()
    counts = the_day.run(day("2020-03-14"), by=SYSTEM)
    assert counts["rows"] == 0
    assert (CertificationStatus.objects.count(), UnitNotice.objects.count(), StepRow.objects.count()) == before
    assert Entry.objects.count() == entries


def test_evidence_suspends_at_once_and_release_restores(at: At, tree: dict[str, Any], post: Post, told: Any) -> None:
    """With the evidence named by its reference, and a notice; the suspended days count."""
    name(at, post, "X1", "V1")
    at("2020-03-16T10:00")
    ref = told("P1", "suspected", "2020-03-16T09:30")
    row = CertificationStatus.objects.latest("pk")
    assert (row.state, row.reason, row.evidence) == ("suspended", "suspected", [ref])
    assert row.since == clock.parse("2020-03-16T09:30")
    assert UnitNotice.objects.filter(status=row).exists()
    at("2020-03-19T10:00")
    told("P1", "excluded", "2020-03-19T09:00")
    assert state(tree, "X1") == "named"
    assert queries.explained(tree["X1"], day("2020-03-19")).days_certified == 5


def test_a_suspect_that_is_confirmed_cancels(at: At, tree: dict[str, Any], post: Post, told: Any) -> None:
    """And it cannot be declared before the fifteenth day after, which the refusal says."""
    name(at, post, "X1", "V1")
    at("2020-03-18T10:00")
    told("P1", "suspected", "2020-03-16T09:30")
    case = told("P1", "confirmed", "2020-03-18T09:00")
    assert state(tree, "X1") == "cancelled"
    at("2020-03-20T10:00")
    with pytest.raises(Refusal) as refused:
        actions.declare("X1", **who(post("community_officer", "V1")))
    assert refused.value.code == "certification.standard_one"
    assert f"before 2 April 2020: confirmed case event {case} on 18 March 2020" in refused.value.words("en")
    assert StepRow.objects.filter(step="declared").count() == 1


def test_a_missed_announcement_does_not_matter(at: At, tree: dict[str, Any], post: Post, people: Any) -> None:
    """The day's job finds what was recorded without being heard of."""
    from shouwang.health import actions as health

    name(at, post, "X1", "V1")
    at("2020-03-16T10:00")
    health.record_event(people["P1"].pk, "close_contact", "2020-03-16T09:30", by=Actor.operator())
    assert state(tree, "X1") == "named"
    the_day.run(day("2020-03-16"), by=SYSTEM)
    assert state(tree, "X1") == "suspended"


def test_a_withdrawn_fact_is_answered_and_says_so(
    at: At, tree: dict[str, Any], post: Post, told: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """What followed from it is answered by a row of reason `corrected` at its own moment; nothing is edited."""
    from shouwang.health import actions as health

    name(at, post, "X1", "V1")
    at("2020-03-16T10:00")
    ref = told("P1", "confirmed", "2020-03-16T09:30")
    assert state(tree, "X1") == "cancelled"
    before = CertificationStatus.objects.count()
    at("2020-03-17T10:00")
    with django_capture_on_commit_callbacks(execute=True):
        health.withdraw_event(ref, why="another person of the same name", by=Actor.operator())
    row = CertificationStatus.objects.latest("pk")
    assert (row.state, row.reason, row.since) == ("named", "corrected", clock.parse("2020-03-16T09:30"))
    assert CertificationStatus.objects.count() == before + 1
    assert queries.explained(tree["X1"], day("2020-03-17")).days_certified == 3


def test_a_late_fact_gives_the_history_that_ought_to_have_been(
    at: At, tree: dict[str, Any], post: Post, told: Any
) -> None:
    """A case of the days of the procedure that is recorded after naming takes the naming back."""
    name(at, post, "X1", "V1")
    at("2020-03-20T10:00")
    told("P1", "confirmed", "2020-03-12T09:00")
    assert state(tree, "X1") == "ended"
    assert next(one for one in queries.shares("4201/", day("2020-03-14")) if one.level == "compound").balance.net == 0


def test_somebody_who_moves_takes_the_finding_along(
    at: At, tree: dict[str, Any], post: Post, people: Any, told: Any
) -> None:
    """One unit is restored on the day of the move, the other suspended."""
    from shouwang.residents.models import Person, Residence

    name(at, post, "X1", "V1")
    at("2020-03-09T08:00")
    to_notice(post, "X2", "V1")
    close(at, "2020-03-14")
    at("2020-03-16T10:00")
    told("P1", "close_contact", "2020-03-16T09:00")
    assert (state(tree, "X1"), state(tree, "X2")) == ("suspended", "named")
    at("2020-03-18T10:00")
    Residence.objects.create(
        person=people["P1"], area=tree["X1"], area_path=tree["X1"].path, until_day=day("2020-03-18"),
    )  # fmt: skip
    Person.objects.filter(pk=people["P1"].pk).update(area=tree["X2"], area_path=tree["X2"].path)
    the_day.run(day("2020-03-18"), by=SYSTEM)
    assert (state(tree, "X1"), state(tree, "X2")) == ("named", "suspended")
    assert EvidenceRow.objects.count() == 2


def test_a_compound_that_moves_is_judged_under_its_new_community(
    at: At, tree: dict[str, Any], post: Post, told: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """Between streets too: both streets are one family from then on."""
    from shouwang.areas import actions as area_actions
    from shouwang.areas import reshaping

    assert area_actions
    name(at, post, "X4", "V3", street="S2")
    name(at, post, "V3", "V3", street="S2")
    assert state(tree, "V3") == "named"
    at("2020-03-16T10:00")
    with django_capture_on_commit_callbacks(execute=True):
        reshaping.move_unit(tree["X4"], tree["V1"], why="redrawn", by=Actor.operator())
    at("2020-04-05T10:00")
    the_day.run(day("2020-04-04"), by=SYSTEM)
    told("P4", "suspected", "2020-04-05T09:00")
    assert (state(tree, "X4"), state(tree, "V3")) == ("suspended", "named")


def test_who_may_take_which_step(at: At, tree: dict[str, Any], post: Post) -> None:
    """The wrong role, another district, a step out of order, and the same person twice are refused and leave no row."""
    other_district = post("district_officer", "D2")
    for deed, scope, code in (
        (lambda s: actions.declare("X1", **who(s)), post("street_officer", "S1"), "certification.not_your_step"),
        (lambda s: actions.declare("X1", **who(s)), post("community_officer", "V2"), "command.outside_area"),
        (lambda s: actions.declare("X1", **who(s)), post("gate_guard", "X1"), "command.role_may_not"),
        (
            lambda s: actions.review("X1", True, **who(s)),
            post("street_officer", "S1"),
            "certification.step_out_of_order",
        ),
    ):
        with pytest.raises(Refusal) as refused:
            deed(scope)
        assert refused.value.code == code
        assert refused.value.words("zh")
    actions.declare("X1", **who(post("community_officer", "V1")))
    with pytest.raises(Refusal) as refused:
        actions.assess("X1", ALL_IN_PLACE, **who(other_district))
    assert refused.value.code == "command.outside_area"
    with pytest.raises(Refusal) as refused:
        actions.publish("X1", **who(post("district_officer", "D1")))
    assert refused.value.code == "certification.step_out_of_order"
    actions.review("X1", True, **who(post("street_officer", "S1")))
    the_day.run(clock.today(), by=SYSTEM)
    actions.assess("X1", ALL_IN_PLACE, **who(post("district_officer", "D1")))
    with pytest.raises(Refusal) as refused:
        actions.publish("X1", **who(post("district_officer", "D1")))
    assert refused.value.code == "certification.same_person"
    assert StepRow.objects.count() == 4


def test_an_assessment_needs_all_six_with_evidence(at: At, tree: dict[str, Any], post: Post) -> None:
    """One item not in place returns the unit with what to mend; items without evidence are refused."""
    actions.declare("X1", **who(post("community_officer", "V1")))
    actions.review("X1", True, **who(post("street_officer", "S1")))
    the_day.run(clock.today(), by=SYSTEM)
    scope = post("district_officer", "D1")
    with pytest.raises(Refusal, match="six items"):
        actions.assess("X1", {Item.CLOSURE: Seen(True, "seen")}, **who(scope))
    with pytest.raises(Refusal, match="note nor a photograph"):
        actions.assess("X1", {**ALL_IN_PLACE, Item.CLOSURE: Seen(True)}, **who(scope))
    row = actions.assess("X1", {**ALL_IN_PLACE, Item.CLOSURE: Seen(False, "two gates stood open")}, **who(scope))
    assert (row.result, row.mend, state(tree, "X1")) == ("failed", "closure", "returned")
    with pytest.raises(Refusal, match="at least four"):
        actions.review("X1", False, **who(post("street_officer", "S1")))


def test_held_while_somebody_is_not_released(at: At, tree: dict[str, Any], post: Post, told: Any) -> None:
    """The next step is refused, and taken once the contact is released; the comparison waits as well."""
    actions.declare("X1", **who(post("community_officer", "V1")))
    at("2020-03-10T10:00")
    told("P1", "close_contact", "2020-03-10T09:00")
    with pytest.raises(Refusal) as refused:
        actions.review("X1", True, **who(post("street_officer", "S1")))
    assert refused.value.code == "certification.held"
    at("2020-03-12T10:00")
    told("P1", "released", "2020-03-12T09:00")
    actions.review("X1", True, **who(post("street_officer", "S1")))
    assert state(tree, "X1") == "reviewed"


def test_objections(at: At, tree: dict[str, Any], post: Post) -> None:
    """Raised by anyone under notice, decided by the district; undecided it waits, upheld it returns."""
    public = Actor("public", "public")
    with pytest.raises(Refusal) as refused:
        actions.raise_objection("X1", "a back door is open", by=public)
    assert refused.value.code == "certification.not_under_notice"
    to_notice(post, "X1", "V1")
    first = actions.raise_objection("X1", "a back door is open", by=public)
    close(at, "2020-03-14")
    assert state(tree, "X1") == "noticed"
    assert queries.explained(tree["X1"], day("2020-03-14")).missing == ("objection_open",)
    assert [row.pk for row in queries.open_objections("4201/D1/")] == [first.pk]
    at("2020-03-15T09:00")
    with pytest.raises(Refusal):
        actions.decide_objection(first.pk, False, why="the door was welded", **who(post("street_officer", "S1")))
    actions.decide_objection(first.pk, False, why="the door was welded", **who(post("district_officer", "D1")))
    second = actions.raise_objection("X1", "two families came in by night", by=public)
    actions.decide_objection(second.pk, True, why="the guard had left", **who(post("district_officer", "D1")))
    assert state(tree, "X1") == "returned"
    assert queries.open_objections("4201/") == []


def test_a_removal_and_a_failed_check(at: At, tree: dict[str, Any], post: Post) -> None:
    """Each with its reason; a passed check restores what a failed one suspended."""
    name(at, post, "X1", "V1")
    at("2020-03-16T09:00")
    scope = post("district_officer", "D1")
    actions.spot_check("X1", False, mend="no guard at night", **who(scope))
    assert state(tree, "X1") == "suspended"
    at("2020-03-17T09:00")
    actions.spot_check("X1", True, **who(scope))
    assert state(tree, "X1") == "named"
    with pytest.raises(Refusal):
        actions.remove("X1", why="", **who(scope))
    actions.remove("X1", why="declared with false papers", **who(scope))
    assert state(tree, "X1") == "cancelled"


def test_a_test_of_everybody(at: At, tree: dict[str, Any], post: Post) -> None:
    """Recorded by those who care for the unit; impossible figures are refused."""
    scope = post("community_officer", "V1")
    with pytest.raises(Refusal):
        actions.record_test("X1", day("2020-03-08"), 0, 0, **who(scope))
    row = actions.record_test("X1", day("2020-03-08"), 300, 0, **who(scope))
    assert actions.record_test("X1", day("2020-03-08"), 300, 1, **who(scope)).pk == row.pk


def test_parents_follow_their_children(at: At, tree: dict[str, Any], post: Post) -> None:
    """A community is named in the round in which the last of its compounds is."""
    at("2020-03-09T08:00")
    for code in ("X1", "X2", "V1"):
        to_notice(post, code, "V1")
    close(at, "2020-03-14")
    assert [state(tree, code) for code in ("X1", "X2", "V1", "S1")] == ["named", "named", "named", "none"]


def test_a_district_is_decided_over_its_streets(at: At, tree: dict[str, Any], post: Post) -> None:
    """The district's own way: declared by itself, reviewed and assessed by the city, named when every street is."""
    at("2020-03-09T08:00")
    city = post("city_officer", "4201")
    others = [Scope(**{**{f: getattr(city, f) for f in Scope.__dataclass_fields__}, "account_id": n}) for n in (71, 72)]
    for code, community in (("X1", "V1"), ("X2", "V1"), ("V1", "V1"), ("X3", "V2"), ("V2", "V2")):
        to_notice(post, code, community)
    for code in ("X4", "V3"):
        to_notice(post, code, "V3", street="S2")
    district = post("district_officer", "D1")
    steps = (("S1", "street", district), ("S2", "street", district), ("D1", "district", others[0]))
    for code, declares, reviews in steps:
        actions.declare(code, **who(post(f"{declares}_officer", code)))
        actions.review(code, True, **who(reviews))
        the_day.run(clock.today(), by=SYSTEM)
        actions.assess(code, ALL_IN_PLACE, **who(others[1]))
        actions.publish(code, **who(city))
    close(at, "2020-03-14")
    assert [state(tree, code) for code in ("S1", "S2", "D1")] == ["named"] * 3
    assert queries.explained(tree["D1"], day("2020-03-14")).state == "named"


def test_history_is_never_edited(at: At, tree: dict[str, Any], post: Post) -> None:
    """The database itself refuses."""
    actions.declare("X1", **who(post("community_officer", "V1")))
    for table in ("certification_step", "certification_status"):
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update {table} set area_path = ''")


def test_notices_are_seen_by_their_own_area(at: At, tree: dict[str, Any], post: Post) -> None:
    """A post elsewhere does not see them away."""
    name(at, post, "X1", "V1")
    notice = queries.unseen_notices(tree["V1"].path).first()
    elsewhere, here = post("community_officer", "V2"), post("community_officer", "V1")
    actions.see_notice(notice.pk, by=who(elsewhere)["by"], scope=elsewhere)
    assert queries.unseen_notices(tree["V1"].path).first() == notice
    actions.see_notice(notice.pk, by=who(here)["by"], scope=here)
    assert queries.unseen_notices(tree["V1"].path).first() != notice
