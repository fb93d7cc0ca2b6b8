"""Forms of signing in, where Shouwang's differ from allauth's."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from shouwang.accounts import lockout


class Plain(forms.Form):
    """Fields without placeholders: a label that vanishes while typing is no label."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignIn(Plain, LoginForm):
    """Name and password. Names are typed on phones: no capital letter is put in, nothing is corrected."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class PasswordAgain(Plain, PasswordAgainForm):
    """The password once more, before something that changes how one signs in."""


class NewPassword(Plain, ChangePasswordForm):
    """The old password and a new one, with what a good one is in one sentence."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _(
            "At least ten characters: no common password, nothing like your name, not only digits."
        )
        self.fields["password2"].label = _("New password again")


class _Code(Plain):
    """A one-time or recovery code. The keyboard of a phone shows digits."""

    label = _("The six digits in the app, or a recovery code")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.label
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class _LockedCode(_Code):
    """A code that a locked account cannot enter, right or wrong: the count goes on over both steps of signing in."""

    def clean_code(self) -> str:
        if lockout.is_locked(context.request, self.user.get_username()):  # type: ignore[attr-defined]
            context.request.axes_locked_out = True
            context.request.axes_credentials = {"login": self.user.get_username()}  # type: ignore[attr-defined]
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_code()  # type: ignore[misc, no-any-return]


class SecondStep(_LockedCode, AuthenticateForm):
    """The code after the password."""


class CodeAgain(_LockedCode, CodeAgainForm):
    """A code once more, before something that changes how one signs in."""


class FirstCode(_Code, ActivateTOTPForm):
    """The first code of a new authenticator app, which proves that it was set up."""

    label = _("The six digits in the app")


class NewPasskey(Plain, AddWebAuthnForm):
    """A passkey or security key with the name by which one knows it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this key")
        self.fields["passwordless"].label = _("Sign in with this key alone, without a password")
        self.fields["passwordless"].help_text = _("The device then asks for a fingerprint, a face or a PIN each time.")


class RenamedPasskey(Plain, EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this key")
