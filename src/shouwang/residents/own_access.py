"""How a resident gets onto their own page and off it: invitations, codes by telephone, sessions of their own.

None of this knows accounts or posts: a resident's session opens a resident's pages and nothing else, and a signed-in
officer is nobody here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from shouwang import clock
from shouwang.command.rules import Scope
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal
from shouwang.residents import limits, queries, rules, sms
from shouwang.residents.models import Invitation, Person, PhoneCode, ResidentSession, SignInTry
from shouwang.residents.permissions import refuse_change
from shouwang.residents.policy import (
    INVITATION_DAYS,
    INVITATION_LENGTH,
    INVITATION_LETTERS,
    PEOPLE_A_SHEET,
    PHONE_CODE_DIGITS,
    PHONE_CODE_MINUTES,
    PHONE_CODE_TRIES,
    SESSION_DAYS,
)
from shouwang.residents.sealing import sealer

SMS_TEXT = {
    "zh": "【守望】您的登录验证码是 {code}，{minutes} 分钟内有效。社区和门岗都不会向您索要此码，请勿告诉他人。",
    "en": "Shouwang: your sign-in code is {code}, good for {minutes} minutes. Nobody from the community or the gate"
    " will ask you for it.",
}

KEPT_AFTER = timedelta(days=14)
"""How long what sign-in leaves behind is kept after it was of use."""


def actor(person: Person) -> Actor:
    """A resident as the journal names them: by the row, in the deed's `on`; never by name."""
    return Actor("resident", "resident", area_path=person.area_path)


# Invitations


def plain(code: str) -> str:
    """An invitation as it was made, from however it was typed."""
    return "".join(letter for letter in code.upper() if letter in INVITATION_LETTERS)


def written(code: str) -> str:
    """An invitation as it is printed: in three groups."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def invite(ref: str, *, scope: Scope, by: Actor) -> str:
    """Make an invitation for one person and answer it, this once; earlier ones that were not used stop working."""
    seen = queries.person_in(scope, ref)
    if refusal := refuse_change(scope, seen.area_path):
        raise refusal
    with transaction.atomic():
        code = _invite([seen], "", by)[0][1]
        record(by=by, deed="residents.invite", on=f"residents.Person:{seen.pk}", area_path=seen.area_path)
    return code


def invite_all(scope: Scope, *, area_path: str, building: str, by: Actor) -> tuple[str, list[tuple[Person, str]]]:
    """Make invitations for everybody who lives in a building (or in the whole unit), for one sheet of paper.

    Answers the sheet's name and (person, code), in the order of dwellings. Who is signed in already keeps their
    session.
    """
    if refusal := refuse_change(scope, area_path):
        raise refusal
    found = queries.people_in(scope).filter(area_path__startswith=area_path).select_related("area")
    if building:
        found = found.filter(building=rules.read_label(building, "building"))
    people = list(found.order_by("area_path", "building", "unit", "dwelling", "id")[: PEOPLE_A_SHEET + 1])
    if not people:
        raise Refusal("residents.sheet_empty", field="building")
    if len(people) > PEOPLE_A_SHEET:
        raise Refusal("residents.sheet_too_large", field="building", most=PEOPLE_A_SHEET)
    sheet = secrets.token_hex(4)
    with transaction.atomic():
        made = _invite(people, sheet, by)
        record(
            by=by,
            deed="residents.invite_all",
            on=f"residents.Invitation:{sheet}",
            area_path=area_path,
            detail={"people": len(made)},
        )
    return sheet, made


def _invite(people: list[Person], sheet: str, by: Actor) -> list[tuple[Person, str]]:
    now = clock.now()
    ids = [person.pk for person in people]
    Invitation.objects.filter(person_id__in=ids, used_at=None, revoked_at=None).update(revoked_at=now)
    made = [
        (person, "".join(secrets.choice(INVITATION_LETTERS) for _letter in range(INVITATION_LENGTH)))
        for person in people
    ]
    Invitation.objects.bulk_create(
        Invitation(
            person=person,
            area_path=person.area_path,
            code_hash=limits.keyed("invitation", code),
            sheet=sheet,
            by=by.name,
            made_at=now,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
        for person, code in made
    )
    return made


def open_invitations(scope: Scope, limit: int = 200) -> list[Invitation]:
    """Invitations of the viewer's area that could still be used, the latest first."""
    rows = Invitation.objects.filter(
        area_path__startswith=scope.area_path, used_at=None, revoked_at=None, expires_at__gt=clock.now()
    )
    return list(rows.select_related("person").order_by("-id")[:limit]) if scope.area_path else []


def revoke_invitations(scope: Scope, *, number: int | None = None, sheet: str = "", by: Actor) -> int:
    """Make one invitation, or all of a sheet, useless. Answers how many. Raises Refusal 404 when there is none."""
    rows = Invitation.objects.filter(area_path__startswith=scope.area_path, used_at=None, revoked_at=None)
    rows = rows.filter(sheet=sheet) if sheet else rows.filter(pk=number)
    with transaction.atomic():
        one = rows.first() if scope.area_path else None
        if one is None:
            raise Refusal("residents.no_such_invitation", status=404)
        if refusal := refuse_change(scope, one.area_path):
            raise refusal
        revoked = rows.update(revoked_at=clock.now())
        on = f"residents.Invitation:{sheet or number}"
        record(by=by, deed="residents.revoke_invitations", on=on, area_path=one.area_path, detail={"revoked": revoked})
    return revoked


def accept_invitation(code: str, *, address: str) -> str:
    """Use an invitation and answer the token of a new session. Raises Refusal, the same for every code that is none:
    unknown, used, revoked and expired cannot be told apart from outside."""
    limits.refuse_spent("address.wrong", address)
    typed = plain(code)
    with transaction.atomic():
        row = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(code_hash=limits.keyed("invitation", typed))
            .first()
        )
        usable = row is not None and row.used_at is None and row.revoked_at is None and row.expires_at > clock.now()
        if usable and row is not None:
            row.used_at = clock.now()
            row.save(update_fields=["used_at"])
            return _begin(row.person, "invitation")
    _count_wrong("address.wrong", address)
    raise Refusal("residents.invitation_wrong", field="code")


# Codes by telephone


def ask_phone_code(phone: str, *, address: str, language: str) -> PhoneCode:
    """Ask for a code to be sent to a number. What happens, and how long it takes, is the same for every number; the
    worker then draws the code and sends it to numbers that are registered (`send_phone_code`)."""
    if not sms.is_on():
        raise Refusal("residents.sms_off", field="phone")
    number = rules.look_up_phone(rules.read_phone(phone))
    if not number:
        raise Refusal("residents.phone_length", field="phone", length=0)
    limits.spend("address.codes", address)
    limits.spend("phone.minute", number)
    limits.spend("phone.hour", number)
    now = clock.now()
    return PhoneCode.objects.create(
        phone_hash=sealer().hash("phone", number),
        language="zh" if language.startswith("zh") else "en",
        asked_at=now,
        expires_at=now + timedelta(minutes=PHONE_CODE_MINUTES),
    )


def send_phone_code(number: int) -> None:
    """Draw the code that was asked for and send it, when somebody is registered with that telephone. For the worker."""
    asked = PhoneCode.objects.filter(pk=number, code_hash=None, expires_at__gt=clock.now()).first()
    person = Person.objects.filter(phone_hash=asked.phone_hash).order_by("id").first() if asked else None
    if asked is None or person is None:
        return
    code = "".join(secrets.choice("0123456789") for _digit in range(PHONE_CODE_DIGITS))
    asked.code_hash = limits.keyed("phone code", bytes(asked.phone_hash) + code.encode())
    asked.save(update_fields=["code_hash"])
    phone = sealer().open("phone", person.ref, person.phone_sealed)
    sms.send(phone, SMS_TEXT[asked.language].format(code=code, minutes=PHONE_CODE_MINUTES))


def accept_phone_code(phone: str, code: str, *, address: str, person_id: int | None = None) -> str | list[Person]:
    """Use a code and answer the token of a new session; or, where several people share the telephone and none is
    chosen, the people, with the code still good. Raises Refusal, the same whether number or code is wrong."""
    limits.refuse_spent("address.wrong", address)
    number = rules.look_up_phone(phone)
    limits.refuse_spent("phone.wrong", number)
    with transaction.atomic():
        hashes = sealer().hashes("phone", number)
        now = clock.now()
        asked = (
            PhoneCode.objects.select_for_update()
            .filter(phone_hash__in=hashes, used_at=None, expires_at__gt=now)
            .order_by("-asked_at", "-id")
            .first()
        )
        if asked is not None:
            given = limits.keyed("phone code", bytes(asked.phone_hash) + code.strip().encode())
            right = asked.code_hash is not None and secrets.compare_digest(given, bytes(asked.code_hash))
            if right and asked.tries < PHONE_CODE_TRIES:
                people = list(Person.objects.filter(phone_hash__in=hashes).order_by("birth_date", "id"))
                chosen = [person for person in people if person.pk == person_id] if person_id else people
                if len(chosen) > 1:
                    return chosen
                if chosen:
                    asked.used_at = now
                    asked.save(update_fields=["used_at"])
                    return _begin(chosen[0], "phone")
            PhoneCode.objects.filter(pk=asked.pk).update(tries=F("tries") + 1)
    _count_wrong("address.wrong", address)
    _count_wrong("phone.wrong", number)
    raise Refusal("residents.phone_code_wrong", field="code")


def _count_wrong(what: str, of: str) -> None:
    try:
        limits.spend(what, of)
    except Refusal:
        return


# Sessions


def _begin(person: Person, how: str) -> str:
    token = secrets.token_urlsafe(32)
    now = clock.now()
    ResidentSession.objects.create(
        person=person,
        token_hash=limits.keyed("session", token),
        how=how,
        begun_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=SESSION_DAYS),
    )
    record(by=actor(person), deed="residents.sign_in", on=f"residents.Person:{person.pk}", detail={"how": how})
    return token


def session_of(token: str) -> ResidentSession | None:
    """The session that a cookie's token opens now; None when there is none, or it has ended or run out."""
    if not token or len(token) > 100:
        return None
    rows = ResidentSession.objects.select_related("person__area", "person__household")
    found = rows.filter(token_hash=limits.keyed("session", token), ended_at=None, expires_at__gt=clock.now()).first()
    if found is not None and clock.now() - found.seen_at > timedelta(hours=1):
        ResidentSession.objects.filter(pk=found.pk).update(seen_at=clock.now())
    return found


def end_session(session: ResidentSession) -> None:
    """Sign out on this device."""
    ResidentSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=clock.now())


def end_sessions(ref: str, *, scope: Scope, by: Actor) -> int:
    """Sign a person out everywhere, say because the telephone was lost. Answers how many sessions ended."""
    seen = queries.person_in(scope, ref)
    if refusal := refuse_change(scope, seen.area_path):
        raise refusal
    with transaction.atomic():
        ended = end_sessions_of([seen.pk])
        detail = {"ended": ended}
        record(
            by=by,
            deed="residents.end_sessions",
            on=f"residents.Person:{seen.pk}",
            area_path=seen.area_path,
            detail=detail,
        )
    return ended


def end_sessions_of(person_ids: Iterable[int], but: int | None = None) -> int:
    """End every open session of people, save one."""
    rows = ResidentSession.objects.filter(person_id__in=list(person_ids), ended_at=None).exclude(pk=but)
    return rows.update(ended_at=clock.now())


def sweep(before: datetime) -> int:
    """Delete what sign-in leaves behind and nobody needs any more: tries, codes, sessions over before a moment."""
    gone = SignInTry.objects.filter(at__lt=before).delete()[0]
    gone += PhoneCode.objects.filter(expires_at__lt=before).delete()[0]
    over = Q(expires_at__lt=before) | Q(ended_at__lt=before)
    return gone + ResidentSession.objects.filter(over).delete()[0]
