/** People who wait at the gate: for a second reading, or held until somebody takes them over. Kept until they have gone. */
import type { Reason } from "../decision/types";
import type { Phone } from "../phone/phone";
import type { Draft } from "./draft";
import { noteStep, type Step } from "./recording";

export interface Hold {
  id: string;
  draft: Draft;
  reason: Reason;
  /** Which steps were taken, with when (milliseconds by device clock). */
  steps: { step: Step; at: number }[];
  /** When the second reading may be taken (milliseconds by signed clock); null when none is awaited. */
  secondAt: number | null;
}

export const waiting = async (phone: Phone): Promise<Hold[]> => (await phone.database.getAll("holds")) as unknown as Hold[];

async function put(phone: Phone, hold: Hold): Promise<Hold> {
  const transaction = phone.database.transaction("holds", "readwrite", { durability: "strict" });
  await Promise.all([transaction.store.put({ ...hold }), transaction.done]);
  phone.tell();
  return hold;
}

/** Somebody with a fever waits apart for a second reading. */
export async function awaitSecond(phone: Phone, draft: Draft, reason: Reason, until: number | null): Promise<Hold> {
  const minutes = phone.policy?.second_reading_minutes ?? 5;
  const secondAt = until === null ? phone.nowMs() + minutes * 60_000 : until * 1000;
  const hold: Hold = { id: draft.id, draft, reason, steps: [{ step: "first_reading", at: Date.now() }], secondAt };
  await noteStep(phone, draft.id, "first_reading", draft.traveller.temperatures.at(-1)?.tenths ?? null);
  return put(phone, hold);
}

/** Somebody is held in the waiting place until they are transferred or released. */
export async function holdApart(phone: Phone, draft: Draft, reason: Reason, earlier: Hold | null): Promise<Hold> {
  const steps = [...(earlier?.steps ?? []), { step: "held" as const, at: Date.now() }];
  await noteStep(phone, draft.id, "held");
  return put(phone, { id: draft.id, draft, reason, steps, secondAt: null });
}

export async function takeStep(phone: Phone, hold: Hold, step: Step, words = ""): Promise<Hold | null> {
  await noteStep(phone, hold.id, step, null, words);
  if (step === "transferred" || step === "released") {
    await phone.database.delete("holds", hold.id);
    phone.tell();
    return null;
  }
  return put(phone, { ...hold, steps: [...hold.steps, { step, at: Date.now() }] });
}

export async function endHold(phone: Phone, id: string): Promise<void> {
  await phone.database.delete("holds", id);
  phone.tell();
}
