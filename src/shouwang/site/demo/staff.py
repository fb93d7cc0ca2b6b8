"""Who works in the made-up city: accounts to sign in with, their posts, and the guards at the gates."""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from django.db import transaction

from shouwang.accounts import actions as accounts
from shouwang.accounts import queries as found
from shouwang.command import actions as command
from shouwang.command.policy import Role
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.site.demo.city import Compound, Place

IN_OFFICE_FROM = date(2020, 1, 23)
GUARDS_FROM = date(2020, 2, 10)
LOST = "演示账号的密码文件丢失，重新生成"


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account of the demonstration. `display_name` is what pages show; `area` names its places."""

    username: str
    display_name: str
    role: str
    area_codes: tuple[str, ...]
    area: str
    password: str = ""


def sign_ins(places: Sequence[Place], compounds: Sequence[Compound]) -> list[SignIn]:
    """One account for each role; the street, communities and compound shown are those with the most to see.

    The community officer has two posts, to switch between.
    """
    names = {place.code: place.name for place in places} | {one.code: one.name for one in compounds}
    city = next(place.code for place in places if place.level == "city")
    towns = [one for one in compounds if not one.is_hamlet] or list(compounds)
    street = _most(Counter(one.area_code[:9] for one in towns))[0]
    communities = _most(Counter(one.area_code for one in towns if one.area_code.startswith(street)))[:2]
    compound = max((one for one in towns if one.area_code == communities[0]), key=lambda one: one.residents).code
    wanted = (
        ("city", "陈指挥长", Role.CITY_OFFICER, [city]),
        ("district", "李区长", Role.DISTRICT_OFFICER, [street[:6]]),
        ("street", "王主任", Role.STREET_OFFICER, [street]),
        ("community", "刘书记", Role.COMMUNITY_OFFICER, communities),
        ("guard", "张师傅", Role.GATE_GUARD, [compound]),
        ("inspector", "周督导", Role.INSPECTOR, [city]),
        ("health", "吴医生", Role.HEALTH_DESK, [street[:6]]),
        ("observer", "观察员", Role.OBSERVER, [city]),
        ("admin", "系统管理员", Role.ADMINISTRATOR, [city]),
    )
    return [
        SignIn(user, shown, role.value, tuple(at), "、".join(names[code] for code in at))
        for user, shown, role, at in wanted
    ]


def _most(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda code: (-counts[code], code))


@transaction.atomic
def put_in_office(wanted: Sequence[SignIn], path: Path, *, by: Actor) -> list[SignIn]:
    """Make the accounts with passwords of their own, grant their posts, and keep the sign-ins at `path`.

    Where the file was lost, accounts that are there already get new passwords. Answers the sign-ins.
    """
    made = []
    for one in wanted:
        password = secrets.token_urlsafe(12)
        try:
            accounts.set_password(found.by_username(one.username), password, by=by, why=LOST)
        except Refusal as refusal:
            if refusal.code != "accounts.no_such_account":
                raise
            account = accounts.create_account(one.username, one.display_name, password, by=by)
            for code in one.area_codes:
                command.grant_post(account, Role(one.role), code, IN_OFFICE_FROM, by=by)
        made.append(replace(one, password=password))
    # Before the commit: a file without accounts is written anew, accounts whose passwords nobody knows are no use.
    write_sign_ins(path, made)
    return made


@transaction.atomic
def post_guards(compounds: Sequence[Compound], *, by: Actor) -> int:
    """Guards at the gates: a post at every compound that is guarded; answers how many posts."""
    return _post_roster("guards", "门岗轮值", Role.GATE_GUARD, [(one.code, GUARDS_FROM) for one in compounds], by=by)


@transaction.atomic
def post_officers(codes: Sequence[str], *, by: Actor) -> int:
    """A community officer at every community and village; answers how many posts."""
    return _post_roster(
        "officers", "社区值班", Role.COMMUNITY_OFFICER, [(code, IN_OFFICE_FROM) for code in codes], by=by
    )


def _post_roster(username: str, shown: str, role: Role, wanted: Sequence[tuple[str, date]], *, by: Actor) -> int:
    """One roster account with many posts. Nobody signs in as a roster, so its password is thrown away. Where the
    roster is there already, nothing is done."""
    try:
        roster = accounts.create_account(username, shown, secrets.token_urlsafe(24), by=by)
    except Refusal as refusal:
        if refusal.code != "accounts.name_taken":
            raise
        return 0
    return command.grant_roster(role, [(roster, code, day) for code, day in wanted], by=by)


def write_sign_ins(path: Path, made: Sequence[SignIn]) -> None:
    """Keep the sign-ins of the demonstration, readable by the owner of the folder alone."""
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([asdict(one) for one in made], file, ensure_ascii=False, indent=1)
    draft.replace(path)
