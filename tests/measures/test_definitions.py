"""Definition files: what ships is sound, and every fault in a file is told with its line and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwang.measures import catalogue, condition, datasets, reading
from shouwang.measures.words import Words

SOUND = """group:
  title: {zh: 组, en: Group}
  order: 1
measures:
  - id: one
    title: {zh: 一, en: One}
    counts: {zh: 数, en: What}
    why: {zh: 因, en: Why}
    unit: {zh: 人, en: people}
    room: areas
    dataset: areas.units
    aggregate: count
    where: level = 'compound' and (closed or open_entrances > 1)
"""


def faults(tmp_path: Path, text: str) -> list[tuple[int, str, str]]:
    (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(reading.FaultyDefinitionsError) as found:
        reading.read(tmp_path)
    return [(fault.line, fault.field, fault.expected) for fault in found.value.faults]


def test_the_shipped_measures_are_sound_many_and_said_in_both_languages() -> None:
    """Every one has its words, a known dataset of its room, and the headlines are told apart."""
    measures = catalogue.measures()
    assert len(measures) >= 45
    assert len({measure.id for measure in measures}) == len(measures)
    for measure in measures:
        for words in (measure.title, measure.counts, measure.why, measure.unit):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in words.zh), measure.id
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in words.en), measure.id
    headlines = [measure.headline for measure in catalogue.headlines()]
    assert len(set(headlines)) == len(headlines) > 5


def test_no_two_measures_have_one_title() -> None:
    """In a table a title must say which figure it is."""
    for language in ("zh", "en"):
        titles = [measure.title.say(language) for measure in catalogue.measures()]
        assert sorted(set(titles)) == sorted(titles)


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    """The sample of these tests has no fault of its own."""
    (tmp_path / "file.yaml").write_text(SOUND, encoding="utf-8")
    groups, measures = reading.read(tmp_path)
    assert (groups[0].title, measures[0].title) == (Words("组", "Group"), Words("一", "One"))


@pytest.mark.parametrize(
    ("right", "wrong", "line", "field", "expected"),
    [
        ("id: one", "id: One!", 5, "id", "small letters"),
        ("why: {zh: 因, en: Why}", "why: {zh: 因, en: Why}\n    whi: x", 9, "whi", "one of id"),
        ("    why: {zh: 因, en: Why}\n", "", 5, "why", "to be given"),
        ("why: {zh: 因, en: Why}", "why: {zh: 因}", 8, "en", "to be given"),
        ("room: areas", "room: health", 10, "room", "areas"),
        ("dataset: areas.units", "dataset: areas.unit", 11, "dataset", "offered are"),
        ("aggregate: count", "aggregate: average", 12, "aggregate", "count distinct COLUMN"),
        ("aggregate: count", "aggregate: sum people", 12, "aggregate", "a column of areas.units"),
        ("closed or", "shut or", 13, "where", "'shut' is not a column"),
        ("closed or", "(select 1) or", 13, "where", "'select' is not a column"),
        ("open_entrances > 1)", "true); drop table x", 13, "where", "';'"),
        ("open_entrances > 1)", "open_entrances > 1", 13, "where", "not closed"),
        ("  order: 1", "  order: first", 3, "group.order", "whole number"),
        ("aggregate: count", "aggregate: count\n    denominator: two", 5, "denominator", "'two'"),
        ("aggregate: count", "aggregate: count\n    better: more", 13, "better", "up, down or none"),
        ("{zh: 人, en: people}", "{zh: 人, en: [people]}", 9, "unit.en", "a text"),
        ("title: {zh: 一, en: One}", "title: {zh: 一, en: One", 7, "file", "well-formed YAML"),
    ],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, right: str, wrong: str, line: int, field: str, expected: str
) -> None:
    """File, line, field, and what is expected in its place."""
    assert right in SOUND
    found = faults(tmp_path, SOUND.replace(right, wrong))
    assert [(fault[0], fault[1]) for fault in found] == [(line, field)]
    assert expected in found[0][2]


def test_an_id_taken_twice_names_the_first(tmp_path: Path) -> None:
    """Also across files one id means one thing."""
    second = SOUND.partition("measures:\n")[2]
    assert faults(tmp_path, SOUND + second) == [(14, "id", "a new id; 'one' is taken in file.yaml:5")]


@pytest.mark.parametrize(
    "text",
    [
        "a = 1",
        "a in ('x', 'it''s')",
        "not (a or b) and a is not null",
        "a between 1 and 2.5",
        "a <> 'b;--'",
        "a - 1 > 0",
    ],
)
def test_a_condition_over_known_columns_may_be_used(text: str) -> None:
    """Comparison, brackets, and the words of a condition."""
    assert condition.fault(text, {"a", "b"}) is None


@pytest.mark.parametrize(
    "text",
    [
        "c = 1",
        "a = 1; drop table x",
        "a = 1 -- b",
        "a = (select b)",
        "pg_sleep(1)",
        "a(b)",
        "a::text = b",
        'a = "b"',
        "(a",
        "a)",
        "a = 'b",
        "a /* b */",
        "a = $$b$$",
        "A = 1",
        "exists (a)",
        "a = %s",
    ],
)
def test_anything_else_may_not(text: str) -> None:
    """No functions, subselects, casts, comments, statements or parameters."""
    assert condition.fault(text, {"a", "b"})


def test_every_dataset_has_its_columns_described_and_a_place() -> None:
    """A dataset that measures use says what each column means."""
    used = {measure.dataset for measure in catalogue.measures()}
    assert used <= {dataset.name for dataset in datasets.offered()}
    for name in used:
        dataset = datasets.dataset(name)
        assert dataset.columns
        assert dataset.title.zh
        assert dataset.title.en


def test_two_datasets_of_one_name_are_refused() -> None:
    """A name means one thing; the same dataset offered twice is fine."""
    known = datasets.dataset("areas.units")
    datasets.offer(known)
    with pytest.raises(ValueError, match=r"two different datasets are called areas\.units"):
        datasets.offer(datasets.Dataset("areas.units", Words("一", "one"), "select 1", {}))
