"""Addresses of certification: desks, units, assessments, certificates."""

from __future__ import annotations

from django.urls import path

from shouwang.certification import assess_pages, certificate, open_data, pages, public_pages, queue_pages

app_name = "certification"
urlpatterns = [
    path("certified/check/<str:code>/", certificate.check, name="check"),
    path("certified/", public_pages.certified, name="certified"),
    path("certified/notice/", public_pages.notice, name="notice"),
    path("certified/notice/<str:code>/", public_pages.objection, name="object"),
    path("rounds/", public_pages.rounds, name="rounds"),
    path("rounds/<str:day>/", public_pages.round_of, name="round"),
    path("open/certified.<str:form>", open_data.certified, name="open_certified"),
    path("open/rounds.<str:form>", open_data.rounds, name="open_rounds"),
    path("certification/", pages.units, name="units"),
    path("certification/queue/<str:step>/", queue_pages.queue, name="queue"),
    path("certification/objections/", queue_pages.objections, name="objections"),
    path("certification/unit/<str:code>/", pages.unit, name="unit"),
    path("certification/unit/<str:code>/certificate.pdf", certificate.certificate, name="certificate"),
    path("certification/unit/<str:code>/assess/", assess_pages.assess, name="assess"),
    path("certification/photo/<str:name>.jpg", assess_pages.photo, name="photo"),
    path("certification/offline.js", assess_pages.offline, name="offline"),
]
