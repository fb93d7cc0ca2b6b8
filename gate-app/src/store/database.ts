/**
 * What the phone keeps. A new version of the app may only add stores here, never take one away or clear it: what a guard
 * has recorded stays until the office has it.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { StatusList } from "../feed/status_list";

const NAME = "shouwang-gate";
const VERSION = 1;

export type EntryKind = "passage" | "shift" | "incident";

/** One thing that waits to be sent; `id` is its idempotency key. */
export interface Entry {
  order?: number;
  id: string;
  /** The gate at which it happened: another enrolment of the phone does not change that. */
  gate: string;
  kind: EntryKind;
  body: Record<string, unknown>;
}

/** What was done at this gate lately, for quotas and for the list of the last passages. */
export interface Recent {
  id: string;
  at: number;
  [detail: string]: unknown;
}

export interface GateSchema extends DBSchema {
  kept: { key: string; value: unknown };
  lists: { key: number; value: StatusList };
  outbox: { key: number; value: Entry };
  set_aside: { key: string; value: Entry & { answer: string } };
  recent: { key: string; value: Recent; indexes: { at: number } };
  holds: { key: string; value: { id: string } & Record<string, unknown> };
}

export type Database = IDBPDatabase<GateSchema>;

/** Opens what the phone keeps. `lost` is called when the system has cleared it under the open app. */
export function openDatabase(name = NAME, lost: () => void = () => undefined): Promise<Database> {
  return openDB<GateSchema>(name, VERSION, {
    upgrade(database, oldVersion) {
      if (oldVersion < 1) {
        database.createObjectStore("kept");
        database.createObjectStore("lists", { keyPath: "list" });
        database.createObjectStore("outbox", { keyPath: "order", autoIncrement: true });
        database.createObjectStore("set_aside", { keyPath: "id" });
        database.createObjectStore("recent", { keyPath: "id" }).createIndex("at", "at");
        database.createObjectStore("holds", { keyPath: "id" });
      }
    },
    blocking(_current, _blocked, event) {
      // A newer version in another window waits for this one to let go.
      (event.target as IDBDatabase).close();
    },
    terminated: lost,
  });
}
