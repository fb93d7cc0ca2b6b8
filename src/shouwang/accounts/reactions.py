"""What happens to an account's sign-in goes into the journal: signing in, locks, passwords and second factors."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from shouwang.accounts.models import Account
from shouwang.journal.actions import Actor, record


def _note(deed: str, request: HttpRequest, account: Account, **detail: Any) -> None:
    by = Actor("person", account.get_username(), account_id=account.pk)
    record(by=by, deed=f"accounts.{deed}", on=f"accounts.Account:{account.pk}", detail=detail)


def signed_in(*, request: HttpRequest, user: Account, **_others: Any) -> None:
    """Somebody signed in; `by` says with what, in order: password, mfa (its type beside it)."""
    steps = get_authentication_records(request, user)
    _note("sign_in", request, user, by=[step.get("type") or step["method"] for step in steps])


def password_changed(*, request: HttpRequest, user: Account, **_others: Any) -> None:
    """Somebody changed their own password."""
    _note("change_password", request, user)


def factor_added(*, request: HttpRequest, user: Account, authenticator: Any, **_others: Any) -> None:
    """An authenticator app, a passkey or recovery codes came to an account."""
    _note("add_second_factor", request, user, type=authenticator.type)


def factor_removed(*, request: HttpRequest, user: Account, authenticator: Any, **_others: Any) -> None:
    """A second factor was taken off an account."""
    _note("remove_second_factor", request, user, type=authenticator.type)


def codes_renewed(*, request: HttpRequest, user: Account, authenticator: Any, **_others: Any) -> None:
    """New recovery codes; the old ones are void."""
    _note("renew_recovery_codes", request, user, type=authenticator.type)


def locked(*, request: HttpRequest, username: str, **_others: Any) -> None:
    """An account was locked. Written once a lock: further attempts would let anybody fill the journal."""
    if request.axes_failures_since_start != settings.AXES_FAILURE_LIMIT:  # type: ignore[attr-defined]
        return
    account = Account.objects.filter(username__iexact=username).first()
    if account is not None:
        by = Actor.system("accounts.lockout")
        record(by=by, deed="accounts.lock", on=f"accounts.Account:{account.pk}")


def connect() -> None:
    """Listen to allauth and axes. Called once, when Django is ready."""
    from allauth.account import signals as account
    from allauth.mfa import signals as mfa
    from axes.signals import user_locked_out

    from shouwang.accounts import lockout

    account.user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")
    account.password_changed.connect(password_changed, dispatch_uid="accounts.password_changed")
    mfa.authenticator_added.connect(factor_added, dispatch_uid="accounts.factor_added")
    mfa.authenticator_removed.connect(factor_removed, dispatch_uid="accounts.factor_removed")
    mfa.authenticator_reset.connect(codes_renewed, dispatch_uid="accounts.codes_renewed")
    mfa.authentication_failed.connect(lockout.count_wrong_code, dispatch_uid="accounts.count_wrong_code")
    user_locked_out.connect(locked, dispatch_uid="accounts.locked")
