// May this person pass here, now, in this direction? One pure function; twin of src/shouwang/gates/rules.py.
// A permission of two offices lifts what a colour and the row forbid, and nothing else. specs/passage/*.json holds both languages to the same cases.
import { look, sourceOf, type Looked } from "./code";
import { endOf, holding } from "./exception";
import { finding, saidOf, type Finding, type Scene } from "./finding";
import { checkMusts, type Done } from "./musts";
import { remembered } from "./remembered";
import { rule, type Ruled } from "./row";
import type { Direction, Exemption, Gate, Need, Passage, PassagePolicy, Reason, Traveller } from "./types";

/** Reason → what is done next. Its sentences are in src/shouwang/gates/sentences.json. */
export const NEXT: Record<Reason, string> = {
  green: "let_pass",
  exception: "let_pass",
  musts_left: "do_musts",
  not_ready: "connect_phone",
  clock_unknown: "connect_phone",
  policy_expired: "connect_phone",
  wrong_gate: "enrol_again",
  keys_missing: "connect_or_roster",
  unreadable: "scan_again_or_roster",
  unknown_key: "connect_or_roster",
  clock_skew: "refresh_code",
  feed_too_old: "telephone",
  strip_too_old: "refresh_or_roster",
  colour_unknown: "telephone",
  roster_expired: "telephone",
  residence_unknown: "find_in_roster",
  no_colour_home: "call_community",
  forged: "other_way",
  wrong_use: "other_way",
  expired: "refresh_code",
  card_revoked: "other_way",
  red_hold: "hold_call_transfer",
  red: "call_community_apart",
  yellow_hold: "hold_call_home",
  yellow: "stay_home",
  no_colour: "ask_community",
  confined: "stay_home",
  dwelling_barred: "call_community",
  host_confined: "meet_another_time",
  host_barred: "meet_another_time",
  gate_closed: "come_back",
  household_quota: "come_back",
  household_out: "wait_for_household",
  too_many: "go_fewer",
  no_permit: "apply_permit",
  duty_only: "order_to_door",
  permit_not_yet: "come_back",
  permit_over: "apply_permit",
  permit_hours: "come_back",
  permit_used: "apply_permit",
  permit_interval: "come_back",
  no_visitors: "meet_another_time",
  no_vehicles: "park_outside",
  no_deliveries: "community_hands_out",
  hand_over: "leave_at_gate",
  purpose_needed: "write_purpose",
  identity_wrong: "own_code",
  mask_missing: "put_on_mask",
  not_measured: "measure_elsewhere",
  fever_wait: "rest_apart",
  fever_second: "measure_second",
  fever: "hold_call_transfer",
};

const MENDS: Partial<Record<Reason, Need[]>> = {
  mask_missing: ["mask"],
  identity_wrong: ["identity"],
  not_measured: ["temperature"],
  fever_wait: ["second_temperature"],
  fever_second: ["second_temperature"],
};

const UNTRUSTED: readonly Reason[] =
  ["keys_missing", "unreadable", "unknown_key", "wrong_use", "forged", "roster_expired"];

const SILENT: Ruled = { findings: [], banner: [], permit: null, until: null, permits: [] };

/**
 * The verdict at a moment of the device's clock (unix seconds). Never throws; the same input gives the same answer.
 * Where the gate itself cannot know, only the musts are looked at beside it: a fever is held all the same.
 */
export function decidePassage(
  policy: PassagePolicy | null, traveller: Traveller, gate: Gate, direction: Direction, moment: number,
): Passage {
  if (policy === null) {
    return {
      verdict: "check", reason: "not_ready", colour: null, next: NEXT.not_ready, needs: [], banner: [], positions: [],
      until: null, permit: null, utc_offset_minutes: 480, permits: [], exception_until: null,
    };
  }
  const now = signedMoment(gate, moment);
  const whole: Traveller = { ...traveller, earlier: remembered(policy, traveller) };
  const scene: Scene = { policy, traveller: whole, gate, direction, now: now ?? moment, excepted: [] };
  const unable = unableOf(scene, now === null);
  if (unable !== null) {
    const shown = sourceOf(scene) !== null;
    return answer(scene, { findings: [unable], colour: null, banner: [], shown }, SILENT, checkMusts(scene, shown));
  }
  const plain = decided(scene);
  const held = plain.verdict === "pass" ? [] : holding(policy.exceptions ?? [], traveller, scene.now);
  return held.length > 0 ? lifted(scene, plain, held) : plain;
}

function decided(scene: Scene): Passage {
  const looked = look(scene);
  const known = !looked.findings.some((each) => UNTRUSTED.includes(each.reason));
  return answer(scene, looked, known ? rule(scene) : SILENT, checkMusts(scene, looked.shown));
}

/** What holds with the permissions of those who have one; said as such where it changes the answer. */
function lifted(scene: Scene, plain: Passage, held: Exemption[]): Passage {
  const found = decided({ ...scene, excepted: held });
  const several = scene.traveller.people.length > 1;
  if (JSON.stringify(found) === JSON.stringify(plain) || (several && found.verdict !== "pass")) return found;
  return {
    ...found,
    reason: found.reason === "green" ? "exception" : found.reason,
    banner: [...found.banner, "exception"],
    exception_until: endOf(held, scene.traveller),
  };
}

/** The moment of the device's clock by the signed clock; null when their difference is not known. */
export function signedMoment(gate: Gate, moment: number): number | null {
  return gate.clock_offset_ms === null ? null : moment + Math.floor(gate.clock_offset_ms / 1000);
}

/** What keeps the gate from knowing anything: an emptied phone, no signed time, another gate's row, an old row. */
function unableOf(scene: Scene, clockUnknown: boolean): Finding | null {
  const { policy, gate, now } = scene;
  if (!gate.ready) return finding("check", "not_ready");
  if (clockUnknown) return finding("check", "clock_unknown");
  if (policy.compound !== gate.compound || policy.gate !== gate.gate) return finding("check", "wrong_gate");
  if (now >= policy.expires) return finding("check", "policy_expired");
  if (policy.issued > now + policy.clock_tolerance) return finding("check", "clock_skew");
  return null;
}

function answer(scene: Scene, looked: Looked, ruled: Ruled, done: Done): Passage {
  const decisive = saidOf([...looked.findings, ...ruled.findings, ...done.findings]);
  const banner = [...new Set([...looked.banner, ...ruled.banner, ...done.banner])];
  const { utc_offset_minutes } = scene.policy;
  if (decisive === null) {
    const reason: Reason = done.open.length > 0 ? "musts_left" : "green";
    return {
      verdict: "pass", reason, colour: looked.colour, next: NEXT[reason], needs: done.open, banner, positions: [],
      until: ruled.until, permit: ruled.permit, utc_offset_minutes, permits: ruled.permits, exception_until: null,
    };
  }
  const checked = decisive.verdict === "check";
  return {
    verdict: decisive.verdict,
    reason: decisive.reason,
    colour: checked ? null : looked.colour,
    next: NEXT[decisive.reason],
    needs: checked ? done.open : MENDS[decisive.reason] ?? [],
    banner,
    positions: scene.traveller.people.length > 1 ? decisive.positions.filter((at) => at > 0) : [],
    until: decisive.until,
    permit: null,
    utc_offset_minutes,
    permits: [],
    exception_until: null,
  };
}
