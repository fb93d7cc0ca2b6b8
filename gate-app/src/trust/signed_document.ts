/** Documents signed by the platform's own keys: trust list, head, deltas, snapshots, policy row, roster. */
import { readCbor } from "../code/cbor";
import { ESP256, headerIsOurs, signatureHolds, takeApart } from "../code/cose";
import type { FindKey } from "../code/reading";

export type Claims = Map<unknown, unknown>;
type Bytes = Uint8Array<ArrayBuffer>;

/** The payload of a document of this type, signed by a key of this use; null for everything else. */
export async function payloadOf(message: Bytes, typ: string, use: string, findKey: FindKey): Promise<Bytes | null> {
  const parts = takeApart(message);
  if (parts === null || !headerIsOurs(parts, typ) || parts.alg !== ESP256) return null;
  const key = findKey(parts.kid);
  if (key === undefined || key.use !== use || key.alg !== ESP256 || key.key === null) return null;
  return (await signatureHolds(parts, key.key)) ? parts.payload : null;
}

/** The claims of a signed document whose payload is a CBOR map. */
export async function claimsOf(message: Bytes, typ: string, use: string, findKey: FindKey): Promise<Claims | null> {
  const payload = await payloadOf(message, typ, use, findKey);
  const claims = payload === null ? null : readCbor(payload);
  return claims instanceof Map ? claims : null;
}

/** The contents of a signed document whose payload is JSON. */
export async function jsonOf<Shape>(message: Bytes, typ: string, use: string, findKey: FindKey): Promise<Shape | null> {
  const payload = await payloadOf(message, typ, use, findKey);
  if (payload === null) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)) as Shape;
  } catch {
    return null;
  }
}
