/** The four musts as the guard ticks them: one tap each, and the temperature of an ordinary day is one key as well. */
import { button, el, fill } from "../look/dom";
import type { App } from "./app";
import { keypad } from "./keypad";

const ORDINARY = [360, 361, 362, 363, 364, 365, 366, 367, 368, 369, 370];

export interface TemperatureAsked {
  label: string;
  /** Tenths of a degree. */
  taken(tenths: number): void;
  /** The thermometer is broken, and nobody can measure. */
  cannot?(): void;
}

/** "36.5", "365", "37" as tenths; null for anything else. */
export function tenthsTyped(text: string): number | null {
  const found = /^\s*(\d{2})(?:[.,]?(\d))?\s*(?:℃|C)?\s*$/i.exec(text);
  return found ? Number(found[1]) * 10 + Number(found[2] ?? 0) : null;
}

export function temperaturePanel(app: App, asked: TemperatureAsked): HTMLElement {
  const node = el("div", { class: "must temperature", role: "group", "aria-label": asked.label });
  const quick = (): void => {
    fill(node,
      el("p", { class: "must-name" }, asked.label),
      el("div", { class: "quick" },
        ...ORDINARY.map((tenths) => button((tenths / 10).toFixed(1), () => asked.taken(tenths), "", { "data-tenths": tenths })),
        button(app.word("other_value"), full, "other"),
      ),
      asked.cannot && button(app.word("cannot_measure"), asked.cannot, "wide cannot"),
    );
  };
  const full = (): void => {
    const shown = el("output", { class: "typed" }, "--.-");
    let tenths: number | null = null;
    const enter = button(app.word("confirm"), () => { if (tenths !== null) asked.taken(tenths); }, "primary wide", { disabled: true });
    const pad = keypad(asked.label, app.word("delete"), (typed) => {
      const digits = typed.replace(".", "");
      shown.textContent = digits.length > 2 ? `${digits.slice(0, 2)}.${digits.slice(2)}` : digits || "--.-";
      tenths = digits.length === 3 ? tenthsTyped(digits) : null;
      enter.disabled = tenths === null;
    }, 3);
    fill(node, el("p", { class: "must-name" }, asked.label), shown, pad.node, enter);
    pad.clear();
  };
  quick();
  return node;
}

export interface YesNo {
  label: string;
  yes: string;
  no: string;
  /** What was answered so far. */
  answer: boolean | null;
  answered(yes: boolean): void;
  name: string;
}

export const yesNoPanel = (asked: YesNo): HTMLElement =>
  el("div", { class: "must", role: "group", "aria-label": asked.label, "data-must": asked.name },
    el("p", { class: "must-name" }, asked.label),
    el("div", { class: "answers" },
      button(asked.answer === true ? `✓ ${asked.yes}` : asked.yes, () => asked.answered(true), "yes", { "aria-pressed": String(asked.answer === true) }),
      button(asked.no, () => asked.answered(false), "no", { "aria-pressed": String(asked.answer === false) }),
    ),
  );
