/** COSE_Sign1 (RFC 9052) as our own profiles write it: untagged, deterministic, ESP256, unprotected header empty. */
import { readCbor, writeCbor } from "./cbor";

export const ESP256 = -9;
const ALG = 1;
const KID = 4;
const TYP = 16;
const KID_BYTES = 8;
const SIGNATURE_BYTES = 64;

type Bytes = Uint8Array<ArrayBuffer>;

/** A COSE_Sign1 taken apart but not yet verified: believe nothing in it. */
export interface Parts {
  protectedBytes: Bytes;
  header: Map<unknown, unknown>;
  payload: Bytes;
  signature: Bytes;
  /** Key identifier as hex, and the algorithm that the message claims. */
  kid: string;
  alg: number;
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const isBytes = (value: unknown): value is Bytes => value instanceof Uint8Array;

export function takeApart(message: Uint8Array): Parts | null {
  const found = readCbor(message);
  if (!Array.isArray(found) || found.length !== 4) return null;
  const [protectedBytes, unprotected, payload, signature] = found as unknown[];
  if (!isBytes(protectedBytes) || !isBytes(payload) || !isBytes(signature)) return null;
  if (!(unprotected instanceof Map) || unprotected.size !== 0 || signature.length !== SIGNATURE_BYTES) return null;
  const header = readCbor(protectedBytes);
  if (!(header instanceof Map)) return null;
  const kid: unknown = header.get(KID);
  const alg: unknown = header.get(ALG);
  if (!isBytes(kid) || kid.length !== KID_BYTES || typeof alg !== "number") return null;
  return { protectedBytes, header, payload, signature, kid: hex(kid), alg };
}

/** Whether a protected header is exactly alg and kid, and with `typ` that type as well. */
export function headerIsOurs(parts: Parts, typ?: string): boolean {
  if (typ === undefined) return parts.header.size === 2;
  return parts.header.size === 3 && parts.header.get(TYP) === typ;
}

export async function importPoint(point: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new Uint8Array(point), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
}

export async function signatureHolds(parts: Parts, key: CryptoKey): Promise<boolean> {
  const signed = writeCbor(["Signature1", parts.protectedBytes, new Uint8Array(0), parts.payload]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, parts.signature, signed);
}
