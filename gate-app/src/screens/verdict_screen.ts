/** What the gate says, over the whole screen, and the musts that are left: from the scan to the record in three taps. */
import { decide, draftOfLine, passengersLeft, withLine, withPassenger, type Draft } from "../passage/draft";
import { awaitSecond, endHold, holdApart, waiting, type Hold } from "../passage/holds";
import { noteStep, recordPassage } from "../passage/recording";
import type { Colour, Need, Passage, Verdict } from "../decision/types";
import { say } from "../decision/sentences";
import { button, el, field, fill, shape, type Child } from "../look/dom";
import { signal } from "../look/signals";
import { tell } from "../office/calls";
import type { Word } from "../words/words";
import type { App, Make, Screen } from "./app";
import { holdScreen } from "./hold_screen";
import { temperaturePanel, tenthsTyped, yesNoPanel } from "./must_panel";
import { pickLine } from "./roster_screen";
import type { Roster } from "../phone/phone";
import { scanScreen } from "./scan_screen";

const WORD_OF: Record<Verdict, Word> = { pass: "word_pass", refuse: "word_refuse", hold: "word_hold", check: "word_check" };
const COLOUR_OF: Record<Colour, Word> = { green: "colour_green", yellow: "colour_yellow", red: "colour_red", grey: "colour_grey" };
const WHY_THROUGH: Word[] = ["why_medical", "why_fire", "why_office", "why_known"];
/** A first reading was high: a second decides. */
const FEVERISH = new Set<Passage["reason"]>(["fever_wait", "fever_second"]);
const DONE_MS = 1600;
const ANSWER_EVERY_MS = 10_000;

/** `frameAt`: when the camera saw the code; `hold`: who comes back from the waiting place. */
export function verdictScreen(begun: Draft, frameAt: number | null = null, hold: Hold | null = null): Make {
  return (app: App): Screen => {
    const { phone } = app;
    const node = el("section", { class: "verdict" });
    let draft = begun;
    let passage: Passage | null = null;
    let said: Verdict | null = null;
    let busy = false;
    let timer = 0;
    /** The rules' version under which the office was asked for a permit, and when they were last asked for anew. */
    let asked: string | null = null;
    let askedAgainAt = 0;

    const again = (): void => void judge();
    const change = (traveller: Partial<Draft["traveller"]>): void => {
      draft = { ...draft, traveller: { ...draft.traveller, ...traveller } };
      again();
    };

    async function judge(): Promise<void> {
      const found = await decide(phone, draft);
      passage = found;
      if (hold === null) await phone.keep("begun", draft);
      if (found.verdict === "pass" && open(found).length === 0) return record(null);
      if (said !== found.verdict) signal(found.verdict);
      said = found.verdict;
      show(found);
      if (frameAt !== null) {
        node.dataset["frameMs"] = (performance.now() - frameAt).toFixed(1);
        frameAt = null;
      }
    }

    /** What is still to be done. Of several, each is measured. */
    const open = (found: Passage): Need[] => {
      const { people, temperatures } = draft.traveller;
      const measured = new Set(temperatures.map((one) => one.position));
      const left = people.length > 1 && phone.policy?.musts.includes("temperature") && people.some((_, at) => !measured.has(at + 1));
      const needs: Need[] = left && !found.needs.includes("temperature") ? [...found.needs, "temperature"] : found.needs;
      return found.verdict === "pass" && passengersLeft(draft) > 0 && !needs.includes("code") ? [...needs, "code"] : needs;
    };

    async function record(override: string | null): Promise<void> {
      if (busy || passage === null) return;
      busy = true;
      await recordPassage(phone, draft, passage, override);
      if (hold !== null) {
        await noteStep(phone, draft.id, "second_reading", draft.traveller.temperatures.at(-1)?.tenths ?? null);
        await endHold(phone, hold.id);
      }
      void app.sync.flush();
      if (passage.verdict === "pass" || override !== null) done();
      else {
        app.say(app.word("recorded"));
        app.home();
      }
    }

    /** Through: shown large for a moment, and any touch goes on. */
    function done(): void {
      signal("pass");
      node.className = "verdict pass done";
      const [measured] = draft.traveller.temperatures.slice(-1);
      const facts = [draft.names.filter(Boolean).join("、"), measured ? `${(measured.tenths / 10).toFixed(1)} ℃` : ""].filter(Boolean);
      fill(node,
        el("div", { class: "big" }, shape("pass"), el("h1", { tabindex: "-1" }, app.word("word_pass"))),
        el("p", { class: "sentence" }, facts.join(" · ")),
        ...bannerLines(),
        el("p", { class: "next" }, `✓ ${app.word("recorded")}`),
        button(app.word("go_on"), () => app.home(), "wide"),
      );
      node.querySelector("h1")?.focus();
      timer = window.setTimeout(() => app.home(), passage?.banner.length ? DONE_MS * 3 : DONE_MS);
    }

    async function toWaitingPlace(): Promise<void> {
      if (busy || passage === null) return;
      busy = true;
      await recordPassage(phone, draft, passage);
      if (hold !== null) await noteStep(phone, draft.id, "second_reading", draft.traveller.temperatures.at(-1)?.tenths ?? null);
      const held = await holdApart(phone, draft, passage.reason, hold);
      void app.sync.flush();
      app.go(holdScreen(held.id));
    }

    async function toSecondReading(): Promise<void> {
      if (busy || passage === null) return;
      busy = true;
      const held = hold ?? (await awaitSecond(phone, draft, passage.reason, passage.until));
      await phone.database.delete("kept", "begun");
      app.go(holdScreen(held.id));
    }

    const place = (): number => {
      const count = draft.traveller.people.length;
      const measured = new Set(draft.traveller.temperatures.map((one) => one.position));
      for (let position = 1; position <= count; position++) if (!measured.has(position)) return position;
      return passage?.positions[0] ?? (count === 0 ? 0 : 1);
    };

    function measured(tenths: number): void {
      const { policy } = phone;
      if (policy !== null && (tenths < policy.lowest_tenths || tenths > policy.highest_tenths)) {
        app.say(app.word("measure_again"));
        return;
      }
      change({ temperatures: [...draft.traveller.temperatures, { tenths, at: phone.now(), position: place() }], not_measured: false });
    }

    const bannerLines = (): Child[] =>
      passage === null ? [] : say(passage, phone.language).banner.map((line) => el("p", { class: "banner" }, line));

    function musts(found: Passage): Child[] {
      const needs = open(found);
      const { reason } = found;
      const several = draft.traveller.people.length > 1;
      const corrected = reason === "mask_missing" || reason === "identity_wrong";
      const tick = found.verdict === "pass" || corrected;
      const panels: Child[] = [];
      if (tick && (needs.includes("identity") || draft.traveller.identity !== null)) {
        const name = draft.names.filter(Boolean).join("、") || app.word("ask_name");
        panels.push(yesNoPanel({
          name: "identity", label: `${app.word(several ? "must_identity_all" : "must_identity")} ${name}`,
          yes: app.word("yes_same"), no: app.word("not_same"),
          answer: draft.traveller.identity, answered: (yes) => change({ identity: yes }),
        }));
      }
      if (found.verdict === "pass" && needs.includes("code")) {
        const roster = phone.rosterInForce();
        const aboard = draft.traveller.people.length;
        const of = (draft.heads ?? 1) > 1 ? `${app.word("person_of", { n: aboard + 1, all: draft.heads ?? 1 })} · ` : "";
        const add = (): void => app.go(pickLine((line) => app.go(verdictScreen(withPassenger(draft, draftOfLine(phone, roster as Roster, line)))), () => app.go(verdictScreen(draft))));
        panels.push(el("div", { class: "must stack" }, el("p", { class: "must-name" }, of + app.word("must_code")),
          button(app.word("scan_code"), () => app.go(scanScreen(draft)), "primary wide"),
          aboard > 0 && roster !== null && button(app.word("find_in_roster"), add, "wide")));
      }
      if (tick && (needs.includes("mask") || draft.traveller.mask !== null)) {
        panels.push(yesNoPanel({
          name: "mask", label: app.word("must_mask"), yes: app.word("mask_on"), no: app.word("mask_off"),
          answer: draft.traveller.mask, answered: (yes) => change({ mask: yes }),
        }));
      }
      const second = FEVERISH.has(reason);
      const due = hold === null ? false : phone.nowMs() >= (hold.secondAt ?? 0);
      if ((found.verdict === "pass" && needs.includes("temperature")) || (second && due) || reason === "not_measured") {
        const who = several ? ` · ${app.word("person_of", { n: place(), all: draft.traveller.people.length })} ${draft.names[place() - 1] ?? ""}` : "";
        panels.push(temperaturePanel(app, {
          label: app.word(second ? "second_temperature" : "must_temperature") + who, taken: measured,
          ...(phone.thermometerBroken && reason !== "not_measured" && hold === null ? { cannot: () => change({ not_measured: true }) } : {}),
        }));
      }
      return panels;
    }

    function deeds(found: Passage): Child[] {
      const roster = phone.rosterInForce();
      const unknownHome = draft.traveller.people[0]?.resident === null && roster !== null;
      const askPurpose = (): HTMLElement => {
        const what = field(app.word("purpose"), { maxlength: 80 });
        return el("form", { class: "must", onsubmit: (event) => { event.preventDefault(); if (what.input.value.trim()) change({ purpose: what.input.value.trim() }); } },
          what.node, el("button", { type: "submit", class: "wide" }, app.word("purpose_save")));
      };
      return [
        found.reason === "purpose_needed" && askPurpose(),
        mayAsk(found) && button(app.word("ask_office"), askOffice, "primary wide"),
        asked !== null && found.verdict === "refuse" && el("p", { class: "banner" }, app.word("ask_office_asked")),
        unknownHome && found.reason === "residence_unknown" &&
          button(app.word("find_in_roster"), () => app.go(pickLine((line) => app.go(verdictScreen(withLine(phone, draft, roster, line), null, hold)), () => app.go(verdictScreen(draft, null, hold)))), "wide"),
        FEVERISH.has(found.reason) && hold === null && button(app.word("start_wait"), toSecondReading, "primary wide"),
        found.verdict === "hold" && !FEVERISH.has(found.reason) && button(app.word("start_hold"), toWaitingPlace, "primary wide"),
        (found.verdict === "refuse" || found.verdict === "check") && button(app.word("next_person"), () => record(null), "primary wide"),
        found.verdict === "check" && roster !== null && button(app.word("roster"), () => void toRoster(), "wide"),
        (found.verdict === "refuse" || found.verdict === "check") && letThrough(),
        found.verdict === "pass" && hold === null && button(app.word("cancel"), cancel, "wide quiet"),
      ];
    }

    /** Somebody visits a household and has no permit: the office can give one while they wait. */
    const mayAsk = (found: Passage): boolean =>
      found.reason === "no_permit" && draft.traveller.kind === "visitor" && draft.traveller.host !== null && asked === null;

    async function askOffice(): Promise<void> {
      const { enrolment, policy } = phone;
      if (enrolment === null || policy === null || busy) return;
      busy = true;
      const { phone_hash, host, purpose } = draft.traveller;
      const reason = purpose !== null && purpose.length > 1 ? purpose : app.word("ask_office_why");
      const answer = await tell(enrolment, "appointments", { phone_hash, host, reason }).finally(() => (busy = false));
      if (answer.kind === "refused") return app.say(answer.sentence?.[phone.language] ?? String(answer.status));
      if (answer.kind !== "ok") return app.say(app.word("ask_office_offline"));
      asked = policy.version;
      askedAgainAt = Date.now();
      if (passage !== null) show(passage);
    }

    /** The answer comes with the rules of the gate. */
    function lookForAnswer(): void {
      if (asked === null || phone.policy === null) return;
      if (phone.policy.version !== asked) {
        asked = phone.policy.version;
        again();
      } else if (Date.now() - askedAgainAt > ANSWER_EVERY_MS) {
        askedAgainAt = Date.now();
        void app.sync.round(true);
      }
    }

    async function toRoster(): Promise<void> {
      if (busy || passage === null) return;
      busy = true;
      await recordPassage(phone, draft, passage);
      app.go(pickLine(null, () => app.home()));
    }

    async function cancel(): Promise<void> {
      await phone.database.delete("kept", "begun");
      app.home();
    }

    const letThrough = (): HTMLElement =>
      el("details", { class: "through" }, el("summary", {}, app.word("let_through")),
        el("p", {}, app.word("why_through")),
        el("div", { class: "stack" }, ...WHY_THROUGH.map((why) => button(app.word(why), () => record(app.word(why)), "wide"))));

    function show(found: Passage): void {
      const sentences = say(found, phone.language);
      const begins = found.verdict === "pass";
      node.className = `verdict ${found.verdict}${begins ? " begins" : ""}`;
      node.dataset["verdict"] = found.verdict;
      node.dataset["reason"] = found.reason;
      const names = draft.names.filter(Boolean).join("、");
      fill(node,
        el("div", { class: "big" }, shape(found.verdict),
          el("div", {},
            el("h1", { tabindex: "-1" }, app.word(begins ? "word_begin" : WORD_OF[found.verdict])),
            el("p", { class: "who" },
              found.colour && el("span", { class: `colour ${found.colour}` }, app.word(COLOUR_OF[found.colour])),
              ` ${names || draft.traveller.plate || ""}`),
          )),
        !begins && el("p", { class: "sentence" }, sentences.guard || sentences.person),
        !begins && sentences.next && el("p", { class: "next" }, `${app.word("next_step")}${phone.language === "zh" ? "：" : ": "}${sentences.next}`),
        ...sentences.banner.map((line) => el("p", { class: "banner" }, line)),
        el("div", { class: "musts" }, ...musts(found), ...deeds(found)),
      );
    }

    async function nextCode(text: string): Promise<void> {
      // The next person's code ends a refusal: it is recorded first, and nothing is overwritten while musts are open.
      if (passage === null || passage.verdict === "pass" || passage.verdict === "hold") return;
      await record(null);
      window.setTimeout(() => app.typed(text), 0);
    }

    again();
    return {
      node,
      onText: (text) => {
        const tenths = tenthsTyped(text);
        if (tenths !== null && node.querySelector(".temperature") !== null) measured(tenths);
        else if (text.startsWith("SW1:")) void nextCode(text);
        else return false;
        return true;
      },
      refresh: lookForAnswer,
      leave: () => window.clearTimeout(timer),
    };
  };
}

/** Whoever was begun when the page was closed: nobody is dropped by a reload. */
export async function resumeBegun(app: App): Promise<boolean> {
  const { phone } = app;
  const begun = (await phone.database.get("kept", "begun")) as Draft | undefined;
  if (begun === undefined) return false;
  if ((await waiting(phone)).some((hold) => hold.id === begun.id)) return false;
  app.go(verdictScreen(begun));
  return true;
}
