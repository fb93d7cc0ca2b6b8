/** The gate is never left empty by a hand-over, and flats are found however they are typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOBODY, activeGuard, checkIn, checkOut, mayGo } from "../src/shift/duty";
import { enrolmentCodeIn } from "../src/office/enrolment";
import { changesIn } from "../src/feed/status_list";

const guard = (number: number) => ({ guard: number, name: `guard ${number}`, pin: null });

test("the last one cannot go; once the next has checked in they can", () => {
  const alone = checkIn(NOBODY, guard(1), 0);
  assert.equal(mayGo(alone, 1), false);
  assert.deepEqual(checkOut(alone, 1), alone);
  const both = checkIn(alone, guard(2), 1);
  assert.equal(activeGuard(both)?.guard, 2);
  const after = checkOut(both, 1);
  assert.deepEqual(after.on.map((one) => one.guard), [2]);
  assert.equal(mayGo(after, 2), false);
});

test("whoever goes does not go on recording", () => {
  const both = checkIn(checkIn(NOBODY, guard(1), 0), guard(2), 1);
  assert.equal(checkOut(both, 2).active, 1);
});

test("an enrolment code is found in an address, in groups, or bare", () => {
  assert.equal(enrolmentCodeIn("https://gate.example/gate/#enrol=ABCD-EFGH"), "ABCD-EFGH");
  assert.equal(enrolmentCodeIn(" ABCD-EFGH-JKLM "), "ABCD-EFGH-JKLM");
  assert.equal(enrolmentCodeIn("不是"), null);
});

test("changes are read by gaps, and a cut number is no change", () => {
  assert.deepEqual(changesIn(Uint8Array.from([0b1_01, 0b0_10])), [[1, 1], [2, 2]]);
  assert.deepEqual(changesIn(Uint8Array.from([0x84, 0x01])), [[33, 0]]);
  assert.equal(changesIn(Uint8Array.from([0x84])), null);
});
