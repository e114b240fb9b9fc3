// Fetches the page again when the record changed, and replaces the pieces that differ. A piece in which somebody writes or has a form open is left alone
// until they are done. Without this file every page works as before.
const body = document.body;
const said = document.getElementById("said");
const policy = window.trustedTypes ? trustedTypes.createPolicy("live", { createHTML: (s) => s }) : { createHTML: (s) => s };
let source, wanted = false, busy = false;

function concerns(matters) {
  return !body.dataset.matter || matters.includes(body.dataset.matter) || matters.includes("lines") || matters.some((m) => m.startsWith("attachment/"));
}

function inUse(piece) {
  if (piece.contains(document.activeElement) && document.activeElement !== body) return true;
  if (piece.querySelector("details.act[open]")) return true;
  return [...piece.querySelectorAll("textarea, input:not([type=hidden])")].some((f) => f.value !== f.defaultValue);
}

async function refresh() {
  if (busy) { wanted = true; return; }
  busy = true;
  wanted = false;
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
    let changed = 0;
    for (const next of fresh.querySelectorAll("[data-piece][id]")) {
      const piece = document.getElementById(next.id);
      if (!piece || piece.outerHTML === next.outerHTML) continue;
      if (inUse(piece)) { wanted = true; continue; }
      next.classList.add("fresh");
      piece.replaceWith(document.adoptNode(next));
      changed++;
    }
    if (changed && said) said.textContent = body.dataset.said;
  } catch {
    // the line to our own node is away; the stream comes back by itself and asks again
  } finally {
    busy = false;
  }
}

function listen() {
  if (source || document.hidden) return;
  source = new EventSource(body.dataset.live);
  let first = true;
  source.onopen = () => { if (!first) refresh(); first = false; };
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
