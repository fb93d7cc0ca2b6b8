"""The door of the status feed: right headers, no way around it, and Django is not asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shouwang.site.feed_door import FeedDoor

CAPABILITY = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A feed with a head, a snapshot and a secret beside them."""
    store = tmp_path / "feed" / "store"
    (store / "18425").mkdir(parents=True)
    (store / "head").write_bytes(b"beat")
    (store / "18425" / "7.snapshot").write_bytes(b"all")
    (tmp_path / "feed" / "v1").mkdir()
    (tmp_path / "feed" / "v1" / CAPABILITY).symlink_to(Path("..") / "store")
    (tmp_path / "secret").write_text("secret")
    return tmp_path / "feed"


def ask(folder: Path, path: str, method: str = "GET", **more: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of a request."""
    told: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        told.extend([status, dict(headers)])

    def django(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Django", "yes")])
        return [b"django"]

    body = b"".join(FeedDoor(django, folder)({"REQUEST_METHOD": method, "PATH_INFO": path, **more}, start))
    return told[0], told[1], body


def test_head_and_snapshot(folder: Path) -> None:
    """The head is asked for again each time; a snapshot is kept for good; both know whether they are still the same."""
    status, headers, body = ask(folder, f"/feed/v1/{CAPABILITY}/head")
    assert (status, body, headers["Cache-Control"]) == ("200 OK", b"beat", "no-cache")
    assert headers["Content-Length"] == "4"
    assert ask(folder, f"/feed/v1/{CAPABILITY}/head", HTTP_IF_NONE_MATCH=headers["ETag"])[0] == "304 Not Modified"
    (folder / "store" / "head").write_bytes(b"later")
    assert ask(folder, f"/feed/v1/{CAPABILITY}/head", HTTP_IF_NONE_MATCH=headers["ETag"])[2] == b"later"
    _, headers, body = ask(folder, f"/feed/v1/{CAPABILITY}/18425/7.snapshot")
    assert body == b"all"
    assert "immutable" in headers["Cache-Control"]
    assert "Last-Modified" in headers
    assert ask(folder, f"/feed/v1/{CAPABILITY}/head", "HEAD")[2] == b""


@pytest.mark.parametrize(
    "path",
    [
        "/feed/",
        "/feed/v1/",
        f"/feed/v1/{CAPABILITY}",
        f"/feed/v1/{CAPABILITY}/",
        f"/feed/v1/{CAPABILITY}/nothing",
        f"/feed/v1/{CAPABILITY}/18425/8.snapshot",
        f"/feed/v1/{CAPABILITY}/18425",
        f"/feed/v1/{CAPABILITY}/head/",
        f"/feed/v1/{CAPABILITY}/head\n",
        f"/feed/v1/{CAPABILITY}/../../../secret",
        f"/feed/v1/{CAPABILITY}/18425/../../../../secret",
        "/feed/v1/BBBBBBBBBBBBBBBBBBBBBB/head",
        "/feed/v1/../store/head",
        "/feed/store/head",
        "/feed/.lock",
    ],
)
def test_nothing_else(folder: Path, path: str) -> None:
    """No listing, no way out of the folder, no store without an address, and Django is not troubled."""
    status, headers, _ = ask(folder, path)
    assert status == "404 Not Found"
    assert headers["Cache-Control"] == "no-store"


def test_the_rest_is_djangos(folder: Path) -> None:
    """Every other address is answered inside; here nothing is changed by a request."""
    assert ask(folder, "/feeds")[2] == b"django"
    assert ask(folder, "/")[2] == b"django"
    assert ask(folder, f"/feed/v1/{CAPABILITY}/head", "POST")[0].startswith("405")
