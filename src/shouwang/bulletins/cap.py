"""A public alert of a risk level, as an OASIS CAP 1.2 message in Chinese and English. Pure: an alert in, XML out.

What an officer wrote in their own words is not published: it may name somebody. The sentence of the rule is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from xml.etree import ElementTree as ET  # nosec B405 - writes XML, reads none

from shouwang.bulletins.policy import Level
from shouwang.policybook.policy import Words

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
RANK = {Level.NONE: 0, Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}
LANGUAGES = (("zh", "zh-CN"), ("en", "en-GB"))


class Message(StrEnum):
    """What an alert does: begins, changes or ends what was told of a place."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration of a level at a place: its number, level, the first day it holds, the day it was made."""

    number: int
    level: Level
    from_day: date
    made: date


def message_of(declared: Declared, earlier: Iterable[Declared]) -> Message | None:
    """What is told of a declaration, after the earlier ones of the same place; None when nothing rises or ends.

    A level that rises is an alert, or the update of one that stands; one that falls to medium updates it, one that
    falls to low or none cancels it. A declaration for days before another that holds already changes nothing now.
    """
    before = sorted(
        (one for one in earlier if one.number < declared.number), key=lambda one: (one.from_day, one.number)
    )
    if any(declared.from_day < one.from_day <= declared.made for one in before):
        return None
    held = [one for one in before if one.from_day <= declared.from_day]
    was = RANK[held[-1].level] if held else RANK[Level.LOW]
    now, calm = RANK[declared.level], RANK[Level.LOW]
    if now > max(was, calm):
        return Message.UPDATE if was > calm else Message.ALERT
    if now < was and was > calm:
        return Message.UPDATE if now > calm else Message.CANCEL
    return None


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything a message says. `references`: the message it changes or ends, as (identifier, sent)."""

    identifier: str
    sender: str
    sender_name: str
    sent: datetime
    message: Message
    area: str
    area_code: str
    level: Level
    from_day: date
    reason: Words
    web: str = ""
    references: tuple[str, datetime] | None = None
    exercise: bool = False


LEVEL_WORDS = {
    Level.NONE: Words("未划定风险等级", "no risk level"),
    Level.LOW: Words("低风险", "low risk"),
    Level.MEDIUM: Words("中风险", "medium risk"),
    Level.HIGH: Words("高风险", "high risk"),
}
EVENT = Words("疫情风险等级", "Epidemic risk level")
HEADLINE = Words("{area}自{day}起为{level}", "{area}: {level} from {day}")
INSTRUCTION = {
    Level.NONE: Words("按日常防控要求做好个人防护。", "Keep to the everyday rules and protect yourself."),
    Level.LOW: Words("做好个人防护，避免聚集。", "Protect yourself and avoid gatherings."),
    Level.MEDIUM: Words(
        "非必要不外出，不聚集，配合测温和登记。", "Go out only when you must, do not gather, help with checks at gates."
    ),
    Level.HIGH: Words(
        "留在家中，服从社区安排；发热或不适请先联系社区，不要自行就医。",
        "Stay at home and follow your community; with fever or feeling ill, call the community before going anywhere.",
    ),
}
_SEVERITY = {Level.NONE: "Minor", Level.LOW: "Minor", Level.MEDIUM: "Moderate", Level.HIGH: "Severe"}
_RESPONSE = {Level.NONE: "AllClear", Level.LOW: "AllClear", Level.MEDIUM: "Avoid", Level.HIGH: "Shelter"}


def name(*parts: object) -> str:
    """A name that CAP allows for messages and senders: no blank, comma, `<` or `&`, and safe in an address."""
    return ".".join(re.sub(r"[^0-9A-Za-z_-]", "-", str(part)) for part in parts)


def moment(at: datetime) -> str:
    """A moment as CAP writes it: to the second, with the offset in hours and minutes, never `Z`."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.replace(microsecond=0).isoformat()


def xml(alert: Alert) -> str:
    """The message, one `info` for each language."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}alert")
    _put(root, identifier=alert.identifier, sender=alert.sender, sent=moment(alert.sent))
    _put(root, status="Exercise" if alert.exercise else "Actual", msgType=str(alert.message), scope="Public")
    if alert.exercise:
        _put(root, note="演练 Exercise")
    if alert.references:
        identifier, sent = alert.references
        _put(root, references=f"{alert.sender},{identifier},{moment(sent)}")
    for key, language in LANGUAGES:
        _info(root, alert, key, language)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _info(root: ET.Element, alert: Alert, key: str, language: str) -> None:
    info = ET.SubElement(root, f"{{{NAMESPACE}}}info")
    day = alert.from_day
    told = f"{day.year}年{day.month}月{day.day}日" if key == "zh" else f"{day.day} {day:%B} {day.year}"
    level = LEVEL_WORDS[alert.level].text(key)
    _put(info, language=language, category="Health", event=EVENT.text(key), responseType=_RESPONSE[alert.level])
    _put(info, urgency="Immediate" if alert.from_day <= alert.sent.date() else "Expected")
    _put(info, severity=_SEVERITY[alert.level], certainty="Observed")
    midnight = datetime(day.year, day.month, day.day, tzinfo=alert.sent.tzinfo)
    _put(info, effective=moment(alert.sent), onset=moment(midnight), senderName=alert.sender_name)
    _put(info, headline=HEADLINE.text(key, area=alert.area, day=told, level=level))
    _put(info, description=alert.reason.text(key), instruction=INSTRUCTION[alert.level].text(key))
    if alert.web:
        _put(info, web=alert.web)
    _pair(info, "parameter", "risk-level", str(alert.level))
    area = ET.SubElement(info, f"{{{NAMESPACE}}}area")
    _put(area, areaDesc=alert.area)
    _pair(area, "geocode", "area-code", alert.area_code)


def _put(parent: ET.Element, **told: str) -> None:
    for tag, text in told.items():
        ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}").text = _allowed(text)


def _pair(parent: ET.Element, tag: str, key: str, value: str) -> None:
    _put(ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}"), valueName=key, value=value)


def _allowed(text: str) -> str:
    """The text without characters that XML 1.0 cannot hold."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
