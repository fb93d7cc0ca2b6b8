"""Looking at a page as a person does: nothing serious for axe, nothing sticking out, no foreign words, a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

LOCALES = {"zh": "zh-CN", "en": "en-US"}
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
# Latin letters that belong on a Chinese page: names of products and standards.
LATIN_NAMES = {"Shouwang", "English", "PIN", "IP", "https", "Chrome", "Linux"}
# Chromium says this of any answer that is not a success, also of those that are meant.
EXPECTED_COMPLAINT = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@dataclass
class Eyes:
    """One browser window: its page, and what its console complains of."""

    page: Page
    context: BrowserContext
    language: str
    size: str
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def look(self, name: str, latin: frozenset[str] | set[str] = frozenset()) -> None:
        """Hold the page as it stands to what every page owes; `latin` are further words allowed on a Chinese page."""
        self.page.screenshot(path=self.shots / f"{name}-{self.language}-{self.size}.png", full_page=True)
        serious = [
            (found["id"], [node["target"] for node in found["nodes"]][:3])
            for found in Axe().run(self.page).response["violations"]
            if found["impact"] in {"serious", "critical"}
        ]
        assert serious == [], f"{name}: {serious}"
        assert self.complaints == [], f"{name}: {self.complaints}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= SIZES[self.size]["width"], name
        assert self.page.locator("h1").count() == 1, name
        title, words = self.page.title(), self.page.locator("main").inner_text()
        if self.language == "zh":
            foreign = set(re.findall(r"[A-Za-z]{2,}", f"{title} {words}")) - LATIN_NAMES - set(latin)
            assert foreign == set(), f"{name}: {foreign}"
        else:
            assert not re.search(r"[\u4e00-\u9fff]", words.replace("中文", "").replace("守望", "")), f"{name}: {words}"


@contextmanager
def window(
    browser: Browser, shots: Path, language: str = "zh", size: str = "desk", **options: object
) -> Iterator[Eyes]:
    """A fresh browser window of a size and a language."""
    context = browser.new_context(
        locale=LOCALES[language],
        viewport=SIZES[size],
        reduced_motion="reduce",
        **options,  # type: ignore[arg-type]
    )
    page = context.new_page()
    eyes = Eyes(page, context, language, size, shots)

    def hear(text: str) -> None:
        if not EXPECTED_COMPLAINT.search(text):
            eyes.complaints.append(text)

    page.on("console", lambda message: hear(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: hear(str(error)))
    try:
        yield eyes
    finally:
        context.close()
