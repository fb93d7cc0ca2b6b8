"""A drawn code says its text to a reader, with a quiet zone and nothing that a strict content policy refuses."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import zxingcpp

from shouwang.ui import qr

TEXTS = [
    "SW1:" + "6BFOXN*TS0BI$ZD4N9 9S6RCVN5+O30K3/XIV0W23NT" * 4,
    "https://city.example/gate/#enrol=ABCD-EFGH",
    "守望",
]


def painted(drawing: str) -> np.ndarray:
    """The picture of a drawing, ten pixels a module, painted run by run as a browser would."""
    root = ElementTree.fromstring(drawing)
    size = int(root.attrib["viewBox"].split()[2])
    picture = np.full((size, size), 255, np.uint8)
    path = root[1].attrib["d"]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        picture[int(y), int(x) : int(x) + int(width)] = 0
    return picture.repeat(10, axis=0).repeat(10, axis=1)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_drawn_is_read_again(text: str) -> None:
    (read,) = zxingcpp.read_barcodes(painted(qr.svg(text, "a code")))
    assert (read.text, read.ec_level) == (text, "M")


@pytest.mark.parametrize("text", TEXTS)
def test_four_light_modules_stand_around_it(text: str) -> None:
    picture = painted(qr.svg(text, "a code"))[::10, ::10]
    rows, columns = np.nonzero(picture == 0)
    for found in (rows, columns):
        assert (found.min(), found.max()) == (4, len(picture) - 5)


def test_a_label_cannot_break_out() -> None:
    """The label is spoken by screen readers; what is in it stays text."""
    root = ElementTree.fromstring(qr.svg("x", '<b> & "c"'))
    assert root.attrib["aria-label"] == '<b> & "c"'
    assert not re.search(r"style=|<script|on[a-z]+=", qr.svg("x", "label"))
