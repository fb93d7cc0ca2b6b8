"""XLSX workbooks. calamine reads the values; this file reads what calamine does not tell: which cells hold formulas,
and whether the archive unpacks to what it claims, so that a small file cannot fill the memory."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from shouwang.intake.policy import LONGEST_NAMES_PART, LONGEST_WORKBOOK, MOST_UNPACKED
from shouwang.intake.rules import cell_text
from shouwang.intake.tables import Line, Table
from shouwang.refusal import Refusal

BLOCK = 1024 * 1024
_SIGNS = [start + b"f" + end for start in (b"<", b":") for end in (b">", b" ", b"/", b"\t", b"\r", b"\n")]
_SIGNS += [b't="e', b"t='e"]
"""Bytes without which no writer of workbooks writes a formula or an error. Plain search is far faster than parsing."""

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Marks = dict[int, dict[int, str]]
"""Sheet row → column (both from 0) → name of a cell that holds a formula or an error."""


def open_workbook(path: Path) -> Table:
    """Open the first visible sheet of a workbook.

    Raises Refusal when the file is too large, unpacks to too much, or is no XLSX workbook.
    """
    if path.stat().st_size > LONGEST_WORKBOOK:
        raise Refusal("intake.workbook_too_large", limit=LONGEST_WORKBOOK // 1024**2, file=path.name)
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            _weigh(archive, path.name)
            book = CalamineWorkbook.from_path(str(path))
            name, others = _sheet_name(book, path.name)
            marks = formula_cells(archive, _part_of_sheet(archive, name))
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, OSError) as error:
        raise Refusal("intake.workbook_broken", file=path.name) from error
    lines = _lines(sheet, marks)
    header = next(lines, None)
    if header is None:
        raise Refusal("intake.file_empty", file=path.name)
    if header.fault:
        raise header.fault
    table = Table(header.cells, lines, max(sheet.total_height - header.number, 0))
    if others:
        table.notes.append(Refusal("intake.read_sheet", sheet=name, others=", ".join(others)))
    return table


def _sheet_name(book: CalamineWorkbook, file: str) -> tuple[str, list[str]]:
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not visible:
        raise Refusal("intake.file_empty", file=file)
    return visible[0], visible[1:]


def _lines(sheet: CalamineSheet, marks: Marks) -> Iterator[Line]:
    """Lines of a sheet; calamine leaves out empty columns at the left, so places are counted from its first column."""
    left = sheet.start[1] if sheet.start else 0
    for index, values in enumerate(sheet.iter_rows()):
        marked = marks.get(index, {})
        line = Line(index + 1, [])
        if marked:
            line.fault = Refusal("intake.formula_cell", cells=", ".join(marked.values()))
            line.place = min(marked) - left
        for place, value in enumerate(values):
            if type(value) is str and "\x00" not in value:
                line.cells.append(value.strip())
                continue
            try:
                line.cells.append(cell_text(value))
            except Refusal as fault:
                line.cells.append(str(value).replace("\x00", ""))
                if line.fault is None:
                    fault.facts["cell"] = f"{_letters(place + left)}{index + 1}"
                    line.fault, line.place = fault, place
        if line.fault or any(line.cells):
            yield line


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of a part, block by block, by what is really there: the size that an archive claims may lie.

    Raises BadZipFile when the claim is not true, so whoever trusts the claim afterwards (calamine) may do so.
    """
    file = archive.fp
    if file is None:
        raise zipfile.BadZipFile("closed")
    file.seek(info.header_offset)
    head = file.read(30)
    if head[:4] != b"PK\x03\x04" or info.flag_bits & 1:
        raise zipfile.BadZipFile("no such part, or locked with a password")
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    position, left, seen = file.tell(), info.compress_size, 0
    inflate = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    if inflate is None and info.compress_type != zipfile.ZIP_STORED:
        raise zipfile.BadZipFile("unknown compression")
    pending = b""
    while left or pending:
        if not pending:
            # Two iterators may take turns on one file, so each keeps its own place.
            file.seek(position)
            pending = file.read(min(BLOCK, left))
            if not pending:
                raise zipfile.BadZipFile("cut short")
            position, left = position + len(pending), left - len(pending)
        if inflate is None:
            block, pending = pending, b""
        else:
            block, pending = inflate.decompress(pending, BLOCK), inflate.unconsumed_tail
        seen += len(block)
        if seen > info.file_size:
            raise zipfile.BadZipFile("larger than it claims")
        if block:
            yield block
    if inflate is not None:
        while block := inflate.decompress(b"", BLOCK):
            seen += len(block)
            if seen > info.file_size:
                raise zipfile.BadZipFile("larger than it claims")
            yield block
    if seen != info.file_size:
        raise zipfile.BadZipFile("smaller than it claims")


def _weigh(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse an archive whose parts claim too much together, or claim less than they hold."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 2000:
        raise Refusal("intake.workbook_unpacks_too_large", limit=MOST_UNPACKED // 1024**2, file=file)
    for part in parts:
        for _block in unpacked(archive, part):
            pass


def _part_of_sheet(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The part of the archive that holds the sheet with this name, by the workbook's own list."""
    marks: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            for key, value in attributes.items():
                if _local(key) == "id":
                    marks[attributes.get("name", "")] = value

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    _parse_small(archive, "xl/workbook.xml", sheet)
    _parse_small(archive, "xl/_rels/workbook.xml.rels", relation)
    target = targets[marks[name]]
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return archive.getinfo(path)


def _local(name: str) -> str:
    return name.rsplit(":", 1)[-1]


def _parse_small(archive: zipfile.ZipFile, name: str, start: object) -> None:
    info = archive.getinfo(name)
    if info.file_size > LONGEST_NAMES_PART:
        raise zipfile.BadZipFile("the list of sheets is too long")
    parser = _parser()
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.Parse(b"".join(unpacked(archive, info)), True)


def _parser() -> expat.XMLParserType:
    """A parser that stops at any document type: entities could grow without end, and no spreadsheet writes them."""
    parser = expat.ParserCreate()

    def refuse(*_facts: object) -> None:
        raise zipfile.BadZipFile("document type")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def formula_cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Marks:
    """The cells of a sheet that hold a formula or an error value, by row and column.

    The bytes are searched first: a sheet without formulas, the usual one, is never parsed here.
    """
    tail, suspect = b"", False
    for block in unpacked(archive, part):
        seam = tail + block
        if b"\x00" in block or any(sign in seam for sign in _SIGNS):
            # Zero bytes are UTF-16, in which the search is blind.
            suspect = True
            break
        tail = seam[-64:]
    if not suspect:
        return {}
    marks: Marks = {}
    row, place, reference = -1, -1, ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, place, reference
        kind = _local(tag)
        if kind == "row":
            row, place = int(attributes["r"]) - 1 if "r" in attributes else row + 1, -1
        elif kind == "c":
            reference = attributes.get("r", "")
            found = _PLACE.fullmatch(reference)
            place = _place(found[1]) if found else place + 1
            if attributes.get("t") == "e":
                mark()
        elif kind == "f":
            mark()

    def mark() -> None:
        marks.setdefault(row, {})[place] = reference or f"{_letters(place)}{row + 1}"

    parser = _parser()
    parser.StartElementHandler = start
    for block in unpacked(archive, part):
        parser.Parse(block, False)
    parser.Parse(b"", True)
    return marks


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
