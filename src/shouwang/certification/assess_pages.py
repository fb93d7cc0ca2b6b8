"""The checklist of an on-site assessment, made for a phone that may lose its network, and the photographs."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shouwang import access
from shouwang.certification import actions, desk, photos, queries
from shouwang.certification.actions import Seen
from shouwang.certification.labels import ITEMS, LEVELS
from shouwang.certification.ladder import Step
from shouwang.certification.policy import Item
from shouwang.certification.sentences import reason
from shouwang.command.policy import OFFICERS, WATCHERS
from shouwang.journal.actions import Actor
from shouwang.refusal import Refusal
from shouwang.ui.shell import Crumb
from shouwang.ui.tongue import tongue

KEY = re.compile(r"[0-9a-f-]{8,64}")


@access.posted(*OFFICERS, area="code")
def assess(request: HttpRequest, code: str) -> HttpResponse:
    """The six items of one unit: in place or not, what was seen, a photograph. A phone sends it when it can."""
    area, scope = queries.unit(code), request.scope  # type: ignore[attr-defined]
    by_phone = request.headers.get("X-Requested-With") == "fetch"
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            _store(request, area)
        except Refusal as refusal:
            problem = refusal
            if by_phone:
                key = tongue()
                told = {"reason": refusal.words(key), "next": refusal.next_step(key), "code": refusal.code}
                return JsonResponse(told, status=refusal.status)
        else:
            if by_phone:
                return JsonResponse({"href": reverse("certification:unit", args=[code])})
            messages.success(request, _("The assessment is taken in."))
            return redirect("certification:unit", code=code)
    offer = next((one for one in desk.offers(scope, area) if one.step is Step.ASSESSMENT), None)
    refused = "step_out_of_order" if offer is None else offer.refused
    context = {
        "area": area,
        "level": LEVELS[area.level],
        "items": [{"id": str(item), "name": name, "look": look} for item, (name, look) in ITEMS.items()],
        "not_now": reason(refused, (), tongue()) if refused in REASONED else "",
        "not_yours": refused == "not_your_step",
        "problem": problem,
        "crumbs": [
            Crumb(_("Certification"), reverse("certification:units")),
            Crumb(area.name, reverse("certification:unit", args=[area.code])),
            Crumb(_("On-site assessment")),
        ],
    }
    return render(request, "certification/assess.html", context, status=problem.status if problem else 200)


REASONED = frozenset({"step_out_of_order", "held", "standard_one", "outside_the_ladder"})


@transaction.atomic
def _store(request: HttpRequest, area: Any) -> None:
    """One assessment with its photographs: all of it, or nothing."""
    told, by, scope = request.POST, Actor.of(request), request.scope  # type: ignore[attr-defined]
    key = told.get("key", "")
    if key and not KEY.fullmatch(key):
        key = ""
    untold = [item for item in Item if told.get(f"result-{item}") not in ("passed", "failed")]
    if untold:
        raise Refusal("certification.items_missing", field="items", items=", ".join(str(ITEMS[it][0]) for it in untold))
    seen = {}
    for item in Item:
        sent = request.FILES.get(f"photo-{item}")
        picture = photos.store(area, sent.read(photos.LARGEST + 1), by=by) if sent else ""
        seen[str(item)] = Seen(told[f"result-{item}"] == "passed", told.get(f"note-{item}", "")[:1000], picture)
    actions.assess(area.code, seen, mend=told.get("mend", "").strip()[:1000], key=key, by=by, scope=scope)


@require_GET
@access.posted(*WATCHERS)
def photo(request: HttpRequest, name: str) -> HttpResponse:
    """A photograph of evidence, inside the area of the post."""
    answer = HttpResponse(
        photos.find(name, request.scope.area_path),  # type: ignore[attr-defined]
        content_type="image/jpeg",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
@access.signed_in
def offline(request: HttpRequest) -> HttpResponse:
    """The service worker that opens a checklist again without a network."""
    found = finders.find("certification/offline.js")
    with open(str(found), encoding="utf-8") as file:
        answer = HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/certification/unit/"
    answer["Cache-Control"] = "private, no-cache"
    return answer
