/** Whose signatures count: the list signed by the root key, which this phone was told when it was enrolled. */
import { ESP256, hex, importPoint, takeApart } from "../code/cose";
import type { FindKey, TrustedKey } from "../code/reading";
import { claimsOf } from "./signed_document";

const EXP = 4;
const IAT = 6;
const COUNTER = -65540;
const KEYS = -65541;
const POINT_BYTES = 65;

type Bytes = Uint8Array<ArrayBuffer>;

export interface TrustList {
  counter: number;
  issued: number;
  expires: number;
  keys: Map<string, TrustedKey>;
}

async function keyOf(entry: unknown): Promise<[string, TrustedKey] | null> {
  if (!Array.isArray(entry) || entry.length !== 6) return null;
  const [kid, alg, use, point, notBefore, expires] = entry as unknown[];
  if (!(kid instanceof Uint8Array) || typeof alg !== "number" || typeof use !== "string") return null;
  if (!(point instanceof Uint8Array) || typeof notBefore !== "number" || typeof expires !== "number") return null;
  const key = alg === ESP256 && point.length === POINT_BYTES ? await importPoint(point) : null;
  return [hex(kid), { alg, use, key, notBefore, expires }];
}

/** The trust list in a message that the pinned root key has signed; null for everything else. */
export async function readTrustList(message: Bytes, rootPoint: Uint8Array): Promise<TrustList | null> {
  const kid = takeApart(message)?.kid;
  if (kid === undefined) return null;
  const root: TrustedKey = { alg: ESP256, use: "root", key: await importPoint(rootPoint), notBefore: null, expires: null };
  const claims = await claimsOf(message, "sw/trust", "root", (asked) => (asked === kid ? root : undefined));
  if (claims === null) return null;
  const [expires, issued, counter, entries] = [EXP, IAT, COUNTER, KEYS].map((key): unknown => claims.get(key));
  if (typeof expires !== "number" || typeof issued !== "number" || typeof counter !== "number") return null;
  if (!Array.isArray(entries)) return null;
  const keys = new Map<string, TrustedKey>();
  for (const entry of entries as unknown[]) {
    const found = await keyOf(entry);
    if (found !== null) keys.set(found[0], found[1]);
  }
  return { counter, issued, expires, keys };
}

/** The keys of a list that hold at a moment (unix seconds). An expired list trusts nobody. */
export function keysAt(list: TrustList | null, moment: number): FindKey {
  return (kid) => {
    const key = list !== null && moment < list.expires ? list.keys.get(kid) : undefined;
    if (key === undefined) return undefined;
    const holds = (key.notBefore ?? 0) <= moment && moment < (key.expires ?? Infinity);
    return holds ? key : undefined;
  };
}
