"""What intake offers to be counted: files taken in, and their rows."""

from __future__ import annotations

from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words

FILES = Dataset(
    name="intake.files",
    title=Words("当日导入的文件", "files taken in on the day"),
    sql="""
select area_path, 'intake.TakeIn:' || id as fact, kind, filename, "by", started_at, state,
       "rows", taken, unchanged, refused
from intake_takein where not dry_run and started_at >= %(day_start)s and started_at < %(day_end)s
""",
    columns={
        "kind": "kind of file",
        "filename": "its name",
        "by": "who took it in",
        "started_at": "when",
        "state": "how far it is",
        "rows": "rows it holds",
        "taken": "rows that were new",
        "unchanged": "rows already known",
        "refused": "rows refused",
    },
    at="started_at",
    shown=("kind", "filename", "by", "state", "rows", "taken", "refused"),
    place="area_path",
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(FILES)
