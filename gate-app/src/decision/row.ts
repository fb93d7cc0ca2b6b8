// The compound's row: hours, who may enter, how residents go out, what is barred or confined.
// Twin of src/shouwang/gates/deciding/row.py.
import { EXCEPTION } from "./exception";
import { finding, firstOf, gathered, peopleOf, type Finding, type Scene } from "./finding";
import { isOpen, localDay, midnight, opensAt } from "./local_time";
import { anyPermit, HOUR, permitted, type Counts } from "./permit";
import type { Access, Banner, Permit, Person, Reason } from "./types";

/** What the row gives: findings, banners, the permit that lets through (and each person's), and when whoever goes out is
 * to be back. */
export interface Ruled {
  findings: Finding[];
  banner: Banner[];
  permit: string | null;
  until: number | null;
  permits: (string | null)[];
}

/** Permits that let somebody through, each with the person's position; 0 for the whole vehicle or delivery. */
type Let = [number, Permit][];
type Placed = [number, Person];
type Found = [number, Finding][];

/** What the compound's row says. In the normal stage an entry depends on confinement alone. */
export function rule(scene: Scene): Ruled {
  return scene.direction === "in" ? entry(scene) : exit(scene);
}

const isDuty: Counts = (permit) => permit.kind === "special_duty";
const isForConfined: Counts = (permit) => permit.confined;
const isForHost: Counts = (permit) => permit.confined && permit.id !== EXCEPTION;

/** The permit of each person, in their order; one of the whole vehicle is its first person's. */
function byPerson(scene: Scene, noted: Let): (string | null)[] {
  if (noted.length === 0) return [];
  const found: (string | null)[] = peopleOf(scene).map(() => null);
  for (const [at, permit] of noted) if (at > 0 || found[0] === null) found[Math.max(at, 1) - 1] = permit.id;
  return found;
}

function lets(scene: Scene, person: Person, counts: Counts): boolean {
  return permitted(scene, person, counts)[0] !== null;
}

function placed(people: Person[]): Placed[] {
  return people.map((person, place) => [place + 1, person]);
}

function isConfined(scene: Scene, person: Person): boolean {
  return person.household !== null && scene.policy.confined_households.includes(person.household);
}

function isBarred(scene: Scene, dwelling: string): boolean {
  return dwelling !== "" && scene.policy.barred_dwellings
    .some((barred) => dwelling === barred || (barred.endsWith("-") && dwelling.startsWith(barred)));
}

// Into the compound

function entry(scene: Scene): Ruled {
  const { traveller } = scene;
  const { enter } = scene.policy;
  const banner: Banner[] = [];
  if (traveller.people.some((person) => person.resident === true && isConfined(scene, person))) banner.push("confined_home");
  const findings = hostFindings(scene);
  if (scene.policy.stage === "normal_control") return { findings, banner, permit: null, until: null, permits: [] };
  if (isLate(scene)) banner.push("late_back");
  findings.push(...gathered(barredHome(scene)));
  const strangers = placed(peopleOf(scene)).filter(([, person]) => isStranger(scene, person));
  const first = strangers[0];
  const let_: Let = [];
  if (first !== undefined && !isAllowedHour(scene) && !lets(scene, first[1], isDuty)) findings.push(closed(scene));
  if (traveller.kind === "vehicle") {
    findings.push(...gathered(access(scene, enter.vehicles, "no_vehicles", [[0, firstOf(scene)]], let_)));
    if (enter.vehicles !== "permit") findings.push(...gathered(access(scene, enter.visitors, "no_visitors", strangers, let_)));
  } else if (traveller.kind === "delivery") {
    const allowed = traveller.courier ? enter.couriers : enter.deliveries;
    findings.push(...gathered(access(scene, allowed, "no_deliveries", [[0, firstOf(scene)]], let_)));
  } else {
    findings.push(...gathered(access(scene, enter.visitors, "no_visitors", strangers, let_)));
    findings.push(...gathered(unknownPeople(scene)));
  }
  return { findings, banner, permit: let_[0]?.[1].id ?? null, until: null, permits: byPerson(scene, let_) };
}

/** Not a resident; of visitors and deliveries whoever is not known to be one. */
function isStranger(scene: Scene, person: Person): boolean {
  if (scene.traveller.kind === "visitor" || scene.traveller.kind === "delivery") return person.resident !== true;
  return person.resident === false;
}

/** Nobody visits a household that is confined, or a barred dwelling, but with a permit made for it. A permission of the
 * visitor's own offices does not lift an order on somebody else's home. */
function hostFindings(scene: Scene): Finding[] {
  const { traveller } = scene;
  if (traveller.host === null && traveller.host_dwelling === "") return [];
  if (lets(scene, firstOf(scene), isForHost)) return [];
  const found: Finding[] = [];
  if (traveller.host !== null && scene.policy.confined_households.includes(traveller.host)) {
    found.push(finding("refuse", "host_confined"));
  }
  if (isBarred(scene, traveller.host_dwelling)) found.push(finding("refuse", "host_barred"));
  return found;
}

/** Residents of a barred dwelling who come home are not left in the street. */
function barredHome(scene: Scene): Found {
  return placed(scene.traveller.people)
    .filter(([, person]) => person.resident === true && isBarred(scene, person.dwelling) && !lets(scene, person, isForConfined))
    .map(([at]) => [at, finding("hold", "dwelling_barred")]);
}

/** Whether those of a kind may enter; the permits that let them in are noted in `noted`. */
function access(scene: Scene, allowed: Access, shut: Reason, asked: Placed[], noted: Let): Found {
  const found: Found = [];
  if (allowed === "yes") return found;
  for (const [at, person] of asked) {
    const [permit, failing] = permitted(scene, person, allowed === "permit" || allowed === "reason" ? anyPermit : isDuty);
    if (permit !== null) noted.push([at, permit]);
    else if (allowed === "reason") {
      if (!/\S/.test(scene.traveller.purpose)) found.push([at, finding("refuse", "purpose_needed")]);
    } else if (allowed === "permit") found.push([at, failing ?? finding("refuse", "no_permit")]);
    else found.push([at, finding("refuse", allowed === "gate" ? "hand_over" : shut)]);
  }
  return found;
}

/** Where strangers do not simply enter, the guard finds out who lives here. */
function unknownPeople(scene: Scene): Found {
  if (scene.policy.enter.visitors === "yes" || scene.traveller.kind === "visitor") return [];
  return placed(scene.traveller.people)
    .filter(([, person]) => person.resident === null)
    .map(([at]) => [at, finding("check", "residence_unknown")]);
}

/** Whether somebody comes back after the time they were given. It is noted, and they come in. */
function isLate(scene: Scene): boolean {
  const { exit: ruleOut, permits } = scene.policy;
  const byRule = ruleOut.kind === "quota" ? ruleOut.stay_minutes : 0;
  const rows = scene.traveller.people.map((person) => person.row);
  return scene.traveller.earlier.some((each) => {
    if (each.direction !== "out" || each.back !== null || each.row === null || !rows.includes(each.row)) return false;
    const named = permits.filter((permit) => permit.id === each.permit);
    const stay = each.permit === null ? byRule : named[named.length - 1]?.stay_minutes ?? 0;
    return stay > 0 && scene.now > each.at + stay * 60;
  });
}

/** Whether the gate is open at this hour. */
function isAllowedHour(scene: Scene): boolean {
  const { hours, utc_offset_minutes } = scene.policy;
  return hours.length === 0 || isOpen(hours, scene.now, utc_offset_minutes);
}

function closed(scene: Scene): Finding {
  const { hours, utc_offset_minutes } = scene.policy;
  return finding("refuse", "gate_closed", opensAt(hours, scene.now, utc_offset_minutes));
}

// Out of the compound

/** Those who do not live here may always leave; residents by the row. */
function exit(scene: Scene): Ruled {
  const ruleOut = scene.policy.exit;
  const found: Found = [];
  const noted: Let = [];
  const residents = placed(scene.traveller.people)
    .filter(([, person]) => !isStranger(scene, person) && (person.resident === true || ruleOut.kind !== "free"));
  for (const [at, person] of residents) {
    if (person.resident === null) {
      found.push([at, finding("check", "residence_unknown")]);
      continue;
    }
    if (!lets(scene, person, isForConfined)) {
      if (isConfined(scene, person)) found.push([at, finding("refuse", "confined")]);
      if (isBarred(scene, person.dwelling)) found.push([at, finding("refuse", "dwelling_barred")]);
    }
    if (!isAllowedHour(scene) && !lets(scene, person, isDuty)) found.push([at, closed(scene)]);
  }
  const asked = residents.filter(([, person]) => person.resident === true);
  if (ruleOut.kind === "quota") found.push(...quota(scene, asked, noted));
  else if (ruleOut.kind !== "free") found.push(...withPermit(scene, asked, noted));
  const stays = noted.map(([, permit]) => permit.stay_minutes).filter((minutes) => minutes > 0);
  if (ruleOut.kind === "quota" && ruleOut.stay_minutes > 0 && noted.length < asked.length) stays.push(ruleOut.stay_minutes);
  const until = stays.length > 0 ? scene.now + Math.min(...stays) * 60 : null;
  return { findings: gathered(found), banner: [], permit: noted[0]?.[1].id ?? null, until, permits: byPerson(scene, noted) };
}

/** Whether a kind of permit counts under this exit rule. */
function countsFor(scene: Scene): Counts {
  const { kind, permit_kinds, purposes } = scene.policy.exit;
  return (permit) => {
    if (permit.kind === "special_duty") return true;
    return permit_kinds.includes(permit.kind) && (kind !== "duty" || purposes.includes(permit.purpose));
  };
}

function withPermit(scene: Scene, asked: Placed[], noted: Let): Found {
  const found: Found = [];
  for (const [at, person] of asked) {
    const [permit, failing] = permitted(scene, person, countsFor(scene));
    if (permit !== null) noted.push([at, permit]);
    else found.push([at, failing ?? finding("refuse", scene.policy.exit.kind === "duty" ? "duty_only" : "no_permit")]);
  }
  return found;
}

/** One (or so many) of a household at a time and in each interval; who has a permit does not count. */
function quota(scene: Scene, asked: Placed[], noted: Let): Found {
  const most = scene.policy.exit.people;
  const found: Found = [];
  const counted: Placed[] = [];
  for (const [at, person] of asked) {
    const [permit] = permitted(scene, person, countsFor(scene));
    if (permit !== null) noted.push([at, permit]);
    else if (person.household === null) found.push([at, finding("check", "residence_unknown")]);
    else counted.push([at, person]);
  }
  for (const [at, person] of counted) {
    const number = counted.filter(([, other]) => other.household === person.household).length;
    const gone = scene.traveller.earlier
      .filter((each) => each.direction === "out" && each.permit === null && each.household === person.household);
    const over = gone.map((each) => again(scene, each.at)).filter((end) => end > scene.now).sort((a, b) => a - b);
    if (number > most) found.push([at, finding("refuse", "too_many")]);
    else if (over.length + number > most) {
      found.push([at, finding("refuse", "household_quota", over[over.length + number - most - 1] ?? null)]);
    } else if (gone.filter((each) => each.back === null).length + number > most) {
      found.push([at, finding("refuse", "household_out")]);
    }
  }
  return found;
}

/** From when a passage out no longer counts: after the hours, and on the local day, that the rule names. */
function again(scene: Scene, went: number): number {
  const { interval_hours, interval_days } = scene.policy.exit;
  const offset = scene.policy.utc_offset_minutes;
  const after = went + interval_hours * HOUR;
  return interval_days === 0 ? after : Math.max(after, midnight(localDay(went, offset) + interval_days, offset));
}
