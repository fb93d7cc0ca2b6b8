/**
 * What time it is by signed clock. A head is as new as the true time at most, never newer, and so is the office's answer:
 * the later of two that were heard together is the nearer. The phone's own clock only carries it on.
 */
export interface Clock {
  /** Signed clock − device clock, in milliseconds. */
  offsetMs: number;
  /** The newest head that was heard (unix seconds); 0 before the first. */
  issued: number;
  /** What the office said of the time, and when by the device. */
  office: { offsetMs: number; deviceMs: number } | null;
}

export const UNSET: Clock = { offsetMs: 0, issued: 0, office: null };

/** How long what the office said of the time is compared with heads. */
const COMPARED_MS = 10 * 60_000;
/** Readings closer than this say the same. */
const NOISE_MS = 15_000;

export function heardHead(clock: Clock, issued: number, deviceMs: number): Clock {
  // A head that was heard before says nothing new of the time: its publisher may have stopped.
  if (issued <= clock.issued) return clock;
  const byHead = issued * 1000 - deviceMs;
  const office = clock.office;
  const compared = office !== null && Math.abs(deviceMs - office.deviceMs) < COMPARED_MS;
  return { ...clock, issued, offsetMs: compared ? Math.max(byHead, office.offsetMs) : byHead };
}

export function heardOffice(clock: Clock, trueMs: number, deviceMs: number): Clock {
  const offsetMs = trueMs - deviceMs;
  const later = clock.issued === 0 || offsetMs > clock.offsetMs + NOISE_MS;
  return { ...clock, office: { offsetMs, deviceMs }, offsetMs: later ? offsetMs : clock.offsetMs };
}
