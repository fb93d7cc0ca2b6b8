"""Days and moments in the area's zone, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from shouwang import clock
from shouwang.ui import times

NOW = datetime(2020, 2, 20, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def morning_of_20_february():
    with clock.frozen(NOW):
        yield


def test_moments_are_local_with_their_weekday():
    """00:30 UTC is half past eight on Thursday in Wuhan; another year is named."""
    with translation.override("zh-hans"):
        assert times.moment(NOW) == "2月20日 周四 08:30"
        assert times.day(date(2020, 2, 23)) == "2020年2月23日 周日"
        assert times.moment(NOW - timedelta(days=60)).startswith("2019年12月22日")
    with translation.override("en"):
        assert times.moment(NOW) == "Thu 20 Feb, 08:30"
        assert times.day(NOW) == "Thu 20 February 2020"


def test_the_day_of_a_late_evening_is_the_local_one():
    """17:00 UTC is already the next day in the area's zone."""
    assert times.machine(datetime(2020, 2, 20, 17, 0, tzinfo=UTC)) == "2020-02-21T01:00+08:00"


@pytest.mark.parametrize(
    ("ago", "zh", "en"),
    [
        (timedelta(seconds=20), "刚刚", "just now"),
        (timedelta(minutes=1), "1 分钟前", "1 minute ago"),
        (timedelta(minutes=59), "59 分钟前", "59 minutes ago"),
        (timedelta(hours=26), "1 天前", "1 day ago"),
        (timedelta(hours=-3), "3 小时后", "in 3 hours"),
    ],
)
def test_since_tells_the_largest_whole_unit(ago, zh, en):
    """The age of data is told in one unit, and a moment to come is not told as past."""
    with translation.override("zh-hans"):
        assert times.since(NOW - ago) == zh
    with translation.override("en"):
        assert times.since(NOW - ago) == en


def test_no_moment_is_a_dash():
    """An unknown time is shown as unknown."""
    assert times.since(None) == times.moment(None) == times.day(None) == "—"
