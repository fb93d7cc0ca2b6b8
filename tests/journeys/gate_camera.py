"""What the fake camera of the browser sees: one picture, which a test may change."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import segno
from PIL import Image

CAMERA = Path(tempfile.gettempdir()) / f"shouwang-camera-{os.getpid()}.mjpeg"
WIDTH, HEIGHT = 1280, 720


def show(text: str | None) -> None:
    """Hold a code before the camera, or nothing."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (120, 125, 130))
    if text is not None:
        drawn = io.BytesIO()
        segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
        code = Image.open(drawn).convert("RGB")
        side = 520
        code = code.resize((side, side), Image.Resampling.BILINEAR)
        picture.paste(code, ((WIDTH - side) // 2, (HEIGHT - side) // 2))
    # Replaced at once, so that the browser never reads half of it.
    fresh = CAMERA.with_suffix(".next")
    picture.save(fresh, format="JPEG", quality=92, subsampling=2)
    fresh.replace(CAMERA)


show(None)
