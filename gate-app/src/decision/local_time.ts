// Hours and days of the place, in whole numbers. Twin of src/shouwang/gates/deciding/local_time.py.
import type { Window } from "./types";

const DAY = 86_400;

/** The number of the local day (0: 1 January 1970, a Thursday). */
export function localDay(moment: number, offsetMinutes: number): number {
  return Math.floor((moment + offsetMinutes * 60) / DAY);
}

/** The first moment of a local day. */
export function midnight(day: number, offsetMinutes: number): number {
  return day * DAY - offsetMinutes * 60;
}

function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

function span(window: Window, day: number, offsetMinutes: number): [number, number] {
  const begins = midnight(day, offsetMinutes) + window.start * 60;
  const lasts = window.end > window.start ? window.end - window.start : window.end - window.start + 1440;
  return [begins, begins + lasts * 60];
}

function isDay(window: Window, day: number): boolean {
  return window.days.length === 0 || window.days.includes(weekday(day));
}

/** Whether a moment lies in any of the windows (first moment in, last moment out). */
export function isOpen(windows: Window[], moment: number, offsetMinutes: number): boolean {
  const today = localDay(moment, offsetMinutes);
  return windows.some((window) =>
    [today - 1, today].some((day) => {
      const [begins, ends] = span(window, day, offsetMinutes);
      return isDay(window, day) && begins <= moment && moment < ends;
    }),
  );
}

/** When the next of the windows begins, after a moment that lies in none. */
export function opensAt(windows: Window[], moment: number, offsetMinutes: number): number | null {
  const today = localDay(moment, offsetMinutes);
  let first: number | null = null;
  for (const window of windows) {
    for (let day = today; day < today + 8; day += 1) {
      const begins = span(window, day, offsetMinutes)[0];
      if (isDay(window, day) && begins > moment && (first === null || begins < first)) first = begins;
    }
  }
  return first;
}
