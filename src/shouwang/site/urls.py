"""All addresses. Rooms bring their own; sign-in pages come from allauth and get their declarations here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.urls import include, path
from django.views.i18n import set_language

from shouwang import access
from shouwang.site import pages
from shouwang.site.health_endpoints import healthz, readyz
from shouwang.site.metrics import metrics
from shouwang.site.mfa_urls import mfa_urlpatterns

urlpatterns = [
    path("", pages.home, name="home"),
    path("language/", access.public(set_language), name="set_language"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("accounts/login/", access.public(account.login), name="account_login"),
    path("accounts/logout/", access.signed_in(account.logout), name="account_logout"),
    path("accounts/reauthenticate/", access.signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("accounts/password/", access.signed_in(account.password_change), name="account_change_password"),
    path("accounts/sessions/", access.signed_in(sessions.list_usersessions), name="usersessions_list"),
    path("accounts/2fa/", include(mfa_urlpatterns)),
    path("me/", include("shouwang.site.own_urls")),
    path("my/", include("shouwang.residents.own_urls")),
    path("my/", include("shouwang.codes.my_urls")),
    path("command/", include("shouwang.command.urls")),
    path("areas/", include("shouwang.areas.urls")),
    path("people/", include("shouwang.residents.urls")),
    path("", include("shouwang.health.urls")),
    path("", include("shouwang.codes.urls")),
    path("", include("shouwang.certification.urls")),
    path("", include("shouwang.gates.urls")),
    path("import/", include("shouwang.intake.urls")),
    path("", include("shouwang.bulletins.urls")),
]

handler400 = "shouwang.site.pages.bad_request"
handler403 = "shouwang.site.pages.forbidden"
handler404 = "shouwang.site.pages.not_found"
handler500 = "shouwang.site.pages.server_error"
