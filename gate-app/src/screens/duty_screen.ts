/** Shift and phone: who is on duty, hand-over, what is broken or lost, the last passages, how the phone is. */
import { button, el, fill, type Child } from "../look/dom";
import { lastPassages } from "../passage/earlier";
import { noteShift } from "../passage/recording";
import { activeGuard, checkOut, mayGo, type OnDuty } from "../shift/duty";
import type { Word } from "../words/words";
import type { App, Screen } from "./app";
import { checkInScreen } from "./check_in_screen";

/** The last day on which something works that ends at a moment: until midnight of the 22nd is through the 21st. */
export const lastDay = (ends: string): string => new Date(Date.parse(ends) - 1).toLocaleDateString("sv-SE");

export function dutyScreen(app: App): Screen {
  const { phone } = app;
  const people = el("div", { class: "stack" });
  const facts = el("dl", { class: "facts" });
  const last = el("ol", { class: "last" });
  const reports = el("div", { class: "stack" });

  async function leave(one: OnDuty): Promise<void> {
    const [next] = phone.duty.on.filter((other) => other.guard !== one.guard).slice(-1);
    if (!mayGo(phone.duty, one.guard) || next === undefined) return app.say(app.word("hand_over_first"));
    // Whoever goes hands over to somebody who stays; a mere "left" would say that nobody is there.
    await noteShift(phone, "hand_over", one.guard, { to: next.guard });
    await phone.setDuty(checkOut(phone.duty, one.guard));
    void app.sync.flush();
    app.say(app.word("left", { name: one.name }));
    show();
  }

  async function lead(one: OnDuty): Promise<void> {
    await phone.setDuty({ ...phone.duty, active: one.guard });
    show();
  }

  function person(one: OnDuty): HTMLElement {
    const active = activeGuard(phone.duty)?.guard === one.guard;
    const may = mayGo(phone.duty, one.guard);
    return el("div", { class: "card guard" },
      el("p", {}, el("strong", {}, one.name), ` ${app.word("since", { time: app.time(one.since) })}`,
        active && el("span", { class: "chip" }, app.word("records_now"))),
      el("div", { class: "row" },
        !active && button(app.word("make_active"), () => lead(one)),
        button(app.word("go_off"), () => leave(one), "", may ? {} : { disabled: true })),
      !may && el("p", { class: "small" }, app.word("hand_over_first")));
  }

  async function thermometer(broken: boolean): Promise<void> {
    phone.thermometerBroken = broken;
    await phone.keep("thermometer_broken", broken);
    if (broken) {
      await noteShift(phone, "thermometer_broken", activeGuard(phone.duty)?.guard ?? null);
      void app.sync.flush();
      app.say(app.word("thermometer_told"));
    }
    show();
  }

  async function phoneLost(): Promise<void> {
    await noteShift(phone, "phone_lost", activeGuard(phone.duty)?.guard ?? null);
    void app.sync.flush();
    app.say(app.word("phone_lost_told"));
    show();
  }

  const fact = (name: Word, value: Child): Child[] => [el("dt", {}, app.word(name)), el("dd", {}, value)];

  function show(): void {
    fill(people,
      ...phone.duty.on.map(person),
      button(app.word("arriving"), () => app.go(checkInScreen("arriving", (there) => there.go(dutyScreen), (there) => there.go(dutyScreen))), "primary wide"));
    fill(reports,
      phone.thermometerBroken
        ? button(app.word("thermometer_mended"), () => thermometer(false), "wide waiting")
        : button(app.word("thermometer_broken"), () => thermometer(true), "wide"),
      el("details", { class: "through" }, el("summary", {}, app.word("phone_lost")),
        el("p", {}, app.word("phone_lost_sure")), button(app.word("report"), phoneLost, "wide")));
    void lastPassages(phone, 8).then((rows) => {
      fill(last, ...(rows.length === 0 ? [el("li", {}, app.word("none_yet"))] : rows.map((row) => {
        const verdict = ({ pass: "word_pass", refuse: "word_refuse", hold: "word_hold", check: "word_check" } as Record<string, Word>)[row.verdict];
        return el("li", {}, `${app.time(row.at)} ${app.word(row.direction)} · ${row.name || app.word("unnamed")} · ${verdict ? app.word(verdict) : ""}`);
      })));
    });
    refresh();
  }

  function refresh(): void {
    const roster = phone.rosterInForce();
    const rows: Child[] = [
      ...fact("gate", phone.enrolment?.gate_name),
      ...fact("valid_until", phone.enrolment === null ? "" : lastDay(phone.enrolment.expires)),
      ...fact("clock_off", app.word("seconds", { n: Math.round(phone.clock.offsetMs / 1000) })),
      ...fact("rules_version", phone.policy?.version ?? "—"),
      ...fact("roster_until", roster === null ? "—" : app.time(Date.parse(roster.expires_at))),
      ...fact("storage", app.word(phone.persisted === true ? "storage_kept" : "storage_at_risk")),
      ...(phone.setAside > 0 ? fact("unsent", app.word("set_aside", { n: phone.setAside })) : []),
    ];
    fill(facts, ...rows.filter((row): row is Node => row instanceof Node));
  }

  const node = el("section", { class: "page" },
    el("h1", { tabindex: "-1" }, app.word("duty")),
    el("h2", {}, app.word("on_duty")), people,
    el("h2", {}, app.word("report")), reports,
    el("h2", {}, app.word("last_passages")), last,
    el("h2", {}, app.word("this_phone")), facts,
    button(app.word("send_now"), () => app.sync.round(true), "wide"));
  show();
  return { node, tab: "duty", refresh };
}
