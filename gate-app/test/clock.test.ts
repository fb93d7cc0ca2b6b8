/** The time at the gate is that of signed heads; one that stands still, or a phone that is wrong, does not move it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UNSET, heardHead, heardOffice } from "../src/feed/clock";

const NOW = 1_700_000_000_000;

test("a phone ten minutes fast is told so by the first head", () => {
  assert.equal(heardHead(UNSET, NOW / 1000, NOW + 600_000).offsetMs, -600_000);
});

test("a head that stands still ages", () => {
  const first = heardHead(UNSET, NOW / 1000, NOW);
  assert.equal(heardHead(first, NOW / 1000, NOW + 1_200_000).offsetMs, first.offsetMs);
});

test("a first head that is old already does not turn the clock back when the office was heard", () => {
  const office = heardOffice(UNSET, NOW, NOW);
  const clock = heardHead(office, NOW / 1000 - 1200, NOW);
  assert.equal(clock.offsetMs, 0);
});

test("a phone whose clock is put forward is put right by the next head", () => {
  const before = heardHead(heardOffice(UNSET, NOW, NOW), NOW / 1000, NOW);
  const moved = heardOffice(before, NOW + 60_000, NOW + 660_000);
  assert.equal(heardHead(moved, NOW / 1000 + 60, NOW + 660_000).offsetMs, -600_000);
});
