/** What was recorded and not yet taken by the office: written durably first, sent in order, removed only when answered. */
import type { Database, Entry, EntryKind } from "./database";

export const LARGEST_BATCH = 200;

/** What came of a sending. `answered`: ids the office has; `gone`: the phone is no longer known. */
export type Sent =
  | { result: "taken"; answered: Set<string> }
  | { result: "unreachable" }
  | { result: "refused"; answer: string }
  | { result: "gone" };

export type Send = (gate: string, kind: EntryKind, batch: Entry[]) => Promise<Sent>;

export async function putInOutbox(database: Database, entries: Omit<Entry, "order">[]): Promise<void> {
  const transaction = database.transaction("outbox", "readwrite", { durability: "strict" });
  await Promise.all([...entries.map((entry) => transaction.store.add({ ...entry })), transaction.done]);
}

export const countUnsent = (database: Database): Promise<number> => database.count("outbox");

/** The oldest entries that go out together: one gate, one kind, in order. */
async function oldest(database: Database, most: number): Promise<Entry[]> {
  const first = await database.getAll("outbox", null, most);
  const [head] = first;
  const ends = first.findIndex((entry) => entry.kind !== head?.kind || entry.gate !== head.gate);
  return ends === -1 ? first : first.slice(0, ends);
}

async function take(database: Database, done: Entry[]): Promise<void> {
  const transaction = database.transaction("outbox", "readwrite");
  await Promise.all([...done.map((entry) => transaction.store.delete(entry.order as number)), transaction.done]);
}

/** An entry that the office will not take by itself is kept apart, counted and shown, so that the rest can go on. */
async function setAside(database: Database, entry: Entry, answer: string): Promise<void> {
  const transaction = database.transaction(["outbox", "set_aside"], "readwrite", { durability: "strict" });
  await Promise.all([
    transaction.objectStore("set_aside").put({ ...entry, answer }),
    transaction.objectStore("outbox").delete(entry.order as number),
    transaction.done,
  ]);
}

/** Send until nothing is left or the office does not answer; true when everything went. */
export async function flushOutbox(database: Database, send: Send): Promise<boolean> {
  let most = LARGEST_BATCH;
  for (;;) {
    const batch = await oldest(database, most);
    const [first] = batch;
    if (first === undefined) return true;
    const sent = await send(first.gate, first.kind, batch);
    if (sent.result === "taken") {
      const done = batch.filter((entry) => sent.answered.has(entry.id));
      if (done.length === 0) return false;
      await take(database, done);
      most = LARGEST_BATCH;
    } else if (sent.result === "refused" && batch.length > 1) {
      // One of them is at fault; halving finds it without holding up the others.
      most = Math.ceil(batch.length / 2);
    } else if (sent.result === "refused") {
      await setAside(database, first, sent.answer);
      most = LARGEST_BATCH;
    } else {
      return false;
    }
  }
}
