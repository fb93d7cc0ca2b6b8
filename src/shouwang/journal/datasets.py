"""What the journal offers to be counted: the deeds of a day, and the runs of jobs for it."""

from __future__ import annotations

from shouwang.measures.datasets import Dataset, offer
from shouwang.measures.words import Words

DEEDS = Dataset(
    name="journal.deeds",
    title=Words("当日留痕的操作", "deeds of the day"),
    sql="""
select area_path, 'journal.Entry:' || seq as fact, at, deed, actor_kind, actor_name, why
from journal_entry where at >= %(day_start)s and at < %(day_end)s
""",
    columns={
        "at": "when",
        "deed": "what was done",
        "actor_kind": "person, system or operator",
        "actor_name": "by whom",
        "why": "the reason given",
    },
    at="at",
    shown=("deed", "actor_name", "why"),
    place="area_path",
)

JOBS = Dataset(
    name="journal.jobs",
    title=Words("当日的自动任务", "runs of jobs for the day"),
    sql="""
select '' as area_path, 'journal.JobRun:' || id as fact, job, state, started_at, finished_at
from journal_jobrun where day = %(day)s
""",
    columns={"job": "job", "state": "how it ended", "started_at": "begun", "finished_at": "ended"},
    at="started_at",
    shown=("job", "state", "finished_at"),
    place="area_path",
)


def register() -> None:
    """Offer the datasets of this room to measures."""
    offer(DEEDS, JOBS)
