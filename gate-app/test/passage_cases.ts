// The cases of specs/passage as they are to be given to a decision; tests/spec/passage_cases.py reads them the same way.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Direction, Gate, PassagePolicy, Traveller } from "../src/decision/types";

type Plain = Record<string, unknown>;

export interface Given {
  policy: PassagePolicy | null;
  traveller: Traveller;
  gate: Gate;
  direction: Direction;
  at: number;
}

export interface Case extends Plain {
  id: string;
  says: string;
  gives: Plain;
}

export interface Sheet {
  name: string;
  what: string;
  given: Plain;
  cases: Case[];
}

const TIMES = new Set([
  "at", "issued", "expires", "feed_at", "status_at", "roster_at", "roster_expires", "valid_from", "valid_until", "back",
  "until", "exception_until",
]);

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Objects key by key; anything else is replaced. */
function merged(below: unknown, above: unknown): unknown {
  if (!isPlain(below) || !isPlain(above)) return above;
  const whole: Plain = { ...below };
  for (const [key, each] of Object.entries(above)) whole[key] = key in below ? merged(below[key], each) : each;
  return whole;
}

function seconds(value: unknown, now: number): unknown {
  if (typeof value !== "string") return value;
  const found = /^now([+-][0-9]+)?$/.exec(value);
  return found ? now + Number(found[1] ?? 0) : Math.floor(Date.parse(value) / 1000);
}

export function timed(data: unknown, now: number): unknown {
  if (Array.isArray(data)) return data.map((each) => timed(each, now));
  if (!isPlain(data)) return data;
  const pairs = Object.entries(data).map(([key, each]) => [key, TIMES.has(key) ? seconds(each, now) : timed(each, now)]);
  return Object.fromEntries(pairs) as Plain;
}

/** What a case asks, with nothing left out. */
export function given(defaults: Plain, sheet: Sheet, one: Case): Given {
  const own = Object.fromEntries(Object.entries(one).filter(([key]) => key in defaults));
  const whole = merged(merged(defaults, sheet.given), own) as Record<string, Plain>;
  const each = whole.each as Record<string, Plain>;
  const list = (from: Plain | undefined, key: string, kind: string): Plain[] =>
    ((from?.[key] ?? []) as Plain[]).map((item) => merged(each[kind], item) as Plain);
  const permits = list(whole.policy, "permits", "permit")
    .map((permit) => ({ ...permit, windows: list(permit, "windows", "window") }));
  const policy = {
    ...whole.policy,
    permits,
    hours: list(whole.policy, "hours", "window"),
    exceptions: list(whole.policy, "exceptions", "exception"),
    earlier: list(whole.policy, "earlier", "earlier"),
  };
  const traveller = {
    ...whole.traveller,
    people: list(whole.traveller, "people", "person"),
    temperatures: list(whole.traveller, "temperatures", "temperature"),
    earlier: list(whole.traveller, "earlier", "earlier"),
  };
  const now = seconds(whole.at, 0) as number;
  return timed({ policy, traveller, gate: whole.gate, direction: whole.direction, at: now }, now) as unknown as Given;
}

export function sheets(folder: string): { defaults: Plain; files: Sheet[] } {
  const read = (name: string): Plain => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Plain;
  const names = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "defaults.json").sort();
  return { defaults: read("defaults.json"), files: names.map((name) => ({ ...read(name), name }) as unknown as Sheet) };
}
