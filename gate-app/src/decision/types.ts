// The words of a gate's decision. Names and meanings are those of src/shouwang/gates/{policy,traveller,passage}.py, of the
// signed policy row (JSON), and of the cases in specs/passage/. Times are unix seconds of the signed clock, temperatures
// tenths of a degree, hours of the day minutes since local midnight.

export type Direction = "in" | "out";
export type Verdict = "pass" | "check" | "refuse" | "hold";
export type Must = "identity" | "code" | "mask" | "temperature";
export type Need = Must | "second_temperature";
export type Colour = "green" | "grey" | "yellow" | "red";
export type Access = "no" | "gate" | "permit" | "reason" | "yes";
export type ExitKind = "free" | "quota" | "permit" | "duty";
export type PermitKind = "resident" | "special_duty" | "visitor" | "one_off" | "move_out";
export type Stage = "outbreak" | "strict_closure" | "decisive" | "gradual_reopening" | "normal_control";
export type Kind = "strip" | "card" | "family" | "roster" | "lookup" | "visitor" | "vehicle" | "delivery";
export type ReadingState = "ok" | "malformed" | "unknown_key" | "wrong_use" | "bad_signature";
export type Language = "zh" | "en";

export type ByColour = Record<Colour, Verdict>;

export interface Colours {
  in_own: ByColour;
  in_other: ByColour;
  out_own: ByColour;
  out_other: ByColour;
}

/** How old the feed may be, in seconds: see the Python docstring. */
export interface Freshness {
  normal: number;
  banner: number;
  stale: number;
  young: number;
  roster: number;
}

/** From (included) to (excluded), over midnight when end ≤ start; days 1 Monday … 7 Sunday, empty: every day. */
export interface Window {
  start: number;
  end: number;
  days: number[];
}

export interface Enter {
  visitors: Access;
  vehicles: Access;
  deliveries: Access;
  couriers: Access;
}

export interface ExitRule {
  kind: ExitKind;
  people: number;
  interval_hours: number;
  interval_days: number;
  stay_minutes: number;
  permit_kinds: PermitKind[];
  purposes: string[];
}

export interface Holder {
  row: number | null;
  idx: number | null;
  household: number | null;
  phone_hash: string | null;
  plate: string | null;
}

export interface Permit {
  id: string;
  kind: PermitKind;
  holder: Holder;
  valid_from: number;
  valid_until: number;
  directions: Direction[];
  purpose: string;
  quota: number | null;
  interval_hours: number;
  windows: Window[];
  stay_minutes: number;
  host: number | null;
  confined: boolean;
}

/** A permission to pass, granted by two offices, in [valid_from, valid_until): for a place on a list, or a line of the roster. */
export interface Exemption {
  valid_from: number;
  valid_until: number;
  list: number | null;
  idx: number | null;
  row: number | null;
}

/** The signed row of one gate. The server always sends every key; a row kept from before an update may lack the last three. */
export interface PassagePolicy {
  version: string;
  rules: string;
  compound: string;
  gate: string;
  stage: Stage;
  state: string;
  issued: number;
  expires: number;
  musts: Must[];
  fever_tenths: number;
  second_reading_minutes: number;
  lowest_tenths: number;
  highest_tenths: number;
  clock_tolerance: number;
  strip_max_age: number;
  card_max_age: number;
  lookup_max_age: number;
  utc_offset_minutes: number;
  freshness: Freshness;
  colours: Colours;
  hours: Window[];
  enter: Enter;
  exit: ExitRule;
  permits: Permit[];
  barred_dwellings: string[];
  confined_households: number[];
  /** Permissions to pass of the hours ahead, of people from anywhere. */
  exceptions?: Exemption[];
  /** Passages that quotas and permits count, as the office knew them from all phones when the row was issued. */
  earlier?: Earlier[];
  /** What it gives when the thermometer is broken and nobody can measure. */
  not_measured?: Verdict;
}

/** A code that was read, or a look-up that was answered; `of`: what a visitor or driver showed. */
export interface Reading {
  state: ReadingState;
  issued: number | null;
  expires: number | null;
  of: Kind;
}

/** One person (Member in Python), in the order of the code. claim and status: 0 green, 1 red, 2 yellow, 3 other; status null: list not held. */
export interface Person {
  idx: number | null;
  claim: number | null;
  status: number | null;
  resident: boolean | null;
  row: number | null;
  household: number | null;
  dwelling: string;
}

/** position: of which person (1 is the first), 0 when it stands for all that came. */
export interface Temperature {
  tenths: number;
  at: number;
  position: number;
}

/** A passage let through before, of the household or with the permit; back: null while whoever went out is out; id: its
 * key, by which what the office knows and what the phone remembers are counted once. */
export interface Earlier {
  at: number;
  direction: Direction;
  household: number | null;
  row: number | null;
  permit: string | null;
  back: number | null;
  id?: string | null;
}

export interface Traveller {
  kind: Kind;
  reading: Reading | null;
  people: Person[];
  status_at: number | null;
  phone_hash: string | null;
  plate: string | null;
  host: number | null;
  host_dwelling: string;
  courier: boolean;
  purpose: string;
  identity: boolean | null;
  mask: boolean | null;
  temperatures: Temperature[];
  /** What this phone remembers. */
  earlier: Earlier[];
  /** On which the indexes of people stand. */
  list?: number | null;
  /** The guard says that the thermometer is broken and nobody can measure. */
  not_measured?: boolean;
}

export interface Gate {
  compound: string;
  gate: string;
  ready: boolean;
  keys_loaded: boolean;
  feed_at: number | null;
  clock_offset_ms: number | null;
  roster_at: number | null;
  roster_expires: number | null;
}

export type Banner =
  | "feed_late" | "feed_stale" | "roster_stale" | "list_not_held" | "late_back" | "confined_home" | "measure_again"
  | "exception";

export type Reason =
  | "green" | "musts_left" | "exception"
  | "not_ready" | "clock_unknown" | "policy_expired" | "wrong_gate" | "keys_missing" | "unreadable" | "unknown_key"
  | "clock_skew" | "feed_too_old" | "strip_too_old" | "colour_unknown" | "roster_expired" | "residence_unknown"
  | "no_colour_home"
  | "forged" | "wrong_use" | "expired" | "card_revoked"
  | "red_hold" | "red" | "yellow_hold" | "yellow" | "no_colour"
  | "confined" | "dwelling_barred" | "host_confined" | "host_barred" | "gate_closed"
  | "household_quota" | "household_out" | "too_many" | "no_permit" | "duty_only"
  | "permit_not_yet" | "permit_over" | "permit_hours" | "permit_used" | "permit_interval"
  | "no_visitors" | "no_vehicles" | "no_deliveries" | "hand_over" | "purpose_needed"
  | "identity_wrong" | "mask_missing" | "not_measured" | "fever_wait" | "fever_second" | "fever";

/** What the gate answers. A pass with needs left is not final. colour null: none is shown (always so for check). permits:
 * by person, as uses are counted. exception_until: when the permission ends that lifted what would have stopped. */
export interface Passage {
  verdict: Verdict;
  reason: Reason;
  colour: Colour | null;
  next: string;
  needs: Need[];
  banner: Banner[];
  positions: number[];
  until: number | null;
  permit: string | null;
  utc_offset_minutes: number;
  permits: (string | null)[];
  exception_until: number | null;
}

// decide.ts:     decidePassage(policy: PassagePolicy | null, traveller, gate, direction, moment) -> Passage
//                moment: unix seconds of the DEVICE clock (the gate's clock_offset_ms is applied inside)
// sentences.ts:  say(passage, language) -> { person, guard, next, banner: string[], needs: string[] }
// temperature.ts: tenths("36.5") -> 365 | null
