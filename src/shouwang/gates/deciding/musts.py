"""The four musts: identity, code, mask, temperature; and the second reading after a rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shouwang.gates.deciding.finding import Finding, Scene, gathered
from shouwang.gates.passage import Banner, Need, Reason
from shouwang.gates.policy import Must, Verdict
from shouwang.gates.traveller import Temperature


@dataclass(frozen=True, slots=True)
class Done:
    """What the musts give: findings, which are still to be done, and banners."""

    findings: tuple[Finding, ...] = ()
    open: tuple[Need, ...] = ()
    banner: tuple[Banner, ...] = ()


def check_musts(scene: Scene, code_shown: bool) -> Done:
    """Which musts fail, and which are left. A mask that is put on, or a name that is confirmed, mends it at once."""
    policy, traveller = scene.policy, scene.traveller
    findings: list[Finding] = []
    left: list[Need] = []
    for must in policy.musts:
        if must is Must.IDENTITY:
            if traveller.identity is False:
                findings.append(Finding(Verdict.REFUSE, Reason.IDENTITY_WRONG))
            if traveller.identity is not True:
                left.append(Need.IDENTITY)
        elif must is Must.CODE:
            if not code_shown:
                left.append(Need.CODE)
        elif must is Must.MASK:
            if traveller.mask is False:
                findings.append(Finding(Verdict.REFUSE, Reason.MASK_MISSING))
            if traveller.mask is not True:
                left.append(Need.MASK)
    believed = [each for each in traveller.temperatures if policy.lowest_tenths <= each.tenths <= policy.highest_tenths]
    findings += gathered((each.position, finding) for each, finding in _fever(scene, believed))
    again = len(believed) < len(traveller.temperatures) and not believed
    if Must.TEMPERATURE in policy.musts and not believed:
        left.append(Need.TEMPERATURE)
    if Must.TEMPERATURE in policy.musts and traveller.not_measured and not _all_measured(scene, believed):
        findings.append(Finding(policy.not_measured, Reason.NOT_MEASURED))
    return Done(tuple(findings), tuple(left), (Banner.MEASURE_AGAIN,) if again else ())


def _all_measured(scene: Scene, believed: list[Temperature]) -> bool:
    """Whether each of several has a reading of their own, or one stands for all."""
    positions = {each.position for each in believed}
    return 0 in positions or len(positions) >= len(scene.people)


def _fever(scene: Scene, believed: list[Temperature]) -> Iterator[tuple[Temperature, Finding]]:
    """A reading at the threshold asks for a second after a rest apart; a second that is high too is a fever."""
    policy = scene.policy
    rest = policy.second_reading_minutes * 60
    for position in sorted({each.position for each in believed}):
        first: Temperature | None = None
        fever = False
        for each in sorted((one for one in believed if one.position == position), key=lambda one: (one.at, one.tenths)):
            high = each.tenths >= policy.fever_tenths
            if first is None:
                first = each if high else None
            elif each.at >= first.at + rest:
                fever = high
                first = None
                if fever:
                    yield each, Finding(Verdict.HOLD, Reason.FEVER)
                    break
        if first is not None and not fever:
            if scene.now < first.at + rest:
                yield first, Finding(Verdict.HOLD, Reason.FEVER_WAIT, until=first.at + rest)
            else:
                yield first, Finding(Verdict.HOLD, Reason.FEVER_SECOND)
