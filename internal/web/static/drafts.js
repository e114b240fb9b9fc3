// Remembers in this tab what its reader is writing, so that a lost connection, an ended session or a closed lid does not take it. It goes when it was sent, when its writer signs out, and with the tab; nobody
// else who signs in here is shown it. Without this file every form works as before.
const body = document.body, member = body.dataset.member, mine = `draft ${member} `;
const drafts = () => Object.keys(sessionStorage).filter((k) => k.startsWith("draft "));
const fields = (form) => [...form.querySelectorAll("textarea, input[type=text]")].filter((f) => f.name);
const written = (form) => form.method === "post" && form.querySelector("textarea");

// A form is known by where it goes and what it is about.
function key(form) {
  return mine + [new URL(form.action).pathname, ...[...form.querySelectorAll("input[type=hidden]")].map((f) => `${f.name}=${f.value}`)].join(" ");
}

function remember(form, sent) {
  const words = fields(form).filter((f) => f.value !== f.defaultValue).map((f) => [f.name, f.value]);
  try {
    if (words.length) sessionStorage.setItem(key(form), JSON.stringify({ sent, words }));
    else if (!sent) sessionStorage.removeItem(key(form));
  } catch {
    // no room, or none allowed: the form works as before
  }
}

// What was sent has arrived if the page that came next says so; otherwise it is a draft still.
function settle() {
  const done = document.querySelector(".banner.done");
  for (const k of drafts()) {
    const draft = JSON.parse(sessionStorage.getItem(k));
    if (!k.startsWith(mine) || draft.sent && done) sessionStorage.removeItem(k);
    else sessionStorage.setItem(k, JSON.stringify({ ...draft, sent: false }));
  }
}

function restore(form) {
  const draft = JSON.parse(sessionStorage.getItem(key(form)) || "null");
  const back = [];
  for (const [name, value] of draft?.words ?? []) {
    const field = fields(form).find((f) => f.name === name && f.value === f.defaultValue && !back.includes(f));
    if (field && field.value !== value) { field.value = value; back.push(field); }
  }
  if (!back.length) return;
  form.closest("details")?.setAttribute("open", "");
  const says = document.createElement("p"), drop = document.createElement("button");
  says.className = "draft";
  says.setAttribute("role", "status");
  says.textContent = body.dataset.restored + " ";
  drop.type = "button";
  drop.textContent = body.dataset.discard;
  drop.onclick = () => {
    for (const f of back) f.value = f.defaultValue;
    sessionStorage.removeItem(key(form));
    says.remove();
    back[0].focus();
  };
  says.append(drop);
  form.prepend(says);
}

if (member) {
  settle();
  for (const form of document.forms) if (written(form)) restore(form);
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
