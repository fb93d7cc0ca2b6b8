/** A quiet gate is asked, an empty one is reported, and only once the question has stood for ten minutes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK_AFTER_MS, MISSING_AFTER_MS, looked, touched, type Told } from "../src/shift/presence";

const watched = (times: number[], from = 1_000_000): Told[] => {
  let presence = touched(from);
  return times.map((time) => {
    const [next, told] = looked(presence, from + time);
    presence = next;
    return told;
  });
};

test("nobody is asked before half an hour, and ten minutes are left to answer", () => {
  const asked = ASK_AFTER_MS + 500;
  assert.deepEqual(watched([0, ASK_AFTER_MS - 1, asked, asked + MISSING_AFTER_MS - 1, asked + MISSING_AFTER_MS]),
    ["here", "here", "asked", "asked", "missing"]);
});

test("a phone that slept for a night asks before it reports", () => {
  assert.deepEqual(watched([1_000, 8 * 3_600_000, 8 * 3_600_000 + 1_000]), ["here", "asked", "asked"]);
});

test("a clock that was set back asks nothing", () => {
  assert.deepEqual(watched([-60_000, -60_000 + ASK_AFTER_MS - 1, -60_000 + ASK_AFTER_MS]), ["here", "here", "asked"]);
});

test("whoever touches the phone begins anew, whatever was asked", () => {
  for (let at = 0; at < ASK_AFTER_MS + 2 * MISSING_AFTER_MS; at += 97_000) {
    assert.equal(looked(touched(at), at + ASK_AFTER_MS - 1)[1], "here");
  }
});
