// Makes the pictures of the README and of the guide in its three languages, in the fictional profile: ENTENTE=… node pictures.mjs DIR. Look at them before you commit them.
// They take a palette of 64 colours, by pngquant (Debian has it): a third of the bytes.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { address, languages, member, speak, start, stop, submit, visitor } from "./harness.mjs";

const dir = process.argv[2] ?? "../docs/pictures";
await start();
const wide = { width: 1080, height: 760 }, narrow = { width: 390, height: 760 };

async function picture(who, name, at, { size = wide, dark = false, place } = {}) {
  await who.page.setViewportSize(size);
  await who.page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await who.go(at);
  const y = place ? (await who.page.locator(place).first().boundingBox()).y - 8 : 0;
  const file = path.join(dir, name + ".png");
  await who.page.screenshot({ path: file, fullPage: true, clip: { x: 0, y, ...size } });
  execFileSync("pngquant", ["--force", "--ext", ".png", "--speed", "1", "--strip", "64", file]);
}

const secretary = await member("millstone-sec"), head = await member("millstone-hod");
await submit(head, head.page.locator("#first-steps button")); // who has settled in is not shown them
const reader = await visitor(address("lantern", "press"));
for (const l of languages) {
  const tag = l.slice(0, 2);
  for (const who of [secretary, head]) await speak(who, l);
  await picture(head, "home-" + tag, "/");
  await picture(secretary, "mechanism-" + tag, "/m/valley");
  await picture(secretary, "text-" + tag, "/m/valley/texts/js-9", { place: ".table" });
  await picture(head, "seal-" + tag, "/m/valley/texts/js-9/sealing");
  await picture(reader, "press-" + tag, `/${l}/valley/js-9/`);
}
await picture(head, "text-narrow-dark", "/m/valley/texts/js-9", { size: narrow, dark: true, place: "#p-6" });
await stop();
