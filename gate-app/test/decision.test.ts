/** Every case of specs/passage is decided here as the files say, and as the server decides it. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { decidePassage, NEXT } from "../src/decision/decide";
import { say } from "../src/decision/sentences";
import { tenths } from "../src/decision/temperature";
import type { Passage } from "../src/decision/types";
import { given, sheets, timed } from "./passage_cases";

const { defaults, files } = sheets(path.join(ROOT, "specs/passage"));

for (const sheet of files) {
  for (const one of sheet.cases) {
    test(`${sheet.name}: ${one.id}`, () => {
      const asked = given(defaults, sheet, one);
      const answer = decidePassage(asked.policy, asked.traveller, asked.gate, asked.direction, asked.at);
      const wanted = timed(one.gives, asked.at) as Partial<Passage>;
      const shown = Object.fromEntries(Object.keys(wanted).map((key) => [key, answer[key as keyof Passage]]));
      assert.deepEqual(shown, wanted);
      if (answer.verdict === "check") assert.equal(answer.colour, null);
      for (const language of ["zh", "en"] as const) {
        const said = say(answer, language);
        for (const sentence of [said.person, said.guard, said.next]) {
          assert.ok(sentence.length > 3 && !/[{}]|undefined/.test(sentence), sentence);
        }
      }
    });
  }
}

test("without a row the gate is not ready", () => {
  const sheet = files[0];
  assert.ok(sheet);
  const first = sheet.cases[0];
  assert.ok(first);
  const asked = given(defaults, sheet, first);
  const answer = decidePassage(null, asked.traveller, asked.gate, asked.direction, asked.at);
  assert.deepEqual([answer.verdict, answer.reason, answer.colour], ["check", "not_ready", null]);
});

test("every reason has a next step with sentences", () => {
  for (const [reason, next] of Object.entries(NEXT)) {
    const passage = { verdict: "check", reason, colour: null, next, needs: [], banner: [], positions: [], until: null, permit: null, utc_offset_minutes: 480, permits: [], exception_until: null };
    assert.ok(say(passage as unknown as Passage, "zh").next.length > 3, reason);
  }
});

test("temperatures are read in tenths", () => {
  assert.deepEqual(["36.5", "37", "37.3", "3.5", "36.55", "abc", "", "36,5"].map(tenths), [365, 370, 373, null, null, null, null, null]);
});
