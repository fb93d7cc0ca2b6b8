"""A real browser before the whole site: every part that a person meets, in both languages, on phone and desk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from gate_camera import CAMERA

CHROMIUM = os.environ.get("SHOUWANG_TEST_CHROMIUM", "/usr/bin/chromium")
# Playwright's loop runs in the thread of the test; Django would take it for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, nothing is downloaded. Its camera shows whatever picture lies in gate_camera's file, and lives
    in the browser's own process: as a process of its own, on a busy machine, it dies now and then."""
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={CAMERA}",
        "--enable-features=RunVideoCaptureServiceInBrowserProcess",
    ]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": camera}


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Path:
    """Where pictures of pages go: SHOUWANG_TEST_SHOTS, or nowhere that stays."""
    folder = Path(os.environ.get("SHOUWANG_TEST_SHOTS") or request.getfixturevalue("tmp_path"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
