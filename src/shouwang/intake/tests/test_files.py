"""Files as they really come: marks, encodings, delimiters, quotes, workbooks; what is read and what is refused."""

from __future__ import annotations

import csv
import datetime
import io
import random
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.intake.rules import best_delimiter, header_places, is_formula
from shouwang.intake.tables import Table, open_table
from shouwang.refusal import Refusal

COLUMNS = ("code", "name", "note")
MOMENT = datetime.datetime(2020, 2, 14, 9, 31, 7)  # noqa: DTZ001 - a sheet knows no zones
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


def written(tmp_path: Path, content: bytes | str, name: str = "f.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(table: Table) -> list[list[str]]:
    return [line.cells for line in table.lines]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("code,name,note\n1,武汉,a\n".encode(), None),
        ("code,name,note\n1,武汉,a\n".encode("utf-8-sig"), None),
        ("code,name,note\n1,武汉,a\n".encode("gb18030"), "intake.read_as_encoding"),
        ("code,name,note\n1,武汉,a\n".encode("utf-16"), "intake.read_as_encoding"),
        ("code;name;note\r\n1;武汉;a\r\n".encode(), "intake.read_with_delimiter"),
        ("code\tname\tnote\r1\t武汉\ta\r".encode(), "intake.read_with_delimiter"),
        ("sep=;\ncode;name;note\n1;武汉;a".encode(), "intake.read_with_delimiter"),
        ("\n\ncode,name,note\n\n,,\n1,武汉,a\n\n".encode(), None),
    ],
)
def test_the_same_table_in_every_dress(tmp_path: Path, content: bytes, note: str | None) -> None:
    """BOM, GB18030, UTF-16, semicolons, tabs, old line ends, blank lines: one table; what was unusual is said."""
    table = open_table(written(tmp_path, content), COLUMNS)
    assert table.header == ["code", "name", "note"]
    assert rows(table) == [["1", "武汉", "a"]]
    assert [said.code for said in table.notes] == ([note] if note else [])
    assert all(said.words("zh") and said.words("en") for said in table.notes)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """A text with a line break inside quotation marks is one row, known by the line it begins on."""
    content = 'code,name,note\n1,"two\nlines",a\n\n2,"say ""hi""",b\n'
    assert [(line.number, line.cells) for line in open_table(written(tmp_path, content), COLUMNS).lines] == [
        (2, ["1", "two\nlines", "a"]),
        (5, ["2", 'say "hi"', "b"]),
    ]


def test_a_line_with_broken_quotes_is_refused_alone(tmp_path: Path) -> None:
    """Stray quotation marks spoil their own line only."""
    lines = list(open_table(written(tmp_path, 'code,name,note\n1,"x"y,a\n2,z,b\n'), COLUMNS).lines)
    assert lines[0].fault is not None
    assert lines[0].fault.code == "intake.quotes_broken"
    assert lines[1].cells == ["2", "z", "b"]


def test_a_quote_that_never_closes_refuses_the_file(tmp_path: Path) -> None:
    """What an open quotation mark swallows cannot be told apart, so nothing of the file is taken."""
    table = open_table(written(tmp_path, 'code,name,note\n1,"x,a\n2,z,b\n3,z,b\n'), COLUMNS)
    with pytest.raises(Refusal, match="line 2"):
        list(table.lines)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "intake.file_empty"),
        (b"\n \n", "intake.file_empty"),
        (b"code,name\xff\xff\x81", "intake.not_text"),
        (b"\x00\x01\x02binary\x00", "intake.not_text"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "intake.old_workbook"),
        (b"PK\x03\x04 and nothing more", "intake.workbook_broken"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, code: str) -> None:
    """Empty files, binaries, old and broken workbooks: each with its own reason and next step."""
    with pytest.raises(Refusal) as refused:
        open_table(written(tmp_path, content), COLUMNS)
    assert refused.value.code == code
    assert refused.value.next_step("zh")


def test_a_header_is_read_kindly_and_refused_exactly() -> None:
    """Case, spaces and order do not matter; missing, unknown and doubled columns are named."""
    assert header_places([" Note ", "CODE", "\ufeffname", "", ""], COLUMNS) == [1, 2, 0]
    assert header_places(["Parent Code"], ("parent_code",)) == [0]
    for header, code, word in (
        (["code", "note"], "intake.columns_missing", "name"),
        (["code", "name", "note", "colour"], "intake.columns_unknown", "colour"),
        (["code", "name", "note", "Name"], "intake.columns_doubled", "name"),
    ):
        with pytest.raises(Refusal) as refused:
            header_places(header, COLUMNS)
        assert refused.value.code == code
        assert word in refused.value.words("en")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|x", "-cmd", "＝1", "=", "-1+2", "+A1"])
def test_what_a_spreadsheet_would_run_is_a_formula(text: str) -> None:
    """Also in wide characters, which spreadsheets set to Chinese read alike."""
    assert is_formula(text)


@pytest.mark.parametrize("text", ["", "-", "-3.5", "+86 138 0000 0000", "-.5", "1-2", "a=b", "中"])
def test_numbers_phones_and_dashes_are_none(text: str) -> None:
    """Signed numbers, phones with their country and the lone dash for "nothing" are taken."""
    assert not is_formula(text)


def test_the_delimiter_is_the_one_that_finds_the_columns() -> None:
    """A comma inside a heading does not fool it."""
    assert best_delimiter('code;name;"note, if any"', COLUMNS) == ";"


def workbook(fill: object, **options: object) -> bytes:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True, **options})
    fill(book)  # type: ignore[operator]
    book.close()
    return sink.getvalue()


def test_a_workbook_reads_like_its_csv(tmp_path: Path) -> None:
    """Whole numbers lose their .0, days and times become ISO text, and codes up to 15 digits stay exact."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, [420102002003, " 保成社区 ", 37.2])
        sheet.write_datetime(2, 0, datetime.date(2020, 2, 14), day)
        sheet.write_datetime(2, 1, MOMENT, moment)
        sheet.write_datetime(2, 2, datetime.time(9, 31), book.add_format({"num_format": "hh:mm"}))
        sheet.write_string(3, 0, "420102197001011234")
        sheet.write_boolean(3, 1, True)

    table = open_table(written(tmp_path, workbook(fill), "f.xlsx"), COLUMNS)
    assert rows(table) == [
        ["420102002003", "保成社区", "37.2"],
        ["2020-02-14", "2020-02-14T09:31:07", "09:31:00"],
        ["420102197001011234", "true", ""],
    ]


def test_numbers_that_lost_digits_are_refused(tmp_path: Path) -> None:
    """An 18-digit ID number stored as a number has lost its last three digits already: better none than a wrong one."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["a", 420102197001011234, "x"])

    (line,) = open_table(written(tmp_path, workbook(fill), "f.xlsx"), COLUMNS).lines
    assert line.fault is not None
    assert (line.fault.code, line.place) == ("intake.number_lost_digits", 1)
    assert "B2" in line.fault.words("zh")


@pytest.mark.parametrize("left", [0, 2])
def test_formula_cells_are_found_and_named(tmp_path: Path, left: int) -> None:
    """calamine gives values only; formulas and errors are found in the sheet itself, wherever the table begins."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(2, left, COLUMNS)
        sheet.write_row(3, left, ["1", "plain", "x"])
        sheet.write_formula(4, left + 1, '="a"&"b"', None, "ab")
        sheet.write_formula(4, left + 2, "=1/0", None, "#DIV/0!")
        sheet.write_row(5, left, ["3", "plain", "x"])

    table = open_table(written(tmp_path, workbook(fill), "f.xlsx"), COLUMNS)
    assert table.header == list(COLUMNS)
    lines = list(table.lines)
    assert [line.number for line in lines] == [4, 5, 6]
    assert [line.fault.code if line.fault else None for line in lines] == [None, "intake.formula_cell", None]
    assert lines[1].place == 1
    assert lines[1].fault is not None
    assert ("B5, C5" if left == 0 else "D5, E5") in lines[1].fault.words("en")


def test_only_the_first_visible_sheet_is_read_and_that_is_said(tmp_path: Path) -> None:
    """Hidden sheets are passed over; further ones are named."""

    def fill(book: xlsxwriter.Workbook) -> None:
        hidden, first, second = book.add_worksheet("old"), book.add_worksheet("data"), book.add_worksheet("more")
        first.activate()
        first.set_first_sheet()
        hidden.hide()
        hidden.write_formula(0, 0, "=1")
        for sheet in (hidden, first, second):
            sheet.write_row(0, 0, COLUMNS)
        first.write_row(1, 0, ["1", "2", "3"])

    table = open_table(written(tmp_path, workbook(fill), "f.xlsx"), COLUMNS)
    assert rows(table) == [["1", "2", "3"]]
    assert [(note.code, note.facts["sheet"]) for note in table.notes] == [("intake.read_sheet", "data")]


def _plain_book() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_row(0, 0, COLUMNS)

    return workbook(fill)


def _with_part(book: bytes, name: str, content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return sink.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte of zeros packs into a kilobyte: what counts is the unpacked size."""
    monkeypatch.setattr("shouwang.intake.workbooks.MOST_UNPACKED", 500_000)
    bomb = _with_part(_plain_book(), "xl/media/x.bin", b"\0" * 1_000_000)
    with pytest.raises(Refusal) as refused:
        open_table(written(tmp_path, bomb, "f.xlsx"), COLUMNS)
    assert refused.value.code == "intake.workbook_unpacks_too_large"


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """The claimed size is checked against what really comes out, so that no later reader can be flooded."""
    name = "xl/media/x.bin"
    honest = _with_part(_plain_book(), name, b"\0" * 1_000_000)
    size, lie = (1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    crc = zlib.crc32(b"\0" * 1_000_000).to_bytes(4, "little")
    assert honest.count(size) >= 2
    lying = honest.replace(size, lie).replace(crc, zlib.crc32(b"\0" * 10).to_bytes(4, "little"))
    with pytest.raises(Refusal) as refused:
        open_table(written(tmp_path, lying, "f.xlsx"), COLUMNS)
    assert refused.value.code == "intake.workbook_broken"


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    """A document type in a workbook is refused before anything of it grows."""
    with zipfile.ZipFile(io.BytesIO(_plain_book())) as archive:
        names = archive.read("xl/workbook.xml")
    evil = names.replace(b"<workbook", b'<!DOCTYPE workbook [<!ENTITY a "aaaaaaaaaa">]><workbook', 1)
    with pytest.raises(Refusal) as refused:
        open_table(written(tmp_path, _with_part(_plain_book(), "xl/workbook.xml", evil), "f.xlsx"), COLUMNS)
    assert refused.value.code == "intake.workbook_broken"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_file_breaks_the_reader(tmp_path: Path, content: bytes) -> None:
    """Whatever the bytes, the answer is a table or a refusal in words, never a crash."""
    try:
        for line in open_table(written(tmp_path, content), COLUMNS).lines:
            assert isinstance(line.number, int)
    except Refusal as refusal:
        assert refusal.words("zh")  # noqa: PT017 - either answer is right


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), seed=st.integers(0, 2**32))
def test_no_damaged_workbook_breaks_the_reader(tmp_path: Path, place: int, seed: int) -> None:
    """A workbook with bytes changed at random is read, or refused in words."""
    book = bytearray(_plain_book())
    for _ in range(5):
        book[(place + seed) % len(book)] = random.Random(seed).randrange(256)
    try:
        rows(open_table(written(tmp_path, bytes(book), "f.xlsx"), COLUMNS))
    except Refusal as refusal:
        assert refusal.words("zh")  # noqa: PT017 - either answer is right


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=6),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_table_comes_back_as_it_was_written(
    tmp_path: Path, table: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Any text, with quotes, delimiters and line breaks inside, survives the way through a file."""
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *table])
    found = rows(open_table(written(tmp_path, sink.getvalue().encode(encoding)), COLUMNS))
    assert found == [cells for cells in table if any(cell.strip() for cell in cells)]
