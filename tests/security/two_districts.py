"""A city of two districts that are alike but for their names: whatever is told of the western one must stay there.

Everything that belongs to a district carries its mark: 东 and EAST, or 西 and WEST.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.cookies import SimpleCookie
from uuid import UUID

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from shouwang.accounts.models import Account
from shouwang.areas import actions as areas
from shouwang.areas.models import Area, Entrance
from shouwang.bulletins import actions as bulletins
from shouwang.codes.models import ColourStatus
from shouwang.command import actions as command
from shouwang.command.models import DailyReport, Post
from shouwang.command.policy import RiskLevel, Role, Stage
from shouwang.gates import actions as gate_actions
from shouwang.gates import permitting
from shouwang.gates.models import Flag, Gate, Quarantine
from shouwang.health.models import HealthEvent
from shouwang.intake import uploads
from shouwang.intake.models import State, TakeIn
from shouwang.journal.actions import Actor, record
from shouwang.measures import actions as measures
from shouwang.residents.models import Household, Person, Residence
from shouwang.residents.sealing import sealer

NOW = datetime(2020, 2, 20, 1, 0, tzinfo=UTC)
DAY = date(2020, 2, 20)
CITY = "4201"


@dataclass(frozen=True)
class Side:
    """One district: its mark in letters and in Chinese, and the first digits of its codes."""

    mark: str
    name: str
    code: str

    @property
    def street(self) -> str:
        """Code of its street."""
        return f"{self.code}001"

    @property
    def community(self) -> str:
        """Code of its community."""
        return f"{self.code}001001"

    @property
    def compound(self) -> str:
        """Code of its compound."""
        return f"{self.mark}-X1"


EAST = Side("EAST", "东", "420102")
WEST = Side("WEST", "西", "420103")


@dataclass
class Samples:
    """What an address can name in one district, by the name of the URL argument and the room."""

    side: Side
    numbers: dict[str, int] = field(default_factory=dict)


def _places() -> dict[str, Area]:
    found: dict[str, Area] = {}

    def plant(code: str, level: str, name: str, above: str = "") -> None:
        parent = found.get(above)
        path = f"{parent.path if parent else ''}{code}/"
        found[code] = Area.objects.create(code=code, path=path, parent=parent, level=level, name=name)

    plant(CITY, "city", "江城市")
    for side in (EAST, WEST):
        plant(side.code, "district", f"{side.name}区{side.mark}", CITY)
        plant(side.street, "street", f"{side.name}街道{side.mark}", side.code)
        plant(side.community, "community", f"{side.name}社区{side.mark}", side.street)
        plant(side.compound, "compound", f"{side.name}小区{side.mark}", side.community)
    return found


def _fill(side: Side, places: dict[str, Area]) -> Samples:
    """People, events, closures, reports, declarations, figures, files and deeds of one district."""
    samples = Samples(side)
    by = Actor("person", f"{side.mark}-officer", account_id=None, area_path=places[side.code].path)
    home, community = places[side.compound], places[side.community]
    reason = f"{side.mark} has its reason"

    lock, ref = sealer(), f"{side.mark}-P1"
    household = Household.objects.create(area=home, area_path=home.path, ref=f"{side.mark}-H1")
    person = Person.objects.create(
        ref=ref,
        name_sealed=lock.seal("name", ref, f"{side.name}门子"),
        name_hash=lock.hash("name", f"{side.name}门子"),
        area=home,
        area_path=home.path,
        household=household,
        needs=["dialysis"],
    )
    samples.numbers |= {"household": household.pk, "person": person.pk}
    Residence.objects.create(
        person=person, area=home, area_path=home.path, until_day=date(2020, 1, 1), why=reason, by=f"{side.mark}-officer"
    )
    event = HealthEvent.objects.create(
        ref=f"{side.mark}-E1",
        person=person,
        kind="confirmed",
        time=NOW,
        source=f"{side.mark} hospital",
        note=f"{side.mark} note",
        area=home,
        area_path=home.path,
        author=f"{side.mark}-officer",
    )
    samples.numbers["event"] = event.pk
    ColourStatus.objects.create(
        person=person,
        area=home,
        area_path=home.path,
        colour="red",
        since=NOW,
        rule="confirmed",
        evidence=event.ref,
        policy_version="wuhan-2020/colour-2020-02-24",
    )
    gate = areas.add_entrance(home, f"{side.mark} gate", by=by)
    assert isinstance(gate, Entrance)
    samples.numbers["entrance"] = gate.pk
    areas.close_compound(home, by=by, why=reason)
    areas.add_entrance(home, f"{side.mark} second gate", by=by, state="barred")

    samples.numbers |= _gate(side, home, person, household, by)
    report = DailyReport.objects.create(area=community, area_path=community.path, day=DAY, filled_at=NOW)
    samples.numbers["report"] = report.pk
    operator = Actor.operator(f"{side.mark}-operator")
    command.declare_stage(side.code, Stage.STRICT_CLOSURE, DAY, by=operator, why=reason)
    command.declare_risk(side.code, RiskLevel.HIGH, DAY, by=operator, why=reason)
    account = Account.objects.create(username=f"{side.mark}-guard", display_name=f"{side.name}卫{side.mark}")
    post = command.grant_post(account, Role.GATE_GUARD, side.compound, date(2020, 1, 1), by=operator)
    samples.numbers["post"] = post.pk
    record(by=by, deed="areas.look", on=f"areas.Area:{home.pk}", why=reason, area_path=home.path, detail={"n": 1})
    return samples


def _gate(side: Side, home: Area, person: Person, household: Household, by: Actor) -> dict[str, int]:
    """A gate with a phone, a permit asked for, a dwelling barred, something flagged and something in quarantine."""
    gate_actions.keep_in_step(home.path)
    gate = Gate.objects.get(area=home)
    expires, operator = NOW + timedelta(days=30), Actor.operator(f"{side.mark}-operator")
    _made, code = gate_actions.offer_enrolment(gate.pk, f"{side.mark} phone", expires, by=operator)
    device, _token = gate_actions.enrol(code)
    wanted = permitting.Wanted("one_off", NOW, expires, f"{side.mark} has an errand", person_id=person.pk)
    permit = permitting.ask(home.code, wanted, by=operator)
    barred = permitting.confine(home.code, by=operator, why=f"{side.mark} reason", dwelling=f"{side.mark}-1-")
    flag = Flag.objects.create(
        kind="same_code",
        gate=gate,
        area_path=home.path,
        passage=UUID(int=gate.pk),
        passage_day=DAY,
        at=NOW,
        made_at=NOW,
        detail={"minutes": 3},
    )
    Quarantine.objects.create(
        gate=gate,
        area_path=home.path,
        device=device,
        item=f"{side.mark} item",
        item_hash=side.mark.encode(),
        reason="gates.malformed",
        received_at=NOW,
    )
    return {
        "gate": gate.pk,
        "device": device.pk,
        "permit": permit.pk,
        "flag": flag.pk,
        "confinement": barred.pk,
    }


@dataclass(frozen=True)
class Identity:
    """Somebody who tries addresses: a role at a place, nobody at all, or an account without a post."""

    name: str
    role: Role | None = None
    place: str = ""
    signed_in: bool = True

    @property
    def whole_city(self) -> bool:
        """Whether the post is at the root."""
        return self.place == CITY


IDENTITIES = [
    Identity("anonymous", signed_in=False),
    Identity("no_post"),
    Identity("city_officer", Role.CITY_OFFICER, CITY),
    Identity("district_officer", Role.DISTRICT_OFFICER, EAST.code),
    Identity("street_officer", Role.STREET_OFFICER, EAST.street),
    Identity("community_officer", Role.COMMUNITY_OFFICER, EAST.community),
    Identity("gate_guard", Role.GATE_GUARD, EAST.compound),
    Identity("inspector", Role.INSPECTOR, EAST.code),
    Identity("health_desk", Role.HEALTH_DESK, EAST.street),
    Identity("store", Role.STORE, EAST.code),
    Identity("deliverer", Role.DELIVERER, EAST.community),
    Identity("observer", Role.OBSERVER, EAST.code),
    Identity("administrator", Role.ADMINISTRATOR, CITY),
    Identity("district_administrator", Role.ADMINISTRATOR, EAST.code),
]
"""Every role at a place it can stand at, an administrator below the city, and those without a post."""


@dataclass
class World:
    """The two districts, filled, and everybody who tries addresses in it."""

    east: Samples
    west: Samples
    accounts: dict[str, Account]
    files: dict[str, int]
    sessions: dict[str, SimpleCookie] = field(default_factory=dict)
    """Identity → cookies of somebody who has signed in, so that a walk signs each in once."""


def build() -> World:
    """Write everything into the database."""
    places = _places()
    east, west = _fill(EAST, places), _fill(WEST, places)
    accounts, files = {}, {}
    for identity in IDENTITIES:
        if not identity.signed_in:
            continue
        account = Account.objects.create(username=f"by-{identity.name}")
        accounts[identity.name] = account
        # With a second factor in use, its pages are there to be opened.
        TOTP.activate(account, generate_totp_secret())
        RecoveryCodes.activate(account)
        if identity.role is not None:
            place = places[identity.place]
            Post.objects.create(
                account=account, role=identity.role, area=place, area_path=place.path, from_day=date(2020, 1, 1)
            )
        files[identity.name] = _file(EAST, account, places[identity.place or EAST.code].path)
    files["WEST"] = _file(WEST, Account.objects.get(username="WEST-guard"), places[WEST.code].path)
    morning = Actor.system("morning")
    measures.compute_figures(DAY)
    bulletins.propose_risk(DAY, by=morning)
    bulletins.draft(DAY, by=morning)
    return World(east, west, accounts, files)


def _file(side: Side, account: Account, path: str) -> int:
    made = TakeIn.objects.create(
        kind="health-events",
        filename=f"{side.mark}.csv",
        sha256="0" * 64,
        by=f"{side.mark}-officer",
        actor_kind="person",
        account_id=account.pk,
        area_path=path,
        dry_run=True,
        state=State.DONE,
        refusals=[],
        started_at=NOW,
        finished_at=NOW,
    )
    stored = uploads.folder_of(made) / uploads.STORED_AS
    stored.parent.mkdir(parents=True)
    for file in (stored, uploads.path_for(stored)):
        file.write_text(f"event,time,person,kind,ends,source,note\n{side.mark}-E9,,,,,,\n", encoding="utf-8")
    return int(made.pk)
