"""Reading gates, phones, guards on duty, and what is flagged; always through the viewer's area."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.command import queries as command
from shouwang.command.policy import Role
from shouwang.command.rules import Scope
from shouwang.gates.models import Device, Flag, Gate, GuardPin, Quarantine, ShiftEvent
from shouwang.gates.taking import token_hash
from shouwang.refusal import Refusal

UNATTENDED = timedelta(minutes=10)
"""A gate without a guard for longer is shown as unattended."""
WATCH = ("check_in", "check_out", "unattended")
"""Shift events that say whether somebody is there; after a hand-over the one who arrived has checked in."""


def gates_in(scope: Scope) -> QuerySet[Gate]:
    """The gates in the viewer's area that there is something to guard at."""
    if not scope.area_path:
        return Gate.objects.none()
    found = Gate.objects.filter(area_path__startswith=scope.area_path, ended_at=None)
    return found.select_related("area", "entrance").order_by("area_path", "pk")


def place_in(scope: Scope, code: str) -> areas.Area | None:
    """A place inside the viewer's area, by code; None without one. Raises Refusal 404 for any other."""
    if not code:
        return None
    place = areas.by_code(code)
    if not scope.covers(place.path):
        raise Refusal("command.outside_area", status=404, area=scope.area_name)
    return place


def gate_in(scope: Scope, gate_id: int) -> Gate:
    """A gate of the viewer's area, ended ones included. Raises Refusal 404 when there is none."""
    found = Gate.objects.filter(pk=gate_id, area_path__startswith=scope.area_path).select_related("area", "entrance")
    gate = found.first() if scope.area_path else None
    if gate is None:
        raise Refusal("gates.no_such_gate", status=404)
    return gate


def device_in(scope: Scope, device_id: int) -> Device:
    """A phone at a gate of the viewer's area. Raises Refusal 404 when there is none."""
    found = Device.objects.filter(pk=device_id, area_path__startswith=scope.area_path).select_related("gate__area")
    device = found.first() if scope.area_path else None
    if device is None:
        raise Refusal("gates.no_such_device", status=404)
    return device


def phones_of(gate_id: int) -> QuerySet[Device]:
    """The phones of a gate that are neither revoked nor expired."""
    return Device.objects.filter(gate_id=gate_id, revoked_at=None, expires_at__gt=clock.now()).order_by("pk")


def speaking_device(token: str, gate_id: int | None) -> Device:
    """The phone behind a token, with its gate. Raises Refusal 401 when it is unknown, revoked or expired, and 403 when
    `gate_id` is another gate's."""
    device = Device.objects.filter(token_hash=token_hash(token)).select_related("gate__area").first()
    if device is None:
        raise Refusal("gates.unknown_device", status=401)
    if device.revoked_at is not None or device.expires_at <= clock.now():
        raise Refusal("gates.device_ended", status=401)
    if gate_id is not None and device.gate_id != gate_id:
        raise Refusal("gates.other_gate", status=403)
    return device


def guard_posts(day: date) -> QuerySet[command.Post]:
    """The posts of gate guards that hold on a day."""
    held = command.Post.objects.filter(command.in_office(day), role=Role.GATE_GUARD)
    return held.select_related("account", "area")


@dataclass(frozen=True)
class Guard:
    """Somebody who may check in at a gate."""

    guard: int
    name: str
    pin: GuardPin | None


def guards_of(gate: Gate, *, with_pin: bool = True) -> list[Guard]:
    """Who may check in at a gate: those posted there, or at the community or village above it, by name.

    With `with_pin` only those who have a PIN that is not locked: the others cannot be checked by a phone.
    """
    above = areas.paths_above(gate.area_path)
    posts = {post.account_id: post for post in guard_posts(clock.today()).filter(area_path__in=above)}
    pins = {pin.account_id: pin for pin in GuardPin.objects.filter(account_id__in=posts)}
    now = clock.now()
    found = []
    for account_id, post in posts.items():
        pin = pins.get(account_id)
        locked = pin is not None and pin.locked_until is not None and pin.locked_until > now
        if with_pin and (pin is None or locked):
            continue
        found.append(Guard(account_id, post.account.get_full_name() or post.account.get_username(), pin))
    return sorted(found, key=lambda guard: (guard.name, guard.guard))


def with_watch(gates: QuerySet[Gate]) -> QuerySet[Gate]:
    """Gates with the last event of their watch: `watch_kind`, `watch_at`, `watch_guard` (a name)."""
    last = ShiftEvent.objects.filter(gate=OuterRef("pk"), kind__in=WATCH).order_by("-at", "-received_at")
    return gates.annotate(
        watch_kind=Subquery(last.values("kind")[:1]),
        watch_at=Subquery(last.values("at")[:1]),
        watch_guard=Subquery(last.values("guard__display_name")[:1]),
    )


def with_devices(gates: QuerySet[Gate]) -> QuerySet[Gate]:
    """Gates with `seen_at` and `unsent` of their phone that spoke last, and `phones` whether there is any."""
    live = Device.objects.filter(gate=OuterRef("pk"), revoked_at=None, expires_at__gt=clock.now())
    last = live.order_by("-last_seen_at")
    return gates.annotate(
        seen_at=Subquery(last.values("last_seen_at")[:1]),
        unsent=Subquery(last.values("unsent")[:1]),
        has_phone=Exists(live),
    )


def unattended(gates: QuerySet[Gate], at: datetime | None = None) -> QuerySet[Gate]:
    """Those gates where nobody has been on guard for more than ten minutes: the last word of the watch is that the
    guard left or was missing, that long ago; or there never was one and the gate is older than that."""
    since = (at or clock.now()) - UNATTENDED
    watched = with_watch(gates)
    left = Q(watch_kind__in=["check_out", "unattended"], watch_at__lt=since)
    return watched.filter(left | Q(watch_kind=None, since__lt=since))


def flags_in(scope: Scope) -> QuerySet[Flag]:
    """What is flagged at gates of the viewer's area, the latest first; what nobody looked at yet comes before."""
    found = Flag.objects.filter(area_path__startswith=scope.area_path)
    return found.select_related("gate", "other_gate").order_by("-at", "-pk") if scope.area_path else found.none()


def quarantined_in(scope: Scope) -> QuerySet[Quarantine]:
    """Items in quarantine from gates of the viewer's area, the latest first."""
    found = Quarantine.objects.filter(area_path__startswith=scope.area_path).select_related("gate", "device")
    return found.order_by("-received_at", "-pk") if scope.area_path else found.none()


def gate_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of gates by number."""
    return dict(Gate.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def counted_by_district(gates: QuerySet[Gate]) -> dict[str, int]:
    """Code of the district → how many of these gates lie in it."""
    found: dict[str, int] = {}
    for path in gates.values_list("area_path", flat=True):
        code = path.split("/")[1]
        found[code] = found.get(code, 0) + 1
    return found
