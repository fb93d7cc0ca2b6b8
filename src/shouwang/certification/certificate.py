"""The certificate of a named unit on paper, and the page behind its code that says how the unit stands now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shouwang import access, clock
from shouwang.areas import queries as areas
from shouwang.certification import queries
from shouwang.certification.labels import LEVELS, state_pill
from shouwang.certification.ladder import HOLDING, State
from shouwang.certification.rules import days_certified
from shouwang.command.policy import WATCHERS
from shouwang.refusal import Refusal
from shouwang.ui import qr
from shouwang.ui.printing import pdf
from shouwang.ui.tongue import tongue


@require_GET
@access.posted(*WATCHERS, area="code")
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate of a unit that is named now, as PDF. Its code leads to what is true when it is read."""
    area = queries.unit(code)
    now = queries.standing(area.pk)
    if now is None or now.state is not State.NAMED or now.named_day is None:
        raise Refusal("certification.not_named", status=409, name=area.name)
    address = request.build_absolute_uri(reverse("certification:check", args=[area.code]))
    policy = queries.policy_on(now.named_day, area.path)
    context = {
        "area": area,
        "level": LEVELS[area.level],
        "place": [above.name for above in areas.ancestors(area)],
        "named_day": now.named_day,
        "round": policy.round_number(now.named_day),
        "address": address,
        "code": qr.svg(address, address),
        "issued": clock.today(),
        "language": "zh-Hans" if tongue() == "zh" else "en",
        "policy_version": now.policy_version,
    }
    paper = pdf("certification/certificate.html", context)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="certificate-{area.code}.pdf"'
    return answer


@require_GET
@access.public
@never_cache
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What a certificate is worth now, for anybody: named since when, suspended, or no longer. No person is in it."""
    area = queries.unit(code)
    now = queries.standing(area.pk)
    state = now.state if now else State.NONE
    shown = state if state in HOLDING or state is State.CANCELLED else State.NONE
    context = {
        "area": area,
        "level": LEVELS[area.level],
        "place": [above.name for above in areas.ancestors(area)],
        "holds": state is State.NAMED,
        "suspended": state is State.SUSPENDED,
        "pill": state_pill(shown) if shown is not State.NONE else None,
        "named_day": now.named_day if now else None,
        "days": days_certified(now, clock.today()),
        "now": clock.now(),
    }
    return render(request, "certification/check.html", context)
