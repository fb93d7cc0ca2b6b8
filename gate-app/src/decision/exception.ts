// A permission to pass as an exception: whom it is for, and what it counts as before closure and confinement.
// Twin of src/shouwang/gates/deciding/exception.py.
import type { Exemption, Permit, Person, Traveller } from "./types";

/** What a passage that needed one names as its permit. The same for everybody: it says nothing about who it was. */
export const EXCEPTION = "exception";

/** Elsewhere it opens the gate, but not what is barred there: others gave that order. */
export const ELSEWHERE: Permit = {
  id: EXCEPTION, kind: "special_duty", holder: { row: null, idx: null, household: null, phone_hash: null, plate: null },
  valid_from: 0, valid_until: 1, directions: ["in", "out"], purpose: "", quota: null, interval_hours: 0, windows: [],
  stay_minutes: 0, host: null, confined: false,
};
/** At the person's own gate it holds for a confined household and a barred dwelling too: the two offices are theirs. */
export const AT_HOME: Permit = { ...ELSEWHERE, confined: true };

/** Whether a permission is this person's: by line of the roster, or by place on the list that was shown. */
export function isFor(one: Exemption, person: Person, list: number | null): boolean {
  if (one.row !== null && one.row === person.row) return true;
  return one.idx !== null && one.idx === person.idx && one.list === list;
}

/** The list on which the indexes of a traveller stand; null where whoever asks did not say. */
export const listOf = (traveller: Traveller): number | null => traveller.list ?? null;

/** The permissions of those who want to pass that hold now. */
export function holding(exceptions: Exemption[], traveller: Traveller, now: number): Exemption[] {
  return exceptions.filter((one) => one.valid_from <= now && now < one.valid_until
    && traveller.people.some((person) => isFor(one, person, listOf(traveller))));
}

/** Until when everybody who has one may still pass: each by their own latest, of several people the first to end. */
export function endOf(held: Exemption[], traveller: Traveller): number {
  const ends = traveller.people.map((person) =>
    Math.max(0, ...held.filter((one) => isFor(one, person, listOf(traveller))).map((one) => one.valid_until)));
  return Math.min(...ends.filter((end) => end > 0));
}
