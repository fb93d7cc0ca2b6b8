"""Every screen of the guard's phone held to what a guard of sixty in the sun owes it: contrast, size, one language."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from gate_world import PHONE, Phone
from playwright.sync_api import expect

LEAST_PX = 48
"""Of whatever is touched, each way."""
LATIN = {"English", "PIN", "App", "SW"}
AXE = {
    "resultTypes": ["violations"],
    # In sunlight: seven to one, where the law wants four and a half.
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
SMALL = f"""() => [...document.querySelectorAll("button, summary, input, select, .as-button")]
  .filter(node => node.checkVisibility({{ visibilityProperty: true }}) && !node.matches(".photo"))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < {LEAST_PX} || box.height < {LEAST_PX}))
  .map(([node, box]) => `${{node.textContent || node.id}} ${{box.width.toFixed(0)}}x${{box.height.toFixed(0)}}`)"""
"""What is too small to be touched by a cold finger."""
WIDE = """() => [...document.querySelectorAll("body *:not(.photo)")]
  .filter(node => node.checkVisibility() && getComputedStyle(node).position !== "fixed")
  .filter(node => !node.closest(".quiet-title, .bar .where"))
  .filter(node => node.getBoundingClientRect().right > innerWidth + 1
    || getComputedStyle(node).display !== "inline" && node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1)
  .map(node => `${node.tagName}.${node.className}: ${node.textContent.slice(0, 40)}`)"""
"""What sticks out of the screen or of its own box."""
LARGER = "size => { document.documentElement.style.fontSize = size; }"


def study(phone: Phone, name: str, own_words: set[str]) -> list[Any]:
    """A picture by day and one by night; answers everything that is wrong with a screen as it stands."""
    page = phone.page
    # What was said of the person before goes by itself.
    expect(page.locator(".said.shown")).to_have_count(0, timeout=15_000)
    found: list[Any] = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.screenshot(path=phone.shots / f"gate-{name}-{phone.language}-{scheme}.png")
        for one in Axe().run(page, options=AXE).response["violations"]:
            found.append((scheme, one["id"], [(node["target"], node["failureSummary"]) for node in one["nodes"]][:4]))
    found += [("too small", one) for one in page.evaluate(SMALL)]
    found += [("sticks out", one) for one in page.evaluate(WIDE)]
    page.evaluate(LARGER, "26px")
    page.screenshot(path=phone.shots / f"gate-{name}-{phone.language}-large.png")
    if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        found += [("sticks out when large", one) for one in page.evaluate(WIDE)]
    page.evaluate(LARGER, "")
    if page.locator("h1").count() != 1:
        found.append(("headings", page.locator("h1").count()))
    words = f"{page.title()} {page.locator('main').inner_text()} {page.locator('.bar .state').inner_text()}"
    # The version of the rules is a digest, whose letters are no word.
    words = re.sub(r"\b[0-9a-f]{16}\b", "", words)
    if phone.language == "zh":
        foreign = set(re.findall(r"[A-Za-z]{2,}", words)) - LATIN - own_words
    else:
        for own in own_words:
            words = words.replace(own, "")
        foreign = set(re.findall(r"[一-鿿]+", words))
    if foreign:
        found.append(("another language", foreign))
    return [(f"{name}-{phone.language}", *one) for one in found]
