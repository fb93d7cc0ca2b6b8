"""How what people write about a resident is read, checked and brought into one form. Pure: no Django, no files.

Each `read_…` takes the text of one column and gives the value that is kept, or raises `Refusal` with what is wrong.
Each `look_up_…` gives the form whose keyed hash is searched for.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from shouwang.refusal import Refusal
from shouwang.residents.policy import (
    DOCUMENT_KINDS,
    DOCUMENT_KINDS_SAID_OTHERWISE,
    EARLIEST_BIRTH,
    LONGEST_LABEL,
    LONGEST_NAME,
    NEEDS,
    NEEDS_SAID_OTHERWISE,
    SEXES,
)

MIDDLE_DOTS = str.maketrans(dict.fromkeys("•‧・．･∙⋅", "·"))
"""Typing aids give a name such as 阿依古丽·买买提 any of these dots."""

DATE_FORM = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?"  # spreadsheets add a midnight
    r"|(\d{4})(\d{2})(\d{2})"
)
MOBILE = re.compile(r"1[3-9][0-9]{9}")
NOT_DIALLED = re.compile(r"[\s()\-.—–－]")
DOCUMENT_FORM = re.compile(r"([^:]{1,20}):(.+)", re.DOTALL)
DOCUMENT_NUMBER = re.compile(r"[A-Z0-9]{4,20}")

_NEED_OF_WORD = {
    **{code: code for code in NEEDS},
    **{word.casefold(): code for code, words in NEEDS.items() for word in words},
    **NEEDS_SAID_OTHERWISE,
}
_KIND_OF_WORD = {
    **{code: code for code in DOCUMENT_KINDS},
    **{word.upper(): code for code, words in DOCUMENT_KINDS.items() for word in words},
    **DOCUMENT_KINDS_SAID_OTHERWISE,
}


@dataclass(frozen=True)
class Identity:
    """An ID number with what it tells about its holder; `birth_date` and `sex` are empty for other documents."""

    number: str
    birth_date: date | None = None
    sex: str = ""


def read_name(text: str) -> str:
    """The name as it is kept: as written, without the blanks around it. Raises when it is empty or not a name."""
    name = " ".join(text.split())
    if not name:
        raise Refusal("residents.name_empty", field="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refusal("residents.name_unreadable", field="name", longest=LONGEST_NAME)
    return name


def look_up_name(text: str) -> str:
    """The form of a name that is searched for: width, blanks, dots and case do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).translate(MIDDLE_DOTS).split()).casefold()


def read_phone(text: str) -> str:
    """A phone number as digits: +86 is dropped, a foreign number keeps its +. Empty stays empty."""
    if not text.strip():
        return ""
    if MOBILE.fullmatch(text):  # as nearly all are written
        return text
    number = NOT_DIALLED.sub("", unicodedata.normalize("NFKC", text))
    number = re.sub(r"^(?:\+|00)86(?=\d)|^86(?=1[3-9]\d{9}$)", "", number)
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise Refusal("residents.phone_not_digits", field="phone")
    if digits.startswith("1") and digits == number and not MOBILE.fullmatch(digits):
        raise Refusal("residents.phone_not_mobile", field="phone", length=len(digits))
    if not 7 <= len(digits) <= 15:
        raise Refusal("residents.phone_length", field="phone", length=len(digits))
    return number


def look_up_phone(text: str) -> str:
    """The form of a phone number that is searched for; a text that is no phone number finds nobody."""
    try:
        return read_phone(text).removeprefix("+")
    except Refusal:
        return ""


def read_id_number(text: str, birth_date: date | None = None, sex: str = "") -> Identity | None:
    """Check an ID number, and that it agrees with the stated birth date and sex. Empty gives None.

    A resident ID number (GB 11643) has 18 places with a check digit; its place code is *not* checked against a table,
    since numbers carry the code of their day of issue and such tables refuse most people born before 1983. Any other
    document states its kind first: `P:E12345678` (policy.DOCUMENT_KINDS).
    """
    number = _id_number_form(text)
    if not number:
        return None
    document = DOCUMENT_FORM.fullmatch(number) if ":" in number else None
    if document:
        return Identity(_other_document(*document.groups()))
    if len(number) != 18:
        raise Refusal("residents.id_number_length", field="id_number", length=len(number), kinds=_kinds())
    if not (number.isascii() and number[:-1].isdigit() and (number[-1].isdigit() or number[-1] == "X")):
        raise Refusal("residents.id_number_form", field="id_number")
    if number[-1] != ric.calc_check_digit(number):
        raise Refusal("residents.id_number_checksum", field="id_number")
    try:
        told_birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refusal("residents.id_number_birth", field="id_number") from None
    told_sex = "male" if int(number[16]) % 2 else "female"
    if birth_date is not None and told_birth != birth_date:
        raise Refusal("residents.id_number_other_birth", field="id_number")
    if sex and told_sex != sex:
        raise Refusal("residents.id_number_other_sex", field="id_number")
    return Identity(number, told_birth, told_sex)


def _id_number_form(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.upper()
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def _other_document(word: str, number: str) -> str:
    kind = _KIND_OF_WORD.get(word)
    if kind is None:
        raise Refusal("residents.document_kind", field="id_number", kind=word, kinds=_kinds())
    if not DOCUMENT_NUMBER.fullmatch(number):
        raise Refusal("residents.document_number", field="id_number")
    return f"{kind}:{number}"


def _kinds() -> str:
    return "; ".join(f"{code}: {zh} {en}" for code, (zh, en) in DOCUMENT_KINDS.items())


def look_up_id_number(text: str) -> str:
    """The form of an ID number that is searched for; unchecked, so that a slip finds nobody rather than failing."""
    number = _id_number_form(text)
    document = DOCUMENT_FORM.fullmatch(number)
    if document and document[1] in _KIND_OF_WORD:
        return f"{_KIND_OF_WORD[document[1]]}:{document[2]}"
    return number


def read_birth_date(text: str, today: date) -> date | None:
    """A birth date, written as 1950-03-01, 1950/3/1, 1950年3月1日 or 19500301. Empty gives None."""
    if not text.strip():
        return None
    if len(text) == 10 and text[4] == "-" == text[7] and (birth := _plain_date(text)):
        check_birth_date(birth, today, field="birth_date")
        return birth
    found = DATE_FORM.fullmatch(text) or DATE_FORM.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    if not found:
        raise Refusal("residents.birth_date_form", field="birth_date", text=text[:40])
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        birth = date(year, month, day)
    except ValueError:
        raise Refusal("residents.birth_date_impossible", field="birth_date", text=text[:40]) from None
    check_birth_date(birth, today, field="birth_date")
    return birth


def _plain_date(text: str) -> date | None:
    # Several times faster than taking the text apart, and nearly all are written so.
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def check_birth_date(birth: date, today: date, *, field: str) -> None:
    """Raise when nobody living can have been born on that day."""
    if birth > today:
        raise Refusal("residents.birth_date_future", field=field, date=birth.isoformat())
    if birth < EARLIEST_BIRTH:
        raise Refusal("residents.birth_date_too_early", field=field, earliest=EARLIEST_BIRTH.isoformat())


def read_sex(text: str) -> str:
    """`male`, `female`, or empty when it is not stated. Accepts 男 女 M F and the words."""
    if not text.strip():
        return ""
    sex = SEXES.get(text.strip().casefold())
    if sex is None:
        raise Refusal("residents.sex_unknown", field="sex", text=text[:20])
    return sex


@functools.lru_cache(maxsize=4096)
def read_needs(text: str) -> tuple[str, ...]:
    """Needs named in a `;`-list, by code or in words of either language, in the order of the vocabulary."""
    if not text:
        return ()
    found: set[str] = set()
    for word in re.split(r"[;、,]", unicodedata.normalize("NFKC", text)):
        word = word.strip()
        if not word:
            continue
        code = _NEED_OF_WORD.get(word.casefold())
        if code is None:
            known = "; ".join(f"{code} {zh}" for code, (zh, _) in NEEDS.items())
            raise Refusal("residents.need_unknown", field="needs", need=word[:30], known=known)
        found.add(code)
    return tuple(code for code in NEEDS if code in found)


def read_label(text: str, field: str) -> str:
    """A building, unit, dwelling or household: full-width signs become plain and blanks go, so that it can be found."""
    if text.isascii() and text.isalnum() and len(text) <= LONGEST_LABEL:
        return text
    label = "".join(unicodedata.normalize("NFKC", text).split())
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise Refusal("residents.label_too_long", field=field, longest=LONGEST_LABEL)
    return label


def age_on(birth_date: date | None, day: date) -> int | None:
    """Completed years on a day; None when the birth date is not known."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
