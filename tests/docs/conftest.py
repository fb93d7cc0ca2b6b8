"""The generators of docs/making are importable wherever the tests of the documents run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))
