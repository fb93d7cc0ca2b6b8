/** What the claims of a code may be: strip, card, family. Every other set of claims is malformed. */
import { readCbor } from "./cbor";
import { hex } from "./cose";

const HOUR = 3600;
const LONGEST_STRIP = 4 * HOUR;
const LONGEST_CARD = 90 * 24 * HOUR;
const FIRST_CARD_LIST = 1_000_000;
const LAST_CARD_LIST = 1_999_999;
const INDEXES = 1 << 24;
const MOST_MEMBERS = 6;
const CTI_BYTES = 8;
const LONGEST_NAME_BYTES = 64;
const EXP = 4;
const IAT = 6;
const CTI = 7;
const ENTRY = -65537;
const NAME = -65538;
const MEMBERS = -65539;

export type CodeKind = "strip" | "card" | "family";

export interface Claims {
  kind: CodeKind;
  /** Unix seconds. */
  exp: number;
  iat: number;
  /** Hex; null on a card. */
  cti: string | null;
  list: number;
  /** [index, colour] each, in the order of the code. */
  members: [number, number][];
  masked_name: string | null;
}

function kindOf(claims: Map<unknown, unknown>): CodeKind | null {
  const has = (...keys: number[]) => claims.size === keys.length && keys.every((key) => claims.has(key));
  if (has(EXP, IAT, CTI, ENTRY)) return "strip";
  if (has(EXP, IAT, ENTRY, NAME)) return "card";
  return has(EXP, IAT, CTI, MEMBERS) ? "family" : null;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function member(index: unknown, colour: unknown): [number, number] | null {
  if (!isCount(index) || index >= INDEXES || !isCount(colour) || colour > 3) return null;
  return [index, colour];
}

function members(kind: CodeKind, claims: Map<unknown, unknown>): { list: unknown; found: ([number, number] | null)[] } | null {
  const entry: unknown = claims.get(kind === "family" ? MEMBERS : ENTRY);
  if (!Array.isArray(entry)) return null;
  const [list, ...rest] = entry as unknown[];
  if (kind !== "family") return rest.length === 2 ? { list, found: [member(rest[0], rest[1])] } : null;
  if (rest.length < 2 || rest.length > MOST_MEMBERS) return null;
  const found = rest.map((pair) => (Array.isArray(pair) && pair.length === 2 ? member(pair[0], pair[1]) : null));
  return new Set(found.map((one) => one?.[0])).size === found.length ? { list, found } : null;
}

function nameIsFit(name: unknown): name is string {
  if (typeof name !== "string" || /[\u0000-\u001f\u007f-\u009f]/.test(name)) return false;
  const length = new TextEncoder().encode(name).length;
  return length >= 1 && length <= LONGEST_NAME_BYTES;
}

export function readClaims(payload: Uint8Array): Claims | null {
  const claims = readCbor(payload);
  const kind = claims instanceof Map ? kindOf(claims) : null;
  if (!(claims instanceof Map) || kind === null) return null;
  const exp: unknown = claims.get(EXP);
  const iat: unknown = claims.get(IAT);
  const longest = kind === "card" ? LONGEST_CARD : LONGEST_STRIP;
  if (!isCount(exp) || !isCount(iat) || iat >= exp || exp - iat > longest) return null;
  const cti: unknown = claims.get(CTI);
  if (kind !== "card" && !(cti instanceof Uint8Array && cti.length === CTI_BYTES)) return null;
  const name: unknown = claims.get(NAME);
  if (kind === "card" && !nameIsFit(name)) return null;
  const entries = members(kind, claims);
  if (entries === null || !isCount(entries.list)) return null;
  const isCardList = entries.list >= FIRST_CARD_LIST;
  if (isCardList !== (kind === "card") || entries.list > LAST_CARD_LIST) return null;
  const found = entries.found.filter((one) => one !== null);
  if (found.length !== entries.found.length) return null;
  return {
    kind, exp, iat, list: entries.list, members: found,
    cti: cti instanceof Uint8Array ? hex(cti) : null,
    masked_name: typeof name === "string" ? name : null,
  };
}
