"""Takes the kept pictures of the gate anew: `.venv/bin/python docs/making/gate_pictures.py`.

The gate's journeys have a whole compound, a camera and a phone already; their pictures are taken over from there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
KEPT = {"green": "green", "yellow": "yellow", "red": "red", "check": "check", "hold": "fever"}
"""Picture of the manual → screen of the walk."""
ENDINGS = {"zh": "", "en": "-en"}


def main() -> int:
    """Walk every screen, and keep one of each verdict in both languages, small."""
    with tempfile.TemporaryDirectory() as shots:
        run = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "", "tests/journeys/test_gate_screens.py"]
        subprocess.run(run, cwd=ROOT, env={**os.environ, "SHOUWANG_TEST_SHOTS": shots}, check=True)
        take(Path(shots))
    return 0


def take(shots: Path) -> None:
    """Keep what the manual shows of the pictures of a walk."""
    for name, taken in KEPT.items():
        for language, ending in ENDINGS.items():
            place = ROOT / "docs/screenshots" / f"gate-{name}{ending}.png"
            keep(shots / f"gate-{taken}-{language}-light.png", place)


def keep(taken: Path, place: Path) -> None:
    """A picture in few colours: a third of the size, and the eye sees no difference."""
    Image.open(taken).convert("RGB").quantize(64).save(place, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
