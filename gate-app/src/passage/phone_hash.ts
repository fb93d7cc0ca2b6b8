/** A visitor's number as permits name it, so that the number itself is neither kept nor sent. */
import { hex } from "../code/cose";

/** SHA-256 of the digits, as the office makes it for its permits. */
export async function phoneHash(digits: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(digits))));
}
