"""The facts behind a figure, and the catalogue of what is counted."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shouwang import access
from shouwang.areas import queries as areas
from shouwang.bulletins import queries
from shouwang.bulletins.labels import column_word, value_word
from shouwang.command.policy import CARERS, WATCHERS
from shouwang.measures import catalogue
from shouwang.measures import datasets as offered
from shouwang.measures import facts as behind
from shouwang.measures import queries as figures
from shouwang.ui.shell import Crumb

PERSON_COLUMN = "person"
"""A column that holds the reference of a person, and leads to the person's page."""


@access.posted(*WATCHERS)
def measures(request: HttpRequest) -> HttpResponse:
    """Everything that is counted: what exactly, out of which facts, and why."""
    language = get_language() or "zh"
    groups = [
        {
            "title": group.title.say(language),
            "measures": [
                {
                    "id": measure.id,
                    "title": measure.title.say(language),
                    "counts": measure.counts.say(language),
                    "why": measure.why.say(language),
                    "unit": measure.unit.say(language),
                    "dataset": offered.dataset(measure.dataset).title.say(language),
                    "room": measure.room,
                }
                for measure in found
            ],
        }
        for group, found in catalogue.groups()
    ]
    return render(request, "bulletins/figure_catalogue.html", {"groups": groups})


@access.posted(*WATCHERS, area="code")
def facts(request: HttpRequest, measure: str, code: str, day: str) -> HttpResponse | StreamingHttpResponse:
    """The rows that were counted for a measure of an area on a day; with ?format=csv as a file."""
    scope = request.scope  # type: ignore[attr-defined]
    shown, place, on = catalogue.measure(measure), areas.by_code(code), queries.a_day(day)
    columns = behind.columns(measure)
    if request.GET.get("format") == "csv":
        return _download(measure, place, on, scope.area_path, columns)
    language = get_language() or "zh"
    page = behind.facts(measure, place.path, on, scope.area_path, request.GET.get("after", ""))
    context = {
        "measure": shown,
        "title": shown.title.say(language),
        "counts": shown.counts.say(language),
        "why": shown.why.say(language),
        "unit": shown.unit.say(language),
        "dataset": offered.dataset(shown.dataset).title.say(language),
        "place": place,
        "day": on,
        "value": figures.figures(place.path, on)[shown.id],
        "counted_at": figures.fresh(on),
        "page": page,
        "columns": [column_word(name) for name in columns],
        "rows": [_line(fact, columns, scope.role in CARERS) for fact in page.rows],
        "crumbs": [
            Crumb(place.name, reverse("bulletins:area", args=[place.code]) + f"?day={on}"),
            Crumb(_("Facts behind it")),
        ],
    }
    return render(request, "bulletins/figure_facts.html", context)


def _line(fact: behind.Fact, columns: tuple[str, ...], opens_people: bool) -> dict[str, Any]:
    cells = [
        {
            "value": value_word(fact.shown[name]),
            "is_moment": isinstance(fact.shown[name], date),
            "href": _person(fact.shown[name]) if opens_people and name == PERSON_COLUMN else "",
        }
        for name in columns
    ]
    return {"fact": fact, "cells": cells, "place": fact.area_name, "place_code": fact.area_code}


def _person(ref: Any) -> str:
    try:
        return reverse("residents:person", args=[ref]) if ref else ""
    except NoReverseMatch:
        return ""


class _Echo:
    """A file that gives back what is written to it, so that rows can be streamed."""

    def write(self, line: str) -> str:
        return line


def _download(measure: str, place: Any, day: date, scope_path: str, columns: tuple[str, ...]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + str(writer.writerow(["fact", "area_code", "area", "at", *columns]))
        for fact in behind.all_facts(measure, place.path, day, scope_path):
            cells = [fact.fact, fact.area_code, fact.area_name, fact.at, *(fact.shown[name] for name in columns)]
            yield str(writer.writerow([_plain(cell) for cell in cells]))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{measure}-{place.code}-{day}.csv"'
    return response


def _plain(cell: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
