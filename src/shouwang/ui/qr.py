"""A QR code as inline SVG: attributes only, so that it stands under the strict content policy and on paper.

A resident's page holds a day of codes for a family, some thirty of them, hence a drawer in C++: one in Python takes
twenty times as long, and that is most of what the page costs (bench/strips.py).
"""

from __future__ import annotations

import numpy as np
import zxingcpp
from django.utils.safestring import SafeString, mark_safe

QUIET = 4
"""Light modules around a code, as its standard asks."""


def modules(text: str, *, error: str = "M") -> np.ndarray:
    """Dark (True) and light modules of the smallest QR code that holds a text at an error level L, M, Q or H."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=error)
    return np.array(code.to_image(scale=1, add_quiet_zones=False)) == 0


def svg(text: str, label: str) -> SafeString:
    """The code of a text, dark on light with its quiet zone, sized by its box; `label` is what a screen reader says."""
    dark = modules(text)
    size = len(dark) + 2 * QUIET
    # Where a row turns from light to dark and back: pairs of begin and end.
    turns = np.diff(np.pad(dark.view(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, columns = np.nonzero(turns)
    runs = "".join(
        f"M{start + QUIET} {row + QUIET}h{end - start}v1h-{end - start}z"
        for row, start, end in zip(rows[::2].tolist(), columns[::2].tolist(), columns[1::2].tolist(), strict=True)
    )
    title = label.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return mark_safe(  # nosec B308 B703 - drawn here from numbers; the label is escaped
        f'<svg class="sw-qr" viewBox="0 0 {size} {size}" role="img" aria-label="{title}" shape-rendering="crispEdges">'
        f'<path class="sw-qr-ground" fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{runs}"/></svg>'
    )
