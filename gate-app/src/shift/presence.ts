/** Whether a guard is there, told from when the phone was last touched. Pure: the same with and without a network.
 *
 * A quiet gate is no empty gate, so the phone asks first; only a question that nobody answers says that nobody is there.
 */

export const ASK_AFTER_MS = 30 * 60_000;
export const MISSING_AFTER_MS = 10 * 60_000;
export const ASK_AGAIN_EVERY_MS = 60_000;

export interface Presence {
  /** Milliseconds by device clock. */
  touchedAt: number;
  /** Since when the question stands; null when none does. */
  askedAt: number | null;
}

export type Told = "here" | "asked" | "missing";

export const touched = (at: number): Presence => ({ touchedAt: at, askedAt: null });

/** One look at the clock: what is so now, and what follows. A clock that was set back asks nothing. */
export function looked(before: Presence, now: number): [Presence, Told] {
  if (now < before.touchedAt) return [touched(now), "here"];
  if (before.askedAt === null) {
    if (now - before.touchedAt < ASK_AFTER_MS) return [before, "here"];
    return [{ ...before, askedAt: now }, "asked"];
  }
  return [before, now - before.askedAt < MISSING_AFTER_MS ? "asked" : "missing"];
}
