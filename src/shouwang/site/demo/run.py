"""A demonstration from nothing to the bulletin: places, people, staff; then day by day what happened and what follows.

Everything comes in as it would in a real city, through files of `shouwang import` and deeds of the rooms, each with the
clock held at the moment at which the city would have known it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path

from shouwang import clock
from shouwang.areas import actions as areas
from shouwang.areas import queries as places_known
from shouwang.areas import shipped
from shouwang.areas.closing import close_many
from shouwang.bulletins import content
from shouwang.command import actions as command
from shouwang.command import queries as commanded
from shouwang.command.policy import Stage
from shouwang.intake import actions as intake
from shouwang.journal.actions import Actor
from shouwang.measures import actions as measures
from shouwang.site import schedule
from shouwang.site.advice import Advice
from shouwang.site.demo import chunks, city, closures, epidemic, gates, morning, people, staff, watch
from shouwang.site.demo.chance import SEED
from shouwang.site.demo.city import Compound, Place
from shouwang.site.demo.course import CHINA
from shouwang.site.demo.memory import FILE, Memory
from shouwang.site.demo.progress import Lines

BY = Actor.operator("demo")
REGISTERED = datetime(2020, 1, 20, 8, tzinfo=CHINA)
"""When the registers of places and people were made, before the city was closed."""
PEOPLE_A_FILE = 200_000
INSTANT = timedelta(microseconds=1)

STAGES = (
    (Stage.OUTBREAK, date(2020, 1, 23), "离汉通道关闭"),
    (Stage.STRICT_CLOSURE, date(2020, 2, 11), closures.WHY),
    (Stage.DECISIVE, date(2020, 2, 17), "集中拉网排查，应收尽收"),
    (Stage.GRADUAL_REOPENING, date(2020, 3, 18), "无疫情小区逐步放宽"),
    (Stage.NORMAL_CONTROL, date(2020, 4, 8), "解除离汉通道管控，转入常态化防控"),
)
"""Stage → first day and why. The days between the closure and the reopening are *assumed*."""


def run(data_dir: Path, scale: float, first: date, last: date, *, seed: int = SEED) -> None:
    """Load what is missing, run the days from `first` to `last`, print the last day's bulletin.

    A second run on the same folder does only what is not there yet. Raises `Advice` when the folder holds another
    city.
    """
    lines = Lines()
    memory = _memory(data_dir, scale, seed)
    places = city.read_tree()
    compounds = city.compounds(places, city.read_outlines(), scale, seed)
    folder = data_dir / "demo"
    with clock.frozen(REGISTERED):
        _register(memory, compounds, folder, lines)
    with clock.frozen(chunks.start_of(staff.IN_OFFICE_FROM)):
        _put_in_office(memory, places, compounds, data_dir, lines)
    _live(memory, compounds, first, last, folder, lines)
    _open_gates(memory, compounds, lines)
    _watch_gates(memory, data_dir, lines)
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
    lines.end(f"演示城市就绪 · the city stands: {len(compounds):,} compounds, {_heads(compounds):,} people")
    _show(last)


def _memory(data_dir: Path, scale: float, seed: int) -> Memory:
    memory = Memory.read(data_dir)
    if memory is None:
        if places_known.root() is not None:
            raise Advice(
                f"The data folder {data_dir} holds a city that is not a demonstration.",
                "A demonstration needs a folder of its own.\n  type:     shouwang demo --data ./demo-city",
            )
        memory = Memory(data_dir / FILE, scale, seed)
        memory.save()
    if (memory.scale, memory.seed) != (scale, seed):
        raise Advice(
            f"The data folder {data_dir} holds a demonstration at scale {memory.scale:g}, not {scale:g}.",
            "Take that scale, or a folder of its own for this one.\n"
            f"  type:     shouwang demo --scale {scale:g} --data ./demo-{scale:g}",
        )
    return memory


def _register(memory: Memory, compounds: Sequence[Compound], folder: Path, lines: Lines) -> None:
    """The tree, its compounds, and everybody who lives in them."""
    if not memory.has("tree"):
        with lines.step("武汉区划 · the tree of Wuhan") as tell:
            planted = areas.import_areas(shipped.rows("wuhan"), by=BY)
            tell(f"{len(planted.taken):,} units")
        memory.add("tree")
    if not memory.has("compounds"):
        with lines.step("小区和自然村 · compounds and hamlets") as tell:
            tell(f"{_take_in('compounds', city.COLUMNS, city.rows(compounds), folder):,} rows")
        memory.add("compounds")
    for number, some in enumerate(_portions(compounds)):
        if memory.has(f"residents {number}"):
            continue
        with lines.step("居民 · residents") as tell:
            rows = (row for compound in some for row in people.residents(compound, memory.seed))
            tell(f"{_take_in('residents', people.COLUMNS, rows, folder):,} rows")
        memory.add(f"residents {number}")


def _portions(compounds: Sequence[Compound]) -> list[list[Compound]]:
    """Compounds in order, so many people at a time."""
    portions: list[list[Compound]] = [[]]
    heads = 0
    for compound in compounds:
        if heads and heads + compound.residents > PEOPLE_A_FILE:
            portions.append([])
            heads = 0
        portions[-1].append(compound)
        heads += compound.residents
    return portions


def _take_in(kind: str, columns: Sequence[str], rows: Iterable[Sequence[str]], folder: Path) -> int:
    """Write rows to a file and take it in; answers how many. Raises AssertionError when a generated row is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}.csv"
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)
        return _import(kind, path)
    finally:
        path.unlink(missing_ok=True)


def _import(kind: str, path: Path) -> int:
    report = intake.take_in(kind, path, by=BY)
    if report.refused:
        first = report.refusals[0]
        raise AssertionError(f"{kind}: {report.refused} rows refused, the first: {first.column} {first.reason_en}")
    return report.rows


def _put_in_office(
    memory: Memory, places: Sequence[Place], compounds: Sequence[Compound], data_dir: Path, lines: Lines
) -> None:
    """Accounts to sign in with, their posts, and guards at the gates."""
    from shouwang.site.up import SIGN_INS_FILE

    if not memory.has("staff") or not (data_dir / SIGN_INS_FILE).exists():
        with lines.step("人员和岗位 · accounts and posts") as tell:
            made = staff.put_in_office(staff.sign_ins(places, compounds), data_dir / SIGN_INS_FILE, by=BY)
            tell(f"{len(made)} sign-ins")
        if not memory.has("staff"):
            memory.add("staff")
    if not memory.has("guards"):
        with lines.step("门岗 · guards at the gates") as tell:
            posted = staff.post_guards(list(closures.guarded(compounds, memory.seed)), by=BY)
            tell(f"{posted:,} posts")
        memory.add("guards")
    if not memory.has("officers"):
        with lines.step("社区值班 · officers of the communities") as tell:
            codes = [place.code for place in places if place.level in {"community", "village"}]
            tell(f"{staff.post_officers(codes, by=BY):,} posts")
        memory.add("officers")


def _live(memory: Memory, compounds: Sequence[Compound], first: date, last: date, folder: Path, lines: Lines) -> None:
    """What happened before `first`, then each day: its events come in, its deeds are done, its schedule is run."""
    known, ends = memory.until, chunks.ends_of_chunks(memory.until, first, last)
    with ExitStack() as stack:
        files: list[list[Path]] = []
        if ends:
            with lines.step("疫情 · an epidemic"):
                rows = epidemic.events(compounds, memory.scale, ends[-1], memory.seed)
                files = stack.enter_context(chunks.written(rows, known, ends, folder))
        for end, some in zip(ends, files, strict=True):
            with clock.frozen(end - INSTANT):
                _happen(memory, compounds, end, some, lines)
            day = (end - INSTANT).date()
            if first <= day:
                _run_day(memory, day, lines)
    for turn in range((last - first).days + 1):
        day = first + timedelta(days=turn)
        if memory.needs_run(day):
            _run_day(memory, day, lines)


def _open_gates(memory: Memory, compounds: Sequence[Compound], lines: Lines) -> None:
    """Gates of what is closed, as of the moment up to which the city is known, with some permits."""
    if memory.has("gates") or memory.until is None:
        return
    with clock.frozen(memory.until - INSTANT), lines.step("门岗和通行证 · gates and permits") as tell:
        _made, permits = gates.open_gates(compounds, memory.seed, by=BY)
        tell(f"{permits:,} permits")
    memory.add("gates")


def _watch_gates(memory: Memory, data_dir: Path, lines: Lines) -> None:
    """A day at the gates, counted among the day's figures; and a way for a visitor to try the gate app."""
    if memory.until is None:
        return
    with clock.frozen(memory.until - INSTANT):
        if not memory.has("watch"):
            with lines.step("门岗一天 · a day at the gates") as tell:
                phones, passages = watch.live_a_day(memory.until - INSTANT, memory.seed, by=BY)
                measures.compute_figures(clock.today(), rooms={"gates"})
                tell(f"{phones:,} phones, {passages:,} passages")
            memory.add("watch")
        watch.invite(data_dir, by=BY)


def _happen(memory: Memory, compounds: Sequence[Compound], end: datetime, files: Sequence[Path], lines: Lines) -> None:
    """What became known up to a moment, and what was decided."""
    known = memory.until
    with lines.step(f"{end - INSTANT:%Y-%m-%d} 健康事件 · health events") as tell:
        events = sum(_import("health-events", path) for path in files)
        due = [one for one in closures.closings(compounds, end, memory.seed) if known is None or one.since >= known]
        closed = close_many(due, by=BY, why=closures.WHY) if due else 0
        _declare_stages((end - INSTANT).date())
        tell(f"{events:,} rows" + (f", {closed:,} compounds closed" if closed else ""))
    memory.events_until = end.isoformat()
    memory.save()


def _declare_stages(day: date) -> None:
    """The stage of the city as it stood on a day, where it was not declared yet."""
    top = places_known.root()
    if top is None:
        raise AssertionError("the tree is not there")
    for stage, first_day, why in STAGES:
        standing = commanded.stage_of(top.path, first_day)
        if first_day <= day and (standing is None or standing.stage != stage):
            command.declare_stage(top.code, stage, first_day, by=BY, why=why)


def _run_day(memory: Memory, day: date, lines: Lines) -> None:
    """The morning with its reports, then the whole day as of its end, or as of the moment up to which it is known."""
    with lines.step(f"{day} 当日流程 · the day's schedule") as tell:
        morning.reports(day, memory.seed, by=BY)
        slowest = ("", 0.0)
        end = chunks.start_of(day + timedelta(days=1))
        with clock.frozen(min(end, memory.until or end) - INSTANT):
            for step, _counts, seconds in schedule.run_day(day):
                slowest = max(slowest, (step.job, seconds), key=lambda pair: pair[1])
        tell(f"slowest {slowest[0]} {slowest[1]:.1f} s")
    memory.days[day.isoformat()] = memory.events_until
    memory.save()


def _heads(compounds: Sequence[Compound]) -> int:
    return sum(compound.residents for compound in compounds)


def _show(day: date) -> None:
    from shouwang.site.commands import bulletin

    top = places_known.root()
    if top is None:
        raise AssertionError("the tree is not there")
    bulletin.show(content.compose(top, day))
