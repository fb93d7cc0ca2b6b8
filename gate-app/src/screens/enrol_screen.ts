/** A phone that holds nothing: it says that it is not ready, and how to make it so. */
import { Scanner } from "../camera/scanner";
import { button, el, field } from "../look/dom";
import { enrol } from "../office/calls";
import { enrolmentCodeIn } from "../office/enrolment";
import type { App, Screen } from "./app";

export function enrolScreen(app: App): Screen {
  const { phone } = app;
  const code = field(app.word("enrol_code"), { autocapitalize: "characters", spellcheck: "false", inputmode: "text" });
  const trouble = el("p", { class: "trouble", role: "alert" });
  const video = el("video", { playsinline: true, muted: true, hidden: true, "aria-label": app.word("camera_picture") });
  let scanner: Scanner | null = null;
  let busy = false;

  async function use(text: string): Promise<void> {
    const found = enrolmentCodeIn(text);
    if (found === null || busy) {
      if (found === null) trouble.textContent = app.word("enrol_bad");
      return;
    }
    busy = true;
    trouble.textContent = "";
    const answer = await enrol(found);
    busy = false;
    if (answer.kind === "ok") {
      scanner?.stop();
      history.replaceState(null, "", location.pathname);
      await phone.enrolled(answer.value);
      void navigator.storage?.persist?.().then((kept) => (phone.persisted = kept));
      void app.sync.round(true);
      app.home();
    } else if (answer.kind === "unreachable") {
      trouble.textContent = app.word("enrol_offline");
    } else {
      const said = answer.kind === "refused" ? answer.sentence?.[phone.language] : undefined;
      trouble.textContent = said ?? app.word("enrol_bad");
    }
  }

  async function look(): Promise<void> {
    video.hidden = false;
    scanner = new Scanner(video, ({ text }) => void use(text));
    const found = await scanner.start();
    if (found !== "none") {
      video.hidden = true;
      trouble.textContent = app.word(found === "denied" ? "camera_denied" : "camera_absent");
    }
  }

  const form = el("form", { class: "card", onsubmit: (event) => { event.preventDefault(); void use(code.input.value); } },
    el("h2", {}, app.word("enrol")),
    button(app.word("enrol_scan"), look, "wide"),
    video,
    code.node,
    el("button", { type: "submit", class: "primary wide" }, app.word("confirm")),
    trouble,
  );
  const node = el("section", { class: "page" },
    el("h1", { tabindex: "-1" }, app.word(phone.gone ? "gone" : "not_ready")),
    el("p", { class: "lead" }, app.word(phone.gone ? "gone_why" : "not_ready_why")),
    el("p", {}, app.word("not_ready_next")),
    form,
  );
  const given = /#enrol=/.test(location.hash) ? location.hash : null;
  if (given !== null) void use(given);
  return {
    node,
    onText: (text) => { void use(text); return true; },
    leave: () => scanner?.stop(),
  };
}

/** Enrolled, and the papers of the gate are on their way. */
export function waitingScreen(app: App): Screen {
  const node = el("section", { class: "page" },
    el("h1", { tabindex: "-1" }, app.word("not_ready")),
    el("p", { class: "lead" }, app.word("waiting_for_papers")),
    el("p", {}, app.word("not_ready_why")),
    button(app.word("confirm"), () => app.sync.round(true), "wide"),
  );
  return { node, refresh: () => { if (app.phone.isReady()) app.home(); } };
}
