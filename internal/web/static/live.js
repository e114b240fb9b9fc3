// Fetches the page again when the record changed, and replaces the pieces that differ. A piece in which somebody writes or has a form open is left alone
// until they are done. Without this file every page works as before.
const body = document.body;
const said = document.getElementById("said");
const policy = window.trustedTypes ? trustedTypes.createPolicy("live", { createHTML: (s) => s }) : { createHTML: (s) => s };
let source;
let wanted = false; // a piece in use waits for its reader
let busy = false, again = false; // news came while a page was being fetched

function concerns(matters) {
  return matters.includes("*") || !body.dataset.matter || matters.includes(body.dataset.matter) || matters.includes("lines") || (body.dataset.matter.startsWith("text/") && matters.some((m) => m.startsWith("thread/"))) || matters.some((m) => m.startsWith("attachment/"));
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

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  wanted = again = false;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
    let changed = 0;
    for (const next of fresh.querySelectorAll("[data-piece][id]")) {
      const piece = document.getElementById(next.id);
      if (!piece) continue;
      delete piece.dataset.fresh;
      keepOpen(piece, next);
      if (piece.outerHTML === next.outerHTML) continue;
      if (inUse(piece)) { wanted = true; continue; }
      next.dataset.fresh = "";
      const read = piece === document.activeElement; // by keyboard
      piece.replaceWith(document.adoptNode(next));
      if (read) next.focus({ preventScroll: true });
      changed++;
    }
    if (changed && said) said.textContent = body.dataset.said;
  } catch {
    // the line to our own node is away; the stream comes back by itself and asks again
  } finally {
    busy = false;
    if (again) refresh();
  }
}

function listen() {
  if (source || document.hidden) return;
  source = new EventSource(body.dataset.live);
  source.onmessage = (e) => { if (concerns(e.data.split(" "))) refresh(); };
}

function hush() {
  source?.close();
  source = undefined;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) { hush(); return; }
  listen();
  refresh();
});
document.addEventListener("focusout", () => setTimeout(() => { if (wanted) refresh(); }, 200));
window.addEventListener("pagehide", hush);
listen();
