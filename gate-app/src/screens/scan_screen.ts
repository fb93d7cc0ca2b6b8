/** Where the guard stands most of the day: the camera, the direction, who waits. */
import { theDecoder } from "../camera/decoder";
import { Scanner, type CameraTrouble } from "../camera/scanner";
import { looksLikeCode, readCode } from "../code/reading";
import { button, el, fill } from "../look/dom";
import { draftOfCode, isAboard, withCode, type Draft } from "../passage/draft";
import { waiting } from "../passage/holds";
import type { Word } from "../words/words";
import type { App, Make, Screen } from "./app";
import { verdictScreen } from "./verdict_screen";
import { waitingListScreen } from "./hold_screen";

const CAMERA_AGAIN_MS = 2_000;

export const directionSwitch = (app: App): HTMLElement => {
  const { phone } = app;
  const choose = (direction: "in" | "out") => async (): Promise<void> => {
    phone.direction = direction;
    await phone.keep("direction", direction);
    for (const one of node.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one.dataset["direction"] === direction));
  };
  const one = (direction: "in" | "out"): HTMLElement =>
    button(app.word(direction), choose(direction), "", { "aria-pressed": String(phone.direction === direction), "data-direction": direction });
  const node = el("div", { class: "switch", role: "group", "aria-label": app.word("direction") }, one("in"), one("out"));
  return node;
};

/** `begun`: whose code is looked for, when somebody was asked to show one. */
export function scanScreen(begun: Draft | null = null): Make {
  return (app: App): Screen => {
    const { phone } = app;
    const video = el("video", { playsinline: true, muted: true, "aria-label": app.word("camera_picture") });
    const hint = el("p", { class: "hint", role: "status" }, app.word("aim"));
    const torch = button(app.word("torch"), switchTorch, "", { hidden: true, "aria-pressed": "false" });
    const file = el("input", { type: "file", accept: "image/*", id: "photo", class: "photo", onchange: () => void readPhoto() });
    const held = el("div", { class: "held" });
    const update = el("div", { class: "held" });
    const scanner = new Scanner(video, ({ text, frameAt }) => void use(text, frameAt));
    let trouble: CameraTrouble = "none";
    let busy = false;

    async function use(text: string, frameAt: number): Promise<void> {
      if (busy) return;
      if (!looksLikeCode(text)) {
        hint.textContent = app.word("not_our_code");
        return;
      }
      busy = true;
      const read = await readCode(text, phone.findKey());
      const aboard = begun !== null && begun.traveller.kind === "vehicle" && begun.traveller.people.length > 0;
      const again: Word | null = !aboard ? null : isAboard(begun, read) ? "code_twice"
        : read.state === "malformed" || read.state === "unknown_key" ? "code_unread" : null;
      if (again !== null) {
        // Those who have shown theirs need not show it again for one that cannot be read.
        hint.textContent = app.word(again);
        busy = false;
        return;
      }
      app.go(verdictScreen(begun === null ? draftOfCode(phone, read) : withCode(phone, begun, read), frameAt));
    }

    async function readPhoto(): Promise<void> {
      const [picture] = file.files ?? [];
      if (picture === undefined) return;
      const started = performance.now();
      const text = await theDecoder().read(picture);
      file.value = "";
      if (text === null) hint.textContent = app.word("no_code_in_photo");
      else void use(text, started);
    }

    async function switchTorch(): Promise<void> {
      const on = torch.getAttribute("aria-pressed") !== "true";
      await scanner.torch(on);
      torch.setAttribute("aria-pressed", String(on));
    }

    /** A camera that another app has, or that is slow to wake, is asked again until it comes. Its trouble is said once:
     * what was said of a photo or of a typed code since then stays to be read. */
    async function openCamera(): Promise<void> {
      const before = trouble;
      trouble = await scanner.start();
      if (scanner.stopped) return;
      if (trouble !== "none" && trouble !== before) hint.textContent = app.word(`camera_${trouble}`);
      else if (trouble === "none" && hint.textContent === app.word("camera_absent")) hint.textContent = "";
      if (trouble === "absent") window.setTimeout(() => void openCamera(), CAMERA_AGAIN_MS);
      torch.hidden = !scanner.hasTorch();
    }
    void openCamera();

    async function showWaiting(): Promise<void> {
      const people = await waiting(phone);
      const key = `${people.length}|${phone.language}`;
      if (held.dataset["shows"] === key) return;
      held.dataset["shows"] = key;
      fill(held, ...(people.length === 0 ? [] :
        [button(app.word("waiting_people", { n: people.length }), () => app.go(waitingListScreen), "wide waiting")]));
    }

    function showUpdate(): void {
      if (app.newVersion === null || update.childElementCount > 0) return;
      const waitingWorker = app.newVersion;
      update.append(button(`${app.word("new_version")} · ${app.word("update_now")}`, () => waitingWorker.postMessage("take-over"), "wide update"));
    }

    const node = el("section", { class: "scan" },
      el("h1", { tabindex: "-1", class: "quiet-title" }, app.word("scan")),
      begun === null ? directionSwitch(app) : el("p", { class: "lead" }, app.word("must_code")),
      el("div", { class: "camera" }, video, el("div", { class: "frame", "aria-hidden": "true" })),
      hint,
      el("div", { class: "row" }, torch, el("label", { for: "photo", class: "as-button" }, app.word("photo")), file),
      begun !== null && button(app.word("back"), () => app.go(verdictScreen(begun)), "wide quiet"),
      held, update,
    );
    return {
      node,
      ...(begun === null ? { tab: "scan" as const } : {}),
      onText: (text) => { void use(text, performance.now()); return true; },
      refresh: () => { void showWaiting(); showUpdate(); },
      leave: () => scanner.stop(),
    };
  };
}
