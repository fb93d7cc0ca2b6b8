/** What was recorded leaves the phone only when the office has said that it has it. */
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase, type Entry } from "../src/store/database";
import { countUnsent, flushOutbox, putInOutbox, type Sent } from "../src/store/outbox";
import { uuid7 } from "../src/store/uuid7";

let databases = 0;
const fresh = () => openDatabase(`outbox-${++databases}`);
const entries = (count: number, kind: Entry["kind"] = "passage", gate = "1"): Omit<Entry, "order">[] =>
  Array.from({ length: count }, (_, number) => ({ id: `${kind}-${gate}-${number}`, gate, kind, body: { id: `${kind}-${gate}-${number}` } }));
const taken = (batch: Entry[]): Sent => ({ result: "taken", answered: new Set(batch.map((entry) => entry.id)) });

test("600 passages go in three batches, in order", async () => {
  const database = await fresh();
  await putInOutbox(database, entries(600));
  const sizes: number[] = [];
  const ids: string[] = [];
  assert.equal(await flushOutbox(database, async (_gate, _kind, batch) => {
    sizes.push(batch.length);
    ids.push(...batch.map((entry) => entry.id));
    return taken(batch);
  }), true);
  assert.deepEqual(sizes, [200, 200, 200]);
  assert.deepEqual(ids, entries(600).map((entry) => entry.id));
  assert.equal(await countUnsent(database), 0);
});

test("a batch holds one kind of one gate", async () => {
  const database = await fresh();
  await putInOutbox(database, [...entries(2), ...entries(1, "shift"), ...entries(2, "passage", "2")]);
  const sent: string[] = [];
  await flushOutbox(database, async (gate, kind, batch) => {
    sent.push(`${kind} ${gate} ${batch.length}`);
    return taken(batch);
  });
  assert.deepEqual(sent, ["passage 1 2", "shift 1 1", "passage 2 2"]);
});

test("an office that does not answer leaves everything where it is", async () => {
  const database = await fresh();
  await putInOutbox(database, entries(5));
  assert.equal(await flushOutbox(database, async () => ({ result: "unreachable" })), false);
  assert.equal(await flushOutbox(database, async () => ({ result: "gone" })), false);
  assert.equal(await countUnsent(database), 5);
});

test("what the answer does not name is sent again", async () => {
  const database = await fresh();
  await putInOutbox(database, entries(3));
  let calls = 0;
  await flushOutbox(database, async (_gate, _kind, batch) => {
    calls += 1;
    return taken(calls === 1 ? batch.slice(0, 2) : batch);
  });
  assert.equal(calls, 2);
  assert.equal(await countUnsent(database), 0);
});

test("one entry that is refused by itself is kept apart and the others go", async () => {
  const database = await fresh();
  await putInOutbox(database, entries(20));
  await flushOutbox(database, async (_gate, _kind, batch) =>
    batch.some((entry) => entry.id === "passage-1-7") ? { result: "refused", answer: "no" } : taken(batch));
  assert.equal(await countUnsent(database), 0);
  const aside = await database.getAll("set_aside");
  assert.deepEqual(aside.map((entry) => entry.id), ["passage-1-7"]);
});

test("keys are UUIDs of version 7 and rise with time", () => {
  const [early, late] = [uuid7(1_700_000_000_000), uuid7(1_700_000_000_001)];
  assert.match(early, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(early < late);
});
