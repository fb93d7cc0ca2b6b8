"""Photographs of evidence: taken in small and clean, shown to those who may see the unit."""

from __future__ import annotations

import io
import uuid
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from shouwang.certification.models import AssessmentPhoto
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

LARGEST = 12 * 1024 * 1024
"""Bytes of a picture as a phone takes it."""
LONGEST_SIDE = 1600
QUALITY = 80


def cleaned(content: bytes) -> bytes:
    """A picture as JPEG, at most LONGEST_SIDE on a side, without where and when it was taken. Raises Refusal."""
    if len(content) > LARGEST:
        raise Refusal("certification.photo_too_large", field="photo", megabytes=LARGEST // 1024 // 1024)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise Refusal("certification.bad_photo", field="photo") from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Only the points go on: whatever the phone wrote beside them stays behind.
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def store(area: Any, content: bytes, *, by: Actor) -> str:
    """Keep a picture of a unit, and answer the name under which an assessment speaks of it."""
    row = AssessmentPhoto.objects.create(
        name=uuid.uuid4().hex, area=area, area_path=area.path, picture=cleaned(content), by=by.name
    )
    return row.name


def find(name: str, scope_path: str) -> bytes:
    """A picture inside an area. Raises Refusal (404)."""
    row = AssessmentPhoto.objects.filter(name=name, area_path__startswith=scope_path).first()
    if row is None:
        raise Refusal("certification.no_such_photo", status=404)
    return bytes(row.picture)
