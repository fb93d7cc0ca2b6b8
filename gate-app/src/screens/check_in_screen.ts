/** A guard says who they are: name and PIN, checked on the phone, so that it works with no network. */
import { button, el, fill } from "../look/dom";
import { recall } from "../phone/kept";
import { noteShift } from "../passage/recording";
import { checkIn, type Guard } from "../shift/duty";
import { pinIsRight, waitAfter } from "../shift/pin";
import type { App, Make, Screen } from "./app";
import { keypad } from "./keypad";

const PIN_DIGITS = 6;

/** `then` goes on when somebody has checked in; without `back` there is no other way out. */
export function checkInScreen(title: "check_in" | "arriving", then: (app: App, guard: Guard) => void, back?: (app: App) => void): Make {
  return (app: App): Screen => {
    const { phone } = app;
    const node = el("section", { class: "page" });
    let chosen: Guard | null = null;
    let shown = "";

    function list(): void {
      const names = phone.guards
        .filter((guard) => title === "check_in" || !phone.duty.on.some((one) => one.guard === guard.guard))
        .map((guard) =>
          button(guard.pin === null ? `${guard.name}（${app.word("no_pin")}）` : guard.name, () => ask(guard), "wide name",
            guard.pin === null ? { disabled: true } : {}));
      fill(node,
        el("h1", { tabindex: "-1" }, app.word(title)),
        el("p", {}, app.word(names.length > 0 ? "who_are_you" : "no_guards")),
        el("div", { class: "stack" }, ...names),
        back && button(app.word("back"), () => back(app), "wide quiet"),
      );
      shown = JSON.stringify(phone.guards);
    }

    function ask(guard: Guard): void {
      chosen = guard;
      const dots = el("p", { class: "dots", "aria-live": "polite" });
      const trouble = el("p", { class: "trouble", role: "alert" });
      let busy = false;
      const pad = keypad(app.word("pin_of", { name: guard.name }), app.word("delete"), (typed) => {
        dots.textContent = "●".repeat(typed.length) + "○".repeat(PIN_DIGITS - typed.length);
        if (typed.length === PIN_DIGITS && !busy) void check(typed);
      }, PIN_DIGITS);
      async function check(typed: string): Promise<void> {
        // Kept on the phone: neither going back nor a reload gives new tries.
        const all = (await recall(phone.database, "pin_tries")) ?? {};
        const tries = all[String(guard.guard)] ?? { wrong: 0, until: 0 };
        const left = Math.ceil((tries.until - Date.now()) / 1000);
        if (left > 0) {
          trouble.textContent = app.word("pin_wait", { n: left });
          pad.clear();
          return;
        }
        busy = true;
        trouble.textContent = app.word("pin_checking");
        const right = await pinIsRight(guard, typed).catch(() => false);
        busy = false;
        const wrong = right ? 0 : tries.wrong + 1;
        await phone.keep("pin_tries", { ...all, [guard.guard]: { wrong, until: Date.now() + waitAfter(wrong) * 1000 } });
        if (right) {
          await phone.setDuty(checkIn(phone.duty, guard, phone.nowMs()));
          await noteShift(phone, "check_in", guard.guard);
          void app.sync.flush();
          then(app, guard);
          return;
        }
        await noteShift(phone, "wrong_pin", guard.guard);
        trouble.textContent = app.word("pin_wrong");
        pad.clear();
      }
      fill(node,
        el("h1", { tabindex: "-1" }, app.word("pin_of", { name: guard.name })),
        dots, pad.node, trouble,
        button(app.word("back"), () => { chosen = null; list(); }, "wide quiet"),
      );
      pad.clear();
    }

    list();
    return {
      node,
      refresh: () => { if (chosen === null && shown !== JSON.stringify(phone.guards)) list(); },
    };
  };
}
