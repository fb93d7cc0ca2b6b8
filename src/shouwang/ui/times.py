"""How days and moments are written: in the area's zone, with the weekday, and how long ago."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shouwang import clock
from shouwang.ui.quantities import NONE
from shouwang.ui.tongue import tongue

_DAY = {"zh": "Y年n月j日 {weekday}", "en": "D j F Y"}
_SHORT = {"zh": "n月j日", "en": "j M"}
_MOMENT = {"zh": "n月j日 {weekday} H:i", "en": "D j M, H:i"}
_MOMENT_YEAR = {"zh": "Y年n月j日 {weekday} H:i", "en": "D j M Y, H:i"}
_WEEKDAYS = "一二三四五六日"


def _local(moment: date | datetime) -> date | datetime:
    return moment.astimezone(clock.ZONE) if isinstance(moment, datetime) and moment.tzinfo else moment


def _write(value: date | datetime, patterns: dict[str, str]) -> str:
    local = _local(value)
    # Django's short weekday in Chinese is the long one (星期四); notices and tables write 周四.
    return date_format(local, patterns[tongue()].format(weekday=f"周{_WEEKDAYS[local.weekday()]}"))


def day(value: date | datetime | None) -> str:
    """`2020年2月20日 周四` or `Thu 20 February 2020`; None → `—`."""
    return NONE if value is None else _write(value, _DAY)


def short_day(value: date | datetime | None) -> str:
    """`2月20日` or `20 Feb`, for axes and dense tables."""
    return NONE if value is None else _write(value, _SHORT)


def moment(value: datetime | None) -> str:
    """`2月20日 周四 08:30`; the year is added when it is not the present one."""
    if value is None:
        return NONE
    return _write(value, _MOMENT if _local(value).year == clock.today().year else _MOMENT_YEAR)


def hour(value: datetime | None) -> str:
    """`08:30`."""
    return NONE if value is None else date_format(_local(value), "H:i")


def machine(value: date | datetime) -> str:
    """What the `datetime` attribute of <time> holds: ISO text in the area's zone."""
    local = _local(value)
    return local.isoformat(timespec="minutes") if isinstance(local, datetime) else local.isoformat()


def since(value: datetime | None) -> str:
    """How long ago, in the largest whole unit: `3 分钟前`, `2 days ago`; a later moment is told as such."""
    if value is None:
        return NONE
    seconds = int((clock.now() - value).total_seconds())
    ahead, size = seconds < 0, abs(seconds)
    if size < 60:
        return _("just now")
    if size < 3600:
        count = size // 60
        text = (
            ngettext("in %(count)s minute", "in %(count)s minutes", count)
            if ahead
            else ngettext("%(count)s minute ago", "%(count)s minutes ago", count)
        )
    elif size < 86400:
        count = size // 3600
        text = (
            ngettext("in %(count)s hour", "in %(count)s hours", count)
            if ahead
            else ngettext("%(count)s hour ago", "%(count)s hours ago", count)
        )
    else:
        count = size // 86400
        text = (
            ngettext("in %(count)s day", "in %(count)s days", count)
            if ahead
            else ngettext("%(count)s day ago", "%(count)s days ago", count)
        )
    return text % {"count": count}
