"""Making accounts and taking them away."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from shouwang.accounts.models import Account
from shouwang.journal.actions import Actor, record
from shouwang.refusal import Refusal


@transaction.atomic
def create_account(username: str, display_name: str, password: str, *, by: Actor) -> Account:
    """Make an account. Raises Refusal when the name is taken or the password is weak."""
    if Account.objects.filter(username=username).exists():
        raise Refusal("accounts.name_taken", field="username", username=username)
    account = Account(username=username, display_name=display_name)
    try:
        account.full_clean(exclude=["password"])
        validate_password(password, account)
    except ValidationError as error:
        raise Refusal("accounts.invalid", field="password", reason=" ".join(error.messages)) from error
    account.set_password(password)
    account.save()
    record(by=by, deed="accounts.create", on=f"accounts.Account:{account.pk}", detail={"username": username})
    return account


@transaction.atomic
def set_password(account: Account, password: str, *, by: Actor, why: str) -> None:
    """Give an account a new password (somebody forgot theirs) and end its sessions."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refusal("accounts.invalid", field="password", reason=" ".join(error.messages)) from error
    account.set_password(password)
    account.save(update_fields=["password"])
    _end_sessions(account)
    record(by=by, deed="accounts.set_password", on=f"accounts.Account:{account.pk}", why=why)


@transaction.atomic
def deactivate(account: Account, *, by: Actor, why: str) -> None:
    """Close an account: nobody can sign in with it and its sessions end at once."""
    account.is_active = False
    account.save(update_fields=["is_active"])
    _end_sessions(account)
    record(by=by, deed="accounts.deactivate", on=f"accounts.Account:{account.pk}", why=why)


@transaction.atomic
def take_off_second_factor(account: Account, *, by: Actor, why: str) -> int:
    """Remove every app, key and recovery code of somebody who lost them, and end their sessions; answers how many."""
    from allauth.mfa.models import Authenticator

    lost = Authenticator.objects.filter(user=account)
    types = sorted(lost.values_list("type", flat=True))
    lost.delete()
    _end_sessions(account)
    detail = {"types": types}
    record(by=by, deed="accounts.take_off_second_factor", on=f"accounts.Account:{account.pk}", why=why, detail=detail)
    return len(types)


def _end_sessions(account: Account) -> None:
    from allauth.usersessions.models import UserSession

    for used in UserSession.objects.filter(user=account):
        Session.objects.filter(session_key=used.session_key).delete()
        used.delete()
