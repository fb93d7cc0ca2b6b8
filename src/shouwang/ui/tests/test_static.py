"""What the pages ask for is there, comes from ourselves, and needs no inline code."""

import json
import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client

import shouwang.ui

ROOM = Path(shouwang.ui.__file__).parent
TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))
VENDOR = ROOM / "static" / "vendor"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_code(path):
    """No style attribute, no handler attribute and no script body: the policy would drop them silently."""
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"(?:src|href)=\"https?:", text)


def test_every_icon_that_is_named_is_in_the_sprite():
    """A misspelt icon would be an empty square."""
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text()))
    named = {
        name
        for path in ROOM.parent.rglob("templates/**/*.html")
        for name in re.findall(r'\{% icon "([^"]+)"', path.read_text())
    }
    assert named
    assert named <= sprite, sorted(named - sprite)


def test_vendored_files_bring_their_licences_and_no_source_maps():
    """What we hand on stands beside its licence; a map comment would break hashed static files."""
    licences = (VENDOR / "LICENSES.txt").read_text()
    assert all(name in licences for name in ("@tabler/core", "@tabler/icons", "echarts", "htmx.org"))
    assert all("sourceMappingURL" not in path.read_text() for path in VENDOR.iterdir() if path.is_file())


def test_the_lock_file_holds_no_addresses():
    """The same lock file serves whatever registry npm is set to."""
    lock = ROOM.parents[2] / "ui-assets" / "package-lock.json"
    if not lock.exists():
        pytest.skip("installed package: the sources of the assets are not beside it")
    packages = json.loads(lock.read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_no_context(name):
    """A page about a fault must not fail for lack of a request, a session or a navigation."""
    page = engines["django"].get_template(name).render({})
    assert "<h1" in page
    assert "btn-primary" in page


def test_the_language_switch_comes_back_to_the_same_page():
    """The switch is named in the other language and keeps the query."""
    page = Client().get("/gallery/?sort=name", headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="zh-Hans"' in page
    assert ">中文<" in page
    answer = Client().post("/language/setlang/", {"language": "zh-hans", "next": "/gallery/?sort=name"})
    assert answer.status_code == 302
    assert answer["Location"] == "/gallery/?sort=name"
