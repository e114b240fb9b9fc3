// Makes the pictures of the README and the guide, in the fictional profile: ENTENTE=… node pictures.mjs DIR. Look at them before you commit them.
import path from "node:path";
import { address, languages, member, speak, start, stop, visitor } from "./harness.mjs";

const dir = process.argv[2] ?? "../docs/pictures";
await start();
const wide = { width: 1200, height: 900 }, narrow = { width: 390, height: 844 };

async function picture(who, name, at, { size = wide, dark = false, place } = {}) {
  await who.page.setViewportSize(size);
  await who.page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await who.go(at);
  if (place) await who.page.locator(place).evaluate((e) => e.scrollIntoView());
  await who.page.screenshot({ path: path.join(dir, name + ".png") });
}

const who = { en: await member("millstone-sec"), "zh-Hans": await member("millstone-hod"), ja: await member("cedar-hod") };
for (const l of languages) await speak(who[l], l);
await picture(who.en, "mechanism-en-wide", "/m/valley");
await picture(who.en, "text-en-wide", "/m/valley/texts/js-9");
await picture(who.ja, "text-narrow-dark", "/m/valley/texts/js-9", { size: narrow, dark: true, place: "#p-6" });
await picture(who["zh-Hans"], "home-zh-wide", "/");
const reader = await visitor(address("lantern", "press"), { locale: "en-GB" });
await reader.go("/?lang=en");
const article = await reader.page.locator("main a[href]").first().getAttribute("href");
await picture(reader, "press-en-wide", new URL(article, reader.page.url()).href.slice(reader.base.length));
await stop();
