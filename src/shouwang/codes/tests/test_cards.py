"""Printed cards: one person's, a building's eight to a page, lost ones revoked alone; files split and swept."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shouwang import clock
from shouwang.codes import cards, issuing
from shouwang.codes.models import Card, CardSheet
from shouwang.command.rules import Role
from shouwang.health.tests.places import house, scope_at
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal

pytestmark = pytest.mark.django_db
BY = Actor("person", "officer-7", 7)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def scope(tree: dict[str, Any]) -> Any:
    """The first community's officer."""
    return scope_at(tree["C1"])


def words_of(file: Path) -> str:
    """The text of a PDF."""
    tool = shutil.which("pdftotext")
    assert tool
    return subprocess.run([tool, "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


def test_eight_to_a_page(tree: dict[str, Any], scope: Any) -> None:
    """Twenty people are three pages with masked names, expiry, and what to do when lost; no full name stands there."""
    house(tree["X1"], [f"N{number}" for number in range(20)])
    sheet = cards.ask_sheet(tree["X1"].path, "", scope=scope, by=BY)
    cards.print_sheet(sheet.pk)
    text = words_of(cards.sheet_file(sheet.pk, 1, scope))
    assert text.count("\f") == 3
    expires = (clock.now() + timedelta(days=90)).astimezone(clock.ZONE).date().isoformat()
    assert text.count(f"有效至 {expires}") == 20
    assert text.count("丢失") == 20
    assert "王N" not in text
    assert Card.objects.count() == 20


def test_many_are_split_and_may_be_begun_again(
    tree: dict[str, Any], scope: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that died goes on with the next file: nobody gets two cards of one sheet."""
    monkeypatch.setattr(cards, "CARDS_A_FILE", 8)
    monkeypatch.setattr(cards, "paper", lambda _cards: b"%PDF")
    house(tree["X1"], [f"N{number}" for number in range(20)])
    sheet = cards.ask_sheet(tree["X1"].path, "", scope=scope, by=BY)
    cards.print_sheet(sheet.pk)
    cards.file_of(sheet, 3).unlink()
    CardSheet.objects.update(printed_at=None, files=2)
    before = Card.objects.count()
    cards.print_sheet(sheet.pk)
    assert (before, Card.objects.count()) == (20, 24)
    assert CardSheet.objects.get().files == 3
    cards.print_sheet(sheet.pk)
    assert Card.objects.count() == 24


def test_lost_card_is_replaced(tree: dict[str, Any], people: dict[str, Any], scope: Any) -> None:
    """The old one is worthless, the new one good; other cards of the person stay."""
    first = cards.issue(people["P1"].pk, people["P1"].area_path, scope=scope, by=BY)
    second = cards.issue(people["P1"].pk, people["P1"].area_path, scope=scope, by=BY)
    third = cards.replace(first.pk, "lost on the way", scope=scope, by=BY)
    assert [card.pk for card in issuing.cards_of([people["P1"].pk])] == [third.pk, second.pk]
    assert Entry.objects.get(deed="codes.revoke_card").why == "lost on the way"
    with pytest.raises(Refusal):
        cards.revoke(first.pk, "once more", scope=scope, by=BY)


def test_only_in_ones_own_area(tree: dict[str, Any], people: dict[str, Any], scope: Any) -> None:
    """Cards of another community's people are as if they did not exist; guards make none."""
    card = cards.issue(people["P1"].pk, people["P1"].area_path, scope=scope, by=BY)
    other = scope_at(tree["C2"])
    for deed in (lambda: cards.revoke(card.pk, "not mine", scope=other, by=BY), lambda: cards.one(card.pk, other)):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.status == 404
    guard = scope_at(tree["X1"], Role.GATE_GUARD)
    with pytest.raises(Refusal):
        cards.issue(people["P1"].pk, people["P1"].area_path, scope=guard, by=BY)


def test_files_go_after_fourteen_days(tree: dict[str, Any], people: dict[str, Any], scope: Any) -> None:
    """They hold codes that open gates."""
    sheet = cards.ask_sheet(tree["X1"].path, "", scope=scope, by=BY)
    cards.print_sheet(sheet.pk)
    assert cards.file_of(sheet, 1).is_file()
    assert cards.sweep() == 0
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert cards.sweep() == 1
    assert not cards.folder_of(sheet).exists()
