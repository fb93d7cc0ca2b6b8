"""A day at the made-up gates: guards and their phones, a few thousand passages taken in as phones send them, and a code
with which a visitor can be a guard.

Shares and hours are *assumed*. The colours are those of the made-up city: nobody is red here who is not red there.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import UUID

from shouwang import clock
from shouwang.accounts import queries as accounts
from shouwang.areas import queries as areas
from shouwang.codes import holders, indexes
from shouwang.codes import queries as codes
from shouwang.command.policy import Role
from shouwang.command.rules import Scope
from shouwang.gates import actions, queries, taking, watch_jobs, watching
from shouwang.journal.actions import Actor
from shouwang.residents import queries as residents
from shouwang.site.demo.chance import SEED, seeded
from shouwang.site.demo.course import CHINA

BUSY_GATES = 150
"""So many gates have passages, the others a guard and a phone alone: a visitor looks at a few boards."""
LEFT, LATE_PHONE = 0.05, 0.04
"""Shares of gates whose guard has left, and of phones that have not been heard of since the afternoon."""
LASTS = timedelta(days=30)
CODE_LASTS = timedelta(hours=12)
OPENS, LEAVES = time(6, 30), time(21, 40)
SENT_AT = (time(10, 30), time(15, 0), time(19, 30), time(22, 20))
STOPPED = (
    ("out", "refuse", "duty_only", 0.07),
    ("in", "check", "expired", 0.02),
    ("out", "refuse", "household_out", 0.015),
    ("out", "hold", "fever", 0.006),
    ("in", "refuse", "mask_missing", 0.01),
)
OTHERS = (("visitor", "no_visitors", 0.03), ("delivery", "hand_over", 0.05), ("vehicle", "no_vehicles", 0.01))


@dataclass(frozen=True)
class Post:
    """A gate with its phone: number, path, compound, device and token."""

    gate: int
    path: str
    area: int
    device: Any
    token: str


def the_city() -> Scope:
    """The whole city, as a reader of lists; nobody holds this post."""
    root = areas.root()
    assert root is not None
    return Scope(0, "demo", 0, Role.OBSERVER, root.pk, root.code, root.name, root.path, root.level)


def live_a_day(until: datetime, seed: int = SEED, *, by: Actor) -> tuple[int, int]:
    """Phones and guards at every gate, and what passed on the day of `until`; answers phones and passages."""
    day = until.astimezone(CHINA).date()
    with clock.frozen(datetime.combine(day, OPENS, CHINA)):
        posts = [_enrolled(gate, by) for gate in queries.gates_in(the_city())]
    _stand_guard(posts, day, seed)
    busy = seeded(seed, "busy gates", day).sample(posts, min(BUSY_GATES, len(posts)))
    passages = _pass_through(busy, day, until, seed)
    version = metadata.version("shouwang")
    for post in posts:
        late = seeded(seed, "late phone", post.path).random() < LATE_PHONE
        with clock.frozen(until - (timedelta(hours=5) if late else timedelta(seconds=40))):
            actions.heard(post.device.pk, unsent=9 if late else 0, version=version)
    with clock.frozen(until):
        watch_jobs.look_often()
    return len(posts), passages


def _enrolled(gate: Any, by: Actor) -> Post:
    _offer, code = actions.offer_enrolment(gate.pk, f"{gate.area.name}门岗一号机"[:60], clock.now() + LASTS, by=by)
    device, token = actions.enrol(code)
    return Post(gate.pk, gate.area_path, gate.area_id, device, token)


def _key(at: datetime, chance: random.Random) -> str:
    """A UUIDv7 as a phone makes it."""
    number = int(at.timestamp() * 1000) << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62
    return str(UUID(int=number | chance.getrandbits(62)))


def _stand_guard(posts: Sequence[Post], day: date, seed: int) -> None:
    """Guards come in the morning and hand over in the evening; at a few gates nobody came, or nobody stayed."""
    guarded = {post.area_path: post.account_id for post in queries.guard_posts(day)}
    morning, evening = (datetime.combine(day, hour, CHINA) for hour in (time(7), time(19)))
    with clock.frozen(datetime.combine(day, time(22), CHINA)):
        for post in posts:
            guard = guarded.get(post.path)
            if guard is None:
                continue
            chance = seeded(seed, "watch", post.path)
            told = [("check_in", morning), ("check_in", evening), ("hand_over", evening + timedelta(minutes=1))]
            if chance.random() < LEFT:
                told.append(("check_out", datetime.combine(day, LEAVES, CHINA)))
            shaken = timedelta(minutes=chance.randint(-14, 14))
            watching.record_shift_events(
                post.device,
                [
                    watching.Told(UUID(_key(at + shaken, chance)), at + shaken, kind=kind, guard=guard)
                    for kind, at in told
                ],
            )


def _pass_through(posts: Sequence[Post], day: date, until: datetime, seed: int) -> int:
    """What each phone sends in a few batches over the day."""
    people: dict[int, list[int]] = {}
    found = residents.people_in(the_city()).filter(area_id__in=[post.area for post in posts]).order_by("id")
    for person, area in found.values_list("id", "area_id"):
        if len(people.setdefault(area, [])) < 40:
            people[area].append(person)
    everybody = [person for some in people.values() for person in some]
    number = indexes.day_list(datetime.combine(day, time(12), CHINA))
    places = holders.places_of(everybody, number)
    shown = {person: str(status.colour) for person, status in codes.statuses_of(everybody).items()}
    count = 0
    for post in posts:
        chance = seeded(seed, "passages", post.path, day)
        items = sorted(
            _items(people.get(post.area, []), places, shown, number, day, until, chance), key=lambda item: item["at"]
        )
        count += len(items)
        for begins, ends in zip((time.min, *SENT_AT), (*SENT_AT, time.max), strict=True):
            sent = [item for item in items if begins <= datetime.fromisoformat(item["at"]).time() < ends]
            if sent:
                with clock.frozen(min(datetime.combine(day, ends, CHINA), until)):
                    taking.take(post.token, str(post.gate), json.dumps(sent).encode())
        _hold(post, items, until, chance)
    return count


def _items(
    people: Sequence[int],
    places: dict[int, int],
    shown: dict[int, str],
    number: int,
    day: date,
    until: datetime,
    chance: random.Random,
) -> Iterator[dict[str, Any]]:
    def one(at: datetime, direction: str, traveller: dict[str, Any], verdict: str, reason: str) -> dict[str, Any]:
        tenths = chance.randint(360, 370) if reason != "fever" else chance.randint(378, 391)
        return {
            "id": _key(at, chance),
            "at": at.isoformat(),
            "direction": direction,
            "traveller": traveller,
            "temperature": f"{tenths / 10:.1f}",
            "second_temperature": f"{(tenths + 1) / 10:.1f}" if reason == "fever" else None,
            "mask": reason != "mask_missing",
            "identity": True,
            "verdict": verdict,
            "reason": reason,
        }

    def at(first: int, last: int) -> datetime:
        moment = datetime.combine(day, time(), CHINA) + timedelta(seconds=chance.randint(first * 3600, last * 3600))
        return min(moment, until - timedelta(minutes=3))

    for person in people:
        cti = "".join(chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz", k=11))
        code = {"kind": "strip", "list": number, "idx": places[person], "cti": cti}
        by_roster = {"kind": "roster", "row": person}
        who = by_roster if chance.random() < 0.2 else code
        colour = shown.get(person, "green")
        if colour in {"red", "yellow"}:
            if chance.random() < 0.3:
                verdict = ("hold", "red_hold") if colour == "red" else ("refuse", "yellow")
                yield one(at(8, 20), "out", who, *verdict)
            continue
        drawn = chance.random()
        for direction, verdict_word, reason, share in STOPPED:
            if (drawn := drawn - share) < 0:
                yield one(at(7, 21), direction, who, verdict_word, reason)
                break
        else:
            if drawn < 0.45:
                yield one(at(6, 10), "out", who, "pass", "green")
                if chance.random() < 0.93:
                    yield one(at(15, 22), "in", who, "pass", "green")
    for kind, reason, share in OTHERS:
        for _ in people:
            if chance.random() < share:
                yield one(at(8, 21), "in", {"kind": kind, "purpose": "送物资"}, "refuse", reason)


def _hold(post: Post, items: Sequence[dict[str, Any]], until: datetime, chance: random.Random) -> None:
    """Whoever was feverish was measured twice, held apart, called for; most were fetched, the last may still wait."""
    for item in items:
        if item["reason"] != "fever":
            continue
        began = datetime.fromisoformat(item["at"])
        steps = ["first_reading", "second_reading", "held", "called", "transferred"]
        told = [(step, began + timedelta(minutes=6 * turn)) for turn, step in enumerate(steps)]
        read = {"first_reading": item["temperature"], "second_reading": item["second_temperature"]}
        with clock.frozen(until):
            watching.record_incidents(
                post.device,
                [
                    watching.Told(
                        UUID(_key(at, chance)),
                        at,
                        passage=UUID(item["id"]),
                        step=step,
                        temperature=Decimal(read[step]) if step in read else None,
                    )
                    for step, at in told
                    if at < until
                ],
            )


@dataclass(frozen=True)
class Invitation:
    """With which a visitor tries the gate app: where, the code for the phone, the guard's name and PIN."""

    gate: int
    gate_name: str
    code: str
    guard: str
    pin: str


def invite(data_dir: Path, *, by: Actor) -> None:
    """Keep an enrolment code and a PIN of the demonstration's guard for whoever tries `/gate/`, readable by the owner
    of the folder alone. What is kept and still good is left as it is."""
    from shouwang.site.up import INVITATION_FILE

    place = data_dir / INVITATION_FILE
    known = json.loads(place.read_text(encoding="utf-8")) if place.exists() else None
    if known and actions.is_open(known["code"]):
        return
    account = accounts.by_username("guard")
    posted = [post for post in queries.guard_posts(clock.today()) if post.account_id == account.pk]
    gate = queries.gates_in(the_city()).filter(area_path__in=[post.area_path for post in posted]).first()
    if gate is None:
        return
    pin = known["pin"] if known else actions.drawn_pin()
    if not known:
        actions.set_pin(account, pin, by=by)
    expires = clock.now() + LASTS
    _offer, code = actions.offer_enrolment(gate.pk, "演示手机", expires, by=by, lasts=CODE_LASTS)
    told = asdict(Invitation(gate.pk, gate.name, code, account.get_full_name(), pin))
    draft = place.with_name(f"{INVITATION_FILE}.part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
    draft.replace(place)
