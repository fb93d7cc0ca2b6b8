/** "Are you at the gate?" over whatever is shown, once nobody has touched the phone for half an hour. A question that
 * nobody answers ends the watch: the office hears that the gate is empty, and the next guard says who they are. */
import { button, el } from "../look/dom";
import { signal } from "../look/signals";
import { noteShift } from "../passage/recording";
import { activeGuard, NOBODY } from "../shift/duty";
import { ASK_AGAIN_EVERY_MS, looked, touched, type Presence } from "../shift/presence";
import type { App } from "./app";

export function askWhetherThere(app: App): void {
  const { phone } = app;
  const dialog = el("dialog", { class: "still-there", "aria-labelledby": "still-there" });
  document.body.append(dialog);
  let presence: Presence = touched(Date.now());
  let soundedAt = 0;
  let ending = false;

  const here = (): void => {
    presence = touched(Date.now());
    if (dialog.open) dialog.close();
  };
  for (const deed of ["pointerdown", "keydown"]) document.addEventListener(deed, here, { capture: true });
  dialog.addEventListener("cancel", here);

  function ask(): void {
    if (!dialog.open) {
      dialog.replaceChildren(
        el("h2", { id: "still-there" }, app.word("still_there")),
        el("p", {}, app.word("still_there_why")),
        button(app.word("i_am_here"), here, "primary wide"));
      dialog.showModal();
    }
    if (Date.now() - soundedAt < ASK_AGAIN_EVERY_MS) return;
    soundedAt = Date.now();
    signal("check");
  }

  async function end(askedAt: number): Promise<void> {
    ending = true;
    await noteShift(phone, "unattended", activeGuard(phone.duty)?.guard ?? null, {}, askedAt);
    await phone.setDuty(NOBODY);
    void app.sync.flush();
    here();
    app.home();
    ending = false;
  }

  window.setInterval(() => {
    if (phone.duty.on.length === 0) return here();
    const [now, told] = looked(presence, Date.now());
    presence = now;
    if (told === "asked") ask();
    else if (told === "missing" && now.askedAt !== null && !ending) void end(now.askedAt);
  }, 1_000);
}
