/** The status of everybody on one list: two bits an index in 4 MiB, made from a snapshot and kept current by deltas. */
import { hex } from "../code/cose";
import type { FindKey } from "../code/reading";
import { claimsOf } from "../trust/signed_document";

export const ARRAY_BYTES = 4 * 1024 * 1024;
const INDEXES = 1 << 24;
const IAT = 6;
const SUB = 2;
const STATUS_LIST = 65533;
const ABOUT = -65543;
const CHANGES = -65544;

type Bytes = Uint8Array<ArrayBuffer>;

export interface StatusList {
  list: number;
  sequence: number;
  hash: string;
  issued: number;
  status: Bytes;
}

export function statusAt(list: StatusList, index: number): number {
  return ((list.status[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3;
}

export async function hashOf(status: Bytes): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", status)).subarray(0, 8));
}

/** zlib, and never more than a status array may hold. */
async function inflated(compressed: Bytes): Promise<Bytes | null> {
  const status = new Uint8Array(ARRAY_BYTES);
  let at = 0;
  const reader = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return at === ARRAY_BYTES ? status : null;
      if (at + value.length > ARRAY_BYTES) return null;
      status.set(value, at);
      at += value.length;
    }
  } catch {
    return null;
  }
}

export async function readSnapshot(message: Bytes, list: number, sequence: number, findKey: FindKey): Promise<StatusList | null> {
  const claims = await claimsOf(message, "application/statuslist+cwt", "status", findKey);
  const packed: unknown = claims?.get(STATUS_LIST);
  const about: unknown = claims?.get(ABOUT);
  const issued: unknown = claims?.get(IAT);
  if (!(packed instanceof Map) || !Array.isArray(about) || typeof issued !== "number") return null;
  const compressed: unknown = packed.get("lst");
  const hash: unknown = about[2];
  if (claims?.get(SUB) !== `sw:list:${list}` || about[0] !== list || about[1] !== sequence) return null;
  if (packed.get("bits") !== 2 || !(compressed instanceof Uint8Array) || !(hash instanceof Uint8Array)) return null;
  const status = await inflated(compressed as Bytes);
  if (status === null || (await hashOf(status)) !== hex(hash)) return null;
  return { list, sequence, hash: hex(hash), issued, status };
}

/** Index and status of each change, from LEB128 varints `(gap << 2) | status`; null when they are not that. */
export function changesIn(bytes: Uint8Array): [number, number][] | null {
  const found: [number, number][] = [];
  let index = -1;
  for (let at = 0; at < bytes.length; ) {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 35) return null;
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) break;
    }
    index += Math.floor(value / 4) + 1;
    if (index >= INDEXES) return null;
    found.push([index, value % 4]);
  }
  return found;
}

/** The list after a delta that begins where it stands and ends at `to`; null when the delta is not that. */
export async function applyDelta(message: Bytes, before: StatusList, to: number, findKey: FindKey): Promise<StatusList | null> {
  const claims = await claimsOf(message, "sw/delta", "status", findKey);
  const about: unknown = claims?.get(ABOUT);
  const packed: unknown = claims?.get(CHANGES);
  const issued: unknown = claims?.get(IAT);
  if (!Array.isArray(about) || !(packed instanceof Uint8Array) || typeof issued !== "number") return null;
  const [list, from, until, hashBefore, hashAfter] = about as unknown[];
  if (list !== before.list || from !== before.sequence || until !== to) return null;
  if (!(hashBefore instanceof Uint8Array) || !(hashAfter instanceof Uint8Array)) return null;
  const changes = changesIn(packed);
  if (changes === null || hex(hashBefore) !== before.hash) return null;
  const status = new Uint8Array(before.status);
  for (const [index, value] of changes) {
    const shift = (index & 3) * 2;
    status[index >> 2] = ((status[index >> 2] ?? 0) & ~(3 << shift)) | (value << shift);
  }
  if ((await hashOf(status)) !== hex(hashAfter)) return null;
  return { list: before.list, sequence: to, hash: hex(hashAfter), issued, status };
}
