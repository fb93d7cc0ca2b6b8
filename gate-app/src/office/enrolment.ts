/** What an enrolled phone knows of itself. */
export interface Enrolment {
  device: string | number;
  token: string;
  gate: string;
  gate_name: string;
  compound: string;
  expires: string;
  /** base64url of 65 bytes. */
  root_key: string;
  feed: string;
  server_time: string | number;
}

/** A one-time code may be scanned as an address (`…/gate/#enrol=CODE`), as bare text, or typed. */
export function enrolmentCodeIn(text: string): string | null {
  const inAddress = /[#?&](?:enrol|code)=([A-Za-z0-9_-]+)/.exec(text);
  const found = inAddress?.[1] ?? text.trim().replace(/\s+/g, "");
  return /^[A-Za-z0-9_-]{4,80}$/.test(found) ? found : null;
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** Unix milliseconds of a time given as seconds or as ISO 8601. */
export function millisecondsOf(time: string | number): number {
  return typeof time === "number" ? time * 1000 : Date.parse(time);
}
