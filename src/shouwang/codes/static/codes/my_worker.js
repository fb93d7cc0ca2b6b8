// Keeps /my/ with the codes of the next 24 hours, so that a phone without network still shows one. It keeps nothing
// else of a person, keeps it for one session, and forgets it when somebody signs out or the server no longer knows them.

const KEPT = "shouwang-my-";
// Not a person's: letters and colours of the page, kept when the rest is forgotten.
const ASSETS = "shouwang-look";
const PAGE = "/my/";
const PATIENCE = 4000;

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(KEPT)).map((name) => caches.delete(name)));
}

async function keep(response) {
  const mark = response.headers.get("X-Shouwang-Session");
  if (!mark) return;
  const name = KEPT + mark;
  const names = await caches.keys();
  await Promise.all(
    names.filter((other) => other.startsWith(KEPT) && other !== name).map((other) => caches.delete(other)),
  );
  await (await caches.open(name)).put(PAGE, response);
}

async function kept() {
  for (const name of await caches.keys()) {
    if (!name.startsWith(KEPT)) continue;
    const found = await (await caches.open(name)).match(PAGE);
    if (found) return found;
  }
  return null;
}

async function page(request, own) {
  const kind = new AbortController();
  const timer = setTimeout(() => kind.abort(), PATIENCE);
  try {
    const response = await fetch(request, { signal: kind.signal });
    if (own && response.ok) await keep(response.clone());
    // Sent away to sign in: whoever was here is here no longer.
    if (own && (response.type === "opaqueredirect" || response.redirected || response.status === 401)) await forget();
    return response.status >= 500 ? (await kept()) ?? response : response;
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function asset(request) {
  const cache = await caches.open(ASSETS);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const found = await cache.match(request, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.keep) {
    event.waitUntil(
      (async () => {
        await page(new Request(PAGE, { credentials: "same-origin", redirect: "manual" }), true);
        for (const address of event.data.keep) await asset(new Request(address)).catch(() => null);
        event.source?.postMessage({ kept: true });
      })(),
    );
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST" && address.pathname === "/my/sign-out/") {
    event.respondWith(forget().then(() => fetch(request)));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(page(request, address.pathname === PAGE));
  } else if (request.method === "GET" && address.pathname.startsWith("/static/")) {
    event.respondWith(asset(request));
  }
});
