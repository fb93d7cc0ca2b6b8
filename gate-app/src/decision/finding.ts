// What one step finds against passing, which of several findings is said, and the scene they are found in.
// Twin of src/shouwang/gates/deciding/finding.py.
import type { Direction, Exemption, Gate, PassagePolicy, Person, Reason, Traveller, Verdict } from "./types";

export interface Finding {
  verdict: Verdict;
  reason: Reason;
  positions: number[];
  until: number | null;
}

export interface Scene {
  policy: PassagePolicy;
  traveller: Traveller;
  gate: Gate;
  direction: Direction;
  now: number;
  /** Permissions to pass that hold now; empty while it is asked what holds without them. */
  excepted: Exemption[];
}

export const GRAVITY: Record<Verdict, number> = { pass: 0, check: 1, refuse: 2, hold: 3 };

const NOBODY: Person = { idx: null, claim: null, status: null, resident: null, row: null, household: null, dwelling: "" };

export function finding(verdict: Verdict, reason: Reason, until: number | null = null): Finding {
  return { verdict, reason, positions: [], until };
}

/** Those who want to pass; somebody of whom nothing is known yet counts as one. */
export function peopleOf(scene: Scene): Person[] {
  return scene.traveller.people.length > 0 ? scene.traveller.people : [NOBODY];
}

/** The first of those who want to pass. */
export function firstOf(scene: Scene): Person {
  return scene.traveller.people[0] ?? NOBODY;
}

/** The gravest first: somebody red with a fever is told about the red code. */
const HOLD: Reason[][] = [
  ["red_hold"], ["fever"], ["yellow_hold"], ["no_colour"], ["dwelling_barred"], ["fever_second"], ["fever_wait"],
];

/** What a person can change soonest, first. Those that only wait share a place: the one that ends first is said. */
const SOONEST: Reason[][] = [
  ["mask_missing"], ["identity_wrong"], ["purpose_needed"], ["not_measured"], ["expired"], ["card_revoked", "wrong_use", "forged"],
  ["hand_over"], ["too_many"], ["household_out"],
  ["permit_hours", "permit_interval", "permit_not_yet", "gate_closed", "household_quota"],
  ["no_permit"], ["permit_used"], ["permit_over"], ["no_vehicles"], ["no_deliveries"], ["no_visitors"], ["duty_only"],
  ["host_confined"], ["host_barred"], ["confined"], ["dwelling_barred"], ["no_colour"], ["yellow"], ["red"],
];

/** What lies with the gate before what lies with the code, and that before what lies with the person. */
const CHECK: Reason[][] = [
  ["not_ready"], ["clock_unknown"], ["wrong_gate"], ["policy_expired"], ["keys_missing"], ["unreadable"],
  ["unknown_key"], ["clock_skew"], ["roster_expired"], ["colour_unknown"], ["strip_too_old"], ["feed_too_old"],
  ["residence_unknown"], ["no_colour_home"], ["not_measured"],
];

const ORDER: Record<Verdict, Reason[][]> = { pass: [], check: CHECK, refuse: SOONEST, hold: HOLD };

function precedence(each: Finding): [number, number, number] {
  const place = ORDER[each.verdict].findIndex((reasons) => reasons.includes(each.reason));
  return [-GRAVITY[each.verdict], place < 0 ? 99 : place, each.until ?? 0];
}

/** The finding that decides: the gravest verdict; among refusals the one the person can change soonest. */
export function saidOf(findings: Finding[]): Finding | null {
  let best: Finding | null = null;
  let least: [number, number, number] = [0, 0, 0];
  for (const each of findings) {
    const key = precedence(each);
    if (best === null || before(key, least)) {
      best = each;
      least = key;
    }
  }
  return best;
}

function before(one: [number, number, number], other: [number, number, number]): boolean {
  if (one[0] !== other[0]) return one[0] < other[0];
  if (one[1] !== other[1]) return one[1] < other[1];
  return one[2] < other[2];
}

/** Findings about single people, by position, put together when they say the same. */
export function gathered(found: [number, Finding][]): Finding[] {
  const by = new Map<string, Finding>();
  for (const [position, each] of found) {
    const key = `${each.verdict} ${each.reason} ${each.until}`;
    const known = by.get(key);
    if (known) known.positions.push(position);
    else by.set(key, { ...each, positions: [position] });
  }
  return [...by.values()];
}
