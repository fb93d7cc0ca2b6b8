/** The compound's own residents, by flat or name, with no network: for whoever has no phone, and when codes cannot be judged. */
import { button, el, field, fill } from "../look/dom";
import type { Roster } from "../phone/phone";
import { draftOfLine } from "../passage/draft";
import { directionSwitch } from "./scan_screen";
import type { App, Make, Screen } from "./app";
import { verdictScreen } from "./verdict_screen";

type Line = Roster["people"][number];
const MOST_SHOWN = 30;

/** Lines whose flat begins with what was typed, or whose name contains it. `3 2 501`, `3-2-501` and `32501` are the same. */
export function findLines(roster: Roster, typed: string): Line[] {
  const text = typed.trim();
  if (text === "") return [];
  const digits = text.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  const parts = text.split(/[^0-9A-Za-z]+/).filter(Boolean).map((part) => part.toUpperCase());
  return roster.people.filter(([, dwelling, name]) => {
    if (name.includes(text)) return true;
    if (digits === "") return false;
    const flat = dwelling.toUpperCase().split("-");
    if (parts.length > 1) return parts.every((part, at) => (at === parts.length - 1 ? flat[at]?.startsWith(part) : flat[at] === part));
    return flat.join("").startsWith(digits) || (flat.at(-1) === digits);
  });
}

/** `chosen`: what to do with a line; null begins a passage with it. */
export function pickLine(chosen: ((line: Line) => void) | null, back: (() => void) | null): Make {
  return (app: App): Screen => {
    const { phone } = app;
    const roster = phone.rosterInForce();
    const search = field(app.word("roster_find"), { type: "search", inputmode: "text", oninput: () => list() });
    const found = el("div", { class: "stack lines" });
    const count = el("p", { role: "status" });

    function list(): void {
      if (roster === null) return;
      const lines = findLines(roster, search.input.value);
      fill(found, ...lines.slice(0, MOST_SHOWN).map((line) =>
        button("", () => (chosen ?? begin)(line), "wide line", { "aria-label": `${line[1]} ${line[2]}` })));
      for (const [at, one] of [...found.children].entries()) {
        one.append(el("strong", {}, lines[at]?.[1] ?? ""), el("span", {}, lines[at]?.[2] ?? ""));
      }
      const typed = search.input.value.trim() !== "";
      count.textContent = lines.length > MOST_SHOWN ? app.word("roster_too_many", { n: lines.length })
        : typed && lines.length === 0 ? app.word("roster_no_match") : "";
    }
    const begin = (line: Line): void => {
      if (roster !== null) app.go(verdictScreen(draftOfLine(phone, roster, line)));
    };
    const node = el("section", { class: "page" },
      el("h1", { tabindex: "-1" }, app.word("roster")),
      roster === null
        ? el("p", { class: "lead" }, app.word("roster_none"))
        : el("div", {}, chosen === null && directionSwitch(app), search.node, count, found),
      back && button(app.word("back"), back, "wide quiet"),
    );
    return { node, ...(back === null ? { tab: "roster" as const } : {}) };
  };
}

export const rosterScreen: Make = pickLine(null, null);
