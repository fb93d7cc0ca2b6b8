// May this person pass here, now, in this direction? One pure function; twin of src/shouwang/gates/rules.py.
// specs/passage/*.json holds both languages to the same cases.
import { look, sourceOf, type Looked } from "./code";
import { finding, saidOf, type Finding, type Scene } from "./finding";
import { checkMusts, type Done } from "./musts";
import { rule, type Ruled } from "./row";
import type { Direction, Gate, Need, Passage, PassagePolicy, Reason, Traveller } from "./types";

/** Reason → what is done next. Its sentences are in src/shouwang/gates/sentences.json. */
export const NEXT: Record<Reason, string> = {
  green: "let_pass",
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
  fever_wait: "rest_apart",
  fever_second: "measure_second",
  fever: "hold_call_transfer",
};

const MENDS: Partial<Record<Reason, Need[]>> = {
  mask_missing: ["mask"],
  identity_wrong: ["identity"],
  fever_wait: ["second_temperature"],
  fever_second: ["second_temperature"],
};

const UNTRUSTED: readonly Reason[] =
  ["keys_missing", "unreadable", "unknown_key", "wrong_use", "forged", "roster_expired"];

const SILENT: Ruled = { findings: [], banner: [], permit: null, until: null };

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
      until: null, permit: null, utc_offset_minutes: 480,
    };
  }
  const now = signedMoment(gate, moment);
  const scene: Scene = { policy, traveller, gate, direction, now: now ?? moment };
  const unable = unableOf(scene, now === null);
  let looked: Looked;
  let ruled = SILENT;
  if (unable === null) {
    looked = look(scene);
    if (!looked.findings.some((each) => UNTRUSTED.includes(each.reason))) ruled = rule(scene);
  } else {
    looked = { findings: [unable], colour: null, banner: [], shown: sourceOf(scene) !== null };
  }
  return answer(scene, looked, ruled, checkMusts(scene, looked.shown));
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
      until: ruled.until, permit: ruled.permit, utc_offset_minutes,
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
  };
}
