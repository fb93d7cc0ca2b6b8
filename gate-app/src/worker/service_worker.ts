/** Keeps the whole app on the phone, so that it opens with no network. Feed and office calls are never cached here. */
const scope = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = "gate-app-";
const CACHE = PREFIX + BUILD_VERSION;

scope.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      cache.addAll(CACHED_FILES.map((file) => new Request(file, { cache: "no-cache", credentials: "omit" }))),
    ),
  );
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
      }
      await scope.clients.claim();
    })(),
  );
});

/** A new version waits until the page asks for it: between two people, never in the middle of one. */
scope.addEventListener("message", (event) => {
  if (event.data === "take-over") void scope.skipWaiting();
});

scope.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== scope.location.origin) return;
  if (!url.pathname.startsWith("/gate/")) return;
  const kept = event.request.mode === "navigate" ? "/gate/" : url.pathname;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => (await cache.match(kept)) ?? fetch(event.request)),
  );
});
