"""Trees that come with the package: today Wuhan's, as the statistics bureau listed it on 2023-06-30."""

from __future__ import annotations

import csv
import io
from importlib import resources

from shouwang.areas.planting import AreaRow
from shouwang.areas.rules import told_by
from shouwang.refusal import Refusal

TREES = {"wuhan": "wuhan-divisions-2023.csv"}


def rows(name: str) -> list[AreaRow]:
    """The units of a shipped tree. The bureau's list calls every leaf a community; here a leaf's level is told from
    its code, so that communities and villages are counted apart.

    Raises Refusal areas.no_shipped_tree.
    """
    if name not in TREES:
        raise Refusal("areas.no_shipped_tree", name=name, names=", ".join(TREES))
    text = (resources.files("shouwang.areas") / "data" / TREES[name]).read_text(encoding="utf-8-sig")
    return [
        AreaRow(
            row["code"],
            row["name"],
            (told_by(row["name"], row["code"]).level or row["level"]) if row["level"] == "community" else row["level"],
            row["parent_code"],
        )
        for row in csv.DictReader(io.StringIO(text))
    ]
