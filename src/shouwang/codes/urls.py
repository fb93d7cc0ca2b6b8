"""Addresses of the codes room."""

from django.urls import path

from shouwang.codes import card_pages, pages, remedy_pages

app_name = "codes"

urlpatterns = [
    path("appeals/", remedy_pages.appeals, name="appeals"),
    path("appeals/<int:number>/", remedy_pages.appeal, name="appeal"),
    path("appeals/person/<str:ref>/", remedy_pages.raise_appeal, name="raise_appeal"),
    path("exceptions/", remedy_pages.exception_counts, name="exception_counts"),
    path("exceptions/office/", remedy_pages.exceptions, name="exceptions"),
    path("exceptions/office/<int:number>/", remedy_pages.exception, name="exception"),
    path("exceptions/person/<str:ref>/", remedy_pages.ask_exception, name="ask_exception"),
    path("cards/", card_pages.sheets, name="card_sheets"),
    path("cards/<int:number>/", card_pages.card, name="card"),
    path("cards/sheets/<int:number>/<int:pk>/", card_pages.sheet_file, name="card_file"),
    path("cards/person/<str:ref>/", card_pages.person_cards, name="person_cards"),
    path("policies/", pages.policies, name="policies"),
    path("policies/<path:version>/", pages.policy, name="policy"),
]
