"""Floors, in-room order and pure rules hold, and whoever breaks them is told what to do instead."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tree import PACKAGE, ROOT

LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]


def lint(root: Path) -> "subprocess.CompletedProcess[str]":
    """Run import-linter over a checkout; its sources go before the installed ones."""
    given = {"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
    return subprocess.run(LINT, cwd=root, env=given, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources that a test may spoil."""
    shutil.copytree(
        PACKAGE, tmp_path / "src" / "shouwang", ignore=shutil.ignore_patterns("static", "locale", "*.geojson")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_stands() -> None:
    """No room asks a room above or beside it, and inside each the order is kept."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "advice"),
    [
        ("areas/queries.py", "from shouwang.site import environment", "listen in its reactions.py"),
        ("codes/rules.py", "from django.db import models", "A decision is a pure function of facts"),
        ("codes/rules.py", "import pathlib", "files are read by policybook"),
        ("residents/models.py", "from shouwang.residents import actions", "let the query or the action fetch them"),
        ("residents/queries.py", "from shouwang.areas import models as other", "Ask its queries.py"),
    ],
)
def test_a_broken_floor_comes_with_advice(copy: Path, file: str, line: str, advice: str) -> None:
    """Each kind of forbidden import, put into a copy, fails and says which way out there is."""
    spoiled = copy / "src" / "shouwang" / file
    spoiled.write_text(spoiled.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint(copy)
    assert done.returncode == 1
    culprit = f"shouwang.{file.removesuffix('.py').replace('/', '.')} -> {line.split()[1].split('.')[0]}"
    assert culprit in done.stdout
    assert advice in " ".join(done.stdout.split())


def test_a_room_nobody_declared_is_refused(copy: Path) -> None:
    """A new folder must be given a floor before anything is built in it."""
    (copy / "src" / "shouwang" / "attic").mkdir()
    (copy / "src" / "shouwang" / "attic" / "__init__.py").write_text("")
    done = lint(copy)
    assert done.returncode == 1
    assert "shouwang.attic" in done.stdout
    assert "A new room is declared in pyproject.toml on its floor" in " ".join(done.stdout.split())
