// Decides what the server decided (a file of one JSON object a line) and answers the lines on which the two differ.
import { readFileSync } from "node:fs";
import { decidePassage } from "../src/decision/decide";
import { say } from "../src/decision/sentences";
import type { Given } from "./passage_cases";

interface Line extends Given {
  answer: unknown;
}

/** The same text for the same data: keys in order. */
function text(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

let lines = 0;
const different: { line: number; server: unknown; phone: unknown }[] = [];
for (const line of readFileSync(process.argv[2] ?? "", "utf8").split("\n")) {
  if (line === "") continue;
  lines += 1;
  const asked = JSON.parse(line) as Line;
  const passage = decidePassage(asked.policy, asked.traveller, asked.gate, asked.direction, asked.at);
  const phone = { passage, zh: say(passage, "zh"), en: say(passage, "en") };
  if (text(phone) !== text(asked.answer)) different.push({ line: lines, server: asked.answer, phone });
}
console.log(JSON.stringify({ lines, different: different.length, first: different.slice(0, 3) }));
