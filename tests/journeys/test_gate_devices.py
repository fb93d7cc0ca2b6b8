"""Other eyes and hands of the gate: a torch, a photo of a code, a scanner and a thermometer that type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gate_camera
import pytest
from gate_world import World, built, phone_in_hand
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.django_db(transaction=True)
TORCH = """
navigator.mediaDevices.getUserMedia = async () => {
  const picture = document.createElement("canvas");
  picture.getContext("2d").fillRect(0, 0, 9, 9);
  return picture.captureStream(5);
};
const has = MediaStreamTrack.prototype.getCapabilities;
MediaStreamTrack.prototype.getCapabilities = function () { return { ...has.call(this), torch: true }; };
MediaStreamTrack.prototype.applyConstraints = async function (wanted) {
  document.documentElement.dataset.torch = String(wanted.advanced[0].torch);
};
"""
"""The browser's camera has none: this one has, and says what was asked of it."""
NO_CAMERA = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("none", "NotFoundError"); };
"""


STALL = """
let keys = 0;
window.addEventListener("keydown", () => {
  if (++keys % 150) return;
  const until = performance.now() + 500;
  while (performance.now() < until);
}, true);
"""
"""Every 150th key finds the phone busy for half a second."""


class Device:
    """A scanner or thermometer that types: each stroke has its own time, whatever the machine of the test does."""

    def __init__(self, page: Page) -> None:
        self.page, self.wire, self.now = page, page.context.new_cdp_session(page), 0.0

    def types(self, text: str, pause: float = 0.0) -> None:
        """The text, a stroke every eight milliseconds; `pause` seconds after what was typed before."""
        self.now = max(self.page.evaluate("Date.now() / 1000"), self.now + pause)
        for letter in text:
            self._stroke({"key": letter, "text": letter})

    def enter(self) -> None:
        """The Enter that ends it."""
        self._stroke({"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13})

    def _stroke(self, key: dict[str, Any]) -> None:
        self.now += 0.008
        for what in ("keyDown", "keyUp"):
            self.wire.send("Input.dispatchKeyEvent", {**key, "type": what, "timestamp": self.now})


@pytest.fixture
def world(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return built(settings, monkeypatch, tmp_path)


def test_the_torch_is_there_when_the_camera_has_one(
    browser: Browser, live_server: Any, shots: Path, world: World
) -> None:
    """On, off, and no button on a phone without."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.ready(world)
        torch = phone.page.locator("button", has_text="手电")
        expect(torch).to_be_hidden()
        phone.page.add_init_script(TORCH)
        phone.page.reload()
        for state in ("true", "false"):
            torch.click(timeout=30_000)
            expect(torch).to_have_attribute("aria-pressed", state)
            expect(phone.page.locator(f"html[data-torch={state}]")).to_have_count(1)


def test_a_photo_of_a_code_is_read(
    browser: Browser, live_server: Any, shots: Path, world: World, tmp_path: Path
) -> None:
    """A picture from the phone's album, on a phone without camera; one without a code says so, and a code that is not
    ours as well, for as long as it takes to read it, however often the camera is asked for."""
    pictures = {"none": None, "other": "https://example.org/", "code": world.strip(world.idx(2))}
    for name, text in pictures.items():
        made = gate_camera.Image.new("RGB", (300, 200), "gray") if text is None else gate_camera.drawn(text)
        made.save(tmp_path / f"{name}.png")
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.page.add_init_script(NO_CAMERA)
        phone.ready(world)
        hint = phone.page.locator(".hint")
        expect(hint).to_contain_text("没有可用的相机")
        photo = phone.page.locator("input[type=file]")
        photo.set_input_files(tmp_path / "none.png")
        expect(hint).to_have_text("照片里没有找到码", timeout=30_000)
        phone.page.wait_for_timeout(2_500)
        expect(hint).to_have_text("照片里没有找到码")
        photo.set_input_files(tmp_path / "other.png")
        expect(hint).to_have_text("这不是通行码")
        photo.set_input_files(tmp_path / "code.png")
        expect(phone.verdict("pass", "musts_left")).to_contain_text("张")


def test_a_scanner_and_a_thermometer_that_type(browser: Browser, live_server: Any, shots: Path, world: World) -> None:
    """Real key strokes: the code as a scanner types it, the temperature as a thermometer does; three taps become two.
    A phone that is busy now and then takes it for one code; half a code and half another are none, and a code typed
    over an open verdict changes nothing."""
    with phone_in_hand(browser, live_server.url, shots) as phone:
        phone.page.add_init_script(STALL)
        phone.ready(world)
        device = Device(phone.page)
        code = world.strip(world.idx(3))
        device.types(code[:80])
        device.types(code[80:], pause=0.4)
        device.enter()
        expect(phone.page.locator(".hint")).to_have_text("这不是通行码")
        device.types(code, pause=0.4)
        device.enter()
        expect(phone.verdict("pass", "musts_left")).to_contain_text("刘")
        device.types(world.strip(world.idx(0)), pause=0.4)
        device.enter()
        expect(phone.verdict("pass", "musts_left")).to_contain_text("刘")
        phone.tick("identity")
        phone.tick("mask")
        device.types("36.6", pause=0.4)
        device.enter()
        expect(phone.page.locator(".verdict.done")).to_be_visible()
        phone.unsent(0)
    (row,) = world.stored()
    assert (row.row, float(row.temperature)) == (world.lines[3][0], 36.6)
