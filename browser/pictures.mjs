// Makes the pictures of the README and of the guide in its three languages, in the fictional profile: ENTENTE=… node pictures.mjs DIR, and behind it the names of those that are wanted, or none for all. Look at them before you commit them.
// They take a palette of 64 colours, by pngquant (Debian has it): a third of the bytes.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { address, languages, member, run, speak, start, stop, submit, visitor } from "./harness.mjs";

const dir = process.argv[2] ?? "../docs/pictures", wanted = process.argv.slice(3);
await start();
const wide = { width: 1080, height: 760 }, part = { width: 1080, height: 460 }, narrow = { width: 390, height: 760 };

async function picture(who, name, at, { size = wide, dark = false, place, before } = {}) {
  if (wanted.length > 0 && !wanted.includes(name.replace(/-(en|zh|ja)$/, ""))) return;
  await who.page.setViewportSize(size);
  await who.page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await who.go(at);
  await before?.(who.page);
  const y = place ? (await who.page.locator(place).first().evaluate((e) => e.getBoundingClientRect().y + scrollY)) - 8 : 0;
  const file = path.join(dir, name + ".png");
  await who.page.screenshot({ path: file, fullPage: true, clip: { x: 0, y, ...size } });
  execFileSync("pngquant", ["--force", "--ext", ".png", "--speed", "1", "--strip", "64", file]);
}

const secretary = await member("millstone-sec"), head = await member("millstone-hod");
await submit(head, head.page.locator("#first-steps button")); // who has settled in is not shown them
const reader = await visitor(address("lantern", "press"));

// The archive to which all parties show the text reads it at cedar's.
const proposal = JSON.parse(run("cedar", "--json", "guest", "show", "keeper-1")).proposals[0].act;
const link = run("cedar", "--as", "cedar-sec", "guest", "link", "keeper-1", "--proposal", proposal, "--for", "the archive").trim();
const guest = await visitor(new URL(link).origin);
await guest.page.goto(link);
await submit(guest, guest.page.locator("main form button").first());

const checked = async (page) => {
  await page.locator("#verify").click();
  await page.locator("#result .right").first().waitFor();
};
for (const l of languages) {
  const tag = l.slice(0, 2);
  for (const who of [secretary, head]) await speak(who, l);
  await guest.go("/guest");
  await submit(guest, guest.page.locator(`form.languages button[value="${l}"]`));
  await picture(head, "home-" + tag, "/");
  await picture(secretary, "mechanism-" + tag, "/m/valley");
  await picture(secretary, "text-" + tag, "/m/valley/texts/js-9", { place: ".table" });
  await picture(head, "seal-" + tag, "/m/valley/texts/js-9/sealing");
  await picture(reader, "press-" + tag, `/${l}/valley/js-9/`);
  await picture(secretary, "meeting-" + tag, "/m/valley/meetings/main.10", { size: part, place: "main" });
  await picture(secretary, "glossary-" + tag, "/m/valley/glossary", { size: part, place: "main" });
  await picture(head, "keys-" + tag, "/m/valley/keys", { size: part, place: "main" });
  await picture(secretary, "line-" + tag, "/m/valley/line/main", { size: part, place: "main" });
  await picture(secretary, "record-" + tag, "/m/valley/record", { size: part, place: "main" });
  await picture(secretary, "trace-" + tag, "/m/valley/trace?matter=text/js-9", { size: part, place: "main" });
  await picture(guest, "guest-" + tag, "/guest", { size: part, place: "main" });
  await picture(reader, "check-" + tag, `/${l}/valley/js-9/`, { size: part, before: checked, place: "#result" });
}
await picture(head, "text-narrow-dark", "/m/valley/texts/js-9", { size: narrow, dark: true, place: "#p-6" });
await stop();
