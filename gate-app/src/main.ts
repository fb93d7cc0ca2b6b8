/** The guard's phone: woken from what it keeps, then kept in step with the office for as long as it is open. */
import { wakeSound } from "./look/signals";
import { Sync } from "./office/sync";
import { forgetOld } from "./passage/earlier";
import { Phone } from "./phone/phone";
import { App, type Make } from "./screens/app";
import { checkInScreen } from "./screens/check_in_screen";
import { dutyScreen } from "./screens/duty_screen";
import { enrolScreen, waitingScreen } from "./screens/enrol_screen";
import { othersScreen } from "./screens/others_screen";
import { rosterScreen } from "./screens/roster_screen";
import { scanScreen } from "./screens/scan_screen";
import { askWhetherThere } from "./screens/still_there";
import { resumeBegun } from "./screens/verdict_screen";
import { theDecoder } from "./camera/decoder";

/** What comes first, by what the phone holds and who is there. */
const first: Make = (app) => {
  const { phone } = app;
  if (phone.enrolment === null) return enrolScreen(app);
  if (!phone.isReady()) return waitingScreen(app);
  if (phone.duty.on.length === 0) return checkInScreen("check_in", (there) => there.home())(app);
  return scanScreen()(app);
};

/** The app lives on the phone; a newer version waits until the guard takes it. */
async function stay(app: App): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  let reloading = false;
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!hadOne || reloading) return;
    reloading = true;
    location.reload();
  });
  const registration = await navigator.serviceWorker.register("/gate/sw.js", { scope: "/gate/" });
  const offer = (worker: ServiceWorker | null): void => {
    if (worker?.state === "installed" && navigator.serviceWorker.controller !== null) {
      app.newVersion = worker;
      app.phone.tell();
    }
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => offer(worker));
  });
  window.setInterval(() => void registration.update().catch(() => undefined), 30 * 60_000);
}

/** The system has cleared what the phone kept: what is in memory alone would be gone at the next start, so start now and
 * say "not ready". What was being written meanwhile fails, and is no news. */
function startAgain(): void {
  window.addEventListener("unhandledrejection", (event) => event.preventDefault());
  location.reload();
}

async function start(): Promise<void> {
  wakeSound();
  const phone = await Phone.wake(undefined, startAgain);
  phone.persisted = (await navigator.storage?.persisted?.()) ?? null;
  const sync = new Sync(phone);
  const app = new App(phone, sync, { scan: scanScreen(), roster: rosterScreen, others: othersScreen, duty: dutyScreen }, first);
  let known = phone.enrolment !== null;
  phone.onChange(() => {
    if (known && phone.enrolment === null) app.home();
    known = phone.enrolment !== null;
  });
  document.documentElement.dataset["build"] = BUILD_LABEL;
  const ready = phone.isReady() && phone.duty.on.length > 0;
  if (!ready || !(await resumeBegun(app))) app.home();
  askWhetherThere(app);
  sync.start();
  theDecoder();
  void forgetOld(phone);
  await stay(app);
}

void start();
