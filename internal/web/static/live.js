// Fetches the page again when the record changed, and replaces the pieces that differ. A piece in which somebody writes or has a form open is left alone
// until they are done. Without this file every page works as before.
const body = document.body;
const said = document.getElementById("said");
const policy = window.trustedTypes ? trustedTypes.createPolicy("live", { createHTML: (s) => s }) : { createHTML: (s) => s };
let source, wanted = false; // a piece in use waits for its reader
let busy = false, again = false; // news came while a page was being fetched

// A page of one matter, or of one kind, is fetched for news of that, of a party, and of what stands on every page; a page without a matter shows everything. Receipts follow every act, and few pages show more of them than
// a word in their head: those wait for the next news. A round that is open is decided by them.
function concerns(news) {
  const { matter } = body.dataset, open = document.querySelector(".verdict-pending");
  return !matter || news.some((n) => (n === "receipts" ? open : !n.includes("/")) || n.startsWith("party/") || n === matter || n.startsWith(matter + "/"));
}

function inUse(piece) {
  if (piece.contains(document.activeElement) && ![body, piece].includes(document.activeElement)) return true;
  if (piece.querySelector("details.act[open], :active")) return true;
  return [...piece.querySelectorAll("textarea, input:not([type=hidden])")].some((f) => f.value !== f.defaultValue);
}

// What the reader has opened stays open when a piece is replaced.
function keepOpen(piece, next) {
  const now = [...next.querySelectorAll("details:not([open])")];
  for (const was of piece.querySelectorAll("details[open]")) {
    const same = now.find((d) => d.className === was.className && d.firstElementChild.textContent === was.firstElementChild.textContent);
    if (same) same.open = true;
  }
}

// A piece that is new, such as a paragraph, comes to stand beside the one that it stands beside there. Nothing comes of another page, which may be at the address to which a form was sent.
function insert(next, { previousElementSibling: before, nextElementSibling: after }) {
  const place = (e) => e?.id && document.getElementById(e.id);
  next.dataset.fresh = "";
  if (place(before)) place(before).after(next); else place(after)?.before(next);
  return next.isConnected;
}

// A paragraph that has moved comes to stand behind the one that it stands behind there, and behind what is open beside that.
function reorder(fresh) {
  const back = (e) => { do e = e.previousElementSibling; while (e && !e.matches(".para")); return e; };
  for (const made of fresh.querySelectorAll(".para + .para")) {
    let [piece, before] = [made, made.previousElementSibling].map((e) => document.getElementById(e.id));
    if (!piece || !before || back(piece) === before) continue;
    if (inUse(piece) || piece.nextElementSibling?.matches(":not(.para)")) { wanted = true; continue; }
    const read = piece === document.activeElement;
    while (before.nextElementSibling?.matches(":not(.para)")) before = before.nextElementSibling;
    before.after(piece);
    if (read) piece.focus({ preventScroll: true });
  }
}

async function refresh() {
  if (busy) { again = true; return; }
  [busy, wanted, again] = [true, false, false];
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
    let changed = 0;
    for (const made of fresh.querySelectorAll("[data-piece][id]")) {
      const piece = document.getElementById(made.id), next = document.importNode(made, true);
      if (!piece) { if (fresh.title === document.title && insert(next, made)) changed++; continue; }
      delete piece.dataset.fresh;
      keepOpen(piece, next);
      if (piece.outerHTML === next.outerHTML) continue;
      if (inUse(piece)) { wanted = true; continue; }
      next.dataset.fresh = "";
      const read = piece === document.activeElement; // by keyboard
      piece.replaceWith(next);
      if (read) next.focus({ preventScroll: true });
      changed++;
    }
    reorder(fresh);
    if (changed && said) said.textContent = body.dataset.said;
  } catch {
    // the line to our own node is away; the stream comes back by itself and asks again
  } finally {
    busy = false; if (again) refresh();
  }
}

function listen() {
  if (source || document.hidden) return;
  source = new EventSource(body.dataset.live);
  source.onmessage = (e) => { if (concerns(e.data.split(" "))) refresh(); };
}

const hush = () => { source?.close(); source = undefined; };

// A page that says that more is on its way is fetched whole again, unless somebody writes in it.
if (document.querySelector("[data-again]")) {
  const look = () => { if (document.hidden || document.activeElement?.form) setTimeout(look, 5000); else location.reload(); };
  setTimeout(look, 5000);
}

document.addEventListener("visibilitychange", () => (document.hidden ? hush() : (listen(), refresh())));
document.addEventListener("focusout", () => setTimeout(() => { if (wanted) refresh(); }, 200));
window.addEventListener("pagehide", hush);
listen();
