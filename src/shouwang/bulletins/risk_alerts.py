"""Public alerts of declared levels: made once a declaration, kept as they were sent, read by anybody."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from shouwang import clock
from shouwang.areas import queries as areas
from shouwang.bulletins import cap
from shouwang.bulletins.models import RiskAlert, RiskProposal
from shouwang.bulletins.policy import Level
from shouwang.command import queries as command
from shouwang.journal.actions import Actor, record
from shouwang.policybook.policy import Words

SYSTEM = "shouwang"
BY_RULE = Words("按规则：{reason}", "By the rule: {reason}")
OTHERWISE = Words(
    "由指挥部宣布；规则建议的等级为{level}。",
    "Declared by the headquarters; the level proposed by the rule is {level}.",
)
UNPROPOSED = Words("由指挥部宣布。", "Declared by the headquarters.")


@transaction.atomic
def send_due(area_path: str = "", *, by: Actor) -> int:
    """Make the alerts of all declarations at or under a place that have none yet and move a level; how many."""
    sent = 0
    places: dict[int, list[Any]] = {}
    for declaration in command.risk_declarations(area_path).order_by("pk"):
        places.setdefault(declaration.area_id, []).append(declaration)
    told = set(RiskAlert.objects.filter(area_id__in=places).values_list("declaration_id", flat=True))
    for declarations in places.values():
        made = [_declared(one) for one in declarations]
        for place, declaration in enumerate(declarations):
            message = cap.message_of(made[place], made[:place])
            if message and declaration.pk not in told:
                _send(declaration, message, by)
                sent += 1
    return sent


def _declared(declaration: Any) -> cap.Declared:
    made = clock.local_day(declaration.recorded_at)
    return cap.Declared(declaration.pk, Level(declaration.level), declaration.from_day, made)


def _send(declaration: Any, message: cap.Message, by: Actor) -> None:
    root, area, level = areas.root(), declaration.area, Level(declaration.level)
    before = RiskAlert.objects.filter(area_id=area.pk, declaration_id__lt=declaration.pk).order_by("-pk").first()
    sent = declaration.recorded_at.astimezone(clock.ZONE)
    alert = cap.Alert(
        identifier=cap.name(SYSTEM, area.code, declaration.pk),
        sender=cap.name(SYSTEM, root.code if root else ""),
        sender_name=root.name if root else "",
        sent=sent,
        message=message,
        area=area.name,
        area_code=area.code,
        level=level,
        from_day=declaration.from_day,
        reason=_reason(declaration),
        references=(before.identifier, before.sent.astimezone(clock.ZONE)) if before and message != "Alert" else None,
        exercise=clock.is_drill(),
    )
    kept = RiskAlert.objects.create(
        declaration_id=declaration.pk, area_id=area.pk, area_path=area.path, identifier=alert.identifier,
        message=message, level=level, from_day=declaration.from_day, sent=sent, xml=cap.xml(alert),
    )  # fmt: skip
    record(
        by=by, deed="bulletins.send_alert", on=f"bulletins.RiskAlert:{kept.pk}", area_path=area.path,
        detail={"message": message, "level": level, "from": declaration.from_day},
    )  # fmt: skip


def _reason(declaration: Any) -> Words:
    """Why, in sentences that name nobody: the rule's where its level was declared, otherwise that it was not."""
    proposal = (
        RiskProposal.objects.filter(area_id=declaration.area_id, day__lte=declaration.from_day).order_by("-day").first()
    )
    if proposal is None:
        return UNPROPOSED
    words = Words.of(proposal.facts["reason"])
    if proposal.level == declaration.level:
        return Words(BY_RULE.text("zh", reason=words.zh), BY_RULE.text("en", reason=words.en))
    level = cap.LEVEL_WORDS[Level(proposal.level)]
    return Words(OTHERWISE.text("zh", level=level.zh), OTHERWISE.text("en", level=level.en))


def archive(area_path: str = "") -> Any:
    """All alerts of a place and what lies under it, the newest first."""
    return RiskAlert.objects.filter(area_path__startswith=area_path).select_related("area").order_by("-sent", "-pk")
