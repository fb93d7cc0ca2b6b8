"""The tree stays a tree: after files in any order, moves, merges and splits, every path follows its parent."""

from __future__ import annotations

import datetime
import random
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang import clock
from shouwang.areas import actions, queries, shipped
from shouwang.areas.actions import AreaRow, CompoundRow, Part
from shouwang.areas.events import AreaMoved
from shouwang.areas.models import Area, Succession
from shouwang.journal import events
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

pytestmark = pytest.mark.django_db
BY = Actor.operator("tester")
DAY = date(2020, 2, 14)
NOON = datetime.datetime(2020, 2, 14, 4, tzinfo=datetime.UTC)
LEVELS = ("city", "district", "street", "community", "compound")

SMALL = [
    AreaRow("1", "市", "city", ""),
    AreaRow("11", "甲区", "district", "1"),
    AreaRow("12", "乙区", "district", "1"),
    AreaRow("111", "甲街", "street", "11"),
    AreaRow("121", "乙街", "street", "12"),
    AreaRow("1111", "子社区", "community", "111"),
    AreaRow("1112", "丑社区", "community", "111"),
    AreaRow("1211", "寅村", "village", "121"),
]


def check_paths() -> None:
    """Every path is its parent's path and its own code, asked of the rows as they are."""
    for area in Area.objects.select_related("parent"):
        assert area.path == (area.parent.path if area.parent else "") + area.code + "/"
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def plant(rows: list[AreaRow] = SMALL) -> None:
    assert not actions.import_areas(rows, by=BY).refused


def find(code: str) -> Area:
    return queries.by_code(code)


def test_the_real_tree_loads_and_a_second_time_changes_nothing() -> None:
    """3,702 units of Wuhan, shuffled: the order of a file does not matter."""
    rows = shipped.rows("wuhan")
    random.Random(7).shuffle(rows)
    first = actions.import_areas(rows, by=BY)
    assert (len(first.taken), first.refused) == (3702, {})
    again = actions.import_areas(rows, by=BY)
    assert (len(again.taken), len(again.unchanged)) == (0, 3702)
    check_paths()
    assert queries.level_counts("4201/") == {
        "city": 1,
        "district": 13,
        "street": 193,
        "community": 1552,
        "village": 1943,
    }
    jiangan = find("420102")
    leaf = queries.children(queries.children(jiangan)[0])[0]
    assert [step.code for step in queries.breadcrumb(leaf, jiangan.path)] == ["420102", "420102002", leaf.code]
    assert [area.code for area in queries.search("江岸", "4201/")] == ["420102"]
    assert queries.search("江岸", find("420103").path) == []


def test_rows_at_fault_are_refused_and_name_what_hangs_on_them() -> None:
    """Circles, orphans, levels upside down, and what hangs under a refused row, each with its own reason."""
    planted = actions.import_areas(
        [
            *SMALL,
            AreaRow("a", "甲", "street", "b"),
            AreaRow("b", "乙", "street", "a"),
            AreaRow("c", "丙", "community", "a"),
            AreaRow("d", "丁", "street", "nowhere"),
            AreaRow("e", "戊", "community", "d"),
            AreaRow("f", "己", "district", "111"),
            AreaRow("g", "庚", "district", ""),
        ],
        by=BY,
    )
    assert len(planted.taken) == len(SMALL)
    assert {code: refusal.code.removeprefix("areas.") for code, refusal in planted.refused.items()} == {
        "a": "cycle",
        "b": "cycle",
        "c": "cycle",
        "d": "orphan",
        "e": "parent_refused",
        "f": "wrong_level",
        "g": "no_parent",
    }
    assert "a → b → a" in planted.refused["c"].words("zh")
    check_paths()


def test_a_file_never_renames_moves_or_relabels() -> None:
    """What differs is said; only a village that the bureau's list calls a community counts as the same."""
    plant()
    rows = [
        AreaRow("11", "新区", "district", "1"),
        AreaRow("111", "甲街", "street", "12"),
        AreaRow("1111", "子社区", "village", "111"),
        AreaRow("1211", "寅村", "community", "121"),
    ]
    planted = actions.import_areas(rows, by=BY)
    assert planted.unchanged == ["1211"]
    assert {refusal.code for refusal in planted.refused.values()} == {"areas.other_content"}
    assert "甲区 → 新区" in planted.refused["11"].words("en")
    assert find("1211").level == "village"


def test_compounds_hang_under_communities_only() -> None:
    """And carry what was stated; the same again is unchanged, another number is refused."""
    plant()
    good = CompoundRow("c1", "小区", "1111", 10, 25, "property", 114.3, 30.6)
    planted = actions.import_compounds([good, CompoundRow("c2", "小区", "111"), CompoundRow("c3", "x", "zz")], by=BY)
    assert planted.taken == ["c1"]
    assert {code: r.code for code, r in planted.refused.items()} == {
        "c2": "areas.compound_parent",
        "c3": "areas.orphan",
    }
    assert actions.import_compounds([good], by=BY).unchanged == ["c1"]
    other = CompoundRow("c1", "小区", "1111", 10, 26, "property", 114.3, 30.6)
    assert "25 → 26" in actions.import_compounds([other], by=BY).refused["c1"].words("zh")


def test_a_move_takes_the_subtree_along_and_is_announced(django_capture_on_commit_callbacks: object) -> None:
    """Paths follow, the way back is kept, and rooms above hear the old and the new path."""
    plant()
    actions.import_compounds([CompoundRow("c1", "小区", "1111")], by=BY)
    heard: list[AreaMoved] = []
    events.listen(AreaMoved)(heard.append)
    with clock.frozen(NOON), django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.move_unit(find("111"), find("12"), day=DAY, why="区划调整", by=BY)
    check_paths()
    assert find("c1").path == "1/12/111/1111/c1/"
    assert [(one.old_path, one.new_path) for one in heard] == [("1/11/111/", "1/12/111/")]
    assert queries.path_on(find("c1"), date(2020, 2, 13)) == "1/11/111/1111/c1/"
    assert queries.path_on(find("c1"), DAY) == "1/12/111/1111/c1/"
    for to in ("1111", "111", "12"):
        with pytest.raises(Refusal):
            actions.move_unit(find("111"), find(to), why="x", by=BY)


def test_a_merge_ends_units_and_hands_on_their_children() -> None:
    """From the day on the children stand under the other unit; the ended one stays in the register, dated."""
    plant()
    actions.import_compounds([CompoundRow("c1", "小区", "1111"), CompoundRow("c2", "湾", "1211")], by=BY)
    with clock.frozen(NOON):
        actions.merge_units([find("1111"), find("1211")], find("1112"), day=DAY, why="合并社区", by=BY)
        assert {area.code for area in queries.children(find("1112"))} == {"c1", "c2"}
        assert "1111" not in {area.code for area in queries.subtree("1/")}
        assert "1111" in {area.code for area in queries.subtree("1/", day=date(2020, 2, 13))}
    check_paths()
    assert find("1111").valid_until == DAY
    assert queries.path_on(find("c2"), date(2020, 2, 13)) == "1/12/121/1211/c2/"
    late = actions.import_areas([AreaRow("11111", "x", "community", "1112")], by=BY)
    assert late.refused["11111"].code == "areas.wrong_level"
    ended = actions.import_compounds([CompoundRow("c9", "新", "1111")], by=BY)
    assert ended.refused["c9"].code == "areas.ended"
    with pytest.raises(Refusal, match="ended"):
        actions.merge_units([find("1111")], find("1112"), why="again", by=BY)
    with pytest.raises(Refusal):
        actions.merge_units([find("111")], find("1112"), why="levels", by=BY)


def test_a_split_gives_every_child_to_exactly_one_part() -> None:
    """A child left over, or named twice, stops the split; otherwise the parts stand from the day on."""
    plant()
    actions.import_compounds([CompoundRow("c1", "一", "1111"), CompoundRow("c2", "二", "1111")], by=BY)
    for children in (("c1",), ("c1", "c1", "c2"), ("c1", "c2", "zz")):
        with pytest.raises(Refusal):
            actions.split_unit(find("1111"), [Part("n1", "一社区", children), Part("n2", "二社区")], why="x", by=BY)
    with clock.frozen(NOON):
        parts = [Part("n1", "一社区", ("c1",)), Part("n2", "二社区", ("c2",))]
        made = actions.split_unit(find("1111"), parts, day=DAY, why="太大", by=BY)
    assert [area.path for area in made] == ["1/11/111/n1/", "1/11/111/n2/"]
    assert find("c2").path == "1/11/111/n2/c2/"
    assert find("1111").valid_until == DAY
    check_paths()


def test_plans_and_deeds_without_reason_are_refused() -> None:
    """The tree holds what is; every change has somebody's reason."""
    plant()
    for facts in ({"why": " "}, {"why": "x", "day": date(2999, 1, 1)}):
        with pytest.raises(Refusal):
            actions.move_unit(find("111"), find("12"), by=BY, **facts)


def test_the_database_refuses_paths_that_do_not_follow() -> None:
    """By raw statements: a path of its own, a parent without paths, a code that breaks paths, history edited."""
    plant()
    with clock.frozen(NOON):
        actions.move_unit(find("1112"), find("121"), day=DAY, why="x", by=BY)
    for statement in (
        "update areas_area set path = '1/12/zz/111/' where code = '111'",
        "update areas_area set parent_id = (select id from areas_area where code = '12') where code = '111'",
        "update areas_area set code = '1/1', path = '1/11/1/1/' where code = '111'",
        "update areas_area set level = 'galaxy' where code = '111'",
        "update areas_succession set why = 'y'",
        "delete from areas_succession",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012
            cursor.execute(statement)
            cursor.execute("set constraints all immediate")
    check_paths()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(["move", "merge", "split", "import"]), max_size=6))
def test_whatever_is_done_paths_follow_and_nothing_is_lost(db: None, seed: int, steps: list[str]) -> None:
    """Random trees, then random deeds, refused or done: every path follows its parent, and each compound that was
    planted stands under exactly one path, from which `path_on` leads back to where it was before."""
    rng = random.Random(seed)
    # The hypothesis runs share one test's transaction, so each undoes what it did.
    with transaction.atomic(), clock.frozen(NOON):
        rows = [AreaRow("r", "r", "city", "")]
        for number in range(rng.randrange(3, 25)):
            parent = rng.choice(rows)
            level = LEVELS[min(LEVELS.index(parent.level) + rng.choice([1, 1, 1, 2]), 3)]
            rows.append(AreaRow(f"n{number}", "n", level, parent.code))
        rng.shuffle(rows)
        planted = set(actions.import_areas(rows, by=BY).taken)
        before = dict(Area.objects.values_list("code", "path"))
        for number, step in enumerate(steps):
            units = list(queries.subtree("r/").exclude(code="r"))
            if not units:
                break
            one, other = rng.choice(units), rng.choice(units)
            try:
                with transaction.atomic():
                    if step == "move":
                        actions.move_unit(one, other, day=DAY, why="x", by=BY)
                    elif step == "merge":
                        actions.merge_units([one], other, day=DAY, why="x", by=BY)
                    elif step == "split":
                        children = [child.code for child in queries.children(one)]
                        cut = rng.randrange(len(children) + 1)
                        names = (f"s{number}a", f"s{number}b")
                        parts = [Part(names[0], "a", tuple(children[:cut])), Part(names[1], "b", tuple(children[cut:]))]
                        actions.split_unit(one, parts, day=DAY, why="x", by=BY)
                    else:
                        row = AreaRow(f"i{number}", "i", "community", one.code)
                        planted |= set(actions.import_areas([row], by=BY).taken)
            except Refusal as refusal:
                assert refusal.words("zh")  # noqa: PT017 - refusing is one of the right answers
            check_paths()
        assert planted <= set(Area.objects.values_list("code", flat=True))
        for code, path in before.items():
            assert queries.path_on(find(code), date(2020, 2, 13)) == path
        assert Succession.objects.filter(new_path="").count() == 0
        transaction.set_rollback(True)
