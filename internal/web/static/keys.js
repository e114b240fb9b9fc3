// Keyboard shortcuts, which /help lists. They move, open or focus, and never send anything. They keep still while somebody writes, chooses or composes, and when a modifier is held. Whoever has switched them off
// is not given this file; without it every page works as before.
const field = "input, textarea, select, [contenteditable]";
const here = () => document.activeElement?.closest(".para") ?? document.querySelector(".para:target");

// From nowhere one comes to the paragraph that is at the top of the window.
function step(by) {
  const all = [...document.querySelectorAll(".para")], at = all.indexOf(here());
  const next = at < 0 ? all.find((p) => p.getBoundingClientRect().bottom > 0) : all[at + by];
  next?.focus();
}

function unfold(act) {
  const paragraph = here(), form = paragraph?.querySelector(`details.act input[name=act][value=${act}]`)?.form;
  if (!form) { paragraph?.querySelector(".actions > a.button, a.comment")?.click(); return; } // a long text has its forms for one paragraph at a time
  for (let d = form.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  form.querySelector("textarea, select, input:not([type=hidden])").focus();
}

// Linking is about several paragraphs: the form stands above them, and the one that somebody has come to is chosen.
function link() {
  const form = document.querySelector("details.linkform"), paragraph = here();
  if (!form) return;
  form.open = true;
  const boxes = [...form.querySelectorAll("input[name=paragraphs]")];
  const box = boxes.find((b) => paragraph?.id === `p-${b.value}`);
  if (box) box.checked = true;
  (box ?? boxes[0])?.focus();
}

function search() {
  const words = document.querySelector(".masthead form.search input[type=search]");
  if (!words) return;
  if (!words.checkVisibility()) words.closest("details").open = true; // where it is folded
  words.focus();
}

function close() {
  const open = document.activeElement?.closest("details[open]") ?? document.querySelector("details.menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
}

const does = new Map([
  ["?", () => location.assign("/help")],
  ["g h", () => location.assign("/")],
  ["g m", () => document.querySelector(".here > a")?.click()],
  ["/", search],
  ["Escape", close],
  ["j", () => step(1)],
  ["k", () => step(-1)],
  ["a", () => here()?.querySelector(".actions > form button.primary")?.focus()],
  ["p", () => unfold("propose")],
  ["r", () => unfold("reserve")],
  ["o", () => unfold("reopen")],
  ["s", () => unfold("concord")],
  ["l", link],
  ["t", () => unfold("comment")],
  ["c", () => here()?.querySelector('a.oursadd[href*="/ours?"]')?.click()],
]);
let first = ""; // of two keys

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing || e.keyCode === 229 || e.ctrlKey || e.altKey || e.metaKey || e.key === "Shift") return;
  const keys = first + e.key, writes = e.target.closest?.(field);
  first = "";
  if (writes) {
    const form = writes.closest("details.act");
    if (e.key === "Escape" && form) form.querySelector("summary").focus(); // out of the field; what was written stays
    else if (e.key === "Escape" && writes.type === "search" && !writes.value) writes.blur();
    return;
  }
  if (keys === "g") { first = "g "; return; }
  if (!does.has(keys)) return;
  e.preventDefault();
  does.get(keys)();
});
