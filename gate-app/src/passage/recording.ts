/** Writing down what happened: durably, on the phone, before anything is sent. */
import type { Passage } from "../decision/types";
import type { Phone } from "../phone/phone";
import { activeGuard } from "../shift/duty";
import type { Entry } from "../store/database";
import { putInOutbox } from "../store/outbox";
import { uuid7 } from "../store/uuid7";
import type { Draft, Shown } from "./draft";
import type { Remembered } from "./earlier";

const degrees = (tenths: number | undefined): string | null => (tenths === undefined ? null : (tenths / 10).toFixed(1));

/** By which permit the person at a place went through: each uses their own. */
const permitOf = (passage: Passage, place: number): string | null => (passage.permits.length > 0 ? (passage.permits[place] ?? null) : passage.permit);

/** The items of a draft: one a person, so that a family of four is four people. The first has the draft's own id. */
function items(phone: Phone, draft: Draft, passage: Passage, override: string | null): Record<string, unknown>[] {
  const { traveller } = draft;
  const people = traveller.people.length > 0 ? traveller.people : [null];
  const shown = (place: number): Shown => draft.codes?.[place] ?? draft;
  return people.map((person, place) => {
    const measured = traveller.temperatures.filter((one) => one.position === place + 1 || one.position === 0);
    return {
      id: place === 0 ? draft.id : uuid7(draft.begunAt),
      at: new Date().toISOString(),
      clock_offset_ms: Math.round(phone.clock.offsetMs),
      direction: draft.direction,
      traveller: {
        kind: traveller.kind, list: shown(place).list, idx: person?.idx ?? null, cti: shown(place).cti, row: person?.row ?? null,
        phone_hash: traveller.phone_hash, plate: traveller.plate, host: traveller.host, company: draft.company || null,
        people: draft.heads, purpose: traveller.purpose || null, permit: permitOf(passage, place),
      },
      temperature: degrees(measured[0]?.tenths),
      second_temperature: degrees(measured[1]?.tenths),
      mask: traveller.mask,
      identity: traveller.identity,
      verdict: passage.verdict,
      reason: passage.reason,
      feed_sequence: phone.lists.get(shown(place).list ?? -1)?.sequence ?? null,
      policy_version: phone.policy?.version ?? null,
      guard: activeGuard(phone.duty)?.guard ?? null,
      override: override === null ? null : { reason: override },
    };
  });
}

/** Record a passage; `override`: why the guard let somebody through against the verdict. */
export async function recordPassage(phone: Phone, draft: Draft, passage: Passage, override: string | null = null): Promise<void> {
  const gate = String(phone.enrolment?.gate ?? "");
  const bodies = items(phone, draft, passage, override);
  await putInOutbox(phone.database, bodies.map((body) => ({ id: String(body["id"]), gate, kind: "passage", body })));
  const passed = (passage.verdict === "pass" && passage.needs.length === 0) || override !== null;
  for (const [place, body] of bodies.entries()) {
    const person = draft.traveller.people[place];
    const remembered: Remembered = {
      id: String(body["id"]), at: phone.nowMs(), direction: draft.direction, household: person?.household ?? null,
      row: person?.row ?? null, permit: permitOf(passage, place), passed, name: draft.names[place] || draft.traveller.plate || "",
      reason: passage.reason, verdict: passage.verdict,
    };
    await phone.database.put("recent", remembered);
  }
  await phone.database.delete("kept", "begun");
  await phone.count();
}

async function note(phone: Phone, kind: Entry["kind"], body: Record<string, unknown>): Promise<void> {
  const id = uuid7();
  await putInOutbox(phone.database, [{ id, gate: String(phone.enrolment?.gate ?? ""), kind, body: { id, ...body } }]);
  await phone.count();
}

export type ShiftKind = "check_in" | "check_out" | "hand_over" | "thermometer_broken" | "phone_lost" | "unattended" | "wrong_pin";

/** `at`: milliseconds by device clock, when it was otherwise than now. */
export const noteShift = (phone: Phone, kind: ShiftKind, guard: string | number | null, detail: Record<string, unknown> = {}, at = Date.now()): Promise<void> =>
  note(phone, "shift", { kind, guard, at: new Date(at).toISOString(), offset_ms: Math.round(phone.clock.offsetMs), detail });

export type Step = "first_reading" | "second_reading" | "held" | "called" | "transferred" | "released";

export const noteStep = (phone: Phone, passage: string, step: Step, tenths: number | null = null, words = ""): Promise<void> =>
  note(phone, "incident", { passage, step, at: new Date().toISOString(), offset_ms: Math.round(phone.clock.offsetMs), temperature: tenths === null ? null : degrees(tenths), note: words });
