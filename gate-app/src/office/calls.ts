/** Calls to the office. `navigator.onLine` tells little, so every call has a time-out and its failure is an answer. */
import type { Entry, EntryKind } from "../store/database";
import type { Sent } from "../store/outbox";
import type { Enrolment } from "./enrolment";

const API = "/api/v1/gates/";
const PATIENCE_MS = 8_000;
const PATIENCE_BATCH_MS = 30_000;

type Bytes = Uint8Array<ArrayBuffer>;

export type Answer<Shape> =
  | { kind: "ok"; value: Shape; etag: string | null }
  | { kind: "unchanged" }
  | { kind: "unreachable" }
  | { kind: "gone" }
  | { kind: "refused"; status: number; sentence: Sentence | null };

/** The office's own words for why not. */
export interface Sentence {
  reason: string;
  zh: string;
  en: string;
}

interface Options {
  token?: string;
  etag?: string | null;
  body?: unknown;
  patience?: number;
  headers?: Record<string, string>;
}

function sentenceIn(body: unknown): Sentence | null {
  if (typeof body !== "object" || body === null) return null;
  const said = body as Record<string, unknown>;
  const text = (...names: string[]) => names.map((name) => said[name]).find((one) => typeof one === "string") as string | undefined;
  const zh = text("zh", "sentence_zh", "message", "sentence", "detail");
  const en = text("en", "sentence_en", "message", "sentence", "detail");
  return zh === undefined || en === undefined ? null : { reason: text("reason", "code") ?? "", zh, en };
}

async function call<Shape>(url: string, options: Options, read: (response: Response) => Promise<Shape>): Promise<Answer<Shape>> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers["Authorization"] = `Bearer ${options.token}`;
  if (options.etag) headers["If-None-Match"] = options.etag;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const cut = new AbortController();
  const timer = setTimeout(() => cut.abort(), options.patience ?? PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method: options.body === undefined ? "GET" : "POST",
      headers,
      credentials: "omit",
      cache: "no-store",
      signal: cut.signal,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    if (response.status === 304) return { kind: "unchanged" };
    if (response.ok) return { kind: "ok", value: await read(response), etag: response.headers.get("ETag") };
    if (response.status === 401) return { kind: "gone" };
    if (response.status >= 500 || response.status === 429 || response.status === 408) return { kind: "unreachable" };
    const body: unknown = await response.json().catch(() => null);
    return { kind: "refused", status: response.status, sentence: sentenceIn(body) };
  } catch {
    return { kind: "unreachable" };
  } finally {
    clearTimeout(timer);
  }
}

const asJson = <Shape>(response: Response): Promise<Shape> => response.json() as Promise<Shape>;
const asBytes = async (response: Response): Promise<Bytes> => new Uint8Array(await response.arrayBuffer());

export const enrol = (code: string): Promise<Answer<Enrolment>> =>
  call(`${API}enrol`, { body: { code } }, (response) => asJson<Enrolment>(response));

/** JSON about this gate; `headers` say how the phone is. */
export const ask = <Shape>(phone: Enrolment, what: string, headers: Record<string, string> = {}): Promise<Answer<Shape>> =>
  call(`${API}${encodeURIComponent(phone.gate)}/${what}`, { token: phone.token, headers }, (response) => asJson<Shape>(response));

/** The trust list from the office, for when the feed's address has died. */
export const askTrust = (phone: Enrolment): Promise<Answer<Bytes>> => call(`${API}trust`, { token: phone.token }, asBytes);

/** A signed document about this gate. */
export const askSigned = (phone: Enrolment, what: string, etag: string | null = null): Promise<Answer<Bytes>> =>
  call(`${API}${encodeURIComponent(phone.gate)}/${what}`, { token: phone.token, etag }, asBytes);

export const tell = <Shape>(phone: Enrolment, what: string, body: unknown): Promise<Answer<Shape>> =>
  call(`${API}${encodeURIComponent(phone.gate)}/${what}`, { token: phone.token, body }, (response) => asJson<Shape>(response));

/** A file of the status feed: no token, the address is the permission. */
export const feedFile = (feed: string, name: string): Promise<Answer<Bytes>> =>
  call(new URL(name, new URL(feed, location.href)).href, {}, asBytes);

const PATHS: Record<EntryKind, string> = { passage: "passages", shift: "shift-events", incident: "incidents" };

/** Send one batch of the outbox. An answer that names no items has taken them all. */
export async function sendBatch(phone: Enrolment, gate: string, kind: EntryKind, batch: Entry[]): Promise<Sent> {
  const answer = await call<{ items?: { id: string }[] }>(
    `${API}${encodeURIComponent(gate)}/${PATHS[kind]}`,
    { token: phone.token, body: batch.map((entry) => entry.body), patience: PATIENCE_BATCH_MS },
    (response) => asJson(response),
  );
  if (answer.kind === "ok") {
    const items = answer.value.items;
    return { result: "taken", answered: new Set((items ?? batch).map((item) => item.id)) };
  }
  if (answer.kind === "gone") return { result: "gone" };
  if (answer.kind === "refused") return { result: "refused", answer: answer.sentence?.zh ?? String(answer.status) };
  return { result: "unreachable" };
}
