"""One throw-away PostgreSQL for a whole test run, shared by all its workers, in place before Django's settings load."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "src"))

from shouwang.site import postgres

PREFIX = "shouwang-test-"
OLD_SECONDS = 120


def _sweep() -> None:
    """Stop and remove clusters of earlier runs that were killed; the lock tells those that are still at work."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        status = folder.stat()
        # A run that is just beginning has its folder a moment before its lock.
        old = time.time() - status.st_mtime > OLD_SECONDS
        if old and status.st_uid == os.geteuid() and postgres.is_abandoned(folder):
            postgres.stop(folder)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the first process; workers inherit its address. Then let Django configure itself."""
    if config.option.help or config.option.version:
        return
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        _sweep()
        data_dir = Path(tempfile.mkdtemp(prefix=PREFIX))
        database = postgres.ensure_running(data_dir, fast=True, stop_at_exit=False)
        for name in [name for name in os.environ if name.startswith("SHOUWANG_") and "_TEST_" not in name]:
            # A developer's own settings would change what the tests see.
            del os.environ[name]
        os.environ["SHOUWANG_DATA_DIR"] = str(data_dir)
        os.environ["DATABASE_URL"] = database.url
        config.add_cleanup(lambda: _end(data_dir))
    os.environ["DJANGO_SETTINGS_MODULE"] = "shouwang.site.settings"
    import django
    from django.conf import settings

    django.setup()
    # Static files are looked for when asked for; else each of some thousand test clients would list all of them first.
    settings.WHITENOISE_AUTOREFRESH = True


def _end(data_dir: Path) -> None:
    postgres.stop(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)
