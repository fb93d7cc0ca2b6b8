/** The waiting place: a second reading after five minutes, or held, called, handed over. It survives a reload. */
import { say } from "../decision/sentences";
import type { Passage } from "../decision/types";
import { button, el, fill, shape } from "../look/dom";
import { decide } from "../passage/draft";
import { takeStep, waiting, type Hold } from "../passage/holds";
import type { Step } from "../passage/recording";
import type { Word } from "../words/words";
import type { App, Make, Screen } from "./app";
import { verdictScreen } from "./verdict_screen";

const nameOf = (app: App, hold: Hold): string => hold.draft.names.filter(Boolean).join("、") || hold.draft.traveller.plate || app.word("unnamed");

/** Minutes and seconds that are left, or null when it is time. */
function left(app: App, hold: Hold): string | null {
  if (hold.secondAt === null) return null;
  const seconds = Math.ceil((hold.secondAt - app.phone.nowMs()) / 1000);
  return seconds <= 0 ? null : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function waitingListScreen(app: App): Screen {
  const list = el("div", { class: "stack" });
  const node = el("section", { class: "page" }, el("h1", { tabindex: "-1" }, app.word("waiting_title")), list,
    button(app.word("back"), () => app.home(), "wide quiet"));
  void waiting(app.phone).then((people) =>
    fill(list, ...people.map((hold) => button(nameOf(app, hold), () => app.go(holdScreen(hold.id)), "wide name"))));
  return { node };
}

export function holdScreen(id: string): Make {
  return (app: App): Screen => {
    const { phone } = app;
    const node = el("section", { class: "verdict hold", "data-verdict": "hold" });
    const clock = el("p", { class: "clock", role: "timer" });
    let hold: Hold | null = null;
    let offered = false;

    async function load(): Promise<void> {
      hold = (await waiting(phone)).find((one) => one.id === id) ?? null;
      if (hold === null) return app.home();
      show(hold, await decide(phone, hold.draft));
    }

    async function step(taken: Step): Promise<void> {
      if (hold === null) return;
      const after = await takeStep(phone, hold, taken);
      void app.sync.flush();
      if (after === null) {
        app.say(app.word("recorded"));
        app.home();
      } else await load();
    }

    function show(current: Hold, passage: Passage): void {
      const sentences = say({ ...passage, verdict: "hold", reason: current.reason }, phone.language);
      const awaits = current.secondAt !== null;
      const did = (taken: Step): boolean => current.steps.some((one) => one.step === taken);
      offered = left(app, current) === null;
      node.dataset["reason"] = current.reason;
      fill(node,
        el("div", { class: "big" }, shape("hold"), el("div", {},
          el("h1", { tabindex: "-1" }, app.word("word_hold")), el("p", { class: "who" }, nameOf(app, current)))),
        el("p", { class: "sentence" }, sentences.guard || sentences.person),
        el("p", { class: "next" }, app.word("keep_apart")),
        el("div", { class: "musts" },
          awaits && clock,
          awaits && offered && button(app.word("second_now"), () => app.go(verdictScreen(current.draft, null, current)), "primary wide"),
          el("h2", {}, app.word("steps_title")),
          el("ol", { class: "steps" }, ...current.steps.map((one) =>
            el("li", {}, `${app.time(one.at + phone.clock.offsetMs)} ${app.word(`step_${one.step}` as Word)}`))),
          !awaits && !did("called") && button(app.word("do_called"), () => step("called"), "primary wide"),
          !awaits && did("called") && button(app.word("do_transferred"), () => step("transferred"), "primary wide"),
          !awaits && did("called") && button(app.word("do_released"), () => step("released"), "wide"),
          button(app.word("back"), () => app.home(), "wide quiet"),
        ),
      );
      tick();
    }

    function tick(): void {
      if (hold === null || hold.secondAt === null) return;
      const remaining = left(app, hold);
      clock.textContent = remaining === null ? "" : app.word("second_in", { time: remaining });
      if (remaining === null && !offered) void load();
    }

    void load();
    return { node, refresh: tick };
  };
}
