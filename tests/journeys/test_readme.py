"""A newcomer with a fresh clone types what the README says, line by line, and every line works."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE_SECONDS = 1800  # from nothing, on a machine that has other things to do
LINE_SECONDS = 300
UP_SECONDS = 180


def code_lines(heading: str) -> list[str]:
    """The lines to type under a heading of the README, without their comments."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    under = page.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = re.search(r"^```\n(.*?)^```$", under, re.DOTALL | re.MULTILINE)
    assert found is not None
    lines = [re.sub(r"\s+# .*$", "", line).strip() for line in found[1].splitlines()]
    return [line for line in lines if line]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody gets who clones this checkout: committed files and nothing else."""
    folder = tmp_path_factory.mktemp("newcomer") / "shouwang"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    """The environment of a newcomer: nothing of ours, and nothing of this test run."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHOUWANG_", "DJANGO_")) and name not in {"DATABASE_URL", "VIRTUAL_ENV", "PYTHONPATH"}
    }


def typed(line: str, folder: Path, variables: dict[str, str], seconds: int) -> subprocess.CompletedProcess[str]:
    """Run a line as a shell would."""
    command = ["bash", "-c", line]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=seconds, check=False
    )


@pytest.mark.slow
def test_the_readme_from_a_clean_clone(clone: Path, variables: dict[str, str], tmp_path: Path) -> None:
    """`make demo SERVE=0` prints the last bulletin, twice the same; then "Your own city" works on the examples."""
    assert "make demo" in code_lines("Two commands")
    first = typed("make demo SERVE=0", clone, variables, MAKE_SECONDS)
    assert first.returncode == 0, first.stdout[-2000:] + first.stderr[-2000:]
    assert "疫情防控通报" in first.stdout
    assert "2020-02-20" in first.stdout
    again = typed("make demo SERVE=0", clone, variables, MAKE_SECONDS)
    assert again.returncode == 0, again.stderr[-2000:]
    assert bulletin_of(again.stdout) == bulletin_of(first.stdout)

    examples = tmp_path / "examples"
    shutil.copytree(clone / "docs" / "examples", examples)
    activate, place, *lines, up = code_lines("Your own city")
    assert activate == ". .venv/bin/activate"
    assert place.startswith("export SHOUWANG_DATA_DIR=")
    assert up == "shouwang up"
    given = {
        **variables,
        "PATH": f"{clone / '.venv' / 'bin'}{os.pathsep}{variables['PATH']}",
        "SHOUWANG_DATA_DIR": str(tmp_path / "data"),
        "SHOUWANG_PORT": str(free_port()),
    }
    for line in lines:
        done = typed(line, examples, given, LINE_SECONDS)
        assert done.returncode == 0, f"{line}\n{done.stdout[-1000:]}{done.stderr[-1000:]}"
    assert (examples / "bulletin.pdf").read_bytes().startswith(b"%PDF")
    certified = json.loads(typed("shouwang certification 2020-03-14 --json", examples, given, LINE_SECONDS).stdout)
    assert {level["level"]: level["percent"] for level in certified["levels"]}["compound"] == "33.3"
    refused = typed("shouwang import health-events health-events-with-faults.csv", examples, given, LINE_SECONDS)
    assert refused.returncode == 3, refused.stderr
    assert (examples / "health-events-with-faults.csv.refused.csv").is_file()
    assert typed("shouwang import weather areas.csv", examples, given, LINE_SECONDS).returncode == 2
    assert typed("shouwang code P999999", examples, given, LINE_SECONDS).returncode == 1
    serves_and_ends(shlex.split(up), examples, given)


def bulletin_of(said: str) -> str:
    """The part of what `make demo` prints that is the bulletin's table of figures."""
    return said[said.index("疫情防控通报") :].split("└", 1)[0]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def serves_and_ends(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    """`shouwang up` answers, and ends by itself with 0 after Ctrl-C."""
    program = shutil.which(command[0], path=variables["PATH"])
    assert program is not None
    process = subprocess.Popen([program, *command[1:]], cwd=folder, env=variables, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + UP_SECONDS
        while not answers(f"http://127.0.0.1:{variables['SHOUWANG_PORT']}/readyz"):
            assert process.poll() is None, "shouwang up ended"
            assert time.monotonic() < deadline, "shouwang up was never ready"
            time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def answers(address: str) -> bool:
    """Whether an address answers 200."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
