// Shows what a link leads to beside the paragraph that it belongs to, and puts it away again. Without this file the link leads there.
const policy = window.trustedTypes ? trustedTypes.createPolicy("beside", { createHTML: (s) => s }) : { createHTML: (s) => s };

async function show(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" }, redirect: "error" });
  const fresh = answer.ok && new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
  const part = fresh && document.importNode(fresh.getElementById(link.dataset.beside), true);
  if (!part) throw new Error("nothing to show");
  const article = link.closest("article"), heading = part.querySelector("h2");
  part.id = `${link.dataset.beside}-${article.id}`;
  heading.id = `${part.id}-title`;
  heading.tabIndex = -1;
  part.setAttribute("aria-labelledby", heading.id);
  document.getElementById(part.id)?.remove(); // a second click came before the first was answered
  article.after(part);
  link.setAttribute("aria-expanded", "true");
  heading.focus();
}

function close(link, part) {
  part.remove();
  link.setAttribute("aria-expanded", "false");
}

const shown = (link) => document.getElementById(`${link.dataset.beside}-${link.closest("article").id}`);

document.addEventListener("click", (e) => {
  const link = e.target.closest?.("a[data-beside]");
  if (!link || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  const open = shown(link);
  if (open) { close(link, open); return; }
  show(link).catch(() => location.assign(link.href));
});

// Whoever reads there by keyboard leaves as they came. What is open in it is closed first, by the key's other meanings: so this looks before they do.
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.isComposing || e.target.closest?.("input, textarea, select, details[open]")) return;
  const link = [...document.querySelectorAll("a[data-beside]")].find((a) => shown(a)?.contains(e.target));
  if (!link) return;
  e.preventDefault();
  close(link, shown(link));
  link.focus();
}, true);
