/** The named things that a phone keeps beside its lists and its outbox. */
import type { Clock } from "../feed/clock";
import type { Enrolment } from "../office/enrolment";
import type { Guard, Duty } from "../shift/duty";
import type { Database } from "../store/database";

type Bytes = Uint8Array<ArrayBuffer>;

/** A signed document as it came, so that it is verified again at each start. */
export interface SignedCopy {
  message: Bytes;
  etag: string | null;
}

export interface Kept {
  enrolment: Enrolment;
  trust: Bytes;
  policy: SignedCopy;
  roster: SignedCopy;
  guards: Guard[];
  clock: Clock;
  /** By list: up to which head (unix seconds) the list was current. */
  current: Record<string, number>;
  head_issued: number;
  duty: Duty;
  direction: "in" | "out";
  language: "zh" | "en";
  thermometer_broken: boolean;
  /** Of each guard: wrong PINs since the last right one, and until when (milliseconds by device clock) none is looked at. */
  pin_tries: Record<string, { wrong: number; until: number }>;
  /** What a guard has begun and not yet recorded. */
  begun: unknown;
}

export async function recall<Name extends keyof Kept>(database: Database, name: Name): Promise<Kept[Name] | undefined> {
  return (await database.get("kept", name)) as Kept[Name] | undefined;
}

export async function keep<Name extends keyof Kept>(database: Database, name: Name, value: Kept[Name]): Promise<void> {
  await database.put("kept", value, name);
}

/** A phone that is no longer known forgets what it was told. What it has recorded stays, and so does its language. */
export async function forgetOffice(database: Database): Promise<void> {
  const transaction = database.transaction(["kept", "lists", "recent"], "readwrite", { durability: "strict" });
  const kept = transaction.objectStore("kept");
  const office: (keyof Kept)[] = [
    "enrolment", "trust", "policy", "roster", "guards", "clock", "current", "head_issued", "duty", "thermometer_broken", "begun",
  ];
  await Promise.all([
    ...office.map((name) => kept.delete(name)),
    transaction.objectStore("lists").clear(),
    transaction.objectStore("recent").clear(),
    transaction.done,
  ]);
}
