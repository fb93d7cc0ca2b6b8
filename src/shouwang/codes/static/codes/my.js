// Shows the code that is valid now, asks for new ones, and has the page kept for use without network.
// Without this file the first code, good for four hours, stands there all the same.

const box = document.querySelector("[data-my]");
const drawn = new Date(box.dataset.drawn);

function showCodes() {
  const now = new Date();
  for (const codes of document.querySelectorAll("[data-codes]")) {
    const strips = [...codes.querySelectorAll("[data-begins]")];
    const good = strips.filter((strip) => new Date(strip.dataset.begins) <= now && now < new Date(strip.dataset.ends));
    // Clocks differ a little: just before the first one begins, the first one is right.
    const first = now < new Date(strips[0].dataset.begins) ? strips[0] : null;
    const chosen = good.at(-1) ?? first;
    for (const strip of strips) strip.hidden = strip !== chosen;
    codes.querySelector("[data-run-out]").hidden = Boolean(chosen);
  }
  document.querySelector("[data-kept]").hidden = now - drawn < 120000;
}
showCodes();
setInterval(showCodes, 15000);

// New codes as soon as the network is back, or after two hours on an open page.
async function renew() {
  if (new Date() - drawn < 120000) return;
  try {
    await fetch("/my/worker.js", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    location.reload();
  } catch {
    // Still no network; what is kept goes on.
  }
}
addEventListener("online", renew);
setInterval(renew, 2 * 3600 * 1000);

const storage = document.querySelector("[data-storage]");
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data?.kept) storage.hidden = false;
  });
  navigator.serviceWorker.register("/my/worker.js", { scope: "/my/" }).then(async () => {
    const ready = await navigator.serviceWorker.ready;
    const links = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], img[src]")];
    ready.active.postMessage({ keep: links.map((each) => each.src || each.href) });
  }).catch(() => null);
}

for (const button of document.querySelectorAll("[data-bigger]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const large = button.closest("[data-codes]").classList.toggle("my-whole");
    button.setAttribute("aria-pressed", String(large));
  });
}
