"""The source as the architecture tests see it: files, rooms, imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "shouwang"


def sources(*, tests: bool = False) -> Iterator[Path]:
    """Every Python file of the package but migrations, which a program writes; tests only when asked for."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).parts
        if "migrations" in inside or "node_modules" in inside or ("tests" in inside and not tests):
            continue
        yield path


def rooms() -> list[Path]:
    """The folders of the rooms: packages directly under the platform's."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def parsed(path: Path) -> ast.Module:
    """A file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """A path as a reader would look for it."""
    return str(path.relative_to(ROOT))
