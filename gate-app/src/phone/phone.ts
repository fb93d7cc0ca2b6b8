/** The phone as it stands: what it was told, how old that is, who is on duty, what waits to be sent. */
import type { FindKey } from "../code/reading";
import { UNSET, type Clock } from "../feed/clock";
import { statusAt, type StatusList } from "../feed/status_list";
import { fromBase64Url, type Enrolment } from "../office/enrolment";
import { NOBODY, type Duty, type Guard } from "../shift/duty";
import { openDatabase, type Database } from "../store/database";
import { countUnsent } from "../store/outbox";
import { jsonOf } from "../trust/signed_document";
import { keysAt, readTrustList, type TrustList } from "../trust/trust_list";
import type { PassagePolicy } from "../decision/types";
import { forgetOffice, keep, recall, type Kept, type SignedCopy } from "./kept";

/** The roster as it is signed. A line: row, dwelling, masked name, index on the day list, household, flags. */
export interface Roster {
  gate: string | number;
  compound: string;
  list: number;
  issued_at: string;
  expires_at: string;
  people: [number, string, string, number, number, unknown][];
}

const LANGUAGES = ["zh", "en"] as const;

export class Phone {
  enrolment: Enrolment | null = null;
  trust: TrustList | null = null;
  policy: PassagePolicy | null = null;
  roster: Roster | null = null;
  guards: Guard[] = [];
  duty: Duty = NOBODY;
  clock: Clock = UNSET;
  headIssued = 0;
  lists = new Map<number, StatusList>();
  current: Record<string, number> = {};
  direction: "in" | "out" = "in";
  language: "zh" | "en" = "zh";
  thermometerBroken = false;
  unsent = 0;
  setAside = 0;
  /** Whether the last call reached the office; null before the first. */
  reached: boolean | null = null;
  /** Whether the office said that this phone is no longer known. */
  gone = false;
  persisted: boolean | null = null;
  private readonly listeners = new Set<() => void>();

  private constructor(readonly database: Database) {}

  static async wake(databaseName?: string, lost?: () => void): Promise<Phone> {
    const phone = new Phone(await openDatabase(databaseName, lost));
    const from = <Name extends keyof Kept>(name: Name) => recall(phone.database, name);
    phone.enrolment = (await from("enrolment")) ?? null;
    phone.clock = (await from("clock")) ?? UNSET;
    phone.headIssued = (await from("head_issued")) ?? 0;
    phone.current = (await from("current")) ?? {};
    phone.duty = (await from("duty")) ?? NOBODY;
    phone.guards = (await from("guards")) ?? [];
    phone.direction = (await from("direction")) ?? "in";
    phone.thermometerBroken = (await from("thermometer_broken")) ?? false;
    const spoken = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
    phone.language = (await from("language")) ?? LANGUAGES.find((one) => one === spoken) ?? "zh";
    for (const list of await phone.database.getAll("lists")) phone.lists.set(list.list, list);
    await phone.believeTrust(await from("trust"));
    await phone.believePolicy(await from("policy"));
    await phone.believeRoster(await from("roster"));
    await phone.count();
    return phone;
  }

  /** Milliseconds by signed clock. */
  nowMs(): number {
    return Date.now() + this.clock.offsetMs;
  }

  /** Unix seconds by signed clock. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  findKey(): FindKey {
    return keysAt(this.trust, this.now());
  }

  /** Seconds since the feed was last known to be current; null before it was heard at all. */
  feedAge(): number | null {
    return this.headIssued === 0 ? null : Math.max(0, this.now() - this.headIssued);
  }

  /** Up to when (unix seconds) what we know of a list is current; null when we do not have it. */
  listCurrentAt(list: number): number | null {
    return this.lists.has(list) ? (this.current[String(list)] ?? null) : null;
  }

  statusOf(list: number, index: number): number | null {
    const found = this.lists.get(list);
    return found === undefined ? null : statusAt(found, index);
  }

  /** Whether codes can be checked here at all: with nothing told, a code is neither valid nor invalid. */
  isReady(): boolean {
    return this.enrolment !== null && this.trust !== null && this.policy !== null;
  }

  async believeTrust(message: Uint8Array<ArrayBuffer> | undefined): Promise<boolean> {
    if (message === undefined || this.enrolment === null) return false;
    const list = await readTrustList(message, fromBase64Url(this.enrolment.root_key)).catch(() => null);
    if (list === null || (this.trust !== null && list.counter < this.trust.counter)) return false;
    this.trust = list;
    return true;
  }

  async believePolicy(copy: SignedCopy | undefined): Promise<boolean> {
    const found = copy && (await jsonOf<PassagePolicy>(copy.message, "sw/policy+json", "policy", this.findKey()));
    if (found) this.policy = found;
    return Boolean(found);
  }

  async believeRoster(copy: SignedCopy | undefined): Promise<boolean> {
    const found = copy && (await jsonOf<Roster>(copy.message, "sw/roster+json", "roster", this.findKey()));
    if (found) this.roster = found;
    return Boolean(found);
  }

  /** The roster while it may be used: a phone that the office no longer hears loses it by time. */
  rosterInForce(): Roster | null {
    if (this.roster === null || Date.parse(this.roster.expires_at) <= this.nowMs()) return null;
    return this.roster;
  }

  async keep<Name extends keyof Kept>(name: Name, value: Kept[Name]): Promise<void> {
    await keep(this.database, name, value);
  }

  async setDuty(duty: Duty): Promise<void> {
    this.duty = duty;
    await this.keep("duty", duty);
    this.tell();
  }

  async enrolled(enrolment: Enrolment): Promise<void> {
    this.enrolment = enrolment;
    this.gone = false;
    await this.keep("enrolment", enrolment);
    this.tell();
  }

  /** The office has taken this phone out of service: forget what it told us, keep what we recorded. */
  async forget(): Promise<void> {
    await forgetOffice(this.database);
    Object.assign(this, {
      enrolment: null, trust: null, policy: null, roster: null, guards: [], duty: NOBODY, clock: UNSET, headIssued: 0,
      lists: new Map(), current: {}, thermometerBroken: false, gone: true,
    });
    this.tell();
  }

  async count(): Promise<void> {
    this.unsent = await countUnsent(this.database);
    this.setAside = await this.database.count("set_aside");
    this.tell();
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  tell(): void {
    for (const listener of this.listeners) listener();
  }
}
