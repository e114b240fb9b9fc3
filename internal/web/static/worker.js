// Shows a copy that a member asked to keep when the node cannot be reached, and never otherwise. It keeps nothing by itself: keep.js does, by the member's hand.
const shelf = "kept";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

// A copy ends with the session in which it was kept, also while the node is away.
async function copy(path) {
  if (!await caches.has(shelf)) return undefined;
  const kept = await caches.open(shelf);
  for (const request of await kept.keys()) {
    const until = (await kept.match(request, { ignoreVary: true }))?.headers.get("Kept-Until");
    if (until && Date.parse(until) <= Date.now()) await kept.delete(request, { ignoreVary: true });
  }
  return await kept.match(path, { ignoreVary: true }) ?? (path.startsWith("/static/") ? undefined : kept.match("/kept", { ignoreVary: true }));
}

self.addEventListener("fetch", (e) => {
  const { method, mode, url } = e.request, { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  const page = mode === "navigate" && (pathname === "/" || pathname === "/kept" || pathname.startsWith("/m/"));
  if (!page && !pathname.startsWith("/static/")) return;
  e.respondWith(fetch(e.request).catch(async (away) => {
    const found = await copy(pathname);
    if (!found) throw away;
    return found;
  }));
});
