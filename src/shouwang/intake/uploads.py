"""Files that come through a page: kept until they are taken in, then deleted, with what was refused left to fetch."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from shouwang import clock
from shouwang.intake import kinds
from shouwang.intake.actions import Report, take_in
from shouwang.intake.models import TakeIn
from shouwang.intake.policy import DAYS_KEPT, HOURS_WAITING, LONGEST_UPLOAD
from shouwang.intake.progress import RUNNING_LOCK
from shouwang.intake.refused_file import path_for
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal

STORED_AS = "file"
"""The name of every stored file: what people call their files never becomes a path."""


def folder_of(record: TakeIn) -> Path:
    """Where the file of a take-in lies while it is there."""
    return Path(settings.MEDIA_ROOT) / "intake" / str(record.pk)


def stored_file(record: TakeIn) -> Path | None:
    """The uploaded file, while it is kept."""
    path = folder_of(record) / STORED_AS
    return path if path.is_file() else None


def refused_file(record: TakeIn) -> Path | None:
    """The refused rows of an uploaded file, while they are kept."""
    path = path_for(folder_of(record) / STORED_AS)
    return path if path.is_file() else None


def receive(kind_name: str, upload: UploadedFile | None, *, by: Actor, scope_path: str, dry_run: bool) -> TakeIn:
    """Keep an uploaded file and write it down as waiting. Raises Refusal without a file, or for one too large."""
    kind = kinds.get(kind_name)
    if upload is None or not upload.size:
        raise Refusal("intake.no_file", field="file")
    if upload.size > LONGEST_UPLOAD:
        size, limit = upload.size // 1024**2, LONGEST_UPLOAD // 1024**2
        raise Refusal("intake.file_too_large", field="file", file=upload.name, size=size, limit=limit)
    record = _written_down(kind.name, str(upload.name or "")[-120:], by, scope_path, dry_run)
    folder = folder_of(record)
    folder.mkdir(parents=True, mode=0o700)
    handle = os.open(folder / STORED_AS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return record


def take_in_for_good(trial: TakeIn, *, by: Actor) -> TakeIn:
    """After a trial run, hand the same file on to be taken in. Raises Refusal when it has been deleted meanwhile."""
    if stored_file(trial) is None:
        raise Refusal("intake.no_longer_here", status=404)
    record = _written_down(trial.kind, trial.filename, by, trial.area_path, dry_run=False)
    folder_of(record).mkdir(parents=True, mode=0o700)
    try:
        (folder_of(trial) / STORED_AS).rename(folder_of(record) / STORED_AS)
    except FileNotFoundError:
        # Somebody pressed the button twice.
        record.delete()
        raise Refusal("intake.no_longer_here", status=404) from None
    return record


def _written_down(kind: str, filename: str, by: Actor, scope_path: str, dry_run: bool) -> TakeIn:
    return TakeIn.objects.create(
        kind=kind,
        filename=filename,
        by=by.name,
        actor_kind=by.kind,
        account_id=by.account_id,
        post_id=by.post_id,
        area_path=scope_path,
        dry_run=dry_run,
        started_at=clock.now(),
    )


def run(number: int) -> Report | None:
    """Take in a waiting file: the job's work. A file that is refused as a whole is recorded and ends the job well.

    None when the file is not there any more or was done before: a job may come twice after a crash.
    """
    record = TakeIn.objects.filter(pk=number).first()
    path = stored_file(record) if record else None
    if record is None or path is None or record.state not in {TakeIn.State.WAITING, TakeIn.State.RUNNING}:
        return None
    by = Actor(record.actor_kind, record.by, record.account_id, record.post_id, record.area_path)
    try:
        return take_in(record.kind, path, by=by, scope_path=record.area_path, dry_run=record.dry_run, record=record)
    except Refusal:
        # Its words stand in the record, where the page shows them.
        return None
    finally:
        record.refresh_from_db()
        clean_trial = record.dry_run and record.state == TakeIn.State.DONE
        if not clean_trial:
            path.unlink(missing_ok=True)


@transaction.atomic
def mark_interrupted() -> int:
    """Mark the take-ins whose process died; answers how many. They kept nothing and may be sent again."""
    marked = 0
    for record in TakeIn.objects.select_for_update(skip_locked=True).filter(state=TakeIn.State.RUNNING):
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [RUNNING_LOCK, record.pk])
            (free,) = cursor.fetchone()
        if free:
            record.state, record.finished_at = TakeIn.State.INTERRUPTED, clock.now()
            record.save(update_fields=["state", "finished_at"])
            marked += 1
    return marked


def sweep() -> dict[str, int]:
    """Delete what is past its time: files that wait since yesterday, refused rows and records after fourteen days."""
    now, counts = clock.now(), {"interrupted": mark_interrupted(), "files": 0, "records": 0}
    still = TakeIn.objects.filter(state__in=[TakeIn.State.WAITING, TakeIn.State.RUNNING])
    for record in TakeIn.objects.filter(started_at__lt=now - timedelta(hours=HOURS_WAITING)).exclude(pk__in=still):
        path = stored_file(record)
        if path is not None:
            path.unlink(missing_ok=True)
            counts["files"] += 1
    for record in TakeIn.objects.filter(started_at__lt=now - timedelta(days=DAYS_KEPT)):
        shutil.rmtree(folder_of(record), ignore_errors=True)
        record.delete()
        counts["records"] += 1
    return counts
