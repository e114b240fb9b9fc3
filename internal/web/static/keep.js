// Keeps copies of pages in this browser, by a member's hand and for no longer than their session, and clears them. Without this file nothing is kept.
const shelf = "kept", most = 50;
const policy = window.trustedTypes ? trustedTypes.createPolicy("keep", { createScriptURL: (s) => { if (s !== "/worker.js") throw new TypeError(s); return s; } }) : { createScriptURL: (s) => s };
const able = "serviceWorker" in navigator && "caches" in window;
const own = { ignoreVary: true };
const button = (words, act) => Object.assign(document.createElement("button"), { type: "button", textContent: words, onclick: act });

async function clear() {
  await caches.delete(shelf);
  for (const r of await navigator.serviceWorker.getRegistrations()) await r.unregister();
}

// take fetches something and puts it on the shelf under its path.
async function take(kept, path, ask = path) {
  const answer = await fetch(ask, { redirect: "error" });
  if (!answer.ok) throw new Error(await answer.text());
  await kept.put(path, answer.clone());
  return answer.text();
}

// A page is taken with its look, the list of copies, and of a meeting's dossier the texts that stand in it.
async function keep(path, also) {
  await navigator.serviceWorker.register(policy.createScriptURL("/worker.js"));
  const kept = await caches.open(shelf);
  if ((await kept.keys()).filter((r) => new URL(r.url).pathname.startsWith("/m/")).length + also.length >= most) throw new Error("full");
  const pages = [await take(kept, "/kept", "/kept?copy=1")];
  for (const p of [path, ...also]) pages.push(await take(kept, p, p + "?copy=1"));
  for (const file of new Set(pages.flatMap((s) => [...s.matchAll(/"(\/static\/[^"#]+)/g)].map((m) => m[1])))) if (!await kept.match(file, own)) await take(kept, file);
}

async function offer(box) {
  const { path, keep: words, drop, until, failed } = box.dataset, says = box.querySelector("output");
  const also = [...new Set([...document.querySelectorAll("#dossier a[href]")].map((a) => new URL(a.href)).filter((u) => u.origin === location.origin && /^\/m\/[^/]+\/texts\/[^/]+$/.test(u.pathname)).map((u) => u.pathname))];
  const there = await caches.has(shelf) && await (await caches.open(shelf)).match(path, own);
  const does = there ? async () => { for (const p of [path, ...also]) await (await caches.open(shelf)).delete(p, own); says.textContent = ""; }
    : () => keep(path, also);
  const b = button(there ? drop : words, async () => {
    b.disabled = true;
    try { await does(); } catch { says.textContent = failed; b.disabled = false; return; }
    b.remove();
    await offer(box);
  });
  if (there) says.textContent = until + " " + new Date(there.headers.get("Kept-Until")).toLocaleString(document.documentElement.lang);
  box.prepend(b);
  box.hidden = false;
}

async function list(box) {
  const kept = await caches.has(shelf) ? await caches.open(shelf) : undefined;
  const rows = [];
  for (const request of await kept?.keys() ?? []) {
    const answer = await kept.match(request, own), { pathname } = new URL(request.url);
    if (!pathname.startsWith("/m/")) continue;
    const row = document.createElement("li"), link = document.createElement("a");
    link.href = pathname;
    link.textContent = decodeURIComponent(answer.headers.get("Kept-Title") || pathname);
    row.append(link, " ", button(box.dataset.drop, async () => { await kept.delete(request, own); row.remove(); }));
    rows.push(row);
  }
  if (rows.length) box.replaceChildren(...rows);
  const all = document.querySelector("[data-clear]");
  all.prepend(button(all.dataset.clear, async () => { await clear(); location.assign("/"); }));
  all.hidden = !rows.length;
}

if (able) {
  if (document.querySelector("[data-nobody]")) await clear();
  for (const box of document.querySelectorAll("[data-path]")) await offer(box);
  for (const box of document.querySelectorAll("[data-copies]")) await list(box);
}
