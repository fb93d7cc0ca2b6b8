/** CBOR in its one deterministic encoding (RFC 8949 4.2.1): whatever is written differently is not read at all. */
import { decode, encode, rfc8949EncodeOptions } from "cborg";

const STRICT = {
  strict: true,
  useMaps: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
} as const;

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The one item that these bytes are, maps as Map; undefined for every other sequence of bytes. */
export function readCbor(bytes: Uint8Array): unknown {
  try {
    const found: unknown = decode(bytes, STRICT);
    return sameBytes(writeCbor(found), bytes) ? found : undefined;
  } catch {
    return undefined;
  }
}

export function writeCbor(value: unknown): Uint8Array<ArrayBuffer> {
  return encode(value, rfc8949EncodeOptions) as Uint8Array<ArrayBuffer>;
}
