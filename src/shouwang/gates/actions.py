"""Deeds of the office at gates: keeping gates in step with closure, enrolling and revoking phones, PINs of guards.

Permits are in permitting.py; what phones send is taken in by taking.py and watching.py.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction

from shouwang import clock
from shouwang.accounts.queries import Account
from shouwang.areas import queries as areas
from shouwang.codes import feed_paths
from shouwang.command.rules import Scope
from shouwang.gates import queries
from shouwang.gates.models import Device, EnrolmentCode, Gate, GuardPin
from shouwang.gates.permissions import require, require_reason
from shouwang.gates.taking import token_hash
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal

CODE_MINUTES = 15
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of a code: none that is mistaken for another when it is typed."""
CODE_LENGTH = 16
LONGEST_DAYS = 366
ITERATIONS = 600_000
"""Of PBKDF2-SHA256: about a second on a guard's phone."""
FAILURES, LOCKED_MINUTES = 5, 15


@transaction.atomic
def keep_in_step(path: str = "") -> dict[str, int]:
    """Make, end and take up again the gates under a path, so that there is one for each open entrance of a closed
    compound. For reactions and the day's schedule: running it when nothing changed changes nothing."""
    now = clock.now()
    wanted = {entrance.pk: entrance for entrance in areas.guarded_entrances(path)}
    known = {gate.entrance_id: gate for gate in Gate.objects.filter(area_path__startswith=path)}
    made = [
        Gate(area_id=one.area_id, area_path=one.area.path, entrance=one, name=f"{one.area.name} {one.name}", since=now)
        for key, one in wanted.items()
        if key not in known
    ]
    Gate.objects.bulk_create(made, batch_size=5000, ignore_conflicts=True)
    ended = [gate.pk for key, gate in known.items() if key not in wanted and gate.ended_at is None]
    again = [gate.pk for key, gate in known.items() if key in wanted and gate.ended_at is not None]
    Gate.objects.filter(pk__in=ended).update(ended_at=now)
    Gate.objects.filter(pk__in=again).update(ended_at=None, since=now)
    return {"gates_made": len(made), "gates_ended": len(ended), "gates_again": len(again)}


def drawn_code() -> str:
    """A new enrolment code, in groups of four."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_hash(code: str) -> bytes:
    """What of a code is kept: blanks, dashes and case do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()


@transaction.atomic
def offer_enrolment(
    gate_id: int,
    device_name: str,
    device_expires_at: datetime,
    *,
    by: Actor,
    scope: Scope | None = None,
    lasts: timedelta = timedelta(minutes=CODE_MINUTES),
) -> tuple[EnrolmentCode, str]:
    """Make a one-time code for a phone at a gate; answers the row and the code, which is shown once and kept nowhere.

    Raises Refusal when the gate is not the actor's, has ended, or the phone's expiry is out of range.
    """
    gate = Gate.objects.filter(pk=gate_id).first()
    if gate is None:
        raise Refusal("gates.no_such_gate", status=404)
    require(by, scope, "gates.enrol", gate.area_path)
    if gate.ended_at is not None:
        raise Refusal("gates.gate_ended")
    now = clock.now()
    if not now < device_expires_at <= now + timedelta(days=LONGEST_DAYS):
        raise Refusal("gates.expiry_out_of_range", field="expires")
    code = drawn_code()
    made = EnrolmentCode.objects.create(
        gate=gate,
        area_path=gate.area_path,
        code_hash=code_hash(code),
        device_name=device_name.strip() or gate.name,
        device_expires_at=device_expires_at,
        made_at=now,
        made_by=by.name,
        expires_at=now + lasts,
    )
    record(
        by=by,
        deed="gates.offer_enrolment",
        on=f"gates.Gate:{gate.pk}",
        area_path=gate.area_path,
        detail={"code": made.pk, "expires": device_expires_at},
    )
    return made, code


def is_open(code: str) -> bool:
    """Whether a phone could be enrolled with a code now."""
    return EnrolmentCode.objects.filter(
        code_hash=code_hash(code), used_at=None, expires_at__gt=clock.now(), gate__ended_at=None
    ).exists()


@transaction.atomic
def enrol(code: str) -> tuple[Device, str]:
    """Make a phone the device of a gate, once for each code; answers the device and its token, which nobody keeps but
    the phone. Raises Refusal when the code is wrong, used or past its time, all alike."""
    now = clock.now()
    offered = (
        EnrolmentCode.objects.select_for_update(of=["self"])
        .select_related("gate")
        .filter(code_hash=code_hash(code), used_at=None, expires_at__gt=now)
        .first()
    )
    if offered is None:
        raise Refusal("gates.no_such_code", status=404, field="code")
    if offered.gate.ended_at is not None:
        raise Refusal("gates.gate_ended", status=409)
    token = secrets.token_urlsafe(32)
    device = Device.objects.create(
        gate=offered.gate,
        area_path=offered.gate.area_path,
        name=offered.device_name,
        token_hash=token_hash(token),
        enrolled_at=now,
        enrolled_by=offered.made_by,
        expires_at=offered.device_expires_at,
        last_seen_at=now,
    )
    offered.used_at, offered.device = now, device
    offered.save(update_fields=["used_at", "device"])
    record(
        by=Actor("system", f"enrolment code of {offered.made_by}"),
        deed="gates.enrol",
        on=f"gates.Device:{device.pk}",
        area_path=device.area_path,
        detail={"gate": offered.gate_id, "code": offered.pk},
    )
    return device, token


@transaction.atomic
def revoke(device_id: int, *, by: Actor, why: str, scope: Scope | None = None) -> Device:
    """Stop a phone at once: its next word is answered with 401, and the feed moves to an address it is never told."""
    device = Device.objects.select_for_update().filter(pk=device_id).first()
    if device is None:
        raise Refusal("gates.no_such_device", status=404)
    require(by, scope, "gates.enrol", device.area_path)
    require_reason(why)
    if device.revoked_at is None:
        device.revoked_at, device.revoked_by, device.revoked_why = clock.now(), by.name, why.strip()
        device.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
        feed_paths.rotate(f"gate phone {device.pk} was revoked", by=by)
        record(by=by, deed="gates.revoke", on=f"gates.Device:{device.pk}", why=why.strip(), area_path=device.area_path)
    return device


def revoke_reported_lost(teller: Device) -> list[Device]:
    """Stop the other phone of a gate when a phone there reports it lost. With several others it is the office that
    knows which one is meant; the board shows the report."""
    others = list(queries.phones_of(teller.gate_id).exclude(pk=teller.pk)[:2])
    if len(others) != 1:
        return []
    by = Actor("system", f"gate phone {teller.pk}")
    return [revoke(others[0].pk, by=by, why="reported lost at the gate")]


def stretched(pin: str, salt: bytes, iterations: int) -> bytes:
    """PBKDF2-SHA256 of a PIN, 32 bytes, as the phone computes it."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, iterations)


def refuse_pin(pin: str) -> Refusal | None:
    """Why six digits are no PIN: not six, all alike, or in sequence; None when they are."""
    digits = pin.isascii() and pin.isdigit() and len(pin) == 6
    if not digits or len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        return Refusal("gates.bad_pin", field="pin")
    return None


@transaction.atomic
def set_pin(account: Account, pin: str, *, by: Actor, scope: Scope | None = None) -> GuardPin:
    """Set the PIN with which a guard checks in. Raises Refusal when they are no guard there or the PIN is too plain."""
    posts = queries.guard_posts(clock.today()).filter(account=account)
    # One account may guard many gates; whoever sets the PIN must have one of them in their area.
    post = posts.filter(area_path__startswith=scope.area_path if scope else "").order_by("area_path").first()
    if post is None:
        raise Refusal("gates.not_a_guard", status=404)
    require(by, scope, "gates.pins", post.area_path)
    refusal = refuse_pin(pin)
    if refusal is not None:
        raise refusal
    salt = secrets.token_bytes(16)
    kept, _made = GuardPin.objects.update_or_create(
        account=account,
        defaults={
            "area_path": post.area_path,
            "salt": salt,
            "iterations": ITERATIONS,
            "hash": stretched(pin, salt, ITERATIONS),
            "set_at": clock.now(),
            "set_by": by.name,
            "failures": 0,
            "locked_until": None,
        },
    )
    record(by=by, deed="gates.set_pin", on=f"gates.GuardPin:{kept.pk}", area_path=post.area_path)
    return kept


def drawn_pin() -> str:
    """A PIN nobody would think of first."""
    while True:
        pin = f"{secrets.randbelow(10**6):06d}"
        if refuse_pin(pin) is None:
            return pin


_HEARD = """
update gates_device set last_seen_at = %(now)s, unsent = coalesce(%(unsent)s, unsent),
    feed_sequence = greatest(coalesce(%(sequence)s, feed_sequence), feed_sequence),
    app_version = coalesce(nullif(%(version)s, ''), app_version)
where id = %(device)s and (last_seen_at is null or last_seen_at < %(now)s - interval '30 seconds'
    or unsent is distinct from coalesce(%(unsent)s, unsent)
    or app_version is distinct from coalesce(nullif(%(version)s, ''), app_version))
"""


def heard(device_id: int, *, unsent: int | None = None, sequence: int | None = None, version: str = "") -> None:
    """Note that a phone spoke, and what it said of itself; at most twice a minute when nothing is new."""
    values = {"now": clock.now(), "unsent": unsent, "sequence": sequence, "version": version, "device": device_id}
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, values)
