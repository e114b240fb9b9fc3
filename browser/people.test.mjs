// A member's own browser: the pages as an app, and copies that are kept in it, by the member's hand, for reading without a connection (attack 43).
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { barriers, languages, member, overflow, run, speak, start, stop, submit } from "./harness.mjs";

before(start);
after(stop);

const text = "/m/valley/texts/js-9";
const shelf = (who) => who.page.evaluate(async () => (await caches.has("kept")) ? (await (await caches.open("kept")).keys()).map((r) => new URL(r.url).pathname) : []);

async function reader(id = "cedar-sec") {
  const who = await member(id);
  await speak(who, "en");
  return who;
}

async function keep(who, path) {
  await who.go(path);
  await who.page.locator(".keep button").click();
  await who.page.locator(".keep output:not(:empty)").waitFor();
  assert.match(await who.page.locator(".keep output").innerText(), /A copy is kept in this browser until/);
}

test("the pages name an app that starts at home, with icons from the node", async () => {
  const who = await reader();
  const href = await who.page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = await (await who.context.request.get(who.base + href)).json();
  assert.equal(new URL(manifest.start_url, who.base + href).href, who.base + "/");
  for (const icon of manifest.icons) assert.ok((await who.context.request.get(new URL(icon.src, who.base + href).href)).ok(), icon.src);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("what a member kept is read without a connection, and nothing else; signing out takes it away", async () => {
  const who = await reader();
  await who.go(text);
  assert.deepEqual(await shelf(who), [], "nothing is kept by itself");
  const words = await who.page.locator(".mainwording").first().innerText();
  await keep(who, text);
  await who.go("/m/valley");
  assert.equal(await who.page.locator(".notice-copy").count(), 0, "with a connection the node answers");
  assert.deepEqual(who.bad, []);

  await who.context.setOffline(true);
  await who.go(text + "?lang=en");
  assert.match(await who.page.locator(".notice-copy").innerText(), /A copy from this browser/);
  assert.equal(await who.page.locator(".mainwording").first().innerText(), words);
  assert.equal(await who.page.locator("form:visible").count(), 0, "nothing is offered that cannot be done");
  assert.notEqual(await who.page.locator(".notice-copy").evaluate((e) => getComputedStyle(e).paddingTop), "0px", "it has its look");
  await who.go("/m/valley/record");
  assert.equal(await who.page.locator("main li a").getAttribute("href"), text, "what was not kept leads to the list of what was");

  await who.context.setOffline(false);
  await who.go("/");
  await submit(who, who.page.locator("form[action='/sign-out'] button"));
  await who.page.waitForFunction(async () => !(await caches.has("kept")));
  await who.context.setOffline(true);
  await assert.rejects(who.go(text), "the copy is gone");
  await who.context.close();
});

test("a copy ends with its session: the page of ways in clears what an ended session left, and a late copy is not shown", async () => {
  const who = await reader();
  await keep(who, text);
  await who.page.evaluate(async (path) => { // as if half a day had passed
    const kept = await caches.open("kept"), was = await kept.match(path, { ignoreVary: true }), headers = new Headers(was.headers);
    headers.set("Kept-Until", new Date(Date.now() - 1000).toUTCString());
    await kept.put(path, new Response(await was.text(), { headers }));
  }, text);
  await who.context.setOffline(true);
  await who.go(text);
  assert.equal(await who.page.locator(".mainwording").count(), 0, "a late copy was shown");
  await who.context.setOffline(false);
  await keep(who, text);
  await who.context.clearCookies();
  await who.go("/");
  await who.page.waitForFunction(async () => !(await caches.has("kept")));
  await who.context.close();
});

test("a dossier is kept with its texts, listed in three languages, and dropped one by one", async () => {
  const who = await reader();
  const meetings = await who.context.request.get(who.base + "/m/valley/meetings").then((r) => r.text());
  const withTexts = meetings.match(/href="(\/m\/valley\/meetings\/[^"#?]+)"/)[1];
  run("cedar", "meeting", "document", withTexts.split("/").at(-1), "--nature", "working_paper", "--title", "en=The text as it stands", "--of-matter", "text/js-9", "--as", "cedar-sec");
  await keep(who, withTexts);
  const kept = (await shelf(who)).filter((p) => p.startsWith("/m/"));
  assert.deepEqual(kept.sort(), [withTexts, text]);
  for (const language of languages) {
    await speak(who, language);
    for (const path of ["/kept", text, withTexts]) {
      await who.go(path);
      assert.deepEqual([language, path, await barriers(who.page)], [language, path, []]);
    }
    await who.page.setViewportSize({ width: 320, height: 700 });
    await who.go("/kept");
    await who.page.locator("main li button").first().waitFor();
    assert.equal(await overflow(who.page), 0);
    await who.page.setViewportSize({ width: 1200, height: 900 });
  }
  for (let left = kept.length; left > 0; left--) {
    assert.equal(await who.page.locator("main li button").count(), left);
    await who.page.locator("main li button").first().click();
    await who.page.locator("main li button").nth(left - 1).waitFor({ state: "detached" });
  }
  assert.deepEqual((await shelf(who)).filter((p) => p.startsWith("/m/")), []);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("a draft survives a lost connection, a page loaded again and an ended session; it is not there once it was sent, for anybody else, or after signing out", async () => {
  const who = await reader(), ours = "/m/valley/ours", words = "If they insist on sixty, we can live with it.";
  const field = who.page.locator("form:has(input[name=do][value=note]) textarea");
  const form = who.page.locator("form:has(input[name=do][value=note])"), said = who.page.locator("p.draft");
  const write = async () => {
    await who.go(ours);
    await who.page.locator("details.act:has(input[name=do][value=note]) > summary").click();
    await field.fill(words);
  };
  const there = async (yes, why) => {
    await who.go(ours);
    assert.equal(await said.count(), yes ? 1 : 0, why);
    assert.equal(await field.inputValue(), yes ? words : "", why);
  };
  await write();
  assert.deepEqual(who.bad, []);
  await there(true, "loaded again");
  assert.ok(await field.isVisible(), "what is restored can be seen");
  await who.context.setOffline(true);
  await form.locator("button[type=submit]").click();
  await who.page.waitForURL(/^chrome-error:/);
  await who.context.setOffline(false);
  await there(true, "the connection was lost");

  await who.context.clearCookies();
  await who.page.locator("details.act[open] form:has(input[name=do][value=note]) button[type=submit]").click();
  await who.page.locator("main .banner.problem").waitFor();
  const enter = async (id) => {
    await who.page.goto(run("cedar", "sign-in", id).trim());
    await who.page.locator("main form button").first().click();
    await who.page.waitForURL((u) => !u.pathname.startsWith("/sign-in")); // home, or back to the form that was being sent
  };
  await enter("cedar-sec");
  await there(true, "the session had ended");
  await submit(who, form.locator("button[type=submit]"));
  await who.page.locator(".banner.done").waitFor();
  await there(false, "it was sent");

  // The page that says so is no word about the next one, which does not arrive.
  await write();
  await submit(who, form.locator("button[type=submit]"));
  await who.page.locator(".banner.done").waitFor();
  await who.page.locator("details.act:has(input[name=do][value=note]) > summary").click();
  await field.fill(words);
  await who.context.setOffline(true);
  await form.locator("button[type=submit]").click();
  await who.page.waitForURL(/^chrome-error:/);
  await who.context.setOffline(false);
  await who.page.goBack();
  await form.waitFor({ state: "attached" });
  await there(true, "the page that it was sent from says that another one arrived");
  await said.locator("button").click();

  await write();
  await there(true, "a second one");
  await said.locator("button").click();
  await there(false, "it was discarded");
  await write();
  await submit(who, who.page.locator("form[action='/sign-out'] button"));
  await enter("cedar-sec");
  await there(false, "its writer signed out");
  await write();
  await who.context.clearCookies();
  await enter("cedar-hod");
  await there(false, "somebody else is here");
  await who.context.close();
});

test("a draft keeps what was chosen with it, comes back though somebody else has written meanwhile, and is shown where its form is gone; a reason is one, too", async () => {
  const at = "/m/valley/texts/js-drafts", dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-drafts-")), file = (name, value) => { fs.writeFileSync(path.join(dir, name), JSON.stringify(value)); return path.join(dir, name); };
  const words = (en, zh, ja) => ({ en, "zh-Hans": zh, ja });
  run("cedar", "text", "table", file("draft.json", { title: words("Of drafts", "草稿", "下書き"), languages, symbol: "VALLEY/DRAFTS/L.1", paragraphs: [{ id: "1", kind: "operative", text: words("The sides will meet.", "双方将会晤。", "双方は会合する。") }] }), "--id", "js-drafts", "--as", "cedar-draft");
  const who = await reader("cedar-draft"), head = await reader("cedar-hod"), page = who.page;
  const form = (act, of = page) => of.locator(`#p-1 form:has(input[name=act][value=${act}])`);
  const unfold = (act, of) => form(act, of).evaluate((f) => { for (let d = f.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; });
  await who.go(at);
  for (const act of ["comment", "translate", "propose"]) await unfold(act);
  await form("comment").locator("select").selectOption("zh-Hans");
  await form("comment").locator("textarea").fill("何时？");
  await form("translate").locator("select").selectOption("ja");
  await form("translate").locator("textarea").fill("双方は、会合する。");
  await form("translate").locator("[name=courtesy]").check();
  await form("propose").locator('textarea[name="text:ja"]').fill("双方は毎年会合する。");
  await who.context.setOffline(true);
  run("cedar", "text", "translate", "js-drafts", file("ja.json", { 1: "双方は近く会合する。" }), "--language", "ja", "--as", "cedar-trans");
  await who.context.setOffline(false);
  await who.go(at);
  assert.match(await page.locator("#p-1 .mainwording").innerText(), /近く/);
  assert.equal(await page.locator("#p-1 form p.draft:visible").count(), 3, "what is restored can be seen, however deep it was folded");
  assert.deepEqual([await form("comment").locator("select").inputValue(), await form("comment").locator("textarea").inputValue()], ["zh-Hans", "何时？"]);
  assert.deepEqual([await form("translate").locator("select").inputValue(), await form("translate").locator("textarea").inputValue(), await form("translate").locator("[name=courtesy]").isChecked()], ["ja", "双方は、会合する。", true]);
  assert.match(await form("translate").locator("p.draft").innerText(), /has changed since/, "it was written beside other wording");
  assert.doesNotMatch(await form("comment").locator("p.draft").innerText(), /has changed since/);
  await form("translate").locator("p.draft button").click();
  assert.equal(await form("translate").locator("[name=courtesy]").isChecked(), false, "what is discarded is gone, choices with it");
  await submit(who, form("comment").locator("button[type=submit]"));
  await page.locator(".banner.done").waitFor();
  assert.equal(await form("comment").locator("p.draft").count(), 0, "it was sent");

  // A reason has no field of many lines, and is a draft like any other. Another form of the page is sent meanwhile.
  await head.go(at);
  await unfold("reserve", head.page);
  await form("reserve", head.page).locator("select").selectOption("scrutiny");
  await form("reserve", head.page).locator("[name=note]").fill("Parliament has not met.");
  await submit(head, head.page.locator("#p-1").getByRole("button", { name: "Agree ad referendum", exact: true }));
  assert.deepEqual([await form("reserve", head.page).locator("select").inputValue(), await form("reserve", head.page).locator("[name=note]").inputValue()], ["scrutiny", "Parliament has not met."]);

  for (const language of languages) {
    await speak(who, language);
    await who.go(at);
    assert.equal(await form("propose").count(), 0, "what we agreed to has no form for another wording");
    const left = page.locator("main > section.draft");
    assert.match(await left.innerText(), /双方は毎年会合する。/);
    assert.equal(await left.locator("p.papertext").getAttribute("lang"), "ja");
    assert.deepEqual([language, await barriers(page)], [language, []]);
    await page.setViewportSize({ width: 320, height: 700 });
    assert.equal(await overflow(page), 0);
    await page.setViewportSize({ width: 1200, height: 900 });
  }
  await page.locator("main > section.draft button").click();
  await who.go(at);
  assert.equal(await page.locator("main > section.draft").count(), 0);
  assert.deepEqual(who.bad.filter((b) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|incomplete chunked/i.test(b)), []);
  assert.deepEqual(head.bad, []);
  await who.context.close();
  await head.context.close();
});
