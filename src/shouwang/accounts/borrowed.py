"""Texts of allauth that its own Chinese says wrongly or otherwise than Shouwang; listed so that ours are found first.

("错误代码" means the code of an error, not an incorrect code.)
"""

from django.utils.translation import gettext_noop

TEXTS = [
    gettext_noop("A new set of recovery codes has been generated."),
    gettext_noop("Incorrect code."),
    gettext_noop("Incorrect password."),
    gettext_noop("Master key"),
    gettext_noop("Backup key"),
    gettext_noop("Security key added."),
    gettext_noop("Security key removed."),
    gettext_noop("Signed out of all other sessions."),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Use a security key"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use your password"),
    gettext_noop("You have signed out."),
]
