// Remembers in this tab what its reader is writing, so that a lost connection, an ended session or a closed lid does not take it. It goes when it was sent, when its writer signs out, and with the tab; nobody
// else who signs in here is shown it. Without this file every form works as before.
const body = document.body, member = body.dataset.member, mine = `draft ${member} `;
const drafts = () => Object.keys(sessionStorage).filter((k) => k.startsWith("draft "));
const ticks = (f) => /^(checkbox|radio)$/.test(f.type), chooses = (f) => f.localName === "select";
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const to = (form) => new URL(form.getAttribute("action") || location.pathname, location.href).pathname; // an act's name may be a field called action
// What is asked for beside a passphrase or about a person's account is not kept.
const written = (form) => form.method === "post" && !form.querySelector("[type=password]") && form.querySelector(to(form).startsWith("/m/") ? "textarea, input[type=text]" : "textarea");

// What somebody has chosen belongs to what they have written: in which language it is, and whether it counts.
function fields(form) {
  const all = form.querySelectorAll("textarea, select, input:not([type=hidden], [type=password], [type=file], [type=email])"), seen = new Map();
  return [...all].filter((f) => f.name).map((f) => {
    const name = ticks(f) ? `${f.name}=${f.value}` : f.name, n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    return [`${name} ${n}`, f];
  });
}

const chosen = (f, how) => [...f.options].filter((o) => o[how]).map((o) => o.value);
const value = (f) => (ticks(f) ? f.checked : chooses(f) ? chosen(f, "selected") : f.value);
function initial(f) {
  if (ticks(f)) return f.defaultChecked;
  if (!chooses(f)) return f.defaultValue;
  const first = chosen(f, "defaultSelected");
  return first.length || f.multiple ? first : [...f.options].slice(0, 1).map((o) => o.value);
}
function set(f, v) {
  if (ticks(f)) f.checked = v;
  else if (chooses(f)) for (const o of f.options) o.selected = v.includes(o.value);
  else f.value = v;
}

// A form is known by where it goes, what it is about and what it does. Which wording stood there is not part of that: it may be another one when its writer comes back.
const hidden = (form, moves) => [...form.querySelectorAll("input[type=hidden]")].filter((f) => ["read", "items", "wording"].includes(f.name) === moves).map((f) => `${f.name}=${f.value}`);
const does = (form) => [...form.querySelectorAll("button[name]")].map((b) => `${b.name}=${b.value}`);
const key = (form) => mine + [to(form), ...hidden(form, false), ...does(form)].join(" ");
const stood = (form) => hidden(form, true).join(" ");

const refused = new WeakSet(); // fields that came back as they had been sent: what stands in them is nowhere else

function remember(form, sent) {
  const words = fields(form).filter(([, f]) => refused.has(f) || !same(value(f), initial(f))).map(([name, f]) => [name, value(f)]);
  try {
    if (words.length) sessionStorage.setItem(key(form), JSON.stringify({ sent, words, stood: stood(form) }));
    else if (!sent) sessionStorage.removeItem(key(form));
  } catch {
    // no room, or none allowed: the form works as before
  }
}

// What was sent has arrived if the page that came next says so; otherwise it is a draft still. A page to which somebody went back, or that was loaded again, speaks of what was sent before.
function settle() {
  const done = performance.getEntriesByType("navigation")[0]?.type === "navigate" && document.querySelector(".banner.done");
  for (const k of drafts()) {
    const draft = JSON.parse(sessionStorage.getItem(k));
    if (!k.startsWith(mine) || draft.sent && done) sessionStorage.removeItem(k);
    else sessionStorage.setItem(k, JSON.stringify({ ...draft, sent: false }));
  }
}

// says tells of a draft, with a button that does away with it.
function says(what, words, drop) {
  const button = document.createElement("button");
  what.className = "draft";
  what.setAttribute("role", "status");
  button.type = "button";
  button.textContent = body.dataset.discard;
  button.onclick = () => { what.remove(); drop(); };
  what.prepend(words + " ");
  what.append(button);
  return what;
}

function restore(form) {
  const draft = JSON.parse(sessionStorage.getItem(key(form)) || "null"), all = new Map(fields(form)), back = [];
  for (const [name, v] of draft?.words ?? []) {
    const f = all.get(name);
    if (f && same(initial(f), v)) refused.add(f);
    if (f && same(value(f), initial(f)) && !same(value(f), v)) { set(f, v); back.push(f); }
  }
  if (!back.length) return;
  for (let d = form.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  const words = draft.stood === stood(form) ? body.dataset.restored : `${body.dataset.restored} ${body.dataset.changed}`;
  form.prepend(says(document.createElement("p"), words, () => {
    for (const f of back) set(f, initial(f));
    sessionStorage.removeItem(key(form));
    back[0].focus();
  }));
}

// What was written in a form that this page has no more, because somebody has acted meanwhile, is shown as it is.
function left() {
  const here = new Set([...document.forms].filter(written).map(key));
  for (const k of drafts().filter((k) => !here.has(k))) {
    const at = k.slice(mine.length).split(" ")[0], words = JSON.parse(sessionStorage.getItem(k)).words.filter(([, v]) => typeof v === "string" && v);
    if (!words.length || ![location.pathname, location.pathname + "/acts"].includes(at)) continue;
    const box = document.createElement("section");
    for (const [name, v] of words) box.append(Object.assign(document.createElement("p"), { className: "papertext", textContent: v, lang: name.match(/:(\S+) /)?.[1] ?? "" }));
    document.getElementById("main").prepend(says(box, body.dataset.left, () => sessionStorage.removeItem(k)));
  }
}

if (member) {
  settle();
  for (const form of document.forms) if (written(form)) restore(form);
  left();
  document.addEventListener("input", (e) => { const form = e.target.form; if (form && written(form)) remember(form, false); });
  document.addEventListener("submit", (e) => {
    if (e.target.getAttribute("action") === "/sign-out") for (const k of drafts()) sessionStorage.removeItem(k);
    else if (written(e.target)) remember(e.target, true);
  }, true);
}

// The browser puts the cursor into the field of a refused form as soon as it knows of it; the page may still grow above. Whoever has gone elsewhere meanwhile stays there.
const cursor = document.querySelector("[autofocus]");
if (cursor) addEventListener("load", () => {
  if (![body, cursor].includes(document.activeElement)) return;
  cursor.focus();
  cursor.scrollIntoView({ block: "center" });
});
