/** Who comes without living here: visitors by number and host, vehicles by plate, deliveries, and look-ups by ID number. */
import { button, el, field, type Child } from "../look/dom";
import { tell } from "../office/calls";
import type { Traveller } from "../decision/types";
import { draftOf, draftOfLookup, type Draft, type LookedUp } from "../passage/draft";
import { phoneHash } from "../passage/phone_hash";
import type { Word } from "../words/words";
import type { App, Make, Screen } from "./app";
import { findLines } from "./roster_screen";
import { directionSwitch } from "./scan_screen";
import { verdictScreen } from "./verdict_screen";

export function othersScreen(app: App): Screen {
  const choices: [Word, Make][] = [
    ["visitor", visitorScreen], ["vehicle", vehicleScreen], ["delivery", deliveryScreen(false)], ["courier", deliveryScreen(true)],
    ["lookup", lookupScreen],
  ];
  const node = el("section", { class: "page" },
    el("h1", { tabindex: "-1" }, app.word("others")),
    directionSwitch(app),
    el("div", { class: "tiles" }, ...choices.map(([name, make]) => button(app.word(name), () => app.go(make)))));
  return { node, tab: "others" };
}

/** A form whose fields are checked by `send`, which answers what is wrong or null. */
function formScreen(app: App, title: Word, fields: Child[], send: () => Promise<string | null>, submit: Word = "go_on"): Screen {
  const trouble = el("p", { class: "trouble", role: "alert" });
  let busy = false;
  const form = el("form", { class: "card", novalidate: true, onsubmit: async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    trouble.textContent = (await send().finally(() => (busy = false))) ?? "";
  } }, ...fields, trouble, el("button", { type: "submit", class: "primary wide" }, app.word(submit)));
  const node = el("section", { class: "page" }, el("h1", { tabindex: "-1" }, app.word(title)), form,
    button(app.word("back"), () => app.go(othersScreen), "wide quiet"));
  return { node };
}

function begin(app: App, traveller: Partial<Traveller>, more: Partial<Draft> = {}): null {
  app.go(verdictScreen(draftOf(app.phone, traveller, more)));
  return null;
}

/** Whom somebody visits: a flat of the roster, or nothing when there is no roster to ask. */
function hostField(app: App): { node: HTMLElement; read(): { host: number | null; host_dwelling: string } | null } {
  const host = field(app.word("host"), { inputmode: "text" });
  return {
    node: host.node,
    read: () => {
      const typed = host.input.value.trim();
      const roster = app.phone.rosterInForce();
      if (typed === "") return { host: null, host_dwelling: "" };
      if (roster === null) return { host: null, host_dwelling: typed };
      const [line] = findLines(roster, typed).filter((one) => one[1].replace(/\W/g, "") === typed.replace(/\W/g, ""));
      return line === undefined ? null : { host: line[4], host_dwelling: line[1] };
    },
  };
}

const purposeField = (app: App): ReturnType<typeof field> => field(app.word("purpose"), { maxlength: 80 });

export function visitorScreen(app: App): Screen {
  const number = field(app.word("phone_number"), { type: "tel", inputmode: "tel", maxlength: 20 });
  const host = hostField(app);
  const purpose = purposeField(app);
  return formScreen(app, "visitor", [number.node, host.node, purpose.node], async () => {
    const digits = number.input.value.replace(/^\+?86/, "").replace(/\D/g, "");
    if (!/^1\d{10}$/.test(digits)) return app.word("phone_number_bad");
    const visited = host.read();
    if (visited === null) return app.word("host_none");
    const phone_hash = await phoneHash(digits);
    return begin(app, { kind: "visitor", phone_hash, ...visited, purpose: purpose.input.value.trim() },
      { names: [`${digits.slice(0, 3)}****${digits.slice(7)}`] });
  });
}

export function vehicleScreen(app: App): Screen {
  const plate = field(app.word("plate"), { autocapitalize: "characters", maxlength: 12 });
  const heads = field(app.word("heads"), { type: "number", inputmode: "numeric", min: 1, max: 60, value: 1 });
  const purpose = purposeField(app);
  return formScreen(app, "vehicle", [plate.node, heads.node, purpose.node], async () => {
    const written = plate.input.value.replace(/[\s·.-]/g, "").toUpperCase();
    if (written.length < 5) return app.word("plate_bad");
    const count = Math.max(1, Math.min(60, Number(heads.input.value) || 1));
    return begin(app, { kind: "vehicle", plate: written, purpose: purpose.input.value.trim() }, { heads: count });
  });
}

function deliveryScreen(courier: boolean): Make {
  return (app) => {
    const company = field(app.word("company"), { maxlength: 40 });
    const plate = field(app.word("plate"), { autocapitalize: "characters", maxlength: 12 });
    const host = hostField(app);
    return formScreen(app, courier ? "courier" : "delivery", [company.node, courier ? host.node : plate.node], async () => {
      const name = company.input.value.trim();
      if (name === "") return app.word("company_bad");
      const visited = host.read();
      if (visited === null) return app.word("host_none");
      const written = plate.input.value.replace(/[\s·.-]/g, "").toUpperCase();
      return begin(app, { kind: "delivery", courier, plate: written || null, ...visited, purpose: app.word(courier ? "courier" : "delivery") },
        { company: name, names: [name] });
    });
  };
}

export function lookupScreen(app: App): Screen {
  const number = field(app.word("id_number"), { autocapitalize: "characters", maxlength: 18, inputmode: "text" });
  const id = "lookup-why";
  const whys: Word[] = ["lookup_why_none", "lookup_why_flat", "lookup_why_check"];
  const why = el("select", { id }, ...whys.map((name) => el("option", { value: app.word(name) }, app.word(name))));
  const reason = el("div", { class: "field" }, el("label", { for: id }, app.word("lookup_why")), why);
  return formScreen(app, "lookup", [el("p", {}, app.word("lookup_note")), number.node, reason], async () => {
    const { enrolment } = app.phone;
    const typed = number.input.value.trim().toUpperCase();
    if (!/^\d{17}[\dX]$/.test(typed)) return app.word("id_number_bad");
    if (enrolment === null) return app.word("lookup_offline");
    const answer = await tell<LookedUp>(enrolment, "lookup", { id_number: typed, reason: why.value });
    if (answer.kind === "refused") return app.word("lookup_refused", { why: answer.sentence?.[app.phone.language] ?? String(answer.status) });
    if (answer.kind !== "ok") return app.word("lookup_offline");
    if (!answer.value.found) return app.word("lookup_nobody");
    app.go(verdictScreen(draftOfLookup(app.phone, answer.value)));
    return null;
  }, "lookup_do");
}
