"""Screenshots of the manual: a demonstration city, served, signed in to as each role, and photographed page by page."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
UP_SECONDS = 1200  # a city at a hundredth, made from nothing on a busy machine
COLOURS = 128
"""Colours of a picture: pages are flat, so this shows everything and weighs a third."""
LARGEST = 250_000
"""Bytes of a picture; the one that the READMEs show is committed."""


@dataclass(frozen=True)
class Shot:
    """One picture: file name, account, address ({area} is the account's place), device, language."""

    name: str
    account: str
    address: str
    size: str = "desk"
    language: str = "zh"
    click: str = ""
    """Text of a link to follow first, for pages whose address the demonstration decides."""
    whole: bool = False


SHOTS = [
    Shot("city", "city", "/screen/{area}/", whole=True),
    Shot("city-en", "city", "/screen/{area}/", language="en"),
    Shot("bulletin", "city", "/bulletin/{area}/"),
    Shot("stage", "city", "/command/stage/"),
    Shot("posts", "city", "/command/posts/"),
    Shot("district", "district", "/screen/{area}/"),
    Shot("street-reports", "street", "/command/reports/"),
    Shot("today", "community", "/today/"),
    Shot("today-phone", "community", "/today/", size="phone"),
    Shot("report", "community", "/command/reports/", click="main table tbody a"),
    Shot("person", "community", "/today/", click=".health-name a"),
    Shot("import", "health", "/import/health-events/"),
    Shot("health-today", "health", "/today/"),
    Shot("rules", "inspector", "/policies/"),
    Shot("measures", "inspector", "/figures/"),
    Shot("journal", "inspector", "/me/journal/?verify=1"),
    Shot("jobs", "admin", "/me/jobs/"),
    Shot("account", "admin", "/me/"),
]
"""Every picture that the manual refers to; a test holds the two together."""


def take(folder: Path, city: Path, port: int) -> Iterator[Path]:
    """Serve the demonstration in `city` (made when it is not there) and take every picture. Yields what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    with _served(city, port) as address, sync_playwright() as playwright:
        accounts = {each["username"]: each for each in json.loads((city / "demo-signins.json").read_text("utf-8"))}
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for shot in SHOTS:
            account = accounts[shot.account]
            context = browser.new_context(
                viewport=DESK if shot.size == "desk" else PHONE,  # type: ignore[arg-type]
                locale="zh-CN" if shot.language == "zh" else "en-US",
                timezone_id="Asia/Shanghai",
                reduced_motion="reduce",
            )
            page = context.new_page()
            _sign_in(page, address, account["username"], account["password"])
            page.goto(address + shot.address.format(area=account["area_codes"][0]))
            if shot.click:
                page.locator(shot.click).first.click()
            page.wait_for_load_state("networkidle")
            yield _kept(page.screenshot(full_page=shot.whole), folder / f"{shot.name}.png")
            context.close()
        browser.close()


def _sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def _kept(taken: bytes, place: Path) -> Path:
    """Write a picture with few colours. Raises ValueError when it weighs more than a picture may."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(place, optimize=True)
    if place.stat().st_size > LARGEST:
        raise ValueError(f"{place.name} has {place.stat().st_size:,} bytes; at most {LARGEST:,} are wanted")
    return place


@contextmanager
def _served(city: Path, port: int) -> Iterator[str]:
    """A demonstration city at work; it ends with the block."""
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("shouwang")), "demo", "--data", str(city), "--port", str(port)]
    given = {name: value for name, value in os.environ.items() if not name.startswith("SHOUWANG_")}
    given.pop("DATABASE_URL", None)
    process = subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + UP_SECONDS
        while not _answers(f"{address}/readyz"):
            if process.poll() is not None:
                raise RuntimeError(f"the demonstration ended with code {process.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the demonstration was not ready after {UP_SECONDS} seconds")
            time.sleep(1)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
