"""May this person pass here, now, in this direction? One pure function, the same in Python and TypeScript.

In order: is the gate able to know → the code → its times → the colour (feed, or the worse of feed and code) → the
compound's row → the four musts → the verdict. The gravest finding decides; of several refusals the one that the person
can change soonest is said. A permission of two offices to pass as an exception lifts what a colour and the row forbid,
and nothing else: not what the gate cannot know, not a bad code, not a fever. `specs/passage/*.json` holds both
languages to the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shouwang.gates.deciding.code import Looked, look, source_of
from shouwang.gates.deciding.exception import holding, until
from shouwang.gates.deciding.finding import Finding, Scene, said
from shouwang.gates.deciding.musts import Done, check_musts
from shouwang.gates.deciding.remembered import remembered
from shouwang.gates.deciding.row import Ruled, rule
from shouwang.gates.passage import Banner, Need, Passage, Reason
from shouwang.gates.policy import Direction, Exemption, PassagePolicy, Verdict
from shouwang.gates.traveller import Gate, Traveller

NEXT: dict[Reason, str] = {
    Reason.GREEN: "let_pass",
    Reason.EXCEPTION: "let_pass",
    Reason.MUSTS_LEFT: "do_musts",
    Reason.NOT_READY: "connect_phone",
    Reason.CLOCK_UNKNOWN: "connect_phone",
    Reason.POLICY_EXPIRED: "connect_phone",
    Reason.WRONG_GATE: "enrol_again",
    Reason.KEYS_MISSING: "connect_or_roster",
    Reason.UNREADABLE: "scan_again_or_roster",
    Reason.UNKNOWN_KEY: "connect_or_roster",
    Reason.CLOCK_SKEW: "refresh_code",
    Reason.FEED_TOO_OLD: "telephone",
    Reason.STRIP_TOO_OLD: "refresh_or_roster",
    Reason.COLOUR_UNKNOWN: "telephone",
    Reason.ROSTER_EXPIRED: "telephone",
    Reason.RESIDENCE_UNKNOWN: "find_in_roster",
    Reason.NO_COLOUR_HOME: "call_community",
    Reason.FORGED: "other_way",
    Reason.WRONG_USE: "other_way",
    Reason.EXPIRED: "refresh_code",
    Reason.CARD_REVOKED: "other_way",
    Reason.RED_HOLD: "hold_call_transfer",
    Reason.RED: "call_community_apart",
    Reason.YELLOW_HOLD: "hold_call_home",
    Reason.YELLOW: "stay_home",
    Reason.NO_COLOUR: "ask_community",
    Reason.CONFINED: "stay_home",
    Reason.DWELLING_BARRED: "call_community",
    Reason.HOST_CONFINED: "meet_another_time",
    Reason.HOST_BARRED: "meet_another_time",
    Reason.GATE_CLOSED: "come_back",
    Reason.HOUSEHOLD_QUOTA: "come_back",
    Reason.HOUSEHOLD_OUT: "wait_for_household",
    Reason.TOO_MANY: "go_fewer",
    Reason.NO_PERMIT: "apply_permit",
    Reason.DUTY_ONLY: "order_to_door",
    Reason.PERMIT_NOT_YET: "come_back",
    Reason.PERMIT_OVER: "apply_permit",
    Reason.PERMIT_HOURS: "come_back",
    Reason.PERMIT_USED: "apply_permit",
    Reason.PERMIT_INTERVAL: "come_back",
    Reason.NO_VISITORS: "meet_another_time",
    Reason.NO_VEHICLES: "park_outside",
    Reason.NO_DELIVERIES: "community_hands_out",
    Reason.HAND_OVER: "leave_at_gate",
    Reason.PURPOSE_NEEDED: "write_purpose",
    Reason.IDENTITY_WRONG: "own_code",
    Reason.MASK_MISSING: "put_on_mask",
    Reason.NOT_MEASURED: "measure_elsewhere",
    Reason.FEVER_WAIT: "rest_apart",
    Reason.FEVER_SECOND: "measure_second",
    Reason.FEVER: "hold_call_transfer",
}
"""Reason → what is done next. Its sentences are in `sentences.json`."""

_MENDS = {
    Reason.MASK_MISSING: (Need.MASK,),
    Reason.IDENTITY_WRONG: (Need.IDENTITY,),
    Reason.NOT_MEASURED: (Need.TEMPERATURE,),
    Reason.FEVER_WAIT: (Need.SECOND_TEMPERATURE,),
    Reason.FEVER_SECOND: (Need.SECOND_TEMPERATURE,),
}


def decide_passage(
    policy: PassagePolicy | None, traveller: Traveller, gate: Gate, direction: Direction, moment: int
) -> Passage:
    """The verdict at a moment of the device's clock (unix seconds). Never raises; the same input gives the same answer.

    Where the gate itself cannot know, only the musts are looked at beside it: a fever is held all the same.
    """
    if policy is None:
        return Passage(Verdict.CHECK, Reason.NOT_READY, None, NEXT[Reason.NOT_READY])
    now = gate.signed_moment(moment)
    whole = replace(traveller, earlier=remembered(policy, traveller))
    scene = Scene(policy, whole, gate, direction, moment if now is None else now)
    unable = _unable(scene, now is None)
    if unable is not None:
        shown = source_of(scene) is not None
        return _answer(scene, Looked((unable,), shown=shown), Ruled(), check_musts(scene, shown))
    plain = _decided(scene)
    held = holding(policy.exceptions, traveller, scene.now) if plain.verdict is not Verdict.PASS else ()
    return _lifted(scene, plain, held) if held else plain


def _decided(scene: Scene) -> Passage:
    looked, ruled = look(scene), Ruled()
    if _is_known(looked):
        ruled = rule(scene)
    return _answer(scene, looked, ruled, check_musts(scene, looked.shown))


def _lifted(scene: Scene, plain: Passage, held: tuple[Exemption, ...]) -> Passage:
    """What holds with the permissions of those who have one; said as such where it changes the answer."""
    lifted = _decided(replace(scene, excepted=held))
    several = len(scene.traveller.people) > 1
    if lifted == plain or (several and lifted.verdict is not Verdict.PASS):
        return lifted
    return replace(
        lifted,
        reason=Reason.EXCEPTION if lifted.reason is Reason.GREEN else lifted.reason,
        banner=(*lifted.banner, Banner.EXCEPTION),
        exception_until=until(held, scene.traveller),
    )


def _unable(scene: Scene, clock_unknown: bool) -> Finding | None:
    """What keeps the gate from knowing anything: an emptied phone, no signed time, another gate's row, an old row."""
    policy, gate = scene.policy, scene.gate
    if not gate.ready:
        return Finding(Verdict.CHECK, Reason.NOT_READY)
    if clock_unknown:
        return Finding(Verdict.CHECK, Reason.CLOCK_UNKNOWN)
    if policy.compound != gate.compound or policy.gate != gate.gate:
        return Finding(Verdict.CHECK, Reason.WRONG_GATE)
    if scene.now >= policy.expires:
        return Finding(Verdict.CHECK, Reason.POLICY_EXPIRED)
    if policy.issued > scene.now + policy.clock_tolerance:
        return Finding(Verdict.CHECK, Reason.CLOCK_SKEW)
    return None


_UNTRUSTED = frozenset(
    {Reason.KEYS_MISSING, Reason.UNREADABLE, Reason.UNKNOWN_KEY, Reason.WRONG_USE, Reason.FORGED, Reason.ROSTER_EXPIRED}
)


def _is_known(looked: Looked) -> bool:
    """Whether it is known who this is, so that the row can be asked; whoever has shown nothing yet counts as known."""
    return not any(finding.reason in _UNTRUSTED for finding in looked.findings)


def _answer(scene: Scene, looked: Looked, ruled: Ruled, done: Done) -> Passage:
    decisive = said([*looked.findings, *ruled.findings, *done.findings])
    banner = tuple(_each_once([*looked.banner, *ruled.banner, *done.banner]))
    offset = scene.policy.utc_offset_minutes
    if decisive is None:
        reason = Reason.MUSTS_LEFT if done.open else Reason.GREEN
        return Passage(
            verdict=Verdict.PASS,
            reason=reason,
            colour=looked.colour,
            next=NEXT[reason],
            needs=done.open,
            banner=banner,
            until=ruled.until,
            permit=ruled.permit,
            permits=ruled.permits,
            utc_offset_minutes=offset,
        )
    checked = decisive.verdict is Verdict.CHECK
    positions = tuple(at for at in decisive.positions if at > 0) if len(scene.traveller.people) > 1 else ()
    return Passage(
        verdict=decisive.verdict,
        reason=decisive.reason,
        colour=None if checked else looked.colour,
        next=NEXT[decisive.reason],
        needs=done.open if checked else _MENDS.get(decisive.reason, ()),
        banner=banner,
        positions=positions,
        until=decisive.until,
        utc_offset_minutes=offset,
    )


def _each_once(banner: Sequence[Banner]) -> list[Banner]:
    return list(dict.fromkeys(banner))
