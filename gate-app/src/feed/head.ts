/** The head of the status feed: written anew every ten seconds, so it is heartbeat and trusted time as well. */
import { hex } from "../code/cose";
import type { FindKey } from "../code/reading";
import { claimsOf } from "../trust/signed_document";

const IAT = 6;
const LISTS = -65542;

export interface HeadEntry {
  list: number;
  sequence: number;
  /** Hex of the first 8 bytes of SHA-256 of the list's status array. */
  hash: string;
}

export interface Head {
  issued: number;
  lists: HeadEntry[];
}

export async function readHead(message: Uint8Array<ArrayBuffer>, findKey: FindKey): Promise<Head | null> {
  const claims = await claimsOf(message, "sw/head", "status", findKey);
  const issued: unknown = claims?.get(IAT);
  const entries: unknown = claims?.get(LISTS);
  if (typeof issued !== "number" || !Array.isArray(entries)) return null;
  const lists: HeadEntry[] = [];
  for (const entry of entries as unknown[]) {
    if (!Array.isArray(entry)) return null;
    const [list, sequence, hash] = entry as unknown[];
    if (typeof list !== "number" || typeof sequence !== "number" || !(hash instanceof Uint8Array)) return null;
    lists.push({ list, sequence, hash: hex(hash) });
  }
  return { issued, lists };
}
