// The pages by keyboard: what single keys do, when they keep still, and how a person switches them off; and what somebody is shown who has just come.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { barriers, languages, member, overflow, run, speak, start, stop, submit } from "./harness.mjs";

before(start);
after(stop);

const id = "js-keys", at = `/m/valley/texts/${id}`;
const words = (en, zh, ja) => ({ en, "zh-Hans": zh, ja });
const draft = (...sentences) => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "entente-keys-")), "draft.json");
  fs.writeFileSync(file, JSON.stringify({
    title: words("A text by keyboard", "键盘文本", "鍵盤の文書"), languages, symbol: "VALLEY/KEYS/L.1",
    paragraphs: sentences.map((text, i) => ({ id: `${i + 1}`, kind: "operative", text })),
  }));
  return file;
};

async function reader(id = "cedar-draft") {
  const who = await member(id), sent = [];
  await speak(who, "en");
  who.page.on("request", (r) => { if (r.method() !== "GET") sent.push(r.url()); });
  const press = async (...keys) => { for (const k of keys) await who.page.keyboard.press(k); };
  const focus = () => who.page.evaluate(() => { const a = document.activeElement; return a.id || a.name || a.localName; });
  return { ...who, sent, press, focus };
}

test("single keys move, open and focus on the table, and send nothing", async () => {
  run("cedar", "text", "table", draft(words("The sides will meet.", "双方将会晤。", "双方は会合する。"), words("They will meet soon.", "将尽快会晤。", "早期に会合する。"), words("They will write.", "将通信。", "書簡を交わす。")), "--id", id, "--as", "cedar-draft");
  const who = await reader("cedar-hod"), page = who.page;
  await who.go(at);
  const form = (p, act) => page.locator(`#p-${p} details.act:has(input[name=act][value=${act}])`);
  await who.press("p");
  assert.equal(await who.focus(), "top", "about no paragraph there is nothing to open");
  await who.press("j", "j", "k", "j");
  assert.equal(await who.focus(), "p-2");
  assert.notEqual(await page.locator("#p-2").evaluate((e) => getComputedStyle(e).outlineStyle), "none", "where one is can be seen");
  await page.waitForFunction(() => { const r = document.activeElement.getBoundingClientRect(); return r.top < innerHeight && r.bottom > 0; });
  await who.press("j", "j", "j");
  assert.equal(await who.focus(), "p-3", "the last one is the last");
  await who.press("k", "a");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".para").id + " " + document.activeElement.innerText), "p-2 Agree ad referendum");

  await who.press("p");
  assert.ok(await form(2, "propose").locator("textarea").first().isVisible());
  assert.equal(await who.focus(), "text:en");
  const was = await page.locator(":focus").inputValue();
  await who.press("End", "j", "a", "r", "?", "/");
  assert.equal(await page.locator(":focus").inputValue(), was + "jar?/", "what is written is written");
  await who.press("Escape");
  assert.ok(await form(2, "propose").locator("> summary").evaluate((e) => e === document.activeElement));
  assert.equal(await form(2, "propose").locator("textarea").first().inputValue(), was + "jar?/", "and stays");
  await who.press("Escape");
  assert.equal(await form(2, "propose").getAttribute("open"), null);
  await who.press("r");
  assert.ok(await form(2, "reserve").isVisible());
  assert.equal(await who.focus(), "kind", "a list is a field, too");
  await who.press("k");
  assert.equal(await who.focus(), "kind");
  await who.press("Escape", "Escape", "l");
  assert.equal(await page.evaluate(() => document.activeElement.name + document.activeElement.value + document.activeElement.checked), "paragraphs2true", "a package begins with where one is");
  await who.press("Escape");
  assert.ok(await page.locator("details.linkform > summary").evaluate((e) => e === document.activeElement));
  assert.deepEqual(who.sent, []);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("a language is signed off by keyboard", async () => {
  const who = await reader("cedar-trans");
  await who.go(at);
  await who.press("j", "s");
  assert.ok(await who.page.locator("#p-1 details.act:has(input[name=act][value=concord])").isVisible());
  assert.equal(await who.focus(), "language");
  assert.deepEqual(who.sent, []);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("what was agreed is reopened by keyboard", async () => {
  const who = await reader("cedar-hod"), page = who.page;
  run("cedar", "text", "accept", id, "3", "--as", "cedar-hod");
  await who.go(at);
  await who.press("j", "j", "j", "o");
  assert.ok(await page.locator("#p-3 details.act:has(input[name=act][value=reopen])").isVisible());
  assert.equal(await who.focus(), "note");
  assert.deepEqual(who.sent, []);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("every act of the table is done by keyboard alone: proposed, agreed, commented on, reserved and lifted, linked and unlinked, confirmed, signed off, reopened", { timeout: 900_000 }, async () => {
  const other = "js-hands", table = `/m/valley/texts/${other}`, sides = ["millstone", "cedar", "lantern"];
  run("cedar", "text", "table", draft(words("The sides will meet.", "双方将会晤。", "双方は会合する。"), words("They will write.", "将通信。", "書簡を交わす。")), "--id", other, "--as", "cedar-draft");
  const who = await reader("cedar-hod"), page = who.page;
  // to goes on by the tabulator until it stands on something, and presses it; what follows is another page.
  const to = async (text, key = "Enter") => {
    const stands = (t) => page.evaluate((t) => document.activeElement.matches("button") && document.activeElement.innerText.trim().startsWith(t), t);
    for (let steps = 0; !(await stands(text)); steps++) {
      assert.ok(steps < 120, `${text} is not reached by the tabulator`);
      await who.press("Tab");
    }
    await Promise.all([page.waitForEvent("framenavigated"), who.press(key)]);
    await page.waitForLoadState("load");
    assert.equal(await page.locator(".banner.done").count(), 1, await page.locator("main").innerText());
  };
  const begin = async (...keys) => { await who.go(table); await who.press("j", ...keys); };
  const has = (text) => page.locator("#p-1").getByText(text).first().waitFor();

  await begin("p");
  await page.keyboard.insertText(" Often.");
  await to("Propose");
  await has("Often.");
  await begin();
  await to("Withdraw");
  await begin("a");
  await to("Agree ad referendum");
  await begin("t");
  await who.press("Tab");
  await page.keyboard.insertText("Does it say when?");
  await to("Comment");
  await has("Does it say when?");
  await begin("r");
  await to("Place a reservation");
  await begin();
  await to("Lift");
  await begin("l", "Tab");
  await who.press("Space");
  await to("Link paragraphs");
  await who.go(table);
  await to("Dissolve");
  for (const side of sides.filter((s) => s !== "cedar")) for (let tries = 0; ; tries++) {
    try { run(side, "text", "accept", other, "1", "--as", `${side}-hod`); break; } catch (e) { if (tries > 20) throw e; await page.waitForTimeout(500); } // until it is there
  }
  await page.waitForTimeout(500);
  await begin();
  await page.locator("#p-1").getByRole("button", { name: "Confirm", exact: true }).waitFor();
  await who.press("a");
  await to("Confirm");
  await begin("o");
  await page.keyboard.insertText("There is more to say.");
  await to("Reopen");
  const translator = await reader("cedar-trans");
  await translator.go(table);
  await translator.press("j", "s");
  const form = translator.page.locator("#p-1 details.act:has(input[name=act][value=concord])");
  await translator.page.keyboard.press("ArrowDown");
  for (let steps = 0; !(await form.locator("button").evaluate((b) => b === document.activeElement)); steps++) { assert.ok(steps < 10); await translator.press("Tab"); }
  await Promise.all([translator.page.waitForEvent("framenavigated"), translator.press("Enter")]);
  await translator.page.locator(".banner.done").waitFor();
  assert.deepEqual([...who.bad, ...translator.bad], []);
  await who.context.close();
  await translator.context.close();
});

test("keys lead from page to page, and keep still with a modifier and while somebody composes", async () => {
  const who = await reader(), page = who.page;
  await who.go("/m/valley");
  await who.press("/");
  assert.equal(await who.focus(), "q");
  assert.equal(await page.locator(":focus").inputValue(), "");
  await who.press("Escape");
  assert.equal(await who.focus(), "top", "and out of it again");
  await who.go(at);
  await who.press("Alt+j", "Shift+J");
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", isComposing: true, bubbles: true })));
  assert.equal(await who.focus(), "top");
  await who.press("g", "j");
  assert.equal(await who.focus(), "top", "a pair that there is not does nothing");
  await who.press("j", "g", "m");
  await page.waitForURL(who.base + "/m/valley");
  await who.press("g", "h");
  await page.waitForURL(who.base + "/");
  await who.press("?");
  await page.waitForURL(who.base + "/help");
  await who.go(at + "#p-3");
  await who.press("c");
  await page.waitForURL(`${who.base}/m/valley/ours?matter=text/${id}&place=3#notes`);
  assert.deepEqual(who.sent, []);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("news comes into the paragraph that somebody has come to, and they stay there", async () => {
  const who = await reader();
  await who.go(at);
  await who.press("j", "j");
  run("cedar", "text", "propose", id, "2", "--label", "2 bis", "--text", "en=They will meet often.", "--text", "zh-Hans=将经常会晤。", "--text", "ja=頻繁に会合する。", "--as", "cedar-hod");
  await who.page.locator("#p-2 .alternative").filter({ hasText: "meet often" }).waitFor();
  assert.equal(await who.focus(), "p-2");
  await who.press("j");
  assert.equal(await who.focus(), "p-3");
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("whoever switches the keys off has none on any page, until they switch them on", async () => {
  const who = await reader();
  await who.go("/help");
  await submit(who, who.page.getByRole("button", { name: "Switch off" }));
  await who.go(at);
  await who.press("j", "?", "g", "h");
  assert.equal(await who.focus(), "top");
  assert.equal(who.page.url(), who.base + at);
  await who.go("/help");
  await submit(who, who.page.getByRole("button", { name: "Switch on" }));
  await who.go(at);
  await who.press("j");
  assert.equal(await who.focus(), "p-1");
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("the help page and the first steps are without barriers in three languages, narrow as well; the steps end when their reader says so", async () => {
  const who = await reader();
  for (const language of languages) {
    await speak(who, language);
    assert.deepEqual([language, await barriers(who.page)], [language, []]);
    assert.equal(await who.page.locator("#first-steps li a").count(), 3);
    await who.page.setViewportSize({ width: 320, height: 700 });
    assert.equal(await overflow(who.page), 0);
    await who.go("/help");
    assert.equal(await overflow(who.page), 0);
    await who.page.setViewportSize({ width: 1200, height: 900 });
    assert.deepEqual([language, await barriers(who.page)], [language, []]);
    await who.go("/help/guide");
    assert.deepEqual([language, await barriers(who.page)], [language, []]);
    const picture = who.page.locator("details.picture").first();
    assert.equal(await picture.locator("img").evaluate((e) => e.naturalWidth), 0, "a picture is fetched when it is asked for");
    await picture.locator("summary").click();
    await picture.locator("img").evaluate((e) => e.decode());
    await who.page.setViewportSize({ width: 320, height: 700 });
    assert.equal(await overflow(who.page), 0);
    await who.page.setViewportSize({ width: 1200, height: 900 });
  }
  await speak(who, "en");
  await submit(who, who.page.getByRole("button", { name: "Do not show this any more" }));
  assert.equal(await who.page.locator("#first-steps").count(), 0);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});
