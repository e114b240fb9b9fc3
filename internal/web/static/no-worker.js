// Stands in the place of worker.js where copies may not be kept: it takes away what an earlier one left, and itself.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(caches.delete("kept").then(() => self.registration.unregister())));
