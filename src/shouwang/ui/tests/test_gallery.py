"""Every part of the look in a real browser: both languages, both brightnesses, desk and phone, strict policy."""

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
SHOTS = os.environ.get("SHOUWANG_TEST_SHOTS", "")
"""A folder for screenshots, when somebody wants to look at them."""


def open_page(browser, server, path="/gallery/", *, language="zh", scheme="light", width=1280, **options):
    """A fresh page, and the list that will hold what its console complains of."""
    context = browser.new_context(
        locale=LANGUAGES[language],
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
        **options,
    )
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server + path)
    return page, complaints


GALLERY, ERRORS = "/gallery/", "/gallery/?errors=1&messages=1"
VIEWS = [
    *(
        (GALLERY, language, scheme, width)
        for language in LANGUAGES
        for scheme in ("light", "dark")
        for width in (1280, 390)
    ),
    (ERRORS, "zh", "light", 390),
    (ERRORS, "en", "dark", 1280),
]


@pytest.mark.parametrize(("path", "language", "scheme", "width"), VIEWS)
def test_nothing_on_the_gallery_keeps_anybody_out(browser, server, path, language, scheme, width):
    """Axe finds nothing serious, the console is silent under the strict policy, nothing sticks out sideways."""
    page, complaints = open_page(browser, server, path, language=language, scheme=scheme, width=width)
    expect(page.locator("[data-chart-canvas] svg")).to_be_visible()
    serious = [
        (found["id"], [node["target"] for node in found["nodes"]][:3])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if SHOTS:
        name = f"{'errors' if 'errors' in path else 'gallery'}-{language}-{scheme}-{width}.png"
        page.screenshot(path=Path(SHOTS) / name, full_page=True)
    page.context.close()


def test_chinese_pages_are_wholly_chinese(browser, server):
    """No English sentence is left on the Chinese page, and the page says which script it is in."""
    page, _ = open_page(browser, server)
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    words = page.locator("main").inner_text()
    allowed = {"R", "English"}
    latin = set(re.findall(r"[A-Za-z]{2,}", words)) - allowed
    assert latin <= {"areas", "second", "entrance", "mm", "dd", "yyyy"}, latin
    page.context.close()


def test_everything_works_without_script(browser, server):
    """Menu, sorting, pages, reveal, post switch and language need no JavaScript."""
    page, _ = open_page(browser, server, width=390, java_script_enabled=False)
    menu = page.locator("#nav")
    expect(menu).to_be_hidden()
    page.get_by_role("link", name="菜单").click()
    expect(menu).to_be_visible()
    page.get_by_role("link", name="关闭菜单").click()
    expect(menu).to_be_hidden()
    page.locator(".sw-reveal summary").click()
    expect(page.get_by_label("为什么要查看？")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("columnheader", name="密切接触者").get_by_role("link").click()
    assert "sort=contacts" in page.url
    page.get_by_role("button", name="English").click()
    assert "sort=contacts" in page.url
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_text("The same map as a table").click()
    expect(page.get_by_role("rowheader", name="江一区")).to_be_visible()
    expect(page.locator("[data-theme-switch]")).to_be_hidden()
    page.context.close()


def test_brightness_is_kept_and_never_flashes(browser, server):
    """The choice is in place before the body exists on the next page, and "as the device" takes it back."""
    page, _ = open_page(browser, server)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="深色").click()
    assert page.evaluate(ground) != light
    page.add_init_script(
        "new MutationObserver((_, self) => { if (document.body) { self.disconnect();"
        " window.atBody = document.documentElement.dataset.bsTheme; } })"
        ".observe(document, {childList: true, subtree: true})"
    )
    page.reload()
    assert page.evaluate("window.atBody") == "dark"
    expect(page.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="跟随设备").click()
    assert page.evaluate(ground) == light
    page.context.close()


def test_the_error_summary_takes_focus_and_leads_to_the_field(browser, server):
    """Who sends a wrong form hears what is wrong first and is one key away from the field."""
    page, _ = open_page(browser, server, "/gallery/?errors=1", language="en")
    expect(page.locator(".sw-error-summary")).to_be_focused()
    page.get_by_role("link", name="Temperature").click()
    expect(page.get_by_label("Temperature", exact=True)).to_be_focused()
    expect(page.get_by_label("Temperature", exact=True)).to_have_accessible_description(
        "Degrees Celsius, one decimal. This field is required."
    )
    page.context.close()


def test_a_chart_answers_the_pointer_and_follows_the_brightness(browser, server):
    """Showing numbers under the pointer and repainting need no inline style and no eval."""
    page, complaints = open_page(browser, server)
    canvas = page.locator("[data-chart-canvas]")
    expect(canvas.locator("svg")).to_be_visible()
    before = canvas.inner_html()
    canvas.hover(position={"x": 200, "y": 120})
    expect(canvas).to_contain_text("新增确诊")
    page.get_by_role("button", name="深色").click()
    page.wait_for_timeout(200)
    assert canvas.inner_html() != before
    assert complaints == []
    page.context.close()


def test_targets_are_large_enough_for_a_finger(browser, server):
    """What stands by itself to be pressed is at least 24 pixels high and wide."""
    page, _ = open_page(browser, server, width=390)
    small = page.eval_on_selector_all(
        "button, summary, input:not([type=hidden]), select, textarea, .btn, nav a, th a, td a, .sw-figure-foot a",
        """nodes => nodes.filter(node => node.checkVisibility()).map(node => {
            const choice = node.matches('[type=radio],[type=checkbox]');
            const box = (choice ? node.closest('label') : node).getBoundingClientRect();
            return [node.outerHTML.slice(0, 80), Math.round(box.width), Math.round(box.height)];
        }).filter(([, width, height]) => width > 1 && (width < 24 || height < 24))""",
    )
    assert small == []
    page.context.close()


def test_the_keyboard_opens_and_closes_the_menus(browser, server):
    """Escape closes what Enter opened, and the focus is back where it was."""
    page, _ = open_page(browser, server, language="en")
    summary = page.locator(".sw-drop-account > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()
    page.context.close()


def test_what_is_hidden_stays_hidden(browser, server):
    """The hidden attribute wins over every display of the style sheets."""
    page, _ = open_page(browser, server)
    page.evaluate("document.querySelector('.sw-filters').hidden = true")
    expect(page.locator(".sw-filters")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize(("language", "words"), [("zh", "下一步"), ("en", "What to do next")])
def test_a_wrong_address_says_what_to_do(browser, server, language, words):
    """The error page speaks the reader's language and shows the way on."""
    page, _ = open_page(browser, server, "/nowhere/", language=language)
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.locator("a.btn-primary")).to_be_visible()
    serious = [
        found["id"] for found in Axe().run(page).response["violations"] if found["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    page.context.close()
