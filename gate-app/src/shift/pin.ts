/** A guard's PIN, checked on the phone: PBKDF2-SHA256 of what is typed against what the office sent. */
import { fromBase64Url } from "../office/enrolment";
import { sameBytes } from "../code/cbor";
import type { Guard } from "./duty";

export async function pinIsRight(guard: Guard, typed: string): Promise<boolean> {
  if (guard.pin === null) return false;
  const expected = fromBase64Url(guard.pin.hash);
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
  const derived = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: fromBase64Url(guard.pin.salt), iterations: guard.pin.iterations },
    secret,
    expected.length * 8,
  );
  return sameBytes(new Uint8Array(derived), expected);
}

/** Wrong tries make one wait: 5 are free, then 10 s, doubling to five minutes. */
export function waitAfter(wrongTries: number): number {
  return wrongTries < 5 ? 0 : Math.min(10 * 2 ** (wrongTries - 5), 300);
}
