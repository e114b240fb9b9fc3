// The button that checks the text on this page, in this browser. What it says comes from the two modules named in `code` and from the files, never from the page.
const { words, parties, files: at, statement, newer, code } = JSON.parse(document.getElementById("said").textContent);
const button = document.getElementById("verify"), result = document.getElementById("result"), language = document.documentElement.lang;
const instant = (iso) => iso && new Date(iso).toLocaleString(language === "en" ? "en-GB" : language, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }) + " UTC";
const say = (key, params = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, n) => (n === "party" ? parties[params.party] ?? params.party : n === "at" ? instant(params.at) : params[n]) ?? "");
const line = (tag, text, kind) => { const e = document.createElement(tag); e.textContent = text; if (kind) e.className = kind; return e; };
const digest = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
const fail = (kind, file) => { throw Object.assign(new Error(kind), { kind, file }); };

async function fetched(from, name) {
  const r = await fetch(from, { cache: "no-store", credentials: "omit" });
  if (r.status === 404) fail("missing", name);
  if (!r.ok) throw new Error("status " + r.status);
  return new Uint8Array(await r.arrayBuffer());
}
const file = (name) => fetched(at + name.split("/").map(encodeURIComponent).join("/"), name);

// The code that checks is held against the digests of the page before it runs, so that one that was changed has a name; a browser that reads the page's import map does not run it either.
async function checker() {
  for (const [name, want] of Object.entries(code)) {
    const found = "sha256-" + btoa(String.fromCharCode(...(await digest(await fetched(new URL(name, import.meta.url), name)))));
    if (found !== want) fail("code", name);
  }
  return import("./export.mjs").catch(() => fail("code", "export.mjs"));
}

async function check() {
  if (!globalThis.isSecureContext || !crypto.subtle) return result.replaceChildren(line("p", say("insecure"), "wrong"));
  button.disabled = true;
  const steps = document.createElement("ol");
  result.replaceChildren(line("p", say("working")), steps);
  try {
    const { listed, unchecked, verifyExcerpt, verifyExport } = await checker();
    const sums = await file("SHA256SUMS"), files = new Map([["SHA256SUMS", sums]]);
    for (const name of listed(sums).keys()) files.set(name, await file(name));
    await verifyExport(files, (key, params) => steps.append(line("li", say(key, params))));
    compare(verifyExcerpt, JSON.parse(new TextDecoder().decode(files.get("content.json"))));
    if (Array.from(await digest(files.get("seal-statement.txt")), (x) => x.toString(16).padStart(2, "0")).join("") !== statement) fail("changed", "seal-statement.txt");
    result.firstChild.replaceWith(line("p", say("right"), "right"));
    for (const what of newer ?? []) result.append(line("p", what, "newer"));
    result.append(line("p", say("unchecked", { what: unchecked.join("; ") }), "soft"), line("p", say("who"), "soft"), line("p", say("other_node"), "soft"), line("p", say("newest"), "soft"));
  } catch (e) {
    const why = e?.kind ? say(e.kind, { file: e.file, party: e.file }) : e?.name === "NotSupportedError" ? say("old_browser") : say("unreachable");
    result.firstChild.replaceWith(line("p", say("wrong"), "wrong"));
    result.append(line("p", why, "wrong"));
  } finally { button.disabled = false; }
}

// What stands on the page, all of it or an excerpt, is compared with what was sealed: a page can lie about good files.
function compare(verifyExcerpt, content) {
  const page = document.querySelector(".clauses"), all = (css, f) => [...page.querySelectorAll(css)].map(f);
  const shown = all(".clause", (p) => [p.id.slice(2), p.querySelector(".clauseno").textContent, p.querySelector(".sealedwords").textContent]);
  verifyExcerpt(content, page.lang, shown, all("[data-left]", (a) => a.dataset.left));
}

document.getElementById("noscript").hidden = true;
button.hidden = false;
button.addEventListener("click", check);
