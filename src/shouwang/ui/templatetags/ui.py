"""`{% load ui %}`: everything a page of any room needs to look and speak like Shouwang.

What each tag takes is said in its docstring; a page with all of them is `ui.pages.gallery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwang.refusal import Refusal
from shouwang.ui import charts, choropleth, pills, quantities, sparklines, times
from shouwang.ui.figures import Figure
from shouwang.ui.fragments import Progress
from shouwang.ui.tables import Column, Table

register = template.Library()

register.filter("number", quantities.number)
register.filter("day", times.day)
register.filter("short_day", times.short_day)
register.filter("moment", times.moment)
register.filter("hour", times.hour)


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """`{% icon "home" %}`: a decorative icon of the sprite; the words beside it carry the meaning."""
    return format_html(
        '<svg class="sw-icon" width="{0}" height="{0}" aria-hidden="true" focusable="false">'
        '<use href="{1}#{2}"/></svg>',
        size,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def percent(part: quantities.Number | None, whole: quantities.Number | None) -> SafeString:
    """`{% percent done due %}`: a rate to one decimal with its denominator beside it."""
    if quantities.share(part, whole) is None:
        return none()
    return format_html(
        '<span class="sw-rate">{} <span class="sw-of">{}/{}</span></span>',
        quantities.percent(part, whole),
        quantities.number(part),
        quantities.number(whole),
    )


@register.simple_tag
def none(words: str = "") -> SafeString:
    """`{% none %}`: the dash for "no data", with the words for those who hear the page."""
    return format_html(
        '<span class="sw-none"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        quantities.NONE,
        words or _("no data"),
    )


@register.simple_tag
def time(value: date | datetime | None) -> SafeString:
    """`{% time visit.at %}`: a day or a moment in <time>, local zone, weekday."""
    if value is None:
        return none()
    words = times.moment(value) if isinstance(value, datetime) else times.day(value)
    return format_html('<time datetime="{}">{}</time>', times.machine(value), words)


@register.simple_tag
def since(value: datetime | None) -> SafeString:
    """`{% since report.at %}`: "3 minutes ago", the exact moment in the title."""
    if value is None:
        return none()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', times.machine(value), times.moment(value), times.since(value)
    )


@register.inclusion_tag("ui/data_time.html")
def data_time(value: datetime | None) -> dict[str, Any]:
    """`{% data_time at %}`: "Data as of … (3 minutes ago)"; nothing older than it looks."""
    return {"at": value}


@register.inclusion_tag("ui/pill.html")
def pill(state: Any, word: str | Promise = "") -> dict[str, Any]:
    """`{% pill "red" %}`, `{% pill "warn" _("Two days late") %}`: word + shape + colour."""
    found = pills.pill(state, word)
    return {"tone": found.tone, "shape": pills.SHAPES[found.tone], "word": found.word}


@register.inclusion_tag("ui/figure.html")
def figure(label: str | Figure, value: quantities.Number | None = None, **facts: Any) -> dict[str, Any]:
    """`{% figure card %}` or `{% figure "New cases" 12 unit="people" yesterday=15 href="…" better="down" %}`."""
    shown = label if isinstance(label, Figure) else Figure(label, value, **facts)
    return {"figure": shown}


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: Context, shown: Table) -> dict[str, Any]:
    """`{% table ranking %}`: a `tables.Table` with caption, sort links, page links and its empty state."""
    request = context.get("request")
    region = "table-" + format(abs(hash((shown.caption, len(shown.columns)))) % 0xFFFF, "x")
    heads = [{"column": column, **_order(request, column.sort, shown.sort)} for column in shown.columns]
    return {"table": shown, "heads": heads, "lines": shown.lines(), "region": region, "request": request}


@register.inclusion_tag("ui/sort_header.html", takes_context=True)
def sort_header(context: Context, name: str, label: str, present: str = "", kind: str = "text") -> dict[str, Any]:
    """`{% sort_header "cases" _("Cases") sort %}`: a <th> whose link sorts, for tables written by hand."""
    column = Column(name, label, kind, sort=name)  # type: ignore[arg-type]
    return {"head": {"column": column, **_order(context.get("request"), name, present)}}


def _order(request: HttpRequest | None, name: str, present: str) -> dict[str, str]:
    if not name:
        return {"url": "", "aria": "", "icon": ""}
    state = "ascending" if present == name else "descending" if present == f"-{name}" else ""
    chosen = f"-{name}" if state == "ascending" else name
    return {"url": _query(request, sort=chosen, page=None), "aria": state or "none", "state": state}


def _query(request: HttpRequest | None, **changes: Any) -> str:
    query = request.GET.copy() if request is not None else None
    if query is None:
        return "?" + "&".join(f"{key}={value}" for key, value in changes.items() if value is not None)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: Context, page: Page) -> dict[str, Any]:
    """`{% pagination page %}`: previous, next and near pages as links that keep the filters."""
    request = context.get("request")
    paginator = page.paginator
    near = [
        {
            "number": entry,
            "url": _query(request, page=entry) if entry != paginator.ELLIPSIS else "",
            "current": entry == page.number,
        }
        for entry in paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return {
        "page": page,
        "near": near,
        "previous": _query(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next": _query(request, page=page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("ui/timeline.html")
def timeline(items: Iterable[Any], empty: str = "") -> dict[str, Any]:
    """`{% timeline events %}`: items with `at`, `title`, and if any `text who state word href until`."""
    return {"items": list(items), "empty": empty}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """`{% tabs items _("Parts of this person's page") %}`: links with `label`, `url`, `active`, `count`."""
    return {"tabs": list(items), "label": label}


@register.inclusion_tag("ui/facts.html")
def facts(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """`{% facts pairs %}`: (name, value) pairs as a definition list; None is "no data"."""
    return {"pairs": list(pairs)}


@register.inclusion_tag("ui/masked.html", takes_context=True)
def masked(
    context: Context,
    value: str,
    url: str = "",
    name: str = "",
    label: str = "",
    reasons: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """`{% masked "张**" url name="phone" label=_("Phone") %}`: masked text; with `url` a form that reveals it.

    The form posts `field` (= name), `reason` and `next`; `reasons` are the (code, words) offered before free text.
    """
    return {
        "value": value,
        "url": url,
        "name": name,
        "label": label,
        "reasons": reasons,
        "csrf_token": context.get("csrf_token"),
        "next": _here(context.get("request")),
    }


@register.inclusion_tag("ui/confirm.html", takes_context=True)
def confirm(
    context: Context,
    title: str,
    action: str,
    submit: str,
    text: str = "",
    cancel: str = "",
    tone: str = "primary",
    reason: bool = True,
    form: Form | None = None,
    value: str = "",
    error: str = "",
) -> dict[str, Any]:
    """`{% confirm title action=url submit=… text=… cancel=… tone="danger" %}`: a deed that wants a reason first.

    Posts `reason` (required unless `reason=False`) and the fields of `form`, under the name of who is signed in.
    """
    return {
        "title": title,
        "action": action,
        "submit": submit,
        "text": text,
        "cancel": cancel,
        "tone": tone,
        "reason": reason,
        "form": form,
        "value": value,
        "error": error,
        "csrf_token": context.get("csrf_token"),
        "signed_in": context.get("signed_in"),
    }


@register.inclusion_tag("ui/refusal.html")
def refusal(shown: Refusal | dict[str, str] | None, heading: str = "") -> dict[str, Any]:
    """`{% refusal error %}`: what is not done, why, and what to do next; takes a Refusal or {what, next}."""
    if isinstance(shown, Refusal):
        language = get_language() or "zh"
        shown = {"what": shown.words(language), "next": shown.next_step(language), "code": shown.code}
    return {"refusal": shown, "heading": heading}


@register.inclusion_tag("ui/progress.html")
def progress(work: Progress) -> dict[str, Any]:
    """`{% progress work %}`: a bar that polls `work.url` until the work ends; see `fragments.progress`."""
    return {"progress": work}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: Form) -> dict[str, Any]:
    """`{% error_summary form %}`: every error of a form on top, with focus, each leading to its field."""
    errors: list[dict[str, str]] = []
    for name, messages in form.errors.items():
        known = name in form.fields
        bound = form[name] if known else None
        errors += [
            {"id": _first_id(bound) if bound else "", "label": str(bound.label) if bound else "", "text": text}
            for text in messages
        ]
    return {"errors": errors}


@register.inclusion_tag("ui/form.html", takes_context=True)
def form(context: Context, shown: Form, submit: str = "", summary: bool = True) -> dict[str, Any]:
    """`{% form f %}`: summary, hidden fields and all fields; with `submit` the button too (not the <form> itself)."""
    return {"form": shown, "submit": submit, "summary": summary, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, optional: bool = True, label_hidden: bool = False) -> dict[str, Any]:
    """`{% field form.name %}`: label, hint, error and control tied together by ids, in Bootstrap's classes."""
    widget = bound.field.widget
    grouped = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    check = isinstance(widget, CheckboxInput)
    classes = (
        "form-check-input" if check or grouped else "form-select" if isinstance(widget, Select) else "form-control"
    )
    if bound.errors:
        classes += " is-invalid"
    if grouped:
        widget.attrs["class"] = classes
    described = [f"{bound.auto_id}_hint"] * bool(bound.help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    attrs = {"class": f"{classes} {widget.attrs.get('class', '')}".strip()}
    if described and not grouped:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors and not grouped:
        attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "grouped": grouped,
        "check": check,
        "label_hidden": label_hidden,
        "described": " ".join(described),
        "optional": optional and not bound.field.required and not check,
        "control": "" if grouped else bound.as_widget(attrs=attrs),
        "classes": attrs["class"],
    }


def _first_id(bound: BoundField) -> str:
    grouped = isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if grouped else bound.id_for_label or bound.auto_id


@register.inclusion_tag("ui/filters.html", takes_context=True)
def filters(context: Context, shown: Form, submit: str = "", reset: str = "") -> dict[str, Any]:
    """`{% filters form reset=url %}`: a GET form on one line; the address holds the whole filter."""
    return {"form": shown, "submit": submit, "reset": reset, "request": context.get("request")}


@register.inclusion_tag("ui/line_chart.html")
def line_chart(chart: charts.Chart, height: str = "md") -> dict[str, Any]:
    """`{% line_chart curve %}`: a `charts.Chart` as a drawing with its table; heights sm, md, lg."""
    return {"chart": chart, "height": height, "data": charts.for_browser(chart), "rows": charts.rows(chart)}


@register.simple_tag
def sparkline(values: Sequence[quantities.Number | None], label: str = "") -> SafeString:
    """`{% sparkline values %}`: a small curve without axes; decorative unless `label` names it."""
    return sparklines.draw(values, label)


@register.inclusion_tag("ui/choropleth.html")
def choropleth_map(shown: choropleth.AreaMap) -> dict[str, Any]:
    """`{% choropleth areas %}`: a `choropleth.AreaMap` with labels, legend and the equal table."""
    return {"map": shown, "drawing": choropleth.draw(shown), "rows": shown.ranked()}


register.tags["choropleth"] = register.tags.pop("choropleth_map")


@register.filter
def tone_of(level: str) -> str:
    """The alert class of a Django message level tag."""
    return {"error": "danger", "debug": "secondary"}.get(level, level or "info")


@register.inclusion_tag("ui/language.html", takes_context=True)
def language_switch(context: Context) -> dict[str, Any]:
    """`{% language_switch %}`: each language named in itself; leads back to the same page."""
    return {"csrf_token": context.get("csrf_token"), "next": _here(context.get("request"))}


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """`{% here %}`: the address of this page with its query, for `next` fields."""
    return _here(context.get("request"))


def _here(request: HttpRequest | None) -> str:
    return request.get_full_path() if request is not None else ""
