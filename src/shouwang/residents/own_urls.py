"""Addresses of a resident's way in and out, under /my/."""

from __future__ import annotations

from django.urls import path

from shouwang.residents import own_pages

app_name = "own"
urlpatterns = [
    path("sign-in/", own_pages.sign_in, name="sign_in"),
    path("sign-in/phone/", own_pages.phone, name="phone"),
    path("sign-in/code/", own_pages.phone_code, name="phone_code"),
    path("sign-out/", own_pages.sign_out, name="sign_out"),
    path("consent/", own_pages.agreement, name="consent"),
    path("large-text/", own_pages.large_text, name="large_text"),
    path("account/", own_pages.account, name="account"),
]
