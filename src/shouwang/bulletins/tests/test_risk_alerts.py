"""A declared level that rises is told in public at once, again by the day's step if missed, and never twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xmlschema
from django.test import Client
from django.urls import reverse

from shouwang.areas.models import Area
from shouwang.bulletins import risk_alerts
from shouwang.bulletins.models import RiskAlert
from shouwang.bulletins.tests.town import BY, house, run, tell
from shouwang.command import actions as command
from shouwang.command.policy import RiskLevel

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "oasis" / "CAP-v1.2.xsd")
DAY = date(2020, 2, 20)
WHY = "Zhang San of dwelling 302 is in hospital"


def declare(code: str, level: RiskLevel, day: date = DAY) -> None:
    command.declare_risk(code, level, day, by=BY, why=WHY)


@pytest.mark.django_db(transaction=True)
def test_an_announcement_sends_the_alert() -> None:
    """High is declared: the alert is there when the deed is done, passes the schema, and names nobody."""
    from shouwang.bulletins.tests.town import plant

    town = plant()
    tell(*house(town["X1"], "P"), "confirmed", DAY)
    run(DAY)
    declare("420102", RiskLevel.MEDIUM)
    (sent,) = RiskAlert.objects.all()
    SCHEMA.validate(sent.xml)
    assert (sent.message, sent.level, sent.area.code) == ("Alert", "medium", "420102")
    assert "By the rule: The latest case was on 20 February 2020" in sent.xml
    assert "Zhang" not in sent.xml
    assert risk_alerts.send_due(by=BY) == 0


def test_a_missed_announcement_is_made_good(town: dict[str, Area]) -> None:
    """In a transaction nothing was announced yet: the step sends each once, and the later refers to the former."""
    declare("420102", RiskLevel.HIGH)
    declare("420102", RiskLevel.MEDIUM, date(2020, 3, 1))
    declare("420102", RiskLevel.LOW, date(2020, 3, 9))
    declare("420103", RiskLevel.LOW)
    assert risk_alerts.send_due(by=BY) == 3
    assert risk_alerts.send_due(by=BY) == 0
    told = list(RiskAlert.objects.order_by("pk"))
    assert [one.message for one in told] == ["Alert", "Update", "Cancel"]
    for one in told:
        SCHEMA.validate(one.xml)
    assert f",{told[0].identifier}," in told[1].xml
    assert f",{told[1].identifier}," in told[2].xml


def test_set_otherwise_than_proposed_says_so(town: dict[str, Area]) -> None:
    """The rule says low, a person says high: the alert tells both, without the officer's own words."""
    run(DAY)
    declare("420103", RiskLevel.HIGH)
    risk_alerts.send_due(by=BY)
    text = RiskAlert.objects.get().xml
    assert "the level proposed by the rule is low risk" in text
    assert "规则建议的等级为低风险" in text


def test_alerts_are_public(town: dict[str, Area]) -> None:
    """Anybody lists them and fetches each, without signing in; one that never was is not found."""
    declare("420102", RiskLevel.HIGH)
    risk_alerts.send_due(by=BY)
    sent = RiskAlert.objects.get()
    anybody = Client(headers={"accept-language": "en"})
    address = reverse("bulletins:alert", args=[sent.identifier])
    page = anybody.get(reverse("bulletins:alerts"))
    assert page.status_code == 200
    assert address in page.content.decode()
    answer = anybody.get(address)
    assert answer["Content-Type"] == "application/cap+xml; charset=utf-8"
    SCHEMA.validate(answer.content.decode())
    assert anybody.get(reverse("bulletins:alert", args=["shouwang.9.9"])).status_code == 404
