"""The look under test stands alone: its own addresses, no room above it, no database."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings

CHROMIUM = os.environ.get("SHOUWANG_TEST_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(autouse=True, scope="package")
def alone() -> Iterator[None]:
    """Settings in which only the look exists, under the strictest policy."""
    from django.conf import settings

    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"] = [
        "django.template.context_processors.request",
        "django.template.context_processors.i18n",
        "django.contrib.messages.context_processors.messages",
    ]
    with override_settings(
        ROOT_URLCONF="shouwang.ui.tests.urls",
        TEMPLATES=templates,
        ALLOWED_HOSTS=["*"],
        DEBUG=False,
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE=[
            "shouwang.ui.tests.strict.StrictPolicy",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
    ):
        yield


@pytest.fixture(scope="package")
def server(alone: None) -> Iterator[str]:
    """The address of a running server for a browser."""
    from shouwang.ui import __file__ as here

    vendor = Path(here).parent / "static" / "vendor" / "tabler.css"
    if not vendor.exists():
        pytest.fail("the browser assets are not built: run `make setup`, or npm ci && npm run build in ui-assets/")
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={}, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium; nothing is downloaded."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM}
