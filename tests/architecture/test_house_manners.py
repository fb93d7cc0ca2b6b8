"""What a reader may count on in every file: names that explain, a size that fits a head, one clock, one environment."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from tree import PACKAGE, ROOT, parsed, rooms, shown, sources

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "managers", "manager", "misc", "lib", "stuff", "tools"}
LONGEST_FILE = 400
LARGEST_MEDIAN = 150
# The clock itself; the journal, which notes real time beside moved time; the schedule, which measures how long it took;
# readiness, which compares with the times of files.
MAY_ASK_THE_TIME = {
    "clock.py",
    "journal/actions.py",
    "site/schedule.py",
    "site/children.py",
    "site/health_endpoints.py",
}
# Which database and which secret a process has is decided in these; the clock's offset goes to child processes.
MAY_READ_VARIABLES = {"clock.py", "site"}
TIME_QUESTIONS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("time", "time"),
}


def of(path: Path, allowed: set[str]) -> bool:
    """Whether a file, or the room it stands in, is among those allowed."""
    inside = path.relative_to(PACKAGE).as_posix()
    return inside in allowed or inside.split("/")[0] in allowed


def calls(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Every `x.y(…)` as (x, y, line); of `a.x.y(…)` the last two."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield name, node.func.attr, node.lineno


def test_files_are_named_for_the_question_they_answer() -> None:
    """A name that fits everything tells nothing: `utils`, `helpers`, `common` and the like have no place."""
    empty = [shown(path) for path in sources(tests=True) if EMPTY_NAMES & {path.stem, *path.relative_to(PACKAGE).parts}]
    assert empty == [], (
        f"Name these for the question they answer, or move what is in them to where it is asked: {empty}"
    )


def test_files_fit_a_head() -> None:
    """No file is longer than 400 lines, and half of them are shorter than 150."""
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    long = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert long == {}, f"Split these by question, not by number: {long}"
    assert statistics.median(length for length in lengths.values() if length) <= LARGEST_MEDIAN


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.name))
def test_a_room_introduces_itself(room: Path) -> None:
    """The docstring of its __init__ says what a room is, and holds at least two sentences."""
    said = ast.get_docstring(parsed(room / "__init__.py")) or ""
    assert len(re.findall(r"[.!?](?:\s|$)", said)) >= 2, f"{shown(room)}/__init__.py: say what it is and where to start"


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.name))
def test_public_things_are_documented(room: Path) -> None:
    """Every module says what it is for; public functions and classes that others call say what they answer."""
    bare = []
    for path in sources():
        empty = path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip()
        if room not in path.parents or empty:
            continue
        tree = parsed(path)
        if path.name != "apps.py" and ast.get_docstring(tree) is None:
            bare.append(shown(path))
        if path.stem not in {"actions", "queries", "rules", "permissions", "events"}:
            continue
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if named and ast.get_docstring(node) is None:  # type: ignore[arg-type]
                bare.append(f"{shown(path)}:{node.lineno}")
    assert bare == [], f"These say nothing about themselves: {bare}"


def test_nobody_else_asks_what_time_it_is() -> None:
    """Drills and replays move the clock; a call to the machine's own clock would not move with it."""
    asked = [
        f"{shown(path)}:{line}"
        for path in sources()
        if not of(path, MAY_ASK_THE_TIME)
        for owner, name, line in calls(parsed(path))
        if (owner, name) in TIME_QUESTIONS
    ]
    assert asked == [], f"Use clock.now(), clock.today() or an argument `at`: {asked}"


def test_only_the_site_reads_variables() -> None:
    """Settings come in through site/environment.py, where a wrong one is answered with advice."""
    read = [
        f"{shown(path)}:{node.lineno}"
        for path in sources()
        if not of(path, MAY_READ_VARIABLES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert read == [], f"Take it from Django's settings, which take it from site/environment.py: {read}"


def test_no_file_knows_where_it_was_written() -> None:
    """No absolute path of a developer's machine, and no host of a package registry, in anything that is kept."""
    forbidden = re.compile(
        "/" + r"work/main|/" + r"home/\w|pypi\." + r"org|files\.python" + r"hosted|registry\.npm" + "js"
    )
    kept = [*sources(tests=True), *ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.lock"), ROOT / "Makefile"]
    kept += [*(ROOT / "bootstrap").iterdir(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.md")]
    found = [shown(path) for path in kept if path.is_file() and forbidden.search(path.read_text(encoding="utf-8"))]
    assert found == []
