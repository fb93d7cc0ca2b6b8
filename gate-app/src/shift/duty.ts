/** Who is on duty at this gate, by this phone, and when one of them may go. Pure: the same with and without a network. */
export interface Guard {
  guard: string | number;
  name: string;
  /** Of the PIN; null for somebody who has not set one. */
  pin: { salt: string; iterations: number; hash: string } | null;
}

export interface OnDuty {
  guard: string | number;
  name: string;
  /** Unix milliseconds by signed clock. */
  since: number;
}

export interface Duty {
  on: OnDuty[];
  /** Who records: the last to check in, or whoever was chosen. */
  active: string | number | null;
}

export const NOBODY: Duty = { on: [], active: null };

export function checkIn(duty: Duty, guard: Guard, at: number): Duty {
  const others = duty.on.filter((one) => one.guard !== guard.guard);
  return { on: [...others, { guard: guard.guard, name: guard.name, since: at }], active: guard.guard };
}

/** The gate is never left empty: somebody may go only while somebody else is on duty. */
export function mayGo(duty: Duty, guard: string | number): boolean {
  return duty.on.some((one) => one.guard === guard) && duty.on.some((one) => one.guard !== guard);
}

export function checkOut(duty: Duty, guard: string | number): Duty {
  if (!mayGo(duty, guard)) return duty;
  const on = duty.on.filter((one) => one.guard !== guard);
  const active = duty.active === guard ? (on.at(-1)?.guard ?? null) : duty.active;
  return { on, active };
}

export const activeGuard = (duty: Duty): OnDuty | null => duty.on.find((one) => one.guard === duty.active) ?? null;
