"""From the camera's frame to the verdict on the guard's phone, in headless Chromium with a fake camera.

    .venv/bin/python bench/gate_app.py [--rounds 20]

Beside it stands what cannot be less: reading one code with no camera, as a hand scanner types it. Limit: 300 ms median.
The measured time is the app's own: when a frame is taken until the verdict is on the page. It holds the drawing of the
frame, the search for the code in it, CBOR, the signature, the decision, and the writing of what is begun.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMIT_MS = 300


def main() -> int:
    """Run the rounds as a journey, since only there the whole gate stands; print its figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=20)
    rounds = asked.parse_args().rounds
    figures = ROOT / ".shouwang" / "bench-gate-app.txt"
    figures.parent.mkdir(exist_ok=True)
    figures.unlink(missing_ok=True)
    told = {**os.environ, "SHOUWANG_TEST_GATE_ROUNDS": str(rounds), "SHOUWANG_TEST_GATE_FIGURES": str(figures)}
    walk = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "", "tests/journeys/test_gate_speed.py"]
    done = subprocess.run(walk, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-4000:])
        return done.returncode
    print(figures.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
