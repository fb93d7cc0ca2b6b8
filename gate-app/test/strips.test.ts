/** Every text of specs/strips is read here as the files say, and as the server reads it. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { importPoint } from "../src/code/cose";
import { readCode, type TrustedKey } from "../src/code/reading";

interface Given { kid: string; alg: number; use: string; public: string }
interface Case { id: string; text: string; keys: string[]; expected: Record<string, unknown> }
interface Sheet { keys: Record<string, Given>; cases: Case[] }

const folder = path.join(ROOT, "specs/strips");

async function trusted(given: Given): Promise<TrustedKey> {
  const point = Uint8Array.from(Buffer.from(given.public, "hex"));
  const key = point.length === 65 ? await importPoint(point) : null;
  return { alg: given.alg, use: given.use, key, notBefore: null, expires: null };
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  const sheet = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Sheet;
  for (const given of sheet.cases) {
    test(`${file}: ${given.id}`, async () => {
      const keys = new Map<string, TrustedKey>();
      for (const name of given.keys) {
        const key = sheet.keys[name];
        assert.ok(key);
        keys.set(key.kid, await trusted(key));
      }
      assert.deepEqual(await readCode(given.text, (kid) => keys.get(kid)), given.expected);
    });
  }
}
