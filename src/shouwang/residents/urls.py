"""Addresses of the register, under /people/."""

from django.urls import path

from shouwang.residents import inviting_pages, pages

app_name = "residents"

urlpatterns = [
    path("", pages.search, name="search"),
    path("register/", pages.register, name="register"),
    path("invitations/", inviting_pages.invitations, name="invitations"),
    path("invitations/revoke/", inviting_pages.revoke_invitation, name="revoke_invitation"),
    path("household/<int:household_id>/", pages.household, name="household"),
    path("person/<str:ref>/", pages.person, name="person"),
    path("person/<str:ref>/reveal/", pages.reveal, name="reveal"),
    path("person/<str:ref>/invite/", inviting_pages.invite, name="invite"),
    path("person/<str:ref>/needs/", pages.needs, name="needs"),
    path("person/<str:ref>/correct/", pages.correct, name="correct"),
    path("person/<str:ref>/move/", pages.move, name="move"),
    path("person/<str:ref>/guardian/", pages.guardian, name="guardian"),
]
