"""Who may open a page: the declarations that views carry (access.py), enforced in one place.

A view without a declaration is closed to everybody but an administrator posted at the whole city.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django_htmx.http import HttpResponseClientRedirect

from shouwang.access import Access, declared
from shouwang.accounts.queries import has_second_factor
from shouwang.areas import queries as areas
from shouwang.command import queries as command
from shouwang.command.policy import Role
from shouwang.command.rules import Scope
from shouwang.refusal import Refusal

POST_IN_SESSION = "post"


def scope_in_use(request: HttpRequest) -> Scope | None:
    """The scope of the post in use: the one chosen in this session while it holds, otherwise the widest."""
    posts = list(command.posts_of(request.user))
    request.posts = posts  # type: ignore[attr-defined]
    if not posts:
        return None
    chosen = request.session.get(POST_IN_SESSION)
    return command.scope_of(next((post for post in posts if post.pk == chosen), posts[0]))


def refuse_page(access: Access | None, scope: Scope | None, arguments: dict[str, Any]) -> Refusal | None:
    """Why a signed-in person may not open a page; None when they may."""
    if access is not None and (access.public or access.signed_in):
        return None
    if scope is None:
        return Refusal("command.no_post", status=403)
    if access is None:
        if scope.role == Role.ADMINISTRATOR and scope.is_whole_city:
            return None
        return Refusal("command.closed_page", status=403)
    if scope.role not in access.roles or (access.whole_city and not scope.is_whole_city):
        return Refusal("command.closed_page", status=403)
    if access.area is not None:
        try:
            area = areas.by_code(str(arguments[access.area]))
        except Refusal:
            return Refusal("command.outside_area", status=404, area=scope.area_name)
        if not scope.covers(area.path):
            return Refusal("command.outside_area", status=404, area=scope.area_name)
    return None


class Gatekeeper:
    """Middleware that opens a view or answers with the reason why not; turns refusals of views into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = None  # type: ignore[attr-defined]
        request.posts = []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.scope = scope_in_use(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None to go on to the view; otherwise sign-in, second factor, or the reason why it stays closed."""
        access = declared(view)
        if access is not None and access.public:
            return None
        if not request.user.is_authenticated:
            if _wants_json(request):
                return answer(request, Refusal("accounts.sign_in", status=401))
            return _go(request, redirect_to_login(_page(request)))
        owned = access is not None and access.signed_in
        if settings.SECOND_FACTOR_REQUIRED and not owned and not has_second_factor(request.user):
            return _demand_second_factor(request)
        refusal = refuse_page(access, request.scope, kwargs)  # type: ignore[attr-defined]
        return None if refusal is None else answer(request, refusal)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal raised by a view becomes a page (or JSON) with its words and next step."""
        return answer(request, exception) if isinstance(exception, Refusal) else None


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal: what, why, what to do next; JSON for programs, a fragment for htmx."""
    if _wants_json(request):
        body = {
            "code": refusal.code,
            "zh": refusal.words("zh"),
            "en": refusal.words("en"),
            "next_zh": refusal.next_step("zh"),
            "next_en": refusal.next_step("en"),
            "field": refusal.field,
        }
        return JsonResponse(body, status=refusal.status)
    context = {"problem": refusal}
    template = "site/refusal_fragment.html" if getattr(request, "htmx", False) else "site/refusal.html"
    return render(request, template, context, status=refusal.status)


def _demand_second_factor(request: HttpRequest) -> HttpResponse:
    needed = Refusal("accounts.second_factor_needed", status=403)
    if _wants_json(request):
        return answer(request, needed)
    language = get_language() or "zh"
    messages.warning(request, f"{needed.words(language)} {needed.next_step(language)}")
    return _go(request, redirect("mfa_index"))


def _page(request: HttpRequest) -> str:
    """The page to come back to: for a part of a page that htmx fetched, the page around it."""
    around = getattr(request, "htmx", None) and request.htmx.current_url_abs_path  # type: ignore[attr-defined]
    return around or request.get_full_path()


def _go(request: HttpRequest, there: HttpResponse) -> HttpResponse:
    """A redirect of the whole page, also when htmx asked for a part of it."""
    return HttpResponseClientRedirect(there["Location"]) if getattr(request, "htmx", False) else there


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")
