"""A closed compound with its gate, guards, residents, keys and feed, and a phone in the hands of a guard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import gate_camera
import gate_feed
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.actions import close_compound
from shouwang.areas.models import Area
from shouwang.codes import code_keys, indexes, strips
from shouwang.command.actions import declare_stage
from shouwang.command.models import Post
from shouwang.command.policy import Stage
from shouwang.gates import actions, partitions
from shouwang.gates.models import Gate, Passage
from shouwang.gates.roster import composed
from shouwang.journal.actions import Actor
from shouwang.residents.models import Household, Person
from shouwang.residents.sealing import sealer

PIN = "294715"
PHONE = {"width": 360, "height": 740}
GREEN, RED, YELLOW, OTHER = 0, 1, 2, 3
TYPE = """text => {
  for (const key of [...text, "Enter"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""
"""As fast as a device types, however slow the machine of the test is."""
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", found => window.toldOfViolation(
  `${found.violatedDirective} ${found.blockedURI} ${found.sourceFile}:${found.lineNumber}`));
"""
NAMES = ["王伟", "李娜", "张敏", "刘洋"]
ID_NUMBERS = ["420102198001010014", "420102198002020025", "420102198003030036", "42010219800404004X"]
GUARDS = ["赵强", "孙丽"]


@dataclass
class World:
    """What the tests ask for. `lines`: the roster's, in order of flats 101, 201, 301, 401 of building 3, unit 1."""

    gate: Gate
    feed: gate_feed.Feed
    lines: list[list[Any]]
    day: int
    cards: int

    def idx(self, person: int) -> int:
        """The index of a resident on the list of the day."""
        return int(self.lines[person][3])

    def strip(self, idx: int, colour: int = GREEN, *, age: int = 60, lasts: int = 4 * 3600, signer: Any = None) -> str:
        """A code drawn some seconds ago."""
        iat = _now() - age
        return strips.make_strip(
            signer or code_keys.signer("strip"),
            list_number=self.day, idx=idx, colour=colour, iat=iat, exp=iat + lasts,
        )  # fmt: skip

    def family(self, members: list[tuple[int, int]]) -> str:
        """One code for several people."""
        signer, iat = code_keys.signer("strip"), _now() - 60
        return strips.make_family(signer, list_number=self.day, members=members, iat=iat, exp=iat + 3600)

    def card(self, idx: int, name: str = "*伟 19") -> str:
        """A printed card."""
        signer, iat = code_keys.signer("strip"), _now() - 86400
        return strips.make_card(
            signer, list_number=self.cards, idx=idx, colour=GREEN, masked_name=name, iat=iat, exp=iat + 80 * 86400
        )

    def code(self) -> str:
        """A one-time code for a phone at the gate."""
        expires = clock.now() + timedelta(days=30)
        return actions.offer_enrolment(self.gate.pk, "门岗一号机", expires, by=Actor.operator())[1]

    def stored(self) -> list[Passage]:
        """What the office has of passages, in the order in which it happened."""
        return list(Passage.objects.filter(gate_id=self.gate.pk).order_by("at", "id"))


def _now() -> int:
    return int(clock.now().timestamp())


def built(settings: Any, monkeypatch: Any, tmp_path: Path, stage: Stage = Stage.NORMAL_CONTROL) -> World:
    """Build the compound with everything in it."""
    settings.KEY_RING_FILE = tmp_path / "ring" / "identity.json"
    settings.CODE_KEYS_DIR = tmp_path / "code-keys"
    settings.ROOT_URLCONF = "gate_feed"
    monkeypatch.setattr(actions, "ITERATIONS", 2000)
    gate_feed.FILES.clear()
    gate_camera.show(None)
    found: dict[str, Area] = {}
    rows = [("4201", "city", None), ("420102", "district", "4201"), ("S1", "street", "420102"),
            ("C1", "community", "S1"), ("X1", "compound", "C1")]  # fmt: skip
    for code, level, parent in rows:
        above = found[parent] if parent else None
        path = f"{above.path if above else ''}{code}/"
        found[code] = Area.objects.create(code=code, path=path, parent=above, level=level, name=f"翠园{code}")
    compound = found["X1"]
    close_compound(compound, by=Actor.operator(), why="as a test", entrance="东门")
    declare_stage("4201", stage, date(2020, 1, 1), by=Actor.operator(), why="as a test")
    actions.keep_in_step()
    partitions.make_ahead(clock.today())
    lock = sealer()
    for number, name in enumerate(NAMES):
        home = Household.objects.create(ref=f"H{number}", area=compound, area_path=compound.path)
        Person.objects.create(
            ref=f"P{number}", name_sealed=lock.seal("name", f"P{number}", name), name_hash=lock.hash("name", name),
            area=compound, area_path=compound.path, household=home, building="3", unit="1", dwelling=f"{number + 1}01",
            id_number_hash=lock.hash("id_number", ID_NUMBERS[number]),
        )  # fmt: skip
    for number, name in enumerate(GUARDS):
        account = Account.objects.create_user(f"guard{number}", password="x", display_name=name)
        Post.objects.create(
            account=account, role="gate_guard", area=compound, area_path=compound.path, from_day=date(2020, 1, 1),
            granted_by="test",
        )  # fmt: skip
        actions.set_pin(account, PIN, by=Actor.operator())
    gate = Gate.objects.get()
    now = clock.now()
    lines = composed(gate, now, now + timedelta(hours=1))["people"]
    feed, day, cards = gate_feed.Feed(), indexes.day_list(now), indexes.card_list(now)
    feed.open(day, {7_000_001: RED, 7_000_002: YELLOW})
    feed.open(cards, {5: GREEN, 6: OTHER})
    feed.tell()
    return World(gate, feed, lines, day, cards)


@dataclass
class Phone:
    """The page of the gate app in a browser, and what a guard does with it."""

    page: Page
    context: BrowserContext
    site: str
    language: str
    shots: Path

    def open(self) -> None:
        """Open the app."""
        self.page.goto(f"{self.site}/gate/")

    def enrol(self, code: str) -> None:
        """Type the one-time code."""
        self.page.locator("form input").fill(code)
        self.page.locator("form button[type=submit]").click()
        expect(self.page.locator("button.name").first).to_be_visible(timeout=30_000)

    def check_in(self, name: str = GUARDS[0]) -> None:
        """Name and PIN."""
        self.page.locator("button.name", has_text=name).click()
        for digit in PIN:
            self.page.locator(".keypad button", has_text=digit).click()

    def ready(self, world: World) -> None:
        """From a new phone to a guard who stands at the gate, with the feed on the phone."""
        self.open()
        self.enrol(world.code())
        self.check_in()
        expect(self.page.locator(".camera")).to_be_visible()
        expect(self.page.locator(".feed.good")).to_be_visible()

    def scan(self, text: str) -> None:
        """A hand scanner types a code."""
        expect(self.page.locator(".camera")).to_be_visible()
        self.page.evaluate(TYPE, text)

    def verdict(self, verdict: str, reason: str | None = None) -> Locator:
        """The verdict that is shown."""
        shown = self.page.locator(f".verdict[data-verdict={verdict}]")
        expect(shown).to_be_visible()
        if reason is not None:
            expect(shown).to_have_attribute("data-reason", reason)
        return shown

    def tick(self, must: str, yes: bool = True) -> None:
        """Tap one of the musts."""
        self.page.locator(f"[data-must={must}] button.{'yes' if yes else 'no'}").click()

    def temperature(self, tenths: int) -> None:
        """An ordinary temperature has a key of its own; another is typed."""
        if 360 <= tenths <= 370:
            self.page.locator(f"[data-tenths='{tenths}']").click()
            return
        self.page.locator(".temperature .other").click()
        for digit in str(tenths):
            self.page.locator(".temperature .keypad button", has_text=digit).click()
        self.page.locator(".temperature .primary").click()

    def way(self, direction: str) -> None:
        """In or out."""
        self.page.locator(f".switch button[data-direction={direction}]").click()

    def tab(self, place: int) -> None:
        """Scan, roster, others, duty."""
        self.page.locator(".tabs button").nth(place).click()

    def through(self) -> None:
        """Three taps: same person, mask, temperature."""
        self.tick("identity")
        self.tick("mask")
        self.temperature(365)
        expect(self.page.locator(".verdict.done")).to_be_visible()

    def unsent(self, count: int) -> None:
        """What the bar says of the outbox."""
        expect(self.page.locator("#unsent")).to_have_attribute("data-unsent", str(count), timeout=15_000)

    def stopped(self) -> None:
        """Record somebody who does not pass, and go on; by then it is written down."""
        self.page.locator(".musts > .primary").click()
        expect(self.page.locator(".camera")).to_be_visible()

    def next(self) -> None:
        """On from whatever is shown as done."""
        self.page.locator(".done button").click()
        expect(self.page.locator(".camera")).to_be_visible()

    def build(self) -> str:
        """Which build of the app this is."""
        return str(self.page.locator("html").get_attribute("data-build"))

    def look(self, name: str) -> None:
        """A picture, and what axe finds serious."""
        self.page.screenshot(path=self.shots / f"gate-{name}-{self.language}.png")
        serious = [
            (found["id"], [node["target"] for node in found["nodes"]][:3])
            for found in Axe().run(self.page).response["violations"]
            if found["impact"] in {"serious", "critical"}
        ]
        assert serious == [], f"{name}: {serious}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name


@contextmanager
def phone_in_hand(
    browser: Browser, site: str, shots: Path, language: str = "zh", scheme: str = "light"
) -> Iterator[Phone]:
    """A phone with the app not yet opened."""
    context = browser.new_context(
        locale="zh-CN" if language == "zh" else "en-US",
        viewport=PHONE,  # type: ignore[arg-type]
        permissions=["camera"],
        color_scheme=scheme,  # type: ignore[arg-type]
        timezone_id="Asia/Shanghai",
    )
    broken: list[str] = []
    context.expose_binding("toldOfViolation", lambda _source, what: broken.append(what))
    context.add_init_script(TELL_VIOLATIONS)
    page = context.new_page()
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    try:
        yield Phone(page, context, site, language, shots)
        assert broken == [], broken
    finally:
        context.close()
