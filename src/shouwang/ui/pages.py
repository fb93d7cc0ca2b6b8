"""One page with every part of the look on it: for those who build pages, and for the tests that open them all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shouwang import access
from shouwang.ui import fragments, samples
from shouwang.ui.tables import Table


@access.public
def gallery(request: HttpRequest) -> HttpResponse:
    """All parts with invented content; `?errors=1` sends its form empty, `?bare=1` drops the navigation."""
    form = samples.SampleForm({} if request.GET.get("errors") else None)
    if request.GET.get("messages"):
        messages.success(request, _("The temperature was recorded."))
        messages.error(request, _("Two rows were refused."))
    sort = request.GET.get("sort", "")
    people = samples.visits(sort)
    context: dict[str, Any] = {
        **({} if request.GET.get("bare") else samples.shell()),
        "form": form,
        "filter_form": samples.FilterForm(request.GET or None),
        "figures": samples.figures(),
        "visits": Table(
            _("Visits due today"),
            samples.VISIT_COLUMNS,
            sort=sort,
            page=Paginator(people, 6).get_page(request.GET.get("page")),
        ),
        "nothing": samples.empty_table(),
        "curve": samples.curve(),
        "areas": samples.area_map(),
        "timeline": samples.evidence(),
        "tabs": samples.tabs(),
        "facts": samples.facts(),
        "work": samples.work(),
        "refusal": samples.refusal(),
        "states": ["green", "yellow", "red", "grey", "low", "medium", "high", "done", "due", "late", "open", "running"],
        "now": samples.now(),
    }
    return render(request, "ui/gallery.html", context)


@access.public
def gallery_progress(request: HttpRequest) -> HttpResponse:
    """The fragment that the gallery's progress bar polls."""
    return fragments.progress(request, samples.work())
