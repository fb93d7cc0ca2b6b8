/** Reading what was scanned, in the order: form, key, use of the key, signature. Held to specs/strips, as the server is. */
import { fromBase45 } from "./base45";
import { ESP256, headerIsOurs, signatureHolds, takeApart } from "./cose";
import { readClaims, type Claims } from "./profiles";

const PREFIX = "SW1:";
const LARGEST_BYTES = 400;

export interface TrustedKey {
  alg: number;
  use: string;
  /** Null where this phone cannot use the algorithm. */
  key: CryptoKey | null;
  /** Unix seconds; null where the key is not bound to a time. */
  notBefore: number | null;
  expires: number | null;
}

export type FindKey = (kid: string) => TrustedKey | undefined;

export type Reading =
  | ({ state: "ok" } & Claims)
  | { state: "malformed" | "unknown_key" | "wrong_use" | "bad_signature" };

/** Whether a text claims to be one of our codes at all. */
export const looksLikeCode = (text: string): boolean => text.startsWith(PREFIX);

export async function readCode(text: string, findKey: FindKey): Promise<Reading> {
  const bytes = text.startsWith(PREFIX) ? fromBase45(text.slice(PREFIX.length)) : null;
  if (bytes === null || bytes.length > LARGEST_BYTES) return { state: "malformed" };
  const parts = takeApart(bytes);
  if (parts === null || !headerIsOurs(parts) || parts.alg !== ESP256) return { state: "malformed" };
  const claims = readClaims(parts.payload);
  if (claims === null) return { state: "malformed" };
  const key = findKey(parts.kid);
  if (key === undefined) return { state: "unknown_key" };
  if (key.use !== "strip" || key.alg !== ESP256 || key.key === null) return { state: "wrong_use" };
  return (await signatureHolds(parts, key.key)) ? { state: "ok", ...claims } : { state: "bad_signature" };
}
