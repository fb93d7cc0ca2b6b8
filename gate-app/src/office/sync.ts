/** Keeps the phone in step with the office: status feed every few seconds, its own papers every minute, outbox always. */
import { heardHead, heardOffice } from "../feed/clock";
import { readHead, type HeadEntry } from "../feed/head";
import { applyDelta, readSnapshot, type StatusList } from "../feed/status_list";
import type { Phone } from "../phone/phone";
import type { Guard } from "../shift/duty";
import { flushOutbox } from "../store/outbox";
import { ask, askSigned, askTrust, feedFile, sendBatch } from "./calls";
import { millisecondsOf, type Enrolment } from "./enrolment";

const FEED_EVERY_MS = 5_000;
const OFFICE_EVERY_MS = 60_000;
const SAVE_LISTS_EVERY_MS = 60_000;

interface State {
  gate_name: string;
  compound: string;
  feed: string;
  policy_etag?: string | null;
  roster_etag?: string | null;
  server_time: string | number;
  device?: { name?: string; expires?: string };
}

export class Sync {
  private savedAt = 0;
  private unsaved = false;
  private officeAt = 0;
  /** What the office was last told of the outbox. */
  private toldUnsent = -1;

  constructor(private readonly phone: Phone) {}

  /** Run for as long as the page is open. */
  start(): void {
    const soon = (): void => void this.round(true);
    window.addEventListener("online", soon);
    window.addEventListener("focus", soon);
    window.addEventListener("pageshow", soon);
    window.addEventListener("pagehide", () => void this.saveLists());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") soon();
      else void this.saveLists();
    });
    window.setInterval(() => void this.round(false), FEED_EVERY_MS);
    soon();
  }

  /** One round; two pages of the app take turns. */
  async round(officeToo: boolean): Promise<void> {
    await navigator.locks.request("shouwang-gate-sync", { ifAvailable: !officeToo }, async (lock) => {
      if (lock === null) return;
      // Between two rounds what is recorded goes out; what is still here then does not get through, and the office should know.
      const wanted = officeToo || Date.now() - this.officeAt > OFFICE_EVERY_MS || !this.phone.isReady() || this.waiting() !== this.toldUnsent;
      if (wanted) await this.office();
      await this.feed();
    });
    await this.flush();
  }

  /** Send what waits. One page at a time, so that the order holds. */
  async flush(): Promise<void> {
    const { phone } = this;
    await navigator.locks.request("shouwang-gate-outbox", async () => {
      const enrolment = phone.enrolment;
      if (enrolment === null) return;
      let gone = false;
      const all = await flushOutbox(phone.database, async (gate, kind, batch) => {
        const sent = await sendBatch(enrolment, gate, kind, batch);
        gone ||= sent.result === "gone";
        if (sent.result === "taken" || sent.result === "unreachable") phone.reached = sent.result === "taken";
        return sent;
      });
      if (gone) await phone.forget();
      if (!all || phone.unsent > 0 || phone.setAside > 0) await phone.count();
    });
  }

  private waiting(): number {
    return this.phone.unsent + this.phone.setAside;
  }

  /** For the office's board: what waits here, how current we are, which build this is. */
  private howWeAre(): Record<string, string> {
    const day = [...this.phone.lists.values()].filter((list) => list.list < 1_000_000).sort((a, b) => b.list - a.list);
    const [newest] = day;
    return {
      "X-Unsent": String(this.waiting()),
      "X-App-Version": BUILD_LABEL,
      ...(newest === undefined ? {} : { "X-Feed-Sequence": String(newest.sequence) }),
    };
  }

  private async office(): Promise<void> {
    const { phone } = this;
    const enrolment = phone.enrolment;
    if (enrolment === null) return;
    const unsent = this.waiting();
    const answer = await ask<State>(enrolment, "state", this.howWeAre());
    if (answer.kind === "gone") return phone.forget();
    phone.reached = answer.kind === "ok";
    if (answer.kind !== "ok") return phone.tell();
    const state = answer.value;
    this.officeAt = Date.now();
    this.toldUnsent = unsent;
    phone.clock = heardOffice(phone.clock, millisecondsOf(state.server_time), Date.now());
    await phone.keep("clock", phone.clock);
    const told: Enrolment = {
      ...enrolment, feed: state.feed, gate_name: state.gate_name, compound: state.compound,
      expires: state.device?.expires ?? enrolment.expires,
    };
    if (JSON.stringify(told) !== JSON.stringify(enrolment)) await phone.enrolled(told);
    await this.papers(told, state);
    phone.tell();
  }

  /** Trust list first: it says whose signature on the others counts. */
  private async papers(enrolment: Enrolment, told: State): Promise<void> {
    const { phone } = this;
    const inFeed = await feedFile(enrolment.feed, "trust");
    const trust = inFeed.kind === "ok" ? inFeed : await askTrust(enrolment);
    if (trust.kind === "ok" && (await phone.believeTrust(trust.value))) await phone.keep("trust", trust.value);
    for (const name of ["policy", "roster"] as const) {
      const before = (phone[name] !== null && (await phone.database.get("kept", name))) || null;
      const etag = before === null ? null : (before as { etag: string | null }).etag;
      if (etag !== null && etag === told[`${name}_etag`]) continue;
      const paper = await askSigned(enrolment, name, etag);
      if (paper.kind !== "ok") continue;
      const copy = { message: paper.value, etag: paper.etag };
      const believed = name === "policy" ? await phone.believePolicy(copy) : await phone.believeRoster(copy);
      if (believed) await phone.keep(name, copy);
    }
    const guards = await ask<Guard[] | { guards?: Guard[]; items?: Guard[] }>(enrolment, "guards");
    if (guards.kind === "ok") {
      const found = Array.isArray(guards.value) ? guards.value : (guards.value.guards ?? guards.value.items ?? []);
      phone.guards = found;
      await phone.keep("guards", found);
    }
  }

  private async feed(): Promise<void> {
    const { phone } = this;
    const feed = phone.enrolment?.feed;
    if (feed === undefined || phone.trust === null) return;
    const answer = await feedFile(feed, "head");
    if (answer.kind === "refused") this.officeAt = 0; // The address of the feed changes each day; the office knows the new one.
    const head = answer.kind === "ok" ? await readHead(answer.value, phone.findKey()) : null;
    if (head === null) return phone.tell();
    if (head.issued < phone.headIssued) return phone.tell();
    phone.clock = heardHead(phone.clock, head.issued, Date.now());
    phone.headIssued = head.issued;
    for (const entry of head.lists) {
      if (await this.follow(feed, entry)) phone.current[String(entry.list)] = head.issued;
    }
    await this.dropOldLists(head.lists);
    await phone.keep("clock", phone.clock);
    if (!this.unsaved) await this.saveAges();
    else if (Date.now() - this.savedAt > SAVE_LISTS_EVERY_MS) await this.saveLists();
    phone.tell();
  }

  /** Bring one list to where the head has it: by one delta, or by the snapshot when that fails. */
  private async follow(feed: string, entry: HeadEntry): Promise<boolean> {
    const { phone } = this;
    const before = phone.lists.get(entry.list);
    if (before?.sequence === entry.sequence && before.hash === entry.hash) return true;
    const after = (before && (await this.byDelta(feed, before, entry))) ?? (await this.bySnapshot(feed, entry));
    if (after === null || after.hash !== entry.hash) return false;
    phone.lists.set(entry.list, after);
    this.unsaved = true;
    return true;
  }

  private async byDelta(feed: string, before: StatusList, entry: HeadEntry): Promise<StatusList | null> {
    if (before.sequence >= entry.sequence) return null;
    const answer = await feedFile(feed, `${entry.list}/${before.sequence}-${entry.sequence}.delta`);
    return answer.kind === "ok" ? applyDelta(answer.value, before, entry.sequence, this.phone.findKey()) : null;
  }

  private async bySnapshot(feed: string, entry: HeadEntry): Promise<StatusList | null> {
    const answer = await feedFile(feed, `${entry.list}/${entry.sequence}.snapshot`);
    return answer.kind === "ok" ? readSnapshot(answer.value, entry.list, entry.sequence, this.phone.findKey()) : null;
  }

  /** A list that the head no longer names is over; it is kept no longer than that. */
  private async dropOldLists(named: HeadEntry[]): Promise<void> {
    const { phone } = this;
    for (const list of [...phone.lists.keys()].filter((key) => !named.some((entry) => entry.list === key))) {
      phone.lists.delete(list);
      delete phone.current[String(list)];
      await phone.database.delete("lists", list);
    }
  }

  async saveLists(): Promise<void> {
    if (!this.unsaved) return;
    this.unsaved = false;
    this.savedAt = Date.now();
    for (const list of this.phone.lists.values()) await this.phone.database.put("lists", list);
    await this.saveAges();
  }

  /** How current the lists are is kept only with the lists themselves: after a reload nothing looks newer than it is. */
  private async saveAges(): Promise<void> {
    await Promise.all([this.phone.keep("head_issued", this.phone.headIssued), this.phone.keep("current", this.phone.current)]);
  }
}
