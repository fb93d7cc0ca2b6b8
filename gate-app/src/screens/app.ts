/** The frame around every screen: who and where, what is unsent, how old the data is; and the way from screen to screen. */
import { listenForDevices } from "../camera/wedge";
import { button, el, fill } from "../look/dom";
import type { Phone } from "../phone/phone";
import type { Sync } from "../office/sync";
import { activeGuard } from "../shift/duty";
import { word, type Word } from "../words/words";

export type Tab = "scan" | "roster" | "others" | "duty";

export interface Screen {
  node: HTMLElement;
  tab?: Tab;
  /** What a scanner or a thermometer typed; true when it was of use. */
  onText?(text: string): boolean;
  /** The phone has changed: show what is new, and lose nothing that is being typed. */
  refresh?(): void;
  leave?(): void;
}

export type Make = (app: App) => Screen;

export class App {
  private screen: Screen | null = null;
  private make: Make | null = null;
  private readonly bar = el("header", { class: "bar" });
  private readonly main = el("main", {});
  private readonly nav = el("nav", { class: "tabs" });
  private readonly said = el("div", { class: "said", role: "status", "aria-live": "polite" });
  private saidUntil = 0;
  /** The service worker of a newer version, waiting. */
  newVersion: ServiceWorker | null = null;

  constructor(readonly phone: Phone, readonly sync: Sync, private readonly tabs: Record<Tab, Make>, private readonly first: Make) {
    document.getElementById("app")?.replaceChildren(this.bar, this.main, this.said, this.nav);
    listenForDevices((text) => this.typed(text));
    phone.onChange(() => this.refresh());
    window.setInterval(() => this.refresh(), 1000);
  }

  word(name: Word, values: Record<string, string | number> = {}): string {
    return word(this.phone.language, name, values);
  }

  go(make: Make): void {
    this.screen?.leave?.();
    this.make = make;
    this.screen = make(this);
    fill(this.main, this.screen.node);
    this.main.scrollTop = 0;
    window.scrollTo(0, 0);
    this.refresh();
    this.screen.node.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  /** What a scanner or thermometer typed goes to whatever is shown. */
  typed(text: string): boolean {
    return this.screen?.onText?.(text) ?? false;
  }

  /** Where one is when nothing is begun. */
  home(): void {
    this.go(this.first);
  }

  /** Say something for a moment, below the screen. */
  say(words: string): void {
    this.said.textContent = words;
    this.said.classList.add("shown");
    this.saidUntil = Date.now() + 3500;
  }

  async speak(language: "zh" | "en"): Promise<void> {
    this.phone.language = language;
    await this.phone.keep("language", language);
    if (this.make !== null) this.go(this.make);
  }

  /** The time of day at the gate. */
  time(milliseconds: number): string {
    return new Date(milliseconds).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  private feedWords(): [string, string] {
    const age = this.phone.feedAge();
    if (age === null) return [this.word("feed_none"), "bad"];
    const limits = this.phone.policy?.freshness;
    const kind = age <= (limits?.normal ?? 120) ? "good" : age <= (limits?.banner ?? 900) ? "late" : "bad";
    return [kind === "good" ? this.word("feed_now") : this.word("feed_minutes", { n: Math.floor(age / 60) }), kind];
  }

  private refresh(): void {
    const { phone } = this;
    document.documentElement.lang = phone.language === "zh" ? "zh-Hans" : "en";
    document.title = this.word("app");
    if (this.saidUntil !== 0 && Date.now() > this.saidUntil) {
      this.said.classList.remove("shown");
      this.said.textContent = "";
      this.saidUntil = 0;
    }
    const [feed, kind] = this.feedWords();
    const other = phone.language === "zh" ? "en" : "zh";
    const lines = [phone.enrolment?.gate_name ?? this.word("app"), activeGuard(phone.duty)?.name ?? "", feed, String(phone.unsent), phone.language];
    const key = `${lines.join("|")}|${kind}|${phone.reached}`;
    if (this.bar.dataset["shows"] !== key) {
      this.bar.dataset["shows"] = key;
      fill(this.bar,
        el("div", { class: "where" }, el("strong", {}, lines[0]), el("span", {}, lines[1])),
        el("div", { class: "state" },
          el("span", { class: `feed ${kind}` }, feed),
          el("span", { class: phone.unsent > 0 ? "unsent waiting" : "unsent", id: "unsent", "data-unsent": phone.unsent },
            phone.unsent > 0 ? this.word("unsent", { n: phone.unsent }) : this.word("all_sent")),
        ),
        button(this.word("other_language"), () => this.speak(other), "language", { lang: other === "zh" ? "zh-Hans" : "en" }),
      );
    }
    this.showTabs();
    this.screen?.refresh?.();
  }

  private showTabs(): void {
    const { tab } = this.screen ?? {};
    const key = `${tab ?? ""}|${this.phone.language}`;
    this.nav.hidden = tab === undefined;
    if (this.nav.dataset["shows"] === key) return;
    this.nav.dataset["shows"] = key;
    this.nav.setAttribute("aria-label", this.word("app"));
    const names: Tab[] = ["scan", "roster", "others", "duty"];
    fill(this.nav,
      ...names.map((name) =>
        button(this.word(name), () => this.go(this.tabs[name]), "", name === tab ? { "aria-current": "page" } : {})),
    );
  }
}
