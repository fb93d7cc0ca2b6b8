"""What a file of residents becomes: who is new, who is unchanged, who is refused and with which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from shouwang.areas.models import Area
from shouwang.command.rules import Scope
from shouwang.refusal import Refusal
from shouwang.residents import intake, queries
from shouwang.residents.models import Household, Person
from shouwang.residents.sealing import sealer
from shouwang.residents.tests.files import row, take

ID_NUMBER = "420102195003010028"


def reasons(outcome: intake.Outcome) -> list[tuple[str, str | None]]:
    return [(refusal.code.removeprefix("residents."), refusal.field) for _row, refusal in outcome.refused]


def test_a_whole_row_becomes_a_sealed_person(tree: dict[str, Area]) -> None:
    """Every column lands where it belongs; nothing of the identity is in the table in clear."""
    given = row(
        id_number=f" {ID_NUMBER[:6]} {ID_NUMBER[6:]}", phone="+86 138-0013-8000", birth_date="1950/3/1", sex="女",
        building="3栋", unit="２", dwelling="501", household="H1", needs="独居；over_80", name=" 欧阳  娜娜 ",
    )  # fmt: skip
    assert take(given).taken == 1
    person = Person.objects.get(ref="P1")
    lock = sealer()
    assert lock.open("name", "P1", person.name_sealed) == "欧阳 娜娜"
    assert lock.open("id_number", "P1", person.id_number_sealed) == ID_NUMBER
    assert lock.open("phone", "P1", person.phone_sealed) == "13800138000"
    assert (person.birth_date, person.sex, person.needs) == (date(1950, 3, 1), "female", ["lives_alone", "over_80"])
    assert (person.building, person.unit, person.dwelling) == ("3栋", "2", "501")
    assert (person.area, person.area_path) == (tree["X1"], tree["X1"].path)
    assert person.household == Household.objects.get(ref="H1", area=tree["X1"])
    with connection.cursor() as cursor:
        cursor.execute("select p::text from residents_person p")
        stored = cursor.fetchone()[0]
    for secret in ("娜娜", ID_NUMBER, "13800138000", b"13800138000".hex(), "娜娜".encode().hex()):
        assert secret not in stored


def test_the_same_file_twice_changes_nothing(tree: dict[str, Area]) -> None:
    """All rows of the second time are unchanged, and the stored bytes are the very same."""
    rows = [row(f"P{n}", phone=f"1380013{n:04d}", household=f"H{n // 3}") for n in range(50)]
    assert take(*rows).taken == 50
    before = list(Person.objects.order_by("id").values_list())
    again = take(*rows)
    assert (again.taken, again.unchanged, again.refused) == (0, 50, [])
    assert list(Person.objects.order_by("id").values_list()) == before


def test_an_empty_cell_contradicts_nothing(tree: dict[str, Area]) -> None:
    """A list that does not know the phone leaves the one that is registered alone."""
    take(row(phone="13800138000", needs="dialysis", household="H1"))
    assert take(row()).unchanged == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "张大伟"), ("phone", "13900139000"), ("id_number", "P:E12345678"), ("birth_date", "1951-01-01"),
        ("sex", "male"), ("compound_code", "X1b"), ("building", "9"), ("unit", "9"), ("dwelling", "9"),
        ("household", "H9"), ("needs", "infant"),
    ],
)  # fmt: skip
def test_other_content_is_refused_naming_the_columns_only(tree: dict[str, Area], column: str, value: str) -> None:
    """A row that contradicts the register says in which column, tells where to correct it, and repeats no value."""
    stored = row(phone="13800138000", birth_date="1950-03-01", sex="female", building="3", unit="2", dwelling="501")
    take({**stored, "household": "H1", "needs": "dialysis"})
    outcome = take({**stored, "household": "H1", "needs": "dialysis", column: value})
    assert reasons(outcome) == [("other_content", column)]
    words = outcome.refused[0][1].words("en")
    assert words.endswith(f"differ from the register - {column}.")
    assert value not in words.replace(column, "")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"person": ""}, ("ref_empty", "person")),
        ({"person": "a/b"}, ("ref_unreadable", "person")),
        ({"name": " "}, ("name_empty", "name")),
        ({"name": "张\x07伟"}, ("name_unreadable", "name")),
        ({"compound_code": ""}, ("compound_empty", "compound_code")),
        ({"compound_code": "X9"}, ("no_such_compound", "compound_code")),
        ({"birth_date": "1950-02-30"}, ("birth_date_impossible", "birth_date")),
        ({"birth_date": "2020-02-15"}, ("birth_date_future", "birth_date")),
        ({"birth_date": "1850-01-01"}, ("birth_date_too_early", "birth_date")),
        ({"birth_date": "spring"}, ("birth_date_form", "birth_date")),
        ({"sex": "y"}, ("sex_unknown", "sex")),
        ({"needs": "lives_alone;flying"}, ("need_unknown", "needs")),
        ({"phone": "1380013800"}, ("phone_not_mobile", "phone")),
        ({"phone": "ask his son"}, ("phone_not_digits", "phone")),
        ({"phone": "12345"}, ("phone_not_mobile", "phone")),
        ({"phone": "8765"}, ("phone_length", "phone")),
        ({"id_number": "420102500301002"}, ("id_number_length", "id_number")),
        ({"id_number": "420102195003010021"}, ("id_number_checksum", "id_number")),
        ({"id_number": "4.20102195003E+017"}, ("id_number_form", "id_number")),
        ({"id_number": "420102195013010021"}, ("id_number_birth", "id_number")),
        ({"id_number": ID_NUMBER, "birth_date": "1950-03-02"}, ("id_number_other_birth", "id_number")),
        ({"id_number": ID_NUMBER, "sex": "M"}, ("id_number_other_sex", "id_number")),
        ({"id_number": "Q:123456"}, ("document_kind", "id_number")),
        ({"id_number": "P:1"}, ("document_number", "id_number")),
    ],
)
def test_a_wrong_cell_is_refused_with_its_column(
    tree: dict[str, Area], given: dict[str, str], reason: tuple[str, str]
) -> None:
    """One bad cell refuses its row in both languages with a next step; the rows around it are taken."""
    outcome = take(row("P0"), row(**{"person": "P1", **given}), row("P2"))
    assert outcome.taken == 2
    assert reasons(outcome) == [reason]
    refusal = outcome.refused[0][1]
    for language in ("zh", "en"):
        assert "{" not in refusal.words(language) + refusal.next_step(language)
        assert refusal.words(language)
        assert refusal.next_step(language)


def test_birth_date_and_sex_come_from_the_id_number_when_empty(tree: dict[str, Area]) -> None:
    """The number tells both, so nobody types them twice; the same file again is still unchanged."""
    take(row(id_number=ID_NUMBER))
    person = Person.objects.get(ref="P1")
    assert (person.birth_date, person.sex) == (date(1950, 3, 1), "female")
    assert take(row(id_number=ID_NUMBER)).unchanged == 1


def test_somebody_born_before_the_place_codes_is_not_refused(tree: dict[str, Area]) -> None:
    """Place codes in ID numbers are of the day of issue; a table that starts in 1983 must not refuse the old."""
    assert take(row(id_number="420106193008150018"), row("P2", id_number="420111194701011118")).taken == 2


def test_other_documents_are_kept_with_their_kind(tree: dict[str, Area]) -> None:
    """A passport in either spelling of its kind is one and the same document."""
    take(row(id_number="护照：e1234 5678"))
    person = Person.objects.get(ref="P1")
    assert sealer().open("id_number", "P1", person.id_number_sealed) == "P:E12345678"


def test_only_the_importers_area_is_written_or_told_about(tree: dict[str, Area]) -> None:
    """A compound outside is refused; a reference used outside is refused without saying what is registered there."""
    take(row("P2", compound_code="X2"))
    outcome = take(row("P1"), row("P3", compound_code="X2"), row("P2", name="李四"), scope_path=tree["C1"].path)
    assert outcome.taken == 1
    assert reasons(outcome) == [("outside_area", "compound_code"), ("ref_taken_elsewhere", "person")]


def test_an_ended_compound_takes_nobody(tree: dict[str, Area]) -> None:
    """People are not registered in a unit that was merged away."""
    Area.objects.filter(code="X1").update(valid_until=date(2020, 2, 1))
    assert reasons(take(row())) == [("no_such_compound", "compound_code")]


def test_households_of_two_compounds_may_share_a_number(tree: dict[str, Area]) -> None:
    """Two communities that both count their households from 1 have two households, not one."""
    take(row("P1", household="1"), row("P2", household="1"), row("P3", household="1", compound_code="X2"))
    sizes = sorted(household.members.count() for household in Household.objects.all())
    assert sizes == [1, 2]


def test_backslashes_and_signs_survive_the_copy(tree: dict[str, Area]) -> None:
    """What COPY would take for an escape is kept as written."""
    take(row("P\\N", name="\\N \\", building="a\\tb", dwelling="{1,2}", household="\\x41"))
    person = Person.objects.get(ref="P\\N")
    assert (person.building, person.dwelling, person.household.ref) == ("a\\tb", "{1,2}", "\\x41")
    assert sealer().open("name", "P\\N", person.name_sealed) == "\\N \\"


def test_somebody_registered_meanwhile_is_compared_not_doubled(
    tree: dict[str, Area], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stores the same person between our look and our write: the row ends unchanged."""
    compare, rivals = intake.Residents._compare, [row("P1")]

    def compare_before_rival(self: intake.Residents, placed: list[intake.Read]) -> object:
        seen = compare(self, placed)
        if rivals:
            take(rivals.pop())
        return seen

    monkeypatch.setattr(intake.Residents, "_compare", compare_before_rival)
    outcome = take(row("P1"), row("P2"))
    assert (outcome.taken, outcome.unchanged) == (1, 1)
    assert Person.objects.count() == 2


def test_places_of_many_references(tree: dict[str, Area], scope_at: Callable[..., Scope]) -> None:
    """Rooms above get rows and paths by reference in one go, and nothing for references that do not exist."""
    take(row("P1"), row("P2", compound_code="X2"))
    places = queries.places_of(["P1", "P2", "P3"])
    assert {ref: place.area_path for ref, place in places.items()} == {"P1": tree["X1"].path, "P2": tree["X2"].path}
    with pytest.raises(Refusal):
        queries.person_in(scope_at("C1"), "P2")
