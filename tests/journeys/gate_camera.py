"""What the fake camera of the browser sees: one picture, which a test may change."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import segno
from PIL import Image

CAMERA = Path(tempfile.gettempdir()) / f"shouwang-camera-{os.getpid()}.mjpeg"
WIDTH, HEIGHT, SIDE = 1280, 720, 520


def drawn(text: str) -> Image.Image:
    """A code as a screen shows it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=6, border=4)
    return Image.open(out)


def show(text: str | None) -> None:
    """Hold a code before the camera, or nothing."""
    show_picture(None if text is None else drawn(text))


def show_picture(code: Image.Image | None) -> None:
    """Hold a picture of a code before the camera, or nothing."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (120, 125, 130))
    if code is not None:
        code = code.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        picture.paste(code, ((WIDTH - SIDE) // 2, (HEIGHT - SIDE) // 2))
    # Replaced at once, so that the browser never reads half of it.
    fresh = CAMERA.with_suffix(".next")
    picture.save(fresh, format="JPEG", quality=92, subsampling=2)
    fresh.replace(CAMERA)


show(None)
