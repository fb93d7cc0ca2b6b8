"""What bulletins do when something happens below: a declared level that rises or falls is told in public."""

from __future__ import annotations

from shouwang.bulletins import risk_alerts
from shouwang.command.events import RiskDeclared
from shouwang.journal.actions import Actor
from shouwang.journal.events import listen

ALERTING = "bulletins.alerts"


@listen(RiskDeclared)
def declared(event: RiskDeclared) -> None:
    """Send the alert, or the update or end of one. What is missed here is sent by the day's step."""
    risk_alerts.send_due(event.area_path, by=Actor.system(ALERTING))
