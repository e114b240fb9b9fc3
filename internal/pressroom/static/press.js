// The button that checks the text on this page, in this browser. What it says comes from the two modules below and from the files, never from the page.
import { Changed, listed, unchecked, verifyExcerpt, verifyExport } from "./export.mjs";

const { words, parties, files: at, statement } = JSON.parse(document.getElementById("said").textContent);
const button = document.getElementById("verify"), result = document.getElementById("result");
const say = (key, params = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, n) => (n === "party" ? parties[params.party] ?? params.party : params[n] ?? ""));
const line = (tag, text, kind) => { const e = document.createElement(tag); e.textContent = text; if (kind) e.className = kind; return e; };

async function fetched(name) {
  const r = await fetch(at + name.split("/").map(encodeURIComponent).join("/"), { cache: "no-store", credentials: "omit" });
  if (r.status === 404) throw new Changed("missing", name);
  if (!r.ok) throw new Error("status " + r.status);
  return new Uint8Array(await r.arrayBuffer());
}

async function check() {
  if (!globalThis.isSecureContext || !crypto.subtle) return result.replaceChildren(line("p", say("insecure"), "wrong"));
  button.disabled = true;
  const steps = document.createElement("ol");
  result.replaceChildren(line("p", say("working")), steps);
  try {
    const sums = await fetched("SHA256SUMS"), files = new Map([["SHA256SUMS", sums]]);
    for (const name of listed(sums).keys()) files.set(name, await fetched(name));
    await verifyExport(files, (key, params) => steps.append(line("li", say(key, params))));
    const found = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", files.get("seal-statement.txt"))), (x) => x.toString(16).padStart(2, "0")).join("");
    compare(JSON.parse(new TextDecoder().decode(files.get("content.json"))));
    if (found !== statement) throw new Changed("changed", "seal-statement.txt");
    result.firstChild.replaceWith(line("p", say("right"), "right"));
    result.append(line("p", say("unchecked", { what: unchecked.join("; ") }), "soft"), line("p", say("who"), "soft"), line("p", say("other_node"), "soft"), line("p", say("newest"), "soft"));
  } catch (e) {
    const why = e instanceof Changed ? say(e.kind, { file: e.file, party: e.file }) : e?.name === "NotSupportedError" ? say("old_browser") : say("unreachable");
    result.firstChild.replaceWith(line("p", say("wrong"), "wrong"));
    result.append(line("p", why, "wrong"));
  } finally { button.disabled = false; }
}

// What stands on the page, all of it or an excerpt, is compared with what was sealed: a page can lie about good files.
function compare(content) {
  const page = document.querySelector(".clauses"), all = (css, f) => [...page.querySelectorAll(css)].map(f);
  const shown = all(".clause", (p) => [p.id.slice(2), p.querySelector(".clauseno").textContent, p.querySelector(".sealedwords").textContent]);
  verifyExcerpt(content, page.lang, shown, all("[data-left]", (a) => a.dataset.left));
}

button.hidden = false;
button.addEventListener("click", check);
