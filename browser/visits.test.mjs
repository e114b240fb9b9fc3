// Visits: the first page is drawn from its one answer, whatever else is late, and the look is kept from then on; news are fetched by the pages that show them, and only by those; and a delegate's day without script, by keyboard, on a
// narrow dark screen.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { address, barriers, languages, member, overflow, run, speak, start, stop, submit, visitor } from "./harness.mjs";

before(start);
after(stop);

const text = "/m/valley/texts/js-9";
const words = (en, zh, ja) => ({ en, "zh-Hans": zh, ja });

function table(id, ...sentences) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "entente-visits-")), "draft.json");
  fs.writeFileSync(file, JSON.stringify({
    title: words(`A text called ${id}`, `文本 ${id}`, `文書 ${id}`), languages, symbol: `VALLEY/${id.toUpperCase()}/L.1`,
    paragraphs: sentences.map((text, i) => ({ id: `${i + 1}`, kind: "operative", text })),
  }));
  run("cedar", "text", "table", file, "--id", id, "--as", "cedar-draft");
  return `/m/valley/texts/${id}`;
}

// look is how a page is dressed: what a style sheet decides, of elements that every page has and of some that a few have.
const look = (page) => page.evaluate(() => ["body", ".masthead", ".wordmark", "main", "h1", ".sheet", "button", ".foot", ".para", ".table", "small"].map((s) => {
  const e = document.querySelector(s), c = e && getComputedStyle(e);
  return e && [s, c.display, c.color, c.backgroundColor, c.fontFamily, c.fontSize, c.paddingTop, c.borderTopWidth];
}));
// The answer itself may come in several pieces: what is compared is the page when its last one is read, which waits for nothing else.
const painted = (page) => page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0 && document.readyState !== "loading");
const withoutSheet = (who) => who.context.clearCookies({ name: "look" });

// late goes to a page while nothing but its own answer arrives, and gives its look then, and once everything is there.
async function late(who, to) {
  const held = [];
  let open = false;
  await who.page.route("**/*", (r) => {
    if (r.request().isNavigationRequest() || open) return r.continue();
    held.push(r);
  });
  await who.page.goto(who.base + to, { waitUntil: "commit" });
  await painted(who.page);
  const first = await look(who.page), waiting = held.map((r) => new URL(r.request().url()).pathname.split("/").at(-1));
  assert.ok(await who.page.locator("h1").first().isVisible());
  open = true;
  for (const r of held) await r.continue();
  await who.page.waitForLoadState("load");
  const whole = await look(who.page);
  await who.page.unroute("**/*");
  return { first, whole, waiting };
}

test("a first visit is drawn from one answer while everything else is late, in three languages, light and dark, and on paper", async () => {
  const stranger = await visitor(address("cedar", "web"));
  const door = await late(stranger, "/sign-in");
  assert.ok(door.waiting.includes("site.css"), `held: ${door.waiting}`);
  assert.deepEqual(door.first, door.whole);
  assert.deepEqual(stranger.bad, []);
  await stranger.context.close();

  const who = await member("cedar-sec");
  for (const [i, language] of languages.entries()) {
    await speak(who, language);
    await who.page.emulateMedia({ colorScheme: i === 1 ? "dark" : "light", media: "screen" });
    for (const to of ["/", "/m/valley", text]) {
      await withoutSheet(who);
      const { first, whole } = await late(who, to);
      assert.deepEqual([language, to, first], [language, to, whole]);
      assert.equal(await who.page.locator("head style").count(), 1);
      await who.page.emulateMedia({ media: "print" });
      const paper = await look(who.page);
      await who.go(to); // the sheet is there now, and linked
      assert.equal(await who.page.locator("style").count(), 0);
      assert.deepEqual([language, to, await look(who.page)], [language, to, paper]);
      await who.page.emulateMedia({ media: "screen" });
      assert.deepEqual([language, to, await look(who.page)], [language, to, whole], "linked or brought along, a page looks the same");
    }
  }
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("after the first visit the sheet comes from the browser and not over the line; a browser that keeps no cookie is brought it each time", async () => {
  const who = await visitor(address("cedar", "web")), size = (kind) => who.page.evaluate((kind) => performance.getEntriesByType("resource").filter((r) => r.name.endsWith("/site.css")).map((r) => r[kind]), kind);
  await who.go("/sign-in");
  assert.equal(await who.page.locator("head style").count(), 1);
  await who.page.waitForFunction(() => performance.getEntriesByType("resource").some((r) => r.name.endsWith("/site.css") && r.responseEnd > 0));
  assert.deepEqual(await who.page.evaluate(() => performance.getEntriesByType("resource").filter((r) => r.name.endsWith("/site.css")).map((r) => r.renderBlockingStatus)), ["non-blocking"]);
  const dressed = await look(who.page);
  await who.go("/sign-in");
  assert.equal(await who.page.locator("style").count(), 0);
  assert.deepEqual(await size("transferSize"), [0], "it was kept");
  assert.deepEqual(await look(who.page), dressed);
  for (let i = 0; i < 2; i++) {
    await who.context.clearCookies();
    await who.go("/sign-in");
    assert.equal(await who.page.locator("head style").count(), 1);
    assert.deepEqual(await look(who.page), dressed);
  }
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("no other style than the sheet counts: what is put into a page is not drawn", async () => {
  const who = await visitor(address("cedar", "web"));
  await who.go("/sign-in");
  const was = await look(who.page);
  await who.page.evaluate(() => {
    const s = document.createElement("style");
    s.textContent = "body { background: rgb(1, 2, 3) }";
    document.head.append(s);
    document.querySelector("h1").setAttribute("style", "color: rgb(1, 2, 3)");
    document.querySelector("head style").textContent += " h1 { color: rgb(1, 2, 3) }";
  });
  assert.doesNotMatch(JSON.stringify(await look(who.page)), /rgb\(1, 2, 3\)/);
  assert.ok(was.length > 0 && who.bad.some((b) => /Content.Security.Policy/i.test(b)), who.bad.join("\n"));
  await who.context.close();
});

test("news of another matter are not fetched; a comment, a new paragraph and a list's new matter appear without a reload", { timeout: 900_000 }, async () => {
  const here = table("js-here", words("The sides will meet.", "双方将会晤。", "双方は会合する。")), there = table("js-there", words("The sides will write.", "双方将通信。", "双方は書簡を交わす。"));
  const open = async (to) => {
    const who = await member("cedar-sec"), asked = [];
    await speak(who, "en");
    const told = who.page.waitForResponse((r) => new URL(r.url()).pathname === "/m/valley/events"); // and fetched again if something happened before
    await who.go(to);
    who.page.on("request", (r) => { if (r.url() === who.base + to) asked.push(r.url()); });
    await told;
    return { ...who, asked };
  };
  const one = await open(here), other = await open(there), list = await open("/m/valley/concerns");
  const settled = async (who) => { // nothing is fetched any more
    for (let n = -1; n !== who.asked.length;) { n = who.asked.length; await who.page.waitForTimeout(1500); }
    return who.asked.length;
  };
  for (const who of [one, other, list]) await settled(who);
  const before = other.asked.length, listed = list.asked.length;
  run("cedar", "text", "comment", "js-here", "1", "--text", "en=Does this say when?", "--as", "cedar-hod");
  await one.page.locator("#p-1").getByText("Does this say when?").waitFor();
  run("cedar", "text", "insert", "js-here", "--after", "1", "--text", "en=They will begin in May.", "--text", "zh-Hans=五月开始。", "--text", "ja=5月に始める。", "--as", "cedar-draft");
  await one.page.locator(".para").filter({ hasText: "They will begin in May." }).waitFor();
  assert.equal(await one.page.locator(".para").count(), 2);
  assert.match(await one.page.locator(".para").nth(1).innerText(), /begin in May/, "in its place");
  run("cedar", "concern", "raise", "c-visits", "--text", "en=A concern that came meanwhile", "--as", "cedar-sec");
  await list.page.getByText("A concern that came meanwhile").first().waitFor();
  const shown = await settled(one);
  assert.equal(await settled(other), before, "a page was fetched for what it does not show");
  assert.equal(list.asked.length, listed + 1, "a list is fetched for what is of its kind, once");
  run("cedar", "text", "comment", "js-there", "1", "--text", "en=To whom?", "--as", "cedar-hod");
  await other.page.locator("#p-1").getByText("To whom?").waitFor();
  assert.equal(await settled(one), shown);
  for (const who of [one, other, list]) {
    assert.deepEqual(who.bad, []);
    await who.context.close();
  }
});

test("the head of a page and what can be done there are news like any other: a title, documents issued, days to accept; what somebody writes stays", { timeout: 900_000 }, async () => {
  const at = table("js-head", words("The sides will meet.", "双方将会晤。", "双方は会合する。")), who = await member("cedar-sec"), host = await member("cedar-sec"), page = who.page;
  for (const w of [who, host]) await speak(w, "en");
  await who.go(at);
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "entente-head-")), "en.json");
  fs.writeFileSync(file, JSON.stringify({ 1: "The sides will meet often." }));
  run("cedar", "text", "translate", "js-head", file, "--language", "en", "--title", "Another title", "--as", "cedar-draft");
  await page.locator("h1").filter({ hasText: "Another title" }).waitFor();
  run("cedar", "text", "compile", "js-head", "VALLEY/HEAD/C.1", "--as", "cedar-sec");
  await page.locator("#issued").getByText("VALLEY/HEAD/C.1").waitFor();

  const meeting = "/m/valley/meetings/main.10", offer = (page) => page.locator("#acts details:has(input[value='meeting.offer'])");
  for (const w of [who, host]) await w.go(meeting);
  await offer(page).locator("> summary").click();
  await offer(page).locator("[name='places:en']").fill("The hall");
  run("millstone", "meeting", "offer", "main.10", "--from", "2027-03-01", "--until", "2027-03-03", "--places", "en=The mill", "--as", "millstone-sec");
  await page.locator("#track").getByText("1–3 March 2027").first().waitFor();
  await host.page.locator("#acts summary").filter({ hasText: "Accept the days" }).waitFor();
  assert.equal(await offer(page).locator("[name='places:en']").inputValue(), "The hall");
  assert.ok(await offer(page).locator("[name='places:en']").evaluate((e) => e === document.activeElement), "nothing moves under who writes");
  for (const w of [who, host]) {
    assert.deepEqual(w.bad, []);
    await w.context.close();
  }
});

test("a paragraph that was moved by agreement comes to its new place by itself, and whoever writes in another one goes on writing", { timeout: 900_000 }, async () => {
  const at = table("js-move", ...[1, 2, 3].map((i) => words(`Paragraph ${i}.`, `第${i}段。`, `第${i}段落。`))), who = await member("cedar-draft"), page = who.page;
  await speak(who, "en");
  await who.go(at);
  const form = page.locator("#p-2 form:has(input[name=act][value=propose])"), field = form.locator("textarea").first();
  await form.evaluate((f) => { for (let d = f.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; });
  await field.fill("Half a thought");
  run("cedar", "text", "move", "js-move", "3", "--after", "1", "--as", "cedar-draft");
  for (const act of ["accept", "confirm"]) for (const side of ["millstone", "cedar", "lantern"]) for (let tries = 0; ; tries++) {
    try { run(side, "text", act, "js-move", "3=3 bis", "--as", `${side}-hod`); break; } catch (e) { if (tries > 40) throw e; await page.waitForTimeout(500); } // until it is there
  }
  await page.waitForFunction(() => [...document.querySelectorAll(".para")].map((p) => p.id).join(" ") === "p-1 p-3 p-2");
  assert.equal(await field.inputValue(), "Half a thought");
  assert.ok(await field.evaluate((e) => e === document.activeElement));
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

// A delegate's day without script and without a mouse: what is chosen is reached by the tabulator and done by the space bar or the return key.
async function reach(page, button) {
  await button.focus();
  assert.ok(await button.evaluate((e) => e === document.activeElement), "it can be reached by keyboard");
}

test("without script, by keyboard, 320 pixels wide and dark, in three languages: a wording is proposed, agreed, withdrawn; a note of ours is written and taken back", { timeout: 900_000 }, async () => {
  const at = table("js-plain", words("The sides will meet.", "双方将会晤。", "双方は会合する。"));
  const who = await member("cedar-hod", { javaScriptEnabled: false, viewport: { width: 320, height: 700 }, colorScheme: "dark" }), page = who.page;
  const press = async (button) => { await reach(page, button); await Promise.all([page.waitForEvent("framenavigated"), page.keyboard.press("Enter")]); await page.waitForLoadState("load"); };
  const unfold = async (details) => { // and what it stands in
    for (const folded = details.locator("xpath=ancestor-or-self::details[not(@open)]"); await folded.count();) { await reach(page, folded.first().locator("> summary")); await page.keyboard.press("Space"); }
  };
  for (const [i, language] of languages.entries()) {
    await who.go("/");
    await unfold(page.locator(".masthead details.topmenu"));
    await press(page.locator(`form.languages button[value="${language}"]`));
    await who.go(at);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.equal(await overflow(page), 0);
    const propose = page.locator("#p-1 details.act:has(input[name=act][value=propose])");
    await unfold(propose);
    for (const [tag, text] of Object.entries(words(`The sides will meet ${i + 2} times.`, `双方将会晤${i + 2}次。`, `双方は${i + 2}回会合する。`))) {
      await reach(page, propose.locator(`textarea[name="text:${tag}"]`));
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText(text);
    }
    await press(propose.locator("button[type=submit]").last());
    const ours = page.locator("#p-1 .alternative:not(.state-withdrawn)").filter({ hasText: `${i + 2}` });
    assert.equal(await ours.count(), 1, await page.locator("main").innerText());
    assert.equal(await page.locator(".banner.done").count(), 1, "that it is done is said");
    assert.equal(await page.locator(".undo").count(), 0, "what has left the node cannot be taken back by an undo");
    assert.equal(await overflow(page), 0);
    await press(page.locator("#p-1 button[name=act][value=drop]").first());
    assert.equal(await page.locator("#p-1 .alternative:not(.state-withdrawn)").filter({ hasText: `${i + 2}` }).count(), 0);

    await who.go("/m/valley/ours");
    const note = page.locator("details.act:has(input[name=do][value=note])");
    await unfold(note);
    await reach(page, note.locator("textarea"));
    await page.keyboard.insertText(`Ours alone, ${language}`);
    await press(note.locator("button[type=submit]"));
    assert.ok(await page.getByText(`Ours alone, ${language}`).first().isVisible());
    await press(page.locator("form.undo button"));
    assert.equal(await page.getByText(`Ours alone, ${language}`).count(), 0, "what has not left the node is taken back");
    assert.equal(await overflow(page), 0);
  }
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("agreed language that resembles a paragraph opens beside it, says how alike it is in each language, and is left by Escape; without script it is a page", { timeout: 900_000 }, async () => {
  const said = JSON.parse(run("millstone", "--json", "text", "show", "js-9")).state.paragraphs.find((p) => p.id === "2").wordings.at(-1);
  const agreed = Object.fromEntries([...said.versions, ...(said.courtesy ?? [])].map((v) => [v.lang, v.text]));
  const at = table("js-again", { ...agreed, en: "The hosts pay for the tea, and " + agreed.en });
  const who = await member("millstone-sec"), plain = await member("millstone-sec", { javaScriptEnabled: false, viewport: { width: 320, height: 700 }, colorScheme: "dark" });
  const shares = async (page) => Object.fromEntries(await page.locator(".precedents .hits > li:first-child .aligned > div").evaluateAll((all) => all.map((e) => [e.lang, e.querySelector(".share").innerText.match(/\d+/)[0]])));
  for (const language of languages) {
    await speak(who, language);
    await who.go(at);
    const link = who.page.locator("#p-1 a[data-beside]");
    await link.press("Enter");
    const beside = who.page.locator("#precedents-p-1");
    await beside.waitFor();
    assert.equal(await link.getAttribute("aria-expanded"), "true");
    assert.ok(await beside.locator("h2").evaluate((e) => e === document.activeElement), "whoever asked for it is taken to it");
    const alike = await shares(who.page);
    assert.deepEqual({ ...alike, en: "" }, { "zh-Hans": "100", ja: "100", en: "" });
    assert.ok(Number(alike.en) > 50 && Number(alike.en) < 100, `the English is not the same throughout: ${alike.en}`);
    const order = (of) => who.page.locator(of).evaluateAll((all) => all.map((e) => e.lang));
    assert.deepEqual(await order("#precedents-p-1 .hits > li:first-child .aligned > div"), await order("#p-1 .mainwording .version"), "one language stands beneath itself");
    assert.deepEqual(await barriers(who.page), []);
    await who.page.keyboard.press("Escape");
    assert.equal(await beside.count(), 0);
    assert.ok(await link.evaluate((e) => e === document.activeElement), "and back to where they were");

    await speak(plain, language);
    await plain.go(at);
    await reach(plain.page, plain.page.locator("#p-1 a[data-beside]"));
    await Promise.all([plain.page.waitForEvent("framenavigated"), plain.page.keyboard.press("Enter")]);
    assert.deepEqual(await shares(plain.page), alike);
    assert.equal(await overflow(plain.page), 0);
  }
  assert.deepEqual([...who.bad, ...plain.bad], []);
  await who.context.close();
  await plain.context.close();
});
