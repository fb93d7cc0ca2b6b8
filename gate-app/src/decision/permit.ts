// Permits: whose they are, and whether one lets somebody through now. Twin of src/shouwang/gates/deciding/permit.py.
import { AT_HOME, ELSEWHERE, isFor, listOf } from "./exception";
import { finding, type Finding, type Scene } from "./finding";
import { isOpen, opensAt } from "./local_time";
import type { Permit, Person, Reason } from "./types";

export const HOUR = 3_600;

/** Of several permits that do not let through, the one soonest mended is spoken of. */
const FAILINGS: Reason[] = ["permit_hours", "permit_interval", "permit_not_yet", "permit_used", "permit_over"];

export type Counts = (permit: Permit) => boolean;

export const anyPermit: Counts = () => true;

/** The first permit that lets this person through now, or a permission of two offices where none does; or what is wrong
 * with the nearest one; or nothing at all. */
export function permitted(scene: Scene, person: Person, counts: Counts = anyPermit): [Permit | null, Finding | null] {
  let nearest: Finding | null = null;
  for (const permit of scene.policy.permits) {
    if (!isOf(permit, person, scene) || !permit.directions.includes(scene.direction) || !counts(permit)) continue;
    const failing = failingOf(permit, scene);
    if (failing === null) return [permit, null];
    if (nearest === null || isNearer(failing, nearest)) nearest = failing;
  }
  const exception = person.resident === true ? AT_HOME : ELSEWHERE;
  if (counts(exception) && scene.excepted.some((one) => isFor(one, person, listOf(scene.traveller)))) return [exception, null];
  return [null, nearest];
}

function isNearer(one: Finding, other: Finding): boolean {
  const [here, there] = [FAILINGS.indexOf(one.reason), FAILINGS.indexOf(other.reason)];
  return here !== there ? here < there : (one.until ?? 0) < (other.until ?? 0);
}

/** Whether everything by which the holder is named is this traveller's. */
function isOf(permit: Permit, person: Person, scene: Scene): boolean {
  const { holder } = permit;
  const { traveller } = scene;
  const same = (named: number | string | null, shown: number | string | null): boolean => named === null || named === shown;
  return same(holder.row, person.row) && same(holder.idx, person.idx) && same(holder.household, person.household)
    && same(holder.phone_hash, traveller.phone_hash) && same(holder.plate, traveller.plate)
    && (traveller.host === null || same(permit.host, traveller.host));
}

/** Why a permit does not count now: over, used up, not begun, too soon after the last time, outside its hours. */
function failingOf(permit: Permit, scene: Scene): Finding | null {
  const { now } = scene;
  const offset = scene.policy.utc_offset_minutes;
  const used = scene.traveller.earlier
    .filter((each) => each.permit === permit.id && each.direction === scene.direction && each.at <= now)
    .map((each) => each.at);
  const once = permit.kind === "one_off" || permit.kind === "move_out";
  const quota = permit.quota === null && once ? 1 : permit.quota;
  if (now >= permit.valid_until) return finding("refuse", "permit_over");
  if (quota !== null && used.length >= quota) return finding("refuse", "permit_used");
  if (now < permit.valid_from) return finding("refuse", "permit_not_yet", permit.valid_from);
  if (used.length > 0) {
    const again = Math.max(...used) + permit.interval_hours * HOUR;
    if (now < again) return finding("refuse", "permit_interval", again);
  }
  if (permit.windows.length > 0 && !isOpen(permit.windows, now, offset)) {
    return finding("refuse", "permit_hours", opensAt(permit.windows, now, offset));
  }
  return null;
}
