"""The published series as files of ours, made once; everything here is skipped where the series is not at hand."""

from __future__ import annotations

import importlib.util
import os
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SERIES = Path(
    os.environ.get("SHOUWANG_TEST_SERIES") or ROOT.parent / "shared" / "data" / "wuhan-cumulative-cases-2020.csv"
)


@pytest.fixture(scope="session")
def series() -> Path:
    """The published file, which does not ship with Shouwang."""
    if not SERIES.is_file():
        pytest.skip(f"{SERIES} is not there; set SHOUWANG_TEST_SERIES to a file date,confirmed,cured,dead to run this")
    return SERIES


@pytest.fixture(scope="session")
def bench() -> ModuleType:
    """bench/published_series.py as a module."""
    spec = importlib.util.spec_from_file_location("bench_published_series", ROOT / "bench" / "published_series.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def files(series: Path, bench: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the four files made from the whole series."""
    folder = tmp_path_factory.mktemp("published-series")
    bench.generate(series, folder, date(2020, 5, 31))
    return folder
