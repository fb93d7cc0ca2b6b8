"""Random small worlds: a tree of some twenty places, some people, and a week of everything that is counted.

`build(seed)` writes a world into the database; `load()` reads any world back as lists of plain dictionaries. Histories
are as tangled as the tables allow: ends that name superseded rows, withdrawals of withdrawals, moves, moments at the
very edge of a day.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from shouwang.accounts.models import Account
from shouwang.areas.models import Area, ClosureStatus, Entrance, EntranceStatus
from shouwang.certification.models import CertificationStatus
from shouwang.codes.models import Appeal, AppealStep, ColourStatus
from shouwang.command.models import DailyReport, DailyReportStatus, Post
from shouwang.command.policy import Role
from shouwang.gates.models import Device, Gate, PassageCount, ShiftEvent
from shouwang.health.models import HealthEvent
from shouwang.health.rules import Kind
from shouwang.intake.models import TakeIn
from shouwang.journal.models import Entry, JobRun
from shouwang.residents.models import Household, Person, Residence
from shouwang.residents.policy import NEEDS

FIRST = date(2020, 2, 9)
DAYS = [FIRST + timedelta(days=n) for n in range(8)]
"""The eight days of a world; a clinical diagnosis begins to count in the middle of them."""

START = datetime(2020, 2, 8, 16, tzinfo=UTC)
"""The first moment of the first day in Shanghai."""

OFTEN_WITHDRAWN = {Kind.CONFIRMED, Kind.CLINICALLY_DIAGNOSED, Kind.DISCHARGED, Kind.DIED, Kind.EXCLUDED}

Row = dict[str, Any]


@dataclass
class World:
    """The contents of the tables that are counted, each row a plain dictionary."""

    areas: list[Row]
    closures: list[Row]
    entrances: list[Row]
    entrance_statuses: list[Row]
    people: list[Row]
    residences: list[Row]
    households: list[Row]
    events: list[Row]
    colours: list[Row]
    posts: list[Row]
    reports: list[Row]
    report_statuses: list[Row]
    entries: list[Row]
    jobs: list[Row]
    files: list[Row]
    gates: list[Row]
    devices: list[Row]
    shifts: list[Row]
    passage_counts: list[Row]
    appeals: list[Row]
    appeal_steps: list[Row]
    certifications: list[Row]
    remembered: dict[Any, Any] = field(default_factory=dict)
    """Intermediate lists of the twins, by what they are of: a world does not change once it is loaded."""


def load() -> World:
    """Read every table that is counted."""
    tables = [
        Area,
        ClosureStatus,
        Entrance,
        EntranceStatus,
        Person,
        Residence,
        Household,
        HealthEvent,
        ColourStatus,
        Post,
        DailyReport,
        DailyReportStatus,
        Entry,
        JobRun,
        TakeIn,
        Gate,
        Device,
        ShiftEvent,
        PassageCount,
        Appeal,
        AppealStep,
        CertificationStatus,
    ]
    return World(*(list(table.objects.order_by("pk").values()) for table in tables))


@contextlib.contextmanager
def passing(seed: int) -> Iterator[World]:
    """A world that stands in the database inside the block only, for tests that look at many."""
    with transaction.atomic():
        build(seed)
        yield load()
        transaction.set_rollback(True)


def moment(chance: random.Random) -> datetime:
    """Some moment of the week; one in four exactly at a midnight or noon, or one instant before it."""
    if chance.random() < 0.25:
        edge = START + timedelta(hours=12 * chance.randrange(0, 16))
        return edge - timedelta(microseconds=chance.choice([0, 1]))
    return START + timedelta(minutes=chance.randrange(0, 8 * 24 * 60))


def build(seed: int, people: int = 42, events: int = 320) -> None:
    """Write a world into the empty tables."""
    chance = random.Random(seed)
    places = _tree(chance)
    homes = [place for place in places if place.level == "compound"] + places[-1:]
    _closures(chance, places)
    residents = _people(chance, homes, people)
    _events(chance, residents, homes, events)
    _courses(chance, residents)
    _colours(chance, residents)
    _offices(chance, places)
    _record(chance, places)
    _gates(chance)
    _appeals(chance, residents)
    _certifications(chance, places)


def _certifications(chance: random.Random, places: list[Area]) -> None:
    for place in places:
        for _ in range(chance.randrange(6)):
            CertificationStatus.objects.create(
                area=place,
                area_path=place.path,
                level=place.level,
                state=chance.choice(["noticed", "named", "named", "named", "suspended", "cancelled"]),
                since=moment(chance),
                reason="round",
                policy_version="world",
            )


def _appeals(chance: random.Random, people: list[Person]) -> None:
    for _ in range(len(people)):
        person, raised = chance.choice(people), moment(chance)
        appeal = Appeal.objects.create(
            person=person,
            area_path=person.area_path,
            colour_then="red",
            said="x",
            raised_by="resident",
            by="world",
            raised_at=raised,
            due_at=raised + timedelta(hours=48),
        )
        last = raised
        for state in ["raised", "reviewed", chance.choice(["upheld", "refused", "withdrawn"])][
            : chance.randrange(1, 4)
        ]:
            AppealStep.objects.create(appeal=appeal, state=state, at=last, by="world")
            last += timedelta(hours=chance.randrange(1, 60))


def _tree(chance: random.Random) -> list[Area]:
    """One city (code 4201, so that Wuhan's policies hold) with odd branches; some units begin or end in the week."""
    made: list[Area] = []

    def plant(parent: Area | None, code: str, level: str) -> Area:
        area = Area(
            code=code,
            path=f"{parent.path if parent else ''}{code}/",
            parent=parent,
            level=level,
            name=f"{level} {code}",
            residents=chance.choice([None, chance.randrange(5000)]) if level == "compound" else None,
            valid_from=chance.choice([*[None] * 7, chance.choice(DAYS)]) if parent else None,
            valid_until=chance.choice([*[None] * 7, chance.choice(DAYS)]) if parent else None,
        )
        area.save()
        made.append(area)
        return area

    city = plant(None, "4201", "city")
    for d in range(2):
        district = plant(city, f"42010{d}", "district")
        for s in range(chance.randrange(1, 3)):
            street = plant(district, f"42010{d}00{s}", "street")
            for c in range(chance.randrange(1, 3)):
                below = plant(street, f"42010{d}00{s}00{c}", chance.choice(["community", "village"]))
                for n in range(chance.randrange(0, 4)):
                    plant(below, f"X{d}{s}{c}{n}", "compound")
    plant(made[1], "zone", "community")
    plant(made[-1], "X9", "compound")
    plant(made[-1], "B1", "building")
    return made


def _closures(chance: random.Random, places: list[Area]) -> None:
    for place in places:
        if place.level not in {"compound", "community"}:
            continue
        for n in range(chance.randrange(0, 3)):
            # Barred for the constraint's sake: what is counted is the history, which the constraint does not bind.
            entrance = Entrance.objects.create(area=place, area_path=place.path, name=f"gate {n}", state="barred")
            for _ in range(chance.randrange(0, 3)):
                EntranceStatus.objects.create(
                    entrance=entrance,
                    area_path=place.path,
                    state=chance.choice(["open", "barred"]),
                    since=moment(chance),
                    by="world",
                )
        for _ in range(chance.randrange(0, 4)):
            ClosureStatus.objects.create(
                area=place,
                area_path=place.path,
                state=chance.choice(["closed", "closed", "open"]),
                since=moment(chance),
                by="world",
            )


def _people(chance: random.Random, homes: list[Area], count: int) -> list[Person]:
    made = []
    for home in homes:
        for n in range(chance.randrange(0, 3)):
            Household.objects.create(ref=str(n), area=home, area_path=home.path)
    for n in range(count):
        home = chance.choice(homes)
        person = Person.objects.create(
            ref=f"P{n}",
            name_sealed=b"-",
            name_hash=b"-",
            area=home,
            area_path=home.path,
            birth_date=chance.choice([None, date(1940, 2, chance.randrange(8, 20)), date(1990, 5, 1)]),
            needs=[need for need in NEEDS if chance.random() < 0.3],
        )
        made.append(person)
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            before = chance.choice(homes)
            Residence.objects.create(
                person=person,
                area=before,
                area_path=before.path,
                until_day=chance.choice(DAYS),
                by="world",
            )
    return made


def _events(chance: random.Random, people: list[Person], homes: list[Area], count: int) -> None:
    kinds = [kind for kind in Kind if kind not in {Kind.DIED, Kind.RECOVERED}] * 3
    kinds += [Kind.DIED, Kind.RECOVERED, *[Kind.EXCLUDED, Kind.EXCLUDED, Kind.TEMPERATURE] * 6]
    kinds += [Kind.DIED] * 2 + [Kind.DISCHARGED] * 3
    ill = people[: len(people) * 2 // 3]
    made: list[HealthEvent] = []
    superseded: set[int] = set()
    for n in range(count):
        kind = chance.choice(kinds)
        person = chance.choice(ill)
        own = [event for event in made if event.person_id == person.pk]
        ends = None
        if own and chance.random() < (0.7 if kind == Kind.EXCLUDED else 0.1):
            ends = chance.choice([event for event in own if event.kind in OFTEN_WITHDRAWN] or own)
        if kind == Kind.CLOSE_CONTACT_OF and made:
            ends = chance.choice(made)
        supersedes = None
        free = [event for event in own if event.pk not in superseded]
        if free and chance.random() < 0.12:
            supersedes = chance.choice(free)
            superseded.add(supersedes.pk)
        withdrawn = supersedes is not None and chance.random() < 0.3
        home = chance.choice(homes) if chance.random() < 0.2 else person.area
        time = moment(chance)
        if ends is not None and chance.random() < 0.6:
            time = ends.time + timedelta(hours=chance.randrange(0, 60))
        made.append(
            HealthEvent.objects.create(
                ref=f"E{n}",
                person=person,
                kind="withdrawn" if withdrawn else kind,
                time=time,
                ends=ends,
                source=chance.choice([*["", "hospital"] * 5, " Self ", "自报"]),
                value=Decimal(chance.choice(["36.4", "37.2", "37.3", "38.9"])) if kind == Kind.TEMPERATURE else None,
                area=home,
                area_path=home.path,
                author="world",
                recorded_at=moment(chance),
                supersedes=supersedes,
            )
        )


def _courses(chance: random.Random, people: list[Person]) -> None:
    """Whole courses of illness of people not met above; a fact taken back in some, and that taken back in others."""
    for person in people[len(people) * 2 // 3 :]:
        told: list[HealthEvent] = []

        def tell(
            kind: Kind,
            ends: HealthEvent | None = None,
            hours: int | None = None,
            person: Person = person,
            told: list[HealthEvent] = told,
        ) -> None:
            after = told[-1].time if told else START - timedelta(days=2)
            later = chance.randrange(0, 72) if hours is None else hours
            told.append(
                HealthEvent.objects.create(
                    ref=f"{person.ref}-{len(told)}",
                    person=person,
                    kind=kind,
                    ends=ends,
                    area=person.area,
                    area_path=person.area_path,
                    author="world",
                    time=after + timedelta(hours=later),
                )
            )

        if chance.random() < 0.5:
            tell(chance.choice([Kind.SUSPECTED, Kind.FEVER, Kind.ASYMPTOMATIC]))
            for _ in range(4):
                tell(
                    chance.choice([Kind.NEGATIVE_TEST, Kind.NEGATIVE_TEST, Kind.POSITIVE_TEST]),
                    hours=chance.choice([0, 12, 24]),
                )
            continue
        tell(chance.choice([Kind.CONFIRMED, Kind.CLINICALLY_DIAGNOSED]))
        if chance.random() < 0.8:
            tell(chance.choice([Kind.DISCHARGED, Kind.RECOVERED, Kind.DIED, Kind.DIED]))
        for _ in range(chance.randrange(0, 3)):
            tell(Kind.EXCLUDED, ends=chance.choice(told))


def _colours(chance: random.Random, people: list[Person]) -> None:
    for _ in range(len(people)):
        person = chance.choice(people)
        ColourStatus.objects.create(
            person=person,
            area=person.area,
            area_path=person.area_path,
            since=moment(chance),
            rule="r",
            colour=chance.choice(["red", "yellow", "green", "grey"]),
            policy_version="v",
        )


def _offices(chance: random.Random, places: list[Area]) -> None:
    account = Account.objects.create(username="world")
    for _ in range(30):
        place, first = chance.choice(places), chance.choice(DAYS)
        Post.objects.create(
            account=account,
            role=chance.choice(list(Role)),
            area=place,
            area_path=place.path,
            from_day=first,
            until_day=chance.choice([None, first + timedelta(days=chance.randrange(0, 4))]),
            granted_by="world",
        )
    for place in places:
        for day in DAYS:
            if place.level not in {"community", "village"} or chance.random() < 0.3:
                continue
            due = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
            report = DailyReport.objects.create(area=place, area_path=place.path, day=day, filled_at=due)
            at = due - timedelta(hours=2)
            for _ in range(chance.randrange(0, 4)):
                at = chance.choice([at, due, at + timedelta(hours=chance.randrange(0, 12))])
                DailyReportStatus.objects.create(
                    report=report,
                    area_path=place.path,
                    state=chance.choice(["confirmed", "accepted", "returned"]),
                    at=at,
                    by="world",
                )


def _record(chance: random.Random, places: list[Area]) -> None:
    paths = [*(place.path for place in places), "", "gone/"]
    for n in range(30):
        Entry.objects.create(
            seq=n + 1,
            at=moment(chance),
            actor_kind=chance.choice(["person", "system"]),
            actor_name="world",
            deed=chance.choice(["residents.reveal", "health.record"]),
            on="x:1",
            area_path=chance.choice(paths),
            previous_hash=b"-",
            hash=b"-",
        )
    for _ in range(15):
        JobRun.objects.create(
            job="measures.compute",
            day=chance.choice(DAYS),
            started_at=moment(chance),
            state=chance.choice(["done", "failed"]),
        )
        TakeIn.objects.create(
            kind="residents",
            filename="f.csv",
            by="world",
            area_path=chance.choice(paths),
            started_at=moment(chance),
            dry_run=chance.random() < 0.3,
            taken=chance.randrange(100),
            refused=chance.randrange(10),
        )


def _gates(chance: random.Random) -> None:
    """Gates with phones, watches and hourly counts; ends and moments at the very edges too."""
    for number, entrance in enumerate(Entrance.objects.order_by("pk")):
        gate = Gate.objects.create(
            area_id=entrance.area_id,
            area_path=entrance.area_path,
            entrance=entrance,
            name=f"gate {number}",
            since=moment(chance),
            ended_at=moment(chance) if chance.random() < 0.3 else None,
        )
        for n in range(chance.randrange(0, 3)):
            Device.objects.create(
                gate=gate,
                area_path=gate.area_path,
                name="phone",
                token_hash=f"{gate.pk} {n}".encode(),
                enrolled_at=moment(chance),
                enrolled_by="world",
                expires_at=moment(chance),
                revoked_at=moment(chance) if chance.random() < 0.3 else None,
            )
        for _ in range(chance.randrange(0, 5)):
            at = moment(chance)
            ShiftEvent.objects.create(
                id=UUID(int=chance.getrandbits(128)),
                gate=gate,
                area_path=gate.area_path,
                kind=chance.choice(["check_in", "check_out", "unattended", "hand_over", "wrong_pin"]),
                at=at,
                received_at=at + timedelta(minutes=chance.randrange(0, 90)),
            )
        for n in range(chance.randrange(0, 12)):
            PassageCount.objects.create(
                gate=gate,
                area_path=gate.area_path,
                day=chance.choice(DAYS),
                hour=n,
                direction=chance.choice(["in", "out"]),
                kind=chance.choice(["strip", "visitor"]),
                verdict=chance.choice(["pass", "pass", "refuse", "hold", "check"]),
                reason="x",
                overridden=chance.random() < 0.3,
                count=chance.randrange(1, 50),
            )
