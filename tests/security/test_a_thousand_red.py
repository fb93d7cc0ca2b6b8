"""An attempt to turn a thousand people red: every role, every way in, many accounts, many days, under every threshold.

Nothing of it may reach more people than the policy `alarm` allows, before another account has looked and agreed.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from two_districts import EAST, IDENTITIES, NOW, Identity, World
from walking import client_of

from shouwang import clock
from shouwang.accounts.models import Account
from shouwang.areas.models import Area
from shouwang.codes import holders, indexes
from shouwang.codes.models import ColourStatus
from shouwang.command import actions as command
from shouwang.command.policy import POWERS, Role
from shouwang.command.rules import Scope
from shouwang.gates import actions as gates
from shouwang.gates import partitions, second_look, watch_jobs
from shouwang.gates.models import Gate
from shouwang.health import actions, facts, holding, releasing
from shouwang.health.holding import Told
from shouwang.health.models import HealthEvent, HeldFact, Hold
from shouwang.intake import uploads
from shouwang.intake.actions import take_in
from shouwang.intake.models import TakeIn
from shouwang.journal.actions import Actor
from shouwang.journal.models import Entry
from shouwang.refusal import Refusal
from shouwang.residents.models import Household, Person

pytestmark = pytest.mark.django_db
THOUSAND = 1000
HEADER = "event,time,person,kind,ends,source,note\n"
WHEN = "2020-02-20T08:30"


@pytest.fixture
def crowd(world: World) -> list[Person]:
    """A thousand people of the eastern compound, of whom nothing is recorded."""
    home = Area.objects.get(code=EAST.compound)
    household = Household.objects.create(area=home, area_path=home.path, ref="CROWD")
    people = [
        Person(ref=f"C{number}", name_sealed=b"", area=home, area_path=home.path, household=household)
        for number in range(THOUSAND)
    ]
    return list(Person.objects.bulk_create(people))


def allowed() -> int:
    """How many people all accounts of a place this small may touch in a day without a second look."""
    root = Area.objects.get(parent=None)
    return holding.policy_on(clock.today(), root.path).allowed_together(THOUSAND)


def red(crowd: list[Person]) -> int:
    """How many of the crowd are red, or have a record that makes them so."""
    ids = [person.pk for person in crowd]
    shown = set(ColourStatus.objects.filter(person_id__in=ids, colour="red").values_list("person_id", flat=True))
    told = HealthEvent.objects.filter(person_id__in=ids).exclude(kind="temperature", value__lt=37)
    return len(shown | set(told.values_list("person_id", flat=True)))


def rows(people: list[Person], mark: str) -> str:
    """A file that makes people confirmed cases."""
    return HEADER + "".join(f"{mark}-{one.ref},{WHEN},{one.ref},confirmed,,hospital,\n" for one in people)


def send_file(client: Client, text: str) -> None:
    """By the page for files, with the worker behind it."""
    upload = SimpleUploadedFile("cases.csv", text.encode())
    answer = client.post(reverse("intake:kind", args=["health-events"]), {"file": upload})
    if answer.status_code == 302 and "/import/" in answer["Location"]:
        uploads.run(TakeIn.objects.order_by("-pk")[0].pk)


def by_pages(client: Client, person: Person) -> None:
    """By each form that records something about somebody: an event, a fever of the day, a correction of either."""
    page = reverse("health:record", args=[person.ref])
    client.post(page, {"ref": f"w-{uuid.uuid4().hex}", "kind": "confirmed", "time": WHEN, "source": "hospital"})
    client.post(reverse("health:save", args=[person.ref]), {"temperature": "39.5", "symptom": "on"})
    for event in HealthEvent.objects.filter(person=person, superseded_by=None):
        told = {"kind": "confirmed", "time": WHEN, "source": "hospital", "why": "it was mistyped"}
        client.post(reverse("health:correct", args=[event.pk]), told)


def test_every_role_in_slices_under_the_threshold(
    world: World, crowd: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    """Each with files of its own people, each file small enough, and by the forms: together they reach the allowed
    number and no further; the rest waits, and the journal names each author."""
    share = 40
    with django_capture_on_commit_callbacks(execute=True):
        for place, identity in enumerate(IDENTITIES):
            own = crowd[place * share : (place + 1) * share]
            client = client_of(identity, world)
            by_pages(client, own[0])
            for start in range(0, len(own), 20):
                send_file(client, rows(own[start : start + 20], identity.name))
            by_pages(client, own[-1])
    assert 0 < red(crowd) <= allowed()
    waits = HeldFact.objects.filter(hold__decided_at=None)
    importers = {one.name for one in IDENTITIES if one.role in POWERS["health.import"]}
    assert {author.removeprefix("by-") for author in waits.values_list("hold__author", flat=True)} <= importers
    assert "many_accounts" in set(Hold.objects.values_list("why", flat=True))
    authors = set(HealthEvent.objects.filter(person__in=crowd).values_list("author", flat=True))
    assert {author.removeprefix("by-") for author in authors} <= importers
    assert Entry.objects.filter(deed="health.hold").exists()


@pytest.mark.slow
@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.name)
def test_one_role_by_every_form_and_file(
    world: World, crowd: list[Person], identity: Identity, django_capture_on_commit_callbacks: Any
) -> None:
    """A whole day of one account: forms one after the other, then the rest in one file, then in single rows."""
    client = client_of(identity, world)
    with django_capture_on_commit_callbacks(execute=True):
        for person in crowd[:60]:
            by_pages(client, person)
        send_file(client, rows(crowd, "all"))
        for person in crowd[60:90]:
            send_file(client, rows([person], "one"))
    most = holding.policy_on(clock.today(), Area.objects.get(parent=None).path).people
    assert red(crowd) <= most
    if identity.role not in POWERS["health.record"] | POWERS["health.import"]:
        assert red(crowd) == 0


def puppets(many: int, at: str, role: Role) -> list[tuple[Actor, Scope]]:
    """Many accounts of one place, as one who rules there could post them."""
    area = Area.objects.get(code=at)
    found = []
    for number in range(many):
        account = Account.objects.create(username=f"puppet-{at}-{number}")
        post = command.grant_post(account, role, at, date(2020, 1, 1), by=Actor.operator())
        scope = Scope(account.pk, account.username, post.pk, role, area.pk, area.code, area.name, area.path, area.level)
        found.append((Actor("person", account.username, account.pk, post.pk, area.path), scope))
    return found


def tell(people: list[Person], kind: str, by: Actor) -> None:
    """Facts told together, as a small file tells them."""
    now = clock.now()
    told = [Told(one.pk, facts.checked(f"{kind}-{one.ref}", kind, now, now=now)) for one in people]
    actions.record_facts(told, by=by)


@pytest.mark.parametrize(
    ("at", "role"),
    [(EAST.community, Role.COMMUNITY_OFFICER), (EAST.code, Role.HEALTH_DESK), ("4201", Role.CITY_OFFICER)],
)
def test_many_accounts_of_one_place(world: World, crowd: list[Person], at: str, role: Role) -> None:
    """Fifty accounts with five people each stay far below what one account may; together they do not."""
    for number, (by, _scope) in enumerate(puppets(50, at, role)):
        tell(crowd[number * 5 : number * 5 + 5], "confirmed", by)
    assert red(crowd) == allowed()
    assert HeldFact.objects.count() == 250 - allowed()


def test_a_few_each_day(world: World, crowd: list[Person]) -> None:
    """Thirty people a day, every day: after a week it is noticed, although no day was remarkable."""
    [(by, scope)] = puppets(1, EAST.community, Role.COMMUNITY_OFFICER)
    policy = holding.policy_on(clock.today(), scope.area_path)
    for day in range(12):
        with clock.frozen(NOW + timedelta(days=day)):
            tell(crowd[day * 25 : day * 25 + 25], "suspected", by)
    assert red(crowd) == policy.slowly < 12 * 25
    assert set(Hold.objects.values_list("why", flat=True)) == {"many_days"}
    with clock.frozen(NOW + timedelta(days=13)):
        assert holding.forget_touched() == 0
    with clock.frozen(NOW + timedelta(days=60)):
        assert holding.forget_touched() == policy.slowly


def test_what_a_gate_sends_colours_nobody(
    world: World, crowd: list[Person], django_capture_on_commit_callbacks: Any
) -> None:
    """A phone says of everybody that they were red and feverish: it is history of the gate, and no evidence."""
    gate = Gate.objects.get(area__code=EAST.compound)
    partitions.make_ahead(clock.today())
    _offer, code = gates.offer_enrolment(gate.pk, "phone", NOW + timedelta(days=3), by=Actor.operator())
    token = {"Authorization": f"Bearer {gates.enrol(code)[1]}"}
    day = indexes.day_list(NOW)
    places = holders.places_of([person.pk for person in crowd], day)
    before = ColourStatus.objects.count()
    base = f"/api/v1/gates/{gate.pk}"
    at = NOW - timedelta(minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        for start in range(0, THOUSAND, 200):
            batch = [
                {
                    "id": _key(at),
                    "at": at.isoformat(),
                    "direction": "in",
                    "traveller": {"kind": "strip", "list": day, "idx": places[person.pk]},
                    "temperature": "39.5",
                    "second_temperature": "39.6",
                    "verdict": "hold",
                    "reason": "red",
                }
                for person in crowd[start : start + 200]
            ]
            answer = Client().post(f"{base}/passages", batch, content_type="application/json", headers=token)
            assert {item["outcome"] for item in answer.json()["items"]} == {"stored"}
            steps = [
                {"id": _key(at), "passage": one["id"], "step": "transferred", "at": one["at"], "temperature": "39.6"}
                for one in batch
            ]
            assert Client().post(f"{base}/incidents", steps, content_type="application/json", headers=token).json()
        with clock.frozen(NOW + timedelta(minutes=5)):
            second_look.flag_verdicts()
            watch_jobs.flag_two_gates()
    assert red(crowd) == 0
    assert ColourStatus.objects.count() == before


def _key(at: Any) -> str:
    made = int(at.timestamp() * 1000) << 80 | 7 << 76 | uuid.uuid4().int >> 116 << 64
    return str(uuid.UUID(int=made | 2 << 62 | uuid.uuid4().int >> 66))


class TestOperator:
    """A file at the command line of an installation that holds operators, as production does."""

    def hold(self, crowd: list[Person], tmp_path: Path, settings: Any) -> Hold:
        settings.HOLD_OPERATORS = True
        path = tmp_path / "cases.csv"
        path.write_text(rows(crowd, "op"), encoding="utf-8")
        report = take_in("health-events", path, by=Actor.operator("root"))
        assert (report.taken, report.refused) == (0, THOUSAND)
        assert red(crowd) == 0
        return Hold.objects.get()

    def test_waits_and_is_seen_by_the_city(
        self, world: World, crowd: list[Person], tmp_path: Path, settings: Any
    ) -> None:
        """The page of the whole city lists it, those below do not; a city officer releases it there."""
        hold = self.hold(crowd, tmp_path, settings)
        page, listed = reverse("health:hold", args=[hold.pk]), reverse("health:holds")
        for identity in IDENTITIES:
            client = client_of(identity, world)
            seen = page in client.get(listed).content.decode()
            assert seen is (identity.name == "city_officer"), identity.name
            if not seen:
                answer = client.post(page, {"decision": "release", "reason": "looks right"})
                assert answer.status_code in {302, 403, 404}, identity.name
        assert red(crowd) == 0
        city = client_of(next(one for one in IDENTITIES if one.name == "city_officer"), world)
        answer = city.post(page, {"decision": "release", "reason": "compared with the hospital's list"})
        assert answer.status_code == 302
        assert red(crowd) == THOUSAND
        assert set(HealthEvent.objects.filter(person__in=crowd).values_list("author", flat=True)) == {"root"}

    def test_another_operator_decides_not_the_same(
        self, world: World, crowd: list[Person], tmp_path: Path, settings: Any
    ) -> None:
        """By command: whoever took it in is refused; somebody else releases it, or never."""
        hold = self.hold(crowd, tmp_path, settings)
        with pytest.raises(Refusal) as refused:
            releasing.release(hold.pk, scope=None, by=Actor.operator("root"), note="it is mine")
        assert refused.value.code == "health.own_hold"
        with suppress(Refusal):
            releasing.release(hold.pk, scope=None, by=Actor("person", "by-street_officer"), note="no scope at all")
        assert red(crowd) == 0
        releasing.refuse(hold.pk, scope=None, by=Actor.operator("second"), note="nobody knows that list")
        assert red(crowd) == 0


def test_whom_the_author_posted_is_no_second_pair_of_eyes(world: World, crowd: list[Person]) -> None:
    """Somebody over the whole city posts a friend beside them and lets them release: refused."""
    [(by, scope)] = puppets(1, "4201", Role.CITY_OFFICER)
    tell(crowd[:60], "confirmed", by)
    hold, city = Hold.objects.get(), Area.objects.get(code="4201")
    friend = Account.objects.create(username="friend")
    post = command.grant_post(friend, Role.CITY_OFFICER, "4201", date(2020, 1, 1), by=by, granter=scope)
    beside = Scope(friend.pk, "friend", post.pk, Role.CITY_OFFICER, city.pk, city.code, "", city.path, "city")
    with pytest.raises(Refusal) as refused:
        releasing.release(hold.pk, scope=beside, by=Actor("person", "friend", friend.pk), note="all seen")
    assert refused.value.code == "health.own_hand"
    assert red(crowd) == 0
