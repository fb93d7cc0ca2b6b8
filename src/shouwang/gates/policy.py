"""What a gate is told: the policy row of one compound's gate, signed as JSON and obeyed with the network cut.

`PassagePolicy` is the row. The names of its fields are the keys of the JSON, the names in `gate-app/src/decision/
types.ts`, and the keys of the cases in `specs/passage/`. Times are unix seconds; temperatures tenths of a degree; hours
of the day are minutes since local midnight. A row that would add a condition in the normal stage cannot be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from shouwang.command.policy import Stage
from shouwang.policybook.policy import PolicyFault, Words

NO_EXTRA_CONDITION = Words(
    "常态化防控阶段只看“四必”和绿码，任何小区不得另加条件（入口对所有人开放，外出登记但不限制）",
    "in the normal stage only the four musts and a green code, and no extra local condition "
    "(entry open to everybody, exit recorded but not limited)",
)
"""The rule that a row of the normal stage is held to."""

LONGEST_EXCEPTION = 72 * 3_600
"""No permission to pass as an exception lasts longer, whatever a policy file says."""


class Direction(StrEnum):
    """Which way through the gate."""

    IN = "in"
    OUT = "out"


class Verdict(StrEnum):
    """Result at a gate. `check`: the gate cannot know; never shown as red."""

    PASS = "pass"
    CHECK = "check"
    REFUSE = "refuse"
    HOLD = "hold"

    @property
    def gravity(self) -> int:
        """Pass 0, check 1, refuse 2, hold 3: the gravest finding decides."""
        return GRAVITY[self]


GRAVITY: Mapping[Verdict, int] = {Verdict.PASS: 0, Verdict.CHECK: 1, Verdict.REFUSE: 2, Verdict.HOLD: 3}


class Must(StrEnum):
    """The four musts, in the order of a check."""

    IDENTITY = "identity"
    CODE = "code"
    MASK = "mask"
    TEMPERATURE = "temperature"


class Access(StrEnum):
    """Who of a kind may enter. `reason`: the guard writes down what for; `gate`: goods are handed over at the gate."""

    NO = "no"
    GATE = "gate"
    PERMIT = "permit"
    REASON = "reason"
    YES = "yes"


class ExitKind(StrEnum):
    """How residents go out: recorded only; one of a household at intervals; with any permit; on duty only."""

    FREE = "free"
    QUOTA = "quota"
    PERMIT = "permit"
    DUTY = "duty"


class PermitKind(StrEnum):
    """Kinds of permits. A one-off and a move-out are used once."""

    RESIDENT = "resident"
    SPECIAL_DUTY = "special_duty"
    VISITOR = "visitor"
    ONE_OFF = "one_off"
    MOVE_OUT = "move_out"


@dataclass(frozen=True, slots=True)
class ByColour:
    """What each colour gives in one situation."""

    green: Verdict = Verdict.PASS
    grey: Verdict = Verdict.REFUSE
    yellow: Verdict = Verdict.REFUSE
    red: Verdict = Verdict.REFUSE


@dataclass(frozen=True, slots=True)
class Colours:
    """What each colour gives by direction, at the gate of one's own compound and at another's."""

    in_own: ByColour = ByColour(grey=Verdict.CHECK, yellow=Verdict.HOLD, red=Verdict.HOLD)
    in_other: ByColour = ByColour()
    out_own: ByColour = ByColour(red=Verdict.HOLD)
    out_other: ByColour = ByColour(grey=Verdict.CHECK, yellow=Verdict.HOLD, red=Verdict.HOLD)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the status feed may be, in seconds: up to `normal` nothing is said; up to `banner` a banner; up to
    `stale` green only from a strip younger than `young`; up to `roster` residents by roster; beyond that: check."""

    normal: int = 120
    banner: int = 900
    stale: int = 14_400
    young: int = 3_600
    roster: int = 28_800


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes since local midnight, from (included) to (excluded); over midnight when to ≤ from. `days`: 1 Monday … 7
    Sunday, of the day on which the window begins; empty: every day."""

    start: int
    end: int
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Enter:
    """Who may enter beside the residents, who always may."""

    visitors: Access = Access.YES
    vehicles: Access = Access.YES
    deliveries: Access = Access.YES
    couriers: Access = Access.YES


@dataclass(frozen=True, slots=True)
class ExitRule:
    """How residents go out. Of a quota: `people` of a household at once, again after `interval_hours` or on the
    `interval_days`-th local day after, back within `stay_minutes` (0: no such limit). Of permit and duty: the
    `permit_kinds` that count, and (duty) `purposes` with which one that is not special duty counts."""

    kind: ExitKind = ExitKind.FREE
    people: int = 1
    interval_hours: int = 0
    interval_days: int = 0
    stay_minutes: int = 0
    permit_kinds: tuple[PermitKind, ...] = tuple(PermitKind)
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a permit is for: whatever is given must all be the traveller's. `row`: of the signed roster."""

    row: int | None = None
    idx: int | None = None
    household: int | None = None
    phone_hash: str | None = None
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit, valid in [valid_from, valid_until). `quota`: times it may be used in all, each direction by itself
    (None: any number); `interval_hours`: least time between two uses in the same direction. `host`: the household
    visited. `confined`: counts for confined households and barred dwellings too (a patient going to dialysis)."""

    id: str
    kind: PermitKind
    holder: Holder
    valid_from: int
    valid_until: int
    directions: tuple[Direction, ...] = (Direction.IN, Direction.OUT)
    purpose: str = ""
    quota: int | None = None
    interval_hours: int = 0
    windows: tuple[Window, ...] = ()
    stay_minutes: int = 0
    host: int | None = None
    confined: bool = False


@dataclass(frozen=True, slots=True)
class Exemption:
    """A permission to pass as an exception, granted by two offices: valid in [valid_from, valid_until) for whoever
    stands at `idx` of `list` (of days or cards) or, of this compound's own residents, is line `row` of the roster."""

    valid_from: int
    valid_until: int
    list: int | None = None
    idx: int | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A passage that was let through before: of the household, or with the permit named. `id`: its key, by which what
    the office knows and what the phone remembers are counted once. `back`: when whoever went out came in again, None
    while they are out."""

    at: int
    direction: Direction
    household: int | None = None
    row: int | None = None
    permit: str | None = None
    back: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class PassagePolicy:
    """The row: what holds at one gate until it expires. Raises PolicyFault when it contradicts itself or the stage."""

    version: str
    rules: str
    """Version of the dated policy it was made from."""
    compound: str
    gate: str
    stage: Stage
    state: str
    issued: int
    expires: int
    musts: tuple[Must, ...] = tuple(Must)
    fever_tenths: int = 373
    second_reading_minutes: int = 5
    lowest_tenths: int = 340
    """A reading below, or above `highest_tenths`, is taken again."""
    highest_tenths: int = 430
    clock_tolerance: int = 120
    strip_max_age: int = 14_400
    card_max_age: int = 7_776_000
    lookup_max_age: int = 600
    utc_offset_minutes: int = 480
    freshness: Freshness = Freshness()
    colours: Colours = Colours()
    hours: tuple[Window, ...] = ()
    """When the gate lets people out and others in; empty: always. Residents are let in at any hour."""
    enter: Enter = Enter()
    exit: ExitRule = ExitRule()
    permits: tuple[Permit, ...] = ()
    barred_dwellings: tuple[str, ...] = ()
    """`building-unit-dwelling`; a prefix ending in `-` bars a whole building or unit."""
    confined_households: tuple[int, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    """Permissions to pass of the hours ahead, of people from anywhere; nothing says who they are."""
    earlier: tuple[Earlier, ...] = ()
    """Passages that quotas and permits count, as the office knew them when the row was issued, from all phones."""
    not_measured: Verdict = Verdict.CHECK
    """What it gives when the thermometer is broken and nobody can measure: never a silent pass."""

    def __post_init__(self) -> None:
        _check_figures(self)
        _check_colours(self.colours)
        for place, permit in enumerate(self.permits):
            _check_permit(f"permits.{place}", permit)
        for place, window in enumerate(self.hours):
            _check_window(f"hours.{place}", window)
        for place, one in enumerate(self.exceptions):
            _check_exemption(f"exceptions.{place}", one)
        if self.stage is Stage.NORMAL_CONTROL:
            _check_normal(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PassagePolicy:
        """Read a row as it is signed. Raises PolicyFault for a key that is missing, unknown, or of the wrong kind."""
        try:
            row = msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise PolicyFault("row", Words("符合格式的通行规则", "a well-formed policy row"), str(error)) from error
        for path in _unknown(data, row.to_json(), ""):
            raise PolicyFault(path, Words("已知字段", "a field that is known"), path)
        return row

    def to_json(self) -> dict[str, Any]:
        """The row as plain data, to be signed as JSON with sorted keys."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def _unknown(given: object, known: object, path: str) -> Iterable[str]:
    """The paths of keys that the row did not take."""
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        for key, value in given.items():
            here = f"{path}.{key}" if path else str(key)
            if key not in known:
                yield here
            else:
                yield from _unknown(value, known[key], here)
    elif isinstance(given, list | tuple) and isinstance(known, list | tuple):
        for place, (one, other) in enumerate(zip(given, known, strict=False)):
            yield from _unknown(one, other, f"{path}.{place}")


def _need(holds: bool, path: str, zh: str, en: str, found: object) -> None:
    if not holds:
        raise PolicyFault(path, Words(zh, en), found)


def _check_figures(row: PassagePolicy) -> None:
    """Times run forward, limits are above nothing, and each freshness limit is at least the one before."""
    fresh = row.freshness
    limits = [0, fresh.normal, fresh.banner, fresh.stale, fresh.roster]
    _need(row.issued < row.expires, "expires", "晚于签发时间", "a moment after it was issued", row.expires)
    _need(limits == sorted(limits), "freshness", "各时限由小到大", "limits from small to large", limits[1:])
    _need(len(set(row.musts)) == len(row.musts), "musts", "每项只写一次", "each must once", row.musts)
    _need(
        row.lowest_tenths < row.fever_tenths <= row.highest_tenths,
        "fever_tenths",
        "在可信体温范围之内",
        "inside the range of temperatures that are believed",
        row.fever_tenths,
    )
    sound = row.not_measured in (Verdict.CHECK, Verdict.REFUSE)
    _need(sound, "not_measured", "待核对或不予通行", "check or refuse, never a pass", row.not_measured.value)
    for name in ("second_reading_minutes", "clock_tolerance"):
        _need(getattr(row, name) >= 0, name, "不小于零", "nothing below zero", getattr(row, name))
    for name in ("strip_max_age", "card_max_age", "lookup_max_age"):
        _need(getattr(row, name) > 0, name, "大于零", "more than zero", getattr(row, name))
    _need(abs(row.utc_offset_minutes) <= 840, "utc_offset_minutes", "±14 小时之内", "±14 hours", row.utc_offset_minutes)
    for name in ("visitors", "vehicles"):
        found: Access = getattr(row.enter, name)
        _need(
            found is not Access.GATE, f"enter.{name}", "人和车不能“放在门口”", "no handing over of people", found.value
        )
    rule = row.exit
    _need(rule.people >= 1, "exit.people", "至少一人", "at least one person", rule.people)
    for name in ("interval_hours", "interval_days", "stay_minutes"):
        _need(getattr(rule, name) >= 0, f"exit.{name}", "不小于零", "nothing below zero", getattr(rule, name))


def _check_colours(colours: Colours) -> None:
    """Green passes; red and yellow never do; a worse colour never gives more."""
    for name in ("in_own", "in_other", "out_own", "out_other"):
        given: ByColour = getattr(colours, name)
        path = f"colours.{name}"
        _need(given.green is Verdict.PASS, f"{path}.green", "绿码通行", "green passes", given.green.value)
        for colour in ("yellow", "red"):
            found: Verdict = getattr(given, colour)
            _need(
                found in (Verdict.REFUSE, Verdict.HOLD),
                f"{path}.{colour}",
                "红码、黄码不放行，只能不予通行或留下等候",
                "red and yellow do not pass: refuse or hold",
                found.value,
            )
        gravity = [verdict.gravity for verdict in (given.green, given.grey, given.yellow, given.red)]
        _need(gravity == sorted(gravity), path, "颜色越重，处置不轻于前者", "no less for a worse colour", gravity)


def _check_window(path: str, window: Window) -> None:
    sound = 0 <= window.start < 1440 and 0 <= window.end <= 1440 and all(1 <= day <= 7 for day in window.days)
    _need(
        sound, path, "零点起的分钟数和星期一至七", "minutes since midnight and days 1 to 7", msgspec.to_builtins(window)
    )


def _check_permit(path: str, permit: Permit) -> None:
    """A permit is somebody's, lasts some time, and is not used up before it begins."""
    _need(permit.holder != Holder(), f"{path}.holder", "写明持证人", "somebody who holds it", "nobody")
    _need(permit.valid_from < permit.valid_until, f"{path}.valid_until", "晚于起始时间", "after it begins", permit.id)
    quota = permit.quota is None or permit.quota >= 1
    _need(quota, f"{path}.quota", "至少一次，或不限", "at least once, or no limit", permit.quota)
    _need(permit.interval_hours >= 0, f"{path}.interval_hours", "不小于零", "nothing below zero", permit.id)
    _need(permit.stay_minutes >= 0, f"{path}.stay_minutes", "不小于零", "nothing below zero", permit.id)
    for place, window in enumerate(permit.windows):
        _check_window(f"{path}.windows.{place}", window)


def _check_exemption(path: str, one: Exemption) -> None:
    """Somebody's, for at most the 72 hours that any permission may last; a place is a list and an index together."""
    whose = one.row is not None or one.idx is not None
    _need(whose and (one.list is None) == (one.idx is None), path, "写明是谁的许可", "somebody's", "nobody")
    lasts = one.valid_until - one.valid_from
    _need(0 < lasts <= LONGEST_EXCEPTION, f"{path}.valid_until", "不超过72小时", "at most 72 hours", lasts)


def _check_normal(row: PassagePolicy) -> None:
    """Four musts, green code, and no extra local condition: not by hours, lists, kinds of people or exit limits."""
    conditions = {
        "hours": bool(row.hours),
        "barred_dwellings": bool(row.barred_dwellings),
        "enter": row.enter != Enter(),
        "exit": row.exit.kind is not ExitKind.FREE,
        "not_measured": row.not_measured is not Verdict.CHECK,
    }
    for path, adds in conditions.items():
        if adds:
            raise PolicyFault(path, NO_EXTRA_CONDITION, getattr(row, path))
