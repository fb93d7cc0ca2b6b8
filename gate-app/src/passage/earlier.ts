/** Passages that were let through at this phone before: what quotas and one-off permits are counted from. */
import type { Direction, Earlier } from "../decision/types";
import type { Phone } from "../phone/phone";
import type { Recent } from "../store/database";
import type { Draft } from "./draft";

const KEPT_MS = 14 * 86_400_000;

/** One person of a passage, as it is remembered. `at` is in milliseconds by signed clock. */
export interface Remembered extends Recent {
  direction: Direction;
  household: number | null;
  row: number | null;
  permit: string | null;
  passed: boolean;
  name: string;
  reason: string;
  verdict: string;
}

/** Of the same household, or let through by a permit, with when whoever went out came back. */
export async function earlierOf(phone: Phone, draft: Draft): Promise<Earlier[]> {
  const households = new Set(draft.traveller.people.map((person) => person.household).filter((one) => one !== null));
  const all = ((await phone.database.getAllFromIndex("recent", "at")) as Remembered[]).filter((one) => one.passed);
  return all
    .filter((one) => (one.household !== null && households.has(one.household)) || one.permit !== null)
    .map((one) => {
      const home = all.find(
        (later) => later.at >= one.at && later.direction === "in" && one.direction === "out" && sameWho(one, later),
      );
      return {
        at: Math.floor(one.at / 1000), direction: one.direction, household: one.household, row: one.row, permit: one.permit,
        back: home === undefined ? null : Math.floor(home.at / 1000), id: one.id,
      };
    });
}

function sameWho(one: Remembered, other: Remembered): boolean {
  if (one.row !== null) return one.row === other.row;
  return one.household !== null ? one.household === other.household : one.permit !== null && one.permit === other.permit;
}

/** The last passages, newest first. */
export async function lastPassages(phone: Phone, most: number): Promise<Remembered[]> {
  const all = (await phone.database.getAllFromIndex("recent", "at")) as Remembered[];
  return all.slice(-most).reverse();
}

/** What is older than any quota looks back is forgotten. */
export async function forgetOld(phone: Phone): Promise<void> {
  const transaction = phone.database.transaction("recent", "readwrite");
  const old = IDBKeyRange.upperBound(phone.nowMs() - KEPT_MS);
  for (const key of await transaction.store.index("at").getAllKeys(old)) await transaction.store.delete(key);
  await transaction.done;
}
