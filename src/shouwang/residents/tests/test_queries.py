"""Everybody sees their own area and nothing else, as fast in a street as in the city."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.db.models import QuerySet

from shouwang.areas.models import Area
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.residents import actions, queries
from shouwang.residents.models import Person
from shouwang.residents.queries import Sought
from shouwang.residents.tests.files import row, take

ScopeAt = Callable[..., Scope]


def refs(scope: Scope, **sought: object) -> list[str]:
    return [person.ref for person in queries.find(scope, Sought(**sought)).people]


@pytest.fixture
def people(tree: dict[str, Area]) -> None:
    take(
        row("P1", name="张伟", phone="13800000001", id_number="P:E1111", building="3", unit="2", dwelling="501",
            needs="dialysis;lives_alone", household="H1"),
        row("P2", name="李娜", phone="13800000002", id_number="P:E2222", building="3", household="H1"),
        row("P3", name="张伟", phone="13800000001", id_number="P:E1111", compound_code="X2", needs="dialysis"),
        row("P4", name="王芳", compound_code="X1b", needs="infant"),
    )  # fmt: skip


@pytest.mark.usefixtures("people")
class TestScope:
    """What lies outside the area of the post is as if it did not exist."""

    def test_each_sees_their_own(self, scope_at: ScopeAt) -> None:
        """A community officer sees the community, a street officer the street, the city everybody."""
        assert refs(scope_at("C1")) == ["P1", "P2", "P4"]
        assert refs(scope_at("S2")) == ["P3"]
        assert refs(scope_at("42")) == ["P1", "P2", "P4", "P3"]

    @pytest.mark.parametrize(
        "sought",
        [{"name": "张伟"}, {"phone": "13800000001"}, {"id_number": "P:E1111"}, {"needs": ("dialysis",)}],
    )
    def test_nobody_is_found_across_the_border(self, scope_at: ScopeAt, sought: dict[str, object]) -> None:
        """The same name, phone, document or need in two communities: each finds their own only."""
        assert refs(scope_at("C1"), **sought) == ["P1"]
        assert refs(scope_at("C2"), **sought) == ["P3"]
        assert refs(scope_at("42"), **sought) == ["P1", "P3"]

    def test_not_by_reference_either(self, scope_at: ScopeAt) -> None:
        """A reference outside and one that does not exist give the very same refusal."""
        refusals = []
        for ref in ("P3", "nobody"):
            with pytest.raises(Refusal) as refused:
                queries.person_in(scope_at("C1"), ref)
            refusals.append((refused.value.code, refused.value.status, str(refused.value)))
        assert refusals[0] == refusals[1]
        assert refusals[0][1] == 404
        assert refs(scope_at("C1"), ref="P3") == []
        assert queries.masked_by_id(scope_at("C1"), [Person.objects.get(ref="P3").pk]) == {}

    def test_not_by_household_or_place(self, scope_at: ScopeAt) -> None:
        """A household outside is refused; narrowing to a place outside finds nobody."""
        household = Person.objects.get(ref="P1").household_id
        assert [person.ref for person in queries.household_in(scope_at("C1"), household)[1]] == ["P1", "P2"]
        with pytest.raises(Refusal):
            queries.household_in(scope_at("C2"), household)
        assert refs(scope_at("C1"), area_path="42/42-1/S2/") == []

    def test_without_an_area_nobody(self, scope_at: ScopeAt) -> None:
        """A scope that covers nothing sees nobody, not everybody."""
        empty = dataclasses.replace(scope_at("C1"), area_path="")
        assert refs(empty) == []

    def test_the_same_number_elsewhere_is_counted_not_shown(self, scope_at: ScopeAt) -> None:
        """A double in another community shows as a number only."""
        person = queries.person_in(scope_at("C1"), "P1")
        assert queries.same_id_number(scope_at("C1"), person) == ([], 1)
        assert [other.ref for other in queries.same_id_number(scope_at("42"), person)[0]] == ["P3"]


@pytest.mark.usefixtures("people")
def test_what_is_looked_for(scope_at: ScopeAt) -> None:
    """However it is typed, a whole name, phone, document or dwelling finds its person; a part finds nobody."""
    city = scope_at("42")
    assert refs(city, name=" 张 伟 ", ref="P1") == ["P1"]
    assert refs(city, phone="+86 138-0000-0002") == ["P2"]
    assert refs(city, id_number="护照:e 2222") == ["P2"]
    assert refs(city, building="３", unit="2", dwelling="501") == ["P1"]
    assert refs(city, needs=("dialysis", "lives_alone")) == ["P1"]
    for part in ({"name": "张"}, {"phone": "138"}, {"phone": "words"}, {"id_number": "E"}):
        assert refs(city, **part) == []


def test_pages_follow_without_gap_or_double(tree: dict[str, Area], scope_at: ScopeAt) -> None:
    """Everybody comes once, also when somebody is registered between two pages; a forged mark starts again."""
    take(*[row(f"P{n:02d}", compound_code=("X1", "X2", "X1b")[n % 3]) for n in range(30)])
    seen, after = [], ""
    while True:
        found = queries.find(scope_at("42"), Sought(), after=after, limit=7)
        seen += [person.ref for person in found.people]
        after = found.next
        take(row(f"N{len(seen)}", compound_code="X1"))
        if not after:
            break
    assert len(seen) == len(set(seen))
    assert {ref for ref in seen if ref.startswith("P")} == {f"P{n:02d}" for n in range(30)}
    assert queries.find(scope_at("42"), Sought(), after="x@'; drop", limit=1).people[0].ref == "P00"


def plan(people: QuerySet[Person]) -> str:
    with connection.cursor() as cursor:
        sql, parameters = people.query.sql_with_params()
        cursor.execute("explain " + sql, parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_lists_and_look_ups_go_by_index(tree: dict[str, Area], scope_at: ScopeAt) -> None:
    """The plan of a page of a community, of the city, and of a name, phone or ID number uses the index made for it."""
    take(*[row(f"P{n}", name=f"张{n % 40}", phone=f"1380000{n:04d}", id_number=f"P:E{n:05d}",
               needs="" if n % 9 else "dialysis", compound_code=("X1", "X2")[n % 2]) for n in range(3000)])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("analyze residents_person")
    for scope in (scope_at("C1"), scope_at("42")):
        shown = queries.sought_in(scope, Sought()).order_by("area_path", "id")[:51]
        assert "person_by_place" in plan(shown)
        assert "Sort" not in plan(shown)
        assert "Seq Scan" not in plan(shown)
        assert "person_by_phone" in plan(queries.sought_in(scope, Sought(phone="13800000007")))
        assert "person_by_id_number" in plan(queries.sought_in(scope, Sought(id_number="P:E00007")))
        assert "person_by_name" in plan(queries.sought_in(scope, Sought(name="张7")))
        assert "person_in_need" in plan(
            queries.sought_in(scope, Sought(needs=("dialysis",))).order_by("area_path", "id")
        )


@pytest.mark.usefixtures("people")
def test_where_somebody_lived_on_a_day(tree: dict[str, Area], scope_at: ScopeAt) -> None:
    """Before the move the old place, from its day on the new one; for somebody who never moved always the present."""
    city, by = scope_at("42"), Actor.operator()
    actions.move_person("P1", "X1b", date(2020, 1, 20), why="moved house", scope=city, by=by, dwelling="8")
    actions.move_person("P1", "X2", date(2020, 2, 10), why="moved house", scope=city, by=by)
    person = queries.person_in(city, "P1")
    lived = {
        day: queries.residence_on(person, date.fromisoformat(day)).area_path.split("/")[-2]
        for day in ("2020-01-01", "2020-01-19", "2020-01-20", "2020-02-09", "2020-02-10", "2020-02-14")
    }
    assert list(lived.values()) == ["X1", "X1", "X1b", "X1b", "X2", "X2"]
    assert queries.residence_on(person, date(2020, 1, 21)).dwelling == "8"
    ids = [(queries.person_in(city, ref).pk, date(2020, 1, 1)) for ref in ("P1", "P2")]
    assert [place.area_id for place in queries.places_on(ids).values()] == [tree["X1"].pk, tree["X1"].pk]
    assert refs(scope_at("C1"), ref="P1") == []
    assert refs(scope_at("C2"), ref="P1") == ["P1"]
