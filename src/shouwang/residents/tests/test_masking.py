"""A mask never gives away what it hides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.residents.masking import mask_id_number, mask_name, mask_phone

DIGITS = st.text("0123456789", min_size=1)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("欧阳娜娜", "欧***"),
        ("阿依古丽·买买提", "阿***·买**"),
        ("John Smith", "J*** S****"),
        ("张", "*"),
    ],
)
def test_names(name: str, masked: str) -> None:
    """The family name is left, which is how neighbours are called; a name of one sign is hidden whole."""
    assert mask_name(name) == masked


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_keeps_its_ends(phone: str) -> None:
    """Three digits of the network and the last four: the four between are never shown."""
    masked = mask_phone(phone)
    assert masked == f"{phone[:3]}****{phone[-4:]}"


@given(st.text("0123456789", min_size=7, max_size=15))
def test_a_phone_never_shows_more_than_four_digits_in_a_row(phone: str) -> None:
    """Whatever its length, at least four digits are hidden, in one run."""
    masked = mask_phone(phone)
    assert len(masked) == len(phone)
    assert "****" in masked
    assert max(len(run) for run in masked.split("*")) <= 4


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_an_id_number_hides_birth_date_and_sex(number: str) -> None:
    """Ten places are hidden, among them the whole birth date."""
    masked = mask_id_number(number)
    assert masked == number[:4] + "*" * 10 + number[14:]


@given(st.sampled_from(["P", "HM", "TW", "FR", "OTHER"]), st.from_regex(r"[A-Z0-9]{4,20}", fullmatch=True))
def test_another_document_shows_its_kind_and_two_places(kind: str, number: str) -> None:
    """The kind matters to the worker, the number does not."""
    masked = mask_id_number(f"{kind}:{number}")
    assert masked == f"{kind}:" + "*" * (len(number) - 2) + number[-2:]


@given(st.text(min_size=1, max_size=30).filter(lambda name: name.strip()))
def test_a_name_never_stands_there_whole(name: str) -> None:
    """Of any name something is hidden, and nothing is added to it but stars."""
    masked = mask_name(name)
    assert masked != name or set(name) <= {"*", " ", "·"}
    assert "*" in masked
