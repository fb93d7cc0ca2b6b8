"""Invented content for the gallery. No fact of a person or a place stands here; the shapes are what rooms will give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shouwang import clock
from shouwang.ui.charts import Chart, Mark, Series
from shouwang.ui.choropleth import AreaMap, MapArea
from shouwang.ui.days import day_field
from shouwang.ui.figures import Figure
from shouwang.ui.fragments import Progress
from shouwang.ui.shell import Crumb, NavItem, Phase, PostChoice, SignedIn
from shouwang.ui.tables import Column, Empty, Table


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As on the identity card."))
    temperature = forms.DecimalField(
        label=gettext_lazy("Temperature"),
        min_value=34,
        max_value=43,
        help_text=gettext_lazy("Degrees Celsius, one decimal."),
    )
    day = day_field(gettext_lazy("Day"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("", gettext_lazy("Choose")),
            ("fever", gettext_lazy("Fever")),
            ("contact", gettext_lazy("Close contact")),
        ],
    )
    lives = forms.ChoiceField(
        label=gettext_lazy("Lives alone"),
        widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )
    told = forms.BooleanField(label=gettext_lazy("The household has been told"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class FilterForm(forms.Form):
    """A filter line."""

    text = forms.CharField(label=gettext_lazy("Name or dwelling"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), ("due", gettext_lazy("Due")), ("late", gettext_lazy("Late"))],
    )


def now() -> datetime:
    """A few minutes ago, so that the page shows the age of its data."""
    return clock.now() - timedelta(minutes=4)


def shell() -> dict[str, Any]:
    """What the site's context processor gives every page."""
    here = reverse("ui:gallery")
    return {
        "nav": [
            NavItem(
                _("City screen"),
                here,
                "layout-dashboard",
                active=True,
                children=[NavItem(_("Districts"), here, active=True), NavItem(_("What is late"), here)],
            ),
            NavItem(_("People"), "#people", "users"),
            NavItem(_("Today"), "#today", "clipboard-check"),
            NavItem(pgettext("navigation", "Rules"), "#rules", "gavel"),
            NavItem(_("Import"), "#import", "upload"),
            NavItem(_("Journal"), "#journal", "history"),
        ],
        "posts": [
            PostChoice(1, _("City officer"), "武汉市", current=True),
            PostChoice(2, _("Street officer"), "武昌区 · 水果湖街道"),
        ],
        "post_switch_url": here,
        "signed_in": SignedIn("李文", _("City officer"), "武汉市", sign_out_url=here, account_url=here),
        "phase": Phase(_("Drill: the clock of this system says %(moment)s.") % {"moment": "2020-02-20 08:30"}, "drill"),
        "crumbs": [Crumb(_("Start"), here), Crumb("武汉市", here), Crumb(_("Gallery"))],
        "data_at": now(),
    }


def figures() -> list[Figure]:
    """Cards with every kind of content: known, rate, unchanged, no data."""
    here = reverse("ui:gallery") + "#facts"
    return [
        Figure(
            _("New confirmed cases"),
            319,
            unit=_("people"),
            yesterday=615,
            last_week=3910,
            better="down",
            href=here,
            at=now(),
            recent=[3910, 4823, 1923, 1548, 1690, 1660, 615, 319],
        ),
        Figure(
            _("Home visits done"),
            1843,
            of=2010,
            of_label=_("due today"),
            rate=True,
            yesterday=(1790, 2100),
            last_week=(1012, 2044),
            better="up",
            href=here,
            at=now(),
            recent=[71, 74, 79, 83, 85, 85.2, 91.7],
        ),
        Figure(
            _("People in home isolation"),
            48215,
            unit=_("people"),
            of=9060000,
            of_label=_("residents"),
            yesterday=48215,
            last_week=52001,
            better="down",
            href=here,
            at=now(),
        ),
        Figure(
            _("Closed units without a guard"),
            None,
            at=None,
            href=here,
            note=_("The morning reports of two districts have not come in."),
        ),
    ]


@dataclass(frozen=True)
class Visit:
    """A row of the sample list."""

    name: str
    dwelling: str
    state: str
    at: datetime | None
    done: tuple[int, int] | None
    contacts: int | None


VISIT_COLUMNS = [
    Column("name", gettext_lazy("Name"), sort="name", row_header=True, href=lambda row: "#person"),
    Column("dwelling", gettext_lazy("Dwelling")),
    Column("state", gettext_lazy("State"), kind="pill"),
    Column("at", gettext_lazy("Last visit"), kind="moment", sort="at"),
    Column("done", gettext_lazy("Temperatures entered"), kind="percent"),
    Column("contacts", gettext_lazy("Close contacts"), kind="number", sort="contacts", unit=gettext_lazy("people")),
]


def visits(sort: str = "") -> list[Visit]:
    """Eleven rows, so that there are two pages; sorted as asked, rows without data last."""
    base = clock.now() - timedelta(hours=2)
    states = ["done", "due", "late", "due", "done", "done"]
    names = ["张**", "王*", "欧阳**", "李*", "陈**", "刘*", "杨**", "赵*", "黄**", "周*", "吴**"]
    rows = [
        Visit(
            name,
            f"{index % 4 + 1} 栋 {index % 3 + 1} 单元 {301 + index}",
            states[index % 6],
            None if index == 3 else base - timedelta(hours=7 * index),
            None if index == 3 else (12 + index % 3, 14),
            None if index == 4 else index * 3 % 11,
        )
        for index, name in enumerate(names)
    ]
    key = sort.removeprefix("-")
    if key in {"name", "at", "contacts"}:
        known = [row for row in rows if getattr(row, key) is not None]
        missing = [row for row in rows if getattr(row, key) is None]
        rows = sorted(known, key=lambda row: getattr(row, key), reverse=sort.startswith("-")) + missing
    return rows


def empty_table() -> Table:
    """A list without rows, which says what to do."""
    return Table(
        _("Refused rows"),
        VISIT_COLUMNS,
        empty=Empty(
            _("No file has been imported into this community yet. Take in the residents first."),
            _("Import residents"),
            "#import",
        ),
    )


def curve() -> Chart:
    """Six weeks of two series with a gap and a mark."""
    start = date(2020, 1, 23)
    new = [
        70,
        77,
        46,
        80,
        892,
        315,
        356,
        378,
        576,
        894,
        1033,
        1242,
        1967,
        1766,
        1501,
        1985,
        1379,
        1921,
        1552,
        1104,
        None,
        3910,
        1923,
        1548,
        1690,
        1660,
        615,
        319,
        314,
        541,
    ]
    cured = [
        3,
        9,
        2,
        3,
        4,
        5,
        7,
        21,
        30,
        53,
        79,
        124,
        141,
        154,
        198,
        219,
        306,
        356,
        346,
        371,
        None,
        528,
        553,
        543,
        543,
        510,
        680,
        766,
        1109,
        974,
    ]
    return Chart(
        _("Confirmed and cured, day by day"),
        [start + timedelta(days=place) for place in range(len(new))],
        [Series(_("New confirmed"), new), Series(_("Cured"), cured, "bar")],
        unit=_("people"),
        note=_("On 12 February the way of counting changed; no day value was published."),
        marks=[Mark(date(2020, 2, 11), _("Communities closed"))],
    )


def area_map() -> AreaMap:
    """Nine invented square districts: four of them small and in the middle, one without data."""
    places = [
        ("A", "东湖区", 0, 0, 4),
        ("B", "西山区", 4, 0, 4),
        ("C", "南岸区", 0, 6, 4),
        ("D", "北城区", 4, 6, 4),
        ("E", "江一区", 0, 4, 1),
        ("F", "江二区", 1, 4, 1),
        ("G", "江三区", 0, 5, 1),
        ("H", "江四区", 1, 5, 1),
        ("I", "新洲区", 2, 4, 6),
    ]
    values = {"A": 130, "B": 12, "C": None, "D": 420, "E": 1250, "F": 88, "G": 610, "H": 7, "I": 34}
    features = []
    for code, name, left, bottom, wide in places:
        west, south = 114 + left / 10, 30 + bottom / 10
        east, north = west + wide / 10, south + (0.2 if code == "I" else min(wide, 4) / 10)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return AreaMap(
        _("New confirmed cases by district"),
        features,
        [MapArea(code, name, values[code], href=f"#{code}") for code, name, *_rest in places],
        value_title=_("New cases"),
        area_title=_("District"),
        unit=_("people"),
        at=now(),
    )


def evidence() -> list[dict[str, Any]]:
    """A person's evidence, newest first."""
    at = clock.now()
    return [
        {"at": at - timedelta(hours=3), "title": _("Negative test"), "state": "green", "who": "水果湖街道卫生服务中心"},
        {
            "at": at - timedelta(days=2),
            "title": _("Home isolation"),
            "state": "yellow",
            "text": _("14 days from the last contact."),
            "until": (at + timedelta(days=12)).date(),
            "who": _("Community officer") + " 王敏",
        },
        {
            "at": at - timedelta(days=3),
            "title": _("Close contact of a confirmed case"),
            "state": "red",
            "href": "#case",
        },
    ]


def tabs() -> list[dict[str, Any]]:
    """Parts of a page."""
    return [
        {"label": _("Evidence"), "url": "#a", "active": True, "count": 3},
        {"label": _("Household"), "url": "#b", "count": 1204},
        {"label": _("Who looked"), "url": "#c"},
    ]


def facts() -> list[tuple[str, Any]]:
    """Names and values, one unknown."""
    return [
        (_("Person"), "R-104233"),
        (_("Community"), "东湖路社区"),
        (_("Dwelling"), "3 栋 2 单元 501"),
        (_("Guardian"), None),
    ]


def work() -> Progress:
    """An import half way."""
    return Progress(
        _("Import of residents"),
        41250,
        100000,
        "running",
        url=reverse("ui:gallery_progress"),
        at=now(),
        detail=_("3 rows refused so far"),
    )


def refusal() -> dict[str, str]:
    """A refusal as the tag takes it when there is no exception at hand."""
    return {
        "what": _("This compound already has an open entrance."),
        "code": "areas.second_entrance",
        "next": _("Bar the east gate first, or open this one as barred."),
    }
