"""What grows with the city, and what does not: 10,000 to 10,000,000 people, 100,000 to 100,000,000 passages.

    .venv/bin/python bench/growth.py people   [--sizes 10000,100000,1000000,10000000]
    .venv/bin/python bench/growth.py passages [--sizes 100000,1000000,10000000,100000000]

Rows are made inside a throw-away PostgreSQL (fsync on) and grow from size to size; at each size the same questions are
asked of Shouwang's own functions. People: one in a hundred is not green; a list is brought up from nothing, one person
changes, a resident's day of codes is drawn. Passages: fourteen days of 7,116 gates; batches of 50 are taken in, the
board of a gate, a person's passages and who passed with them are read, the jobs look, an old day is dropped. Medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
GATES = 7116
DAYS = 14
COLUMNS = (
    "id, day, gate_id, area_path, device_id, at, offset_ms, received_at, direction, kind, list, idx, cti, row,"
    " temperature, mask, identity, verdict, reason, feed_sequence, policy_version, guard, overridden, differs, content"
)
PASSAGE_ROWS = """
insert into {table} ({columns})
select (lpad(to_hex((extract(epoch from made.at) * 1000)::bigint), 12, '0') || '7' || substr(made.hash, 1, 3)
        || 'a' || substr(made.hash, 4, 15))::uuid,
    %(day)s::date, made.gate, '4201/X' || made.gate || '/', made.gate, made.at, 120, made.at + interval '1 second',
    case when made.n %% 2 = 0 then 'in' else 'out' end, case when made.n %% 10 = 3 then 'roster' else 'strip' end,
    case when made.n %% 10 <> 3 then %(list)s end, case when made.n %% 10 <> 3 then (made.chance * 16777216)::int end,
    case when made.n %% 10 <> 3 then substr(made.hash, 1, 11) end,
    case when made.n %% 10 = 3 then (made.chance * 9000000)::bigint end,
    36.5, true, true, case when made.n %% 50 = 11 then 'refuse' else 'pass' end,
    case when made.n %% 50 = 11 then 'status_yellow' else 'green' end, 4711, '0123456789abcdef', 12, false, false,
    made.n
from (
    select n, 1 + (n::bigint * 7919 %% {gates})::int as gate, random() as chance, md5(%(day)s || n::text) as hash,
        %(begins)s::timestamptz + %(length)s * (n - %(first)s)::float8 / %(count)s * interval '1 second' as at
    from generate_series(%(first)s::int, %(first)s::int + %(count)s::int - 1) n
) made
"""


def timed(task: Callable[[], Any], times: int = 5) -> float:
    """The median of some runs, milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        task()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def row(words: list[str]) -> None:
    """A line of a table."""
    print("| " + " | ".join(words) + " |", flush=True)


def run(statement: str, given: dict[str, Any] | None = None) -> None:
    """One statement in the database of the bench."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, given)


class Change:
    """One person's colour turns, and the list hears of it."""

    def __init__(self, files: Any, signer: Any) -> None:
        from shouwang.codes import feed_facts

        self.files, self.signer, self.who, self.mark = files, signer, 0, feed_facts.look()

    def __call__(self) -> None:
        """From the row to the signed delta on disk."""
        from shouwang import clock
        from shouwang.codes import code_keys, feed_facts

        self.who += 1
        run(
            "insert into codes_colourstatus (person_id, area_id, area_path, colour, since, rule, evidence,"
            " policy_version) values (%(who)s, 1, '4201/', 'yellow', now(), 'bench', '', 'bench')",
            {"who": self.who},
        )
        before, self.mark = self.mark, feed_facts.look()
        who, _coming = feed_facts.people_since(before, self.mark)
        now = clock.now()
        found = feed_facts.statuses(self.files.number, code_keys.ring().index_secret, now, who)
        if not self.files.bring(*found, now, self.signer, whole=False):
            raise SystemExit("a change that was recorded did not reach the list")


def people(sizes: list[int]) -> None:
    """Part one."""
    from shouwang import clock
    from shouwang.codes import code_keys, feed_facts, indexes, issuing
    from shouwang.codes.feed_files import ListFiles

    # Only the tables that the feed reads are filled; who these people are does not matter to it.
    run("set session_replication_role = replica")
    head = [
        "people",
        "not green",
        "list brought up, s",
        "snapshot, KB",
        "change found and signed, ms",
        "its delta, bytes",
    ]
    row([*head, "a day of codes drawn, ms"])
    row(["---"] * 7)
    known = 0
    for size in sizes:
        run(
            "insert into codes_codeholder (person_id, number)"
            " select n, n - 1 from generate_series(%(known)s + 1, %(size)s) n",
            {"known": known, "size": size},
        )
        run(
            "insert into codes_colourstatus (person_id, area_id, area_path, colour, since, until, rule, evidence,"
            " policy_version) select n * 100, 1, '4201/', case n %% 5 when 0 then 'red' else 'yellow' end,"
            " now() - interval '3 days', null, 'bench', '', 'bench'"
            " from generate_series(%(known)s / 100 + 1, %(size)s / 100) n",
            {"known": known, "size": size},
        )
        run("analyze codes_codeholder")
        run("analyze codes_colourstatus")
        known = size
        now = clock.now()
        number, secret, signer = indexes.day_list(now), code_keys.ring().index_secret, code_keys.signer("status", now)
        folder = Path(tempfile.mkdtemp(prefix="shouwang-bench-list-"))
        files = ListFiles(folder / "list", number)
        began = time.perf_counter()
        files.bring(*feed_facts.statuses(number, secret, now), now, signer, whole=True)
        whole = time.perf_counter() - began
        snapshot = (folder / "list" / f"{files.sequence}.snapshot").stat().st_size
        change = Change(files, signer)
        one = timed(change)
        delta = (folder / "list" / f"{files.sequence - 1}-{files.sequence}.delta").stat().st_size
        # Those who have not drawn before get a number; here everybody has one.
        drawn = timed(lambda size=size: issuing.strips_for([size // 2]))
        told = f"{size:,}|{size // 100:,}|{whole:.2f}|{snapshot / 1024:,.0f}|{one:.0f}|{delta:,}|{drawn:.0f}"
        row(told.split("|"))
        shutil.rmtree(folder)
        run("delete from codes_colourstatus where rule = 'bench' and since > now() - interval '1 day'")


def load(day: Any, first: int, count: int, fresh: bool) -> None:
    """Passages of one day, its part made without indexes when it is new: they are made when it is attached."""
    from django.db import connection

    from shouwang import clock
    from shouwang.codes import indexes
    from shouwang.gates.partitions import PREFIX

    table = f"{PREFIX}{day:%Y%m%d}"
    begins = clock.day_bounds(day)[0]
    given = {
        "day": day.isoformat(), "list": indexes.day_list(begins + timedelta(hours=12)), "begins": begins,
        "first": first, "count": count, "length": max(60.0, min(86_000.0, (clock.now() - begins).total_seconds() - 60)),
    }  # fmt: skip
    try:
        if fresh:
            run(f"alter table gates_passage detach partition {table}")
            for index in ("_pkey", "_gate_id_at_idx", "_idx_idx", "_received_at_idx", "_row_idx"):
                kind = (
                    "alter table {0} drop constraint if exists {1}" if index == "_pkey" else "drop index if exists {1}"
                )
                run(kind.format(table, table + index))
        run(PASSAGE_ROWS.format(table=table, columns=COLUMNS, gates=GATES), given)
        if fresh:
            run(
                f"alter table gates_passage attach partition {table}"
                f" for values from ('{day}') to ('{day + timedelta(days=1)}')"
            )
        run(f"analyze {table}")
    finally:
        connection.close()


def passages(sizes: list[int]) -> None:
    """Part two."""
    from django.db import connection
    from passages import prepare
    from passages_phones import passages as sent

    from shouwang import clock
    from shouwang.codes import indexes
    from shouwang.gates import board, partitions, taking, tracing, watch_jobs
    from shouwang.gates.models import Gate, Passage

    targets = prepare()
    gates = list(Gate.objects.order_by("pk"))
    today = clock.today()
    week = [today - timedelta(days=back) for back in range(DAYS)]
    # Gates that are numbers only: the bench needs their passages, not their tables.
    run("set session_replication_role = replica")
    run(
        "insert into gates_passagecount (gate_id, area_path, day, hour, direction, kind, verdict, reason, overridden,"
        " count) select gate, '4201/X' || gate || '/', %(today)s::date - back, hour, direction, 'strip', 'pass',"
        " 'green', false, 40"
        f" from generate_series({len(gates) + 1}, {GATES}) gate, generate_series(0, {DAYS - 1}) back,"
        " generate_series(0, 23) hour, (values ('in'), ('out')) way (direction)",
        {"today": today},
    )

    head = ["passages", "on disk, GB", "taken in a second, batches of 50", "a batch, ms", "board of a gate, ms"]
    row([*head, "passages of a person, ms", "who passed with them, ms", "two-gates job, ms", "a day dropped, ms"])
    row(["---"] * 9)
    known = 0
    for size in sizes:
        more = size - known
        with ThreadPoolExecutor(2) as both:
            share = more // DAYS
            loads = [both.submit(load, day, known // DAYS + 1, share, not known) for day in week]
            for each in loads:
                each.result()
        known = size
        run("checkpoint")
        with connection.cursor() as cursor:
            cursor.execute("select pg_database_size(current_database())")
            (disk,) = cursor.fetchone()
        bodies = []
        for number in range(150):
            path, token = targets[number % len(targets)]
            # Each code once: one at two gates would be flagged.
            items = ",".join(sent(50, size + number * 50))
            bodies.append((token, path.split("/")[4], f"[{items}]".encode()))
        took = []
        for token, gate, body in bodies:
            began = time.perf_counter()
            answers = taking.take(token, gate, body)
            took.append(time.perf_counter() - began)
            if any(answer.outcome != "stored" for answer in answers):
                raise SystemExit(f"not stored: {answers[:3]}")
        rate = 50 * len(took) / sum(took)
        gate = gates[3]
        shown = timed(lambda gate=gate: (board.of_gate(gate, today), list(board.stopped(gate, today))))
        since = clock.now() - timedelta(days=DAYS)
        newest = indexes.day_list(clock.now())
        places = {newest - back: {7_919 * (back + 1)} for back in range(DAYS + 1)}
        person = timed(lambda places=places, since=since: board.passages_of(4_500_000, places, since))
        seen = list(Passage.objects.filter(gate_id=gate.pk).order_by("-at")[:20])
        with_them = timed(lambda seen=seen: tracing.beside(seen))
        watch_jobs.flag_two_gates()
        clock.move_to(clock.now() + timedelta(minutes=3))
        job = timed(watch_jobs.flag_two_gates, 1)
        # A part of its own, as large as a day of this size, so that the next size begins from the same fourteen.
        old = today - timedelta(days=DAYS + 2)
        partitions.make([old])
        load(old, 1, size // DAYS, True)
        dropped = timed(lambda: partitions.drop_old(today), 1)
        row([
            f"{size:,}", f"{disk / 2**30:.1f}", f"{rate:,.0f}", f"{statistics.median(took) * 1000:.1f}", f"{shown:.0f}",
            f"{person:.0f}", f"{with_them:.0f}", f"{job:.0f}", f"{dropped:.0f}",
        ])  # fmt: skip


def main() -> None:
    """Measure, print, clean up."""
    options = argparse.ArgumentParser()
    options.add_argument("part", choices=["people", "passages"])
    options.add_argument("--sizes", type=lambda text: [int(one) for one in text.split(",")])
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="shouwang-bench-"))
    from shouwang.site import postgres

    try:
        database = postgres.ensure_running(folder, stop_at_exit=False)
        os.environ.update(
            SHOUWANG_DATA_DIR=str(folder),
            DATABASE_URL=database.url,
            DJANGO_SETTINGS_MODULE="shouwang.site.settings",
            SHOUWANG_LOG_LEVEL="error",
        )
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        if given.part == "people":
            people(given.sizes or [10**4, 10**5, 10**6, 10**7])
        else:
            passages(given.sizes or [10**5, 10**6, 10**7, 10**8])
    finally:
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
