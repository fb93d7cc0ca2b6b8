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
KEPT = {
    "green": "gate-green-zh",
    "yellow": "gate-yellow-zh",
    "red": "gate-red-zh",
    "check": "gate-check-zh",
    "hold": "gate-fever-first-zh",
}
JOURNEYS = ["test_gate_scan.py", "test_gate_others.py", "test_gate_offline.py"]


def main() -> int:
    """Walk the journeys, and keep five of their pictures, small."""
    with tempfile.TemporaryDirectory() as shots:
        walked = [f"tests/journeys/{name}" for name in JOURNEYS]
        wanted = "before_the_camera or each_colour or fever or twenty"
        run = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", wanted, *walked]
        subprocess.run(run, cwd=ROOT, env={**os.environ, "SHOUWANG_TEST_SHOTS": shots}, check=True)
        for name, taken in KEPT.items():
            keep(Path(shots) / f"{taken}.png", ROOT / "docs/screenshots" / f"gate-{name}.png")
    return 0


def keep(taken: Path, place: Path) -> None:
    """A picture in few colours: a third of the size, and the eye sees no difference."""
    Image.open(taken).convert("RGB").quantize(64).save(place, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
