"""The deeds done to people: register, correct, needs, move, guardians, reveal. Each is one transaction and one journal
entry that names the row, never the person. Taking in whole files is in intake.py, changing keys in rotation.py."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.command.rules import Scope
from shouwang.journal import actions as journal
from shouwang.journal import queries as journal_queries
from shouwang.journal.actions import Actor
from shouwang.journal.events import announce
from shouwang.refusal import Refusal
from shouwang.residents import queries, rules
from shouwang.residents.events import PersonMoved
from shouwang.residents.models import Household, Person, Relation, Residence
from shouwang.residents.permissions import refuse_change, refuse_reveal
from shouwang.residents.policy import (
    LONGEST_REVEAL_NOTE,
    NEEDS,
    REVEAL_REASONS,
    REVEALS_AN_HOUR,
    SHORTEST_REVEAL_NOTE,
)
from shouwang.residents.reading import COLUMNS, read_resident
from shouwang.residents.sealing import FIELDS, sealer
from shouwang.residents.storing import Unit, store

REVEAL_LOCK = 0x5357_5256
"""Advisory lock with the account's number: two requests at once must not both be the last one allowed."""


def register(values: dict[str, str], *, scope: Scope, by: Actor) -> Person:
    """Register one person by hand. `values` are texts by column, as in a file; without a reference one is made.

    Raises Refusal with the column at fault, also when the reference is taken.
    """
    given = {**dict.fromkeys(COLUMNS, ""), **values}
    given["person"] = given["person"] or f"R{secrets.token_hex(6).upper()}"
    resident = read_resident(given, clock.today())
    area = _unit(resident.compound_code)
    if refusal := refuse_change(scope, area.path):
        raise refusal
    try:
        with transaction.atomic():
            store([(resident, area)])
            person = Person.objects.get(ref=resident.person)
            _record("residents.register", person, by=by)
    except UniqueViolation:
        raise Refusal("residents.ref_taken", field="person", ref=resident.person) from None
    return person


def correct(ref: str, column: str, text: str, *, why: str, scope: Scope, by: Actor) -> Person:
    """Correct what is registered in one column of a person: name, id_number, phone, birth_date or sex. Empty clears
    it, save the name. The journal keeps that the column was changed and why, not what it held."""
    with transaction.atomic():
        person = _changeable(scope, ref)
        why = _reason(why)
        lock = sealer()
        match column:
            case "name":
                name = rules.read_name(text)
                person.name_sealed = lock.seal("name", ref, name)
                person.name_hash = lock.hash("name", rules.look_up_name(name))
            case "phone":
                phone = rules.read_phone(text)
                person.phone_sealed = lock.seal("phone", ref, phone) if phone else None
                person.phone_hash = lock.hash("phone", rules.look_up_phone(phone)) if phone else None
            case "id_number":
                identity = rules.read_id_number(text, person.birth_date, person.sex)
                number = identity.number if identity else ""
                person.id_number_sealed = lock.seal("id_number", ref, number) if number else None
                person.id_number_hash = lock.hash("id_number", number) if number else None
                if identity and identity.birth_date:
                    rules.check_birth_date(identity.birth_date, clock.today(), field="id_number")
                    person.birth_date, person.sex = identity.birth_date, identity.sex
            case "birth_date" | "sex":
                _correct_birth_or_sex(person, column, text)
            case _:
                raise Refusal("residents.not_correctable", field="column", column=column)
        person.save()
        _record("residents.correct", person, by=by, why=why, detail={"column": column})
    return person


def _correct_birth_or_sex(person: Person, column: str, text: str) -> None:
    """What the ID number says may not be contradicted; correct the number first."""
    if column == "birth_date":
        person.birth_date = rules.read_birth_date(text, clock.today())
    else:
        person.sex = rules.read_sex(text)
    number = sealer().open("id_number", person.ref, person.id_number_sealed)
    identity = rules.read_id_number(number, person.birth_date, person.sex)
    if identity and identity.birth_date:
        person.birth_date, person.sex = identity.birth_date, identity.sex


def change_phone(ref: str, phone: str, *, why: str, scope: Scope, by: Actor) -> Person:
    """Give a person another phone number, or none."""
    return correct(ref, "phone", phone, why=why, scope=scope, by=by)


def change_needs(ref: str, needs: Sequence[str], *, scope: Scope, by: Actor, why: str = "") -> Person:
    """Say what a person needs now, by code or word. The journal keeps which needs came and went."""
    chosen = rules.read_needs(";".join(needs))
    with transaction.atomic():
        person = _changeable(scope, ref)
        before = set(person.needs)
        person.needs = list(chosen)
        person.save(update_fields=["needs"])
        change = {
            "added": [need for need in NEEDS if need in set(chosen) - before],
            "ended": [need for need in NEEDS if need in before - set(chosen)],
        }
        if any(change.values()):
            _record("residents.change_needs", person, by=by, why=why.strip(), detail=change)
    return person


def move_person(
    ref: str,
    to: str,
    day: date,
    *,
    why: str,
    scope: Scope,
    by: Actor,
    building: str = "",
    unit: str = "",
    dwelling: str = "",
    household: str = "",
) -> Person:
    """Record that a person lives at another place from `day` on: `to` is the code of any unit in the city.

    Where they lived before becomes a dated residence; facts of earlier days stay with that place. Who may change the
    person where they live now may send them anywhere, and may not see them there afterwards.
    """
    with transaction.atomic():
        person = _changeable(scope, ref)
        why = _reason(why)
        place = _unit(to)
        new = tuple(
            rules.read_label(text, name)
            for name, text in (("building", building), ("unit", unit), ("dwelling", dwelling))
        )
        if (person.area_id, person.building, person.unit, person.dwelling) == (place.id, *new):
            raise Refusal("residents.already_lives_there", field="to")
        last = Residence.objects.filter(person=person).order_by("-until_day").first()
        if day > clock.today():
            raise Refusal("residents.move_in_future", field="day", day=day.isoformat())
        if last and day < last.until_day:
            raise Refusal("residents.move_before_last", field="day", day=day.isoformat(), last=str(last.until_day))
        old_area, old_path = person.area_id, person.area_path
        Residence.objects.create(
            person=person,
            area_id=old_area,
            area_path=old_path,
            building=person.building,
            unit=person.unit,
            dwelling=person.dwelling,
            from_day=last.until_day if last else None,
            until_day=day,
            why=why,
            by=by.name,
        )
        person.area_id, person.area_path = place.id, place.path
        person.building, person.unit, person.dwelling = new
        person.household = _household(rules.read_label(household, "household"), place, new)
        person.save()
        announce(PersonMoved(person.pk, old_area, old_path, place.id, place.path, day))
        detail = {"from": old_path, "to": place.path, "day": day}
        _record("residents.move", person, by=by, why=why, area_path=old_path, detail=detail)
    return person


def _household(ref: str, place: Unit, dwelling: tuple[str, ...]) -> Household | None:
    if not ref:
        return None
    address = dict(zip(("building", "unit", "dwelling"), dwelling, strict=True))
    found, _made = Household.objects.get_or_create(
        area_id=place.id, ref=ref, defaults={"area_path": place.path, **address}
    )
    return found


def set_guardian(ref: str, guardian_ref: str, kind: str, *, scope: Scope, by: Actor) -> Relation:
    """Record that one person looks after another (`guardian` or `carer`). Both live in the viewer's area."""
    if kind not in dict(Relation._meta.get_field("kind").choices or ()):
        raise Refusal("residents.relation_kind", field="kind", kind=kind)
    with transaction.atomic():
        person = _changeable(scope, ref)
        if ref == guardian_ref:
            raise Refusal("residents.own_guardian", field="guardian")
        guardian = queries.person_in(scope, guardian_ref)
        relation, made = Relation.objects.get_or_create(
            person=person, guardian=guardian, kind=kind, defaults={"by": by.name}
        )
        if not made:
            raise Refusal("residents.already_guardian", field="guardian")
        detail = {"kind": kind, "guardian": f"residents.Person:{guardian.pk}"}
        _record("residents.set_guardian", person, by=by, detail=detail)
    return relation


def end_guardian(ref: str, guardian_ref: str, *, why: str, scope: Scope, by: Actor) -> None:
    """Take back that one person looks after another."""
    with transaction.atomic():
        person = _changeable(scope, ref)
        why = _reason(why)
        guardian = queries.person_in(scope, guardian_ref)
        Relation.objects.filter(person=person, guardian=guardian).delete()
        detail = {"guardian": f"residents.Person:{guardian.pk}"}
        _record("residents.end_guardian", person, by=by, why=why, detail=detail)


def reveal(ref: str, field: str, *, reason: str, note: str, scope: Scope, by: Actor) -> str:
    """Show one field of one person in full, and write down who saw it and why.

    `reason` is a code of policy.REVEAL_REASONS, `note` at least four characters of what it is for. Raises Refusal,
    429 past REVEALS_AN_HOUR within sixty minutes: the attempt itself is then an entry in the journal, as an alarm.
    """
    with transaction.atomic():
        person = queries.person_in(scope, ref)
        if refusal := refuse_reveal(scope, person.area_path):
            raise refusal
        if field not in FIELDS:
            raise Refusal("residents.reveal_field", field="field", sealed_field=field)
        value = sealer().open(field, ref, getattr(person, f"{field}_sealed"))
        why = _reveal_reason(reason, note, person)
        if not value:
            raise Refusal("residents.reveal_nothing", field="field")
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [REVEAL_LOCK, scope.account_id])
        within = _revealed_since(scope.account_id) < REVEALS_AN_HOUR
        deed = "residents.reveal" if within else "residents.reveal_limit"
        _record(deed, person, by=by, why=why, detail={"field": field, "reason": reason})
    if not within:
        # Raised after the transaction, so that the entry about the attempt stays.
        raise Refusal("residents.reveal_limit", status=429, limit=REVEALS_AN_HOUR)
    return value


def _revealed_since(account_id: int) -> int:
    hour_ago = clock.now() - timedelta(hours=1)
    shown = journal_queries.entries("").filter(deed="residents.reveal", account_id=account_id, at__gt=hour_ago)
    return shown.count()


def _reveal_reason(reason: str, note: str, person: Person) -> str:
    """The words for the journal. They may not name the person, since the journal outlives the register."""
    if reason not in REVEAL_REASONS:
        raise Refusal("residents.reveal_reason", field="reason")
    note = " ".join(note.split())[:LONGEST_REVEAL_NOTE]
    if len(note) < SHORTEST_REVEAL_NOTE:
        raise Refusal("residents.reveal_note_short", field="note", shortest=SHORTEST_REVEAL_NOTE)
    name = rules.look_up_name(sealer().open("name", person.ref, person.name_sealed))
    if re.search(r"\d{7}", rules.look_up_name(note)) or (len(name) > 1 and name in rules.look_up_name(note)):
        raise Refusal("residents.reveal_note_holds_identity", field="note")
    return f"{reason}: {note}"


def repath(old_path: str, new_path: str, *, origin_id: int, into_id: int) -> int:
    """Let people and households follow their unit to its new path; answers how many people. May run again harmlessly.

    When the unit was merged into another (`into_id`), they belong to that one. Earlier residences keep the path of
    their day.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if origin_id != into_id:
            # Both units may have had a household 1; the one that comes keeps its old unit in its name.
            cursor.execute(
                "update residents_household h set ref = h.ref || '@' || (select code from areas_area where id = %s)"
                " where h.area_id = %s and exists"
                " (select 1 from residents_household o where o.area_id = %s and o.ref = h.ref)",
                [origin_id, origin_id, into_id],
            )
        moved = 0
        for table in ("residents_household", "residents_person"):
            cursor.execute(
                f"update {table} set area_path = %s || substr(area_path, %s),"  # nosec B608 - two names above
                " area_id = case area_id when %s then %s else area_id end where starts_with(area_path, %s)",
                [new_path, len(old_path) + 1, origin_id, into_id, old_path],
            )
            moved = cursor.rowcount
    return moved


def _changeable(scope: Scope, ref: str) -> Person:
    """The person with a reference, locked, if the viewer may change what is registered of them."""
    seen = queries.person_in(scope, ref)
    if refusal := refuse_change(scope, seen.area_path):
        raise refusal
    return Person.objects.select_for_update().get(pk=seen.pk)


def _unit(code: str) -> Unit:
    area = areas.by_codes([code]).get(code)
    if area is None or (area.valid_until and area.valid_until <= clock.today()):
        raise Refusal("residents.no_such_compound", field="compound_code", code=code)
    return Unit(area.pk, area.path)


def _reason(why: str) -> str:
    why = " ".join(why.split())
    if len(why) < SHORTEST_REVEAL_NOTE:
        raise Refusal("residents.why_empty", field="why")
    return why


def _record(
    deed: str, person: Person, *, by: Actor, why: str = "", area_path: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    journal.record(
        by=by,
        deed=deed,
        on=f"residents.Person:{person.pk}",
        why=why,
        area_path=area_path or person.area_path,
        detail=dict(detail or {}),
    )
