// Nobody is left at a dead end: pages of errors, sessions that end, answers that are loaded again; and nothing is lost on paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { barriers, languages, member, overflow, run, speak, start, stop, submit, visitor, address } from "./harness.mjs";

before(start);
after(stop);

const text = "/m/valley/texts/js-9";
const expected = (bad) => bad.filter((b) => !/status of (400|403|404)/.test(b)); // a browser notes these itself

async function reader(id = "cedar-sec", options) {
  const who = await member(id, options);
  await speak(who, "en");
  return who;
}

async function enter(who, id) {
  await who.page.goto(run(id.split("-")[0], "sign-in", id).trim());
  await who.page.locator("main form button").first().click();
}

test("pages of errors are without barriers, narrow and dark, in three languages, and lead on by keyboard without script", { timeout: 600_000 }, async () => {
  const who = await member("cedar-sec"), plain = await member("cedar-sec", { javaScriptEnabled: false, viewport: { width: 320, height: 700 }, colorScheme: "dark" });
  for (const language of languages) {
    await speak(who, language);
    await speak(plain, language);
    for (const [path, status, on] of [["/m/valley/texts/nothing", 404, "/m/valley"], ["/m/valley/record/nobody-1", 404, "/m/valley"], ["/nowhere", 404, "/"], ["/m/nowhere", 404, "/"]]) {
      const answer = await who.go(path);
      assert.deepEqual([language, path, answer.status(), await barriers(who.page)], [language, path, status, []]);
      assert.equal(await who.page.locator("html").getAttribute("lang"), language);
      assert.equal(await who.page.getByRole("alert").count(), 1);
      await plain.go(path);
      assert.equal(await overflow(plain.page), 0);
      const link = plain.page.locator("main .ways a").first();
      await link.focus();
      await Promise.all([plain.page.waitForEvent("framenavigated"), plain.page.keyboard.press("Enter")]);
      assert.equal(new URL(plain.page.url()).pathname, on);
    }
    // A form that somebody has changed is refused by a page that leads back to it.
    await plain.go("/help");
    await plain.page.evaluate(() => { document.querySelector("form[action='/habits'] button").value = "something else"; });
    await submit(plain, plain.page.locator("form[action='/habits'] button"));
    assert.equal(await plain.page.getByRole("alert").count(), 1);
    await Promise.all([plain.page.waitForEvent("framenavigated"), plain.page.locator("main .ways a.primary").click()]);
    assert.equal(new URL(plain.page.url()).pathname, "/help");
  }
  assert.deepEqual(expected([...who.bad, ...plain.bad]), []);
  await who.context.close();
  await plain.context.close();
});

test("the answer to a form that was refused can be read in another language: its address leads to the page that has the form", async () => {
  const who = await reader("cedar-hod");
  await who.go("/m/valley/situation");
  await who.page.locator("main form:has(textarea[name=words]) input[type=date]").evaluate((f) => { f.type = "text"; f.value = "no day"; });
  await who.page.locator("textarea[name=words]").fill("平穏である。");
  await who.page.locator("[name=level]").evaluate((f) => { f.value = f.value || "1"; });
  await submit(who, who.page.locator("main button[value=declare]"));
  assert.equal(await who.page.getByRole("alert").count(), 1, await who.page.locator("main").innerText());
  await who.go("/m/valley/line/main");
  await who.page.locator("details:has(button[value=propose]) > summary").click();
  await who.page.locator("form:has(button[value=propose]) input[name=from_day]").evaluate((f) => { f.required = false; f.value = ""; });
  await submit(who, who.page.locator("button[value=propose]"));
  assert.match(who.page.url(), /\/line\/main\/acts$/);
  assert.equal(await who.page.getByRole("alert").count(), 1);
  await submit(who, who.page.locator('form.languages button[value="ja"]'));
  assert.equal(new URL(who.page.url()).pathname, "/m/valley/line/main");
  assert.equal(await who.page.locator("html").getAttribute("lang"), "ja");
  assert.deepEqual(expected(who.bad), []);
  await who.context.close();
});

test("whoever follows a link and has to sign in first comes to what it leads to; a session that ended says so, and leads back with the draft", async () => {
  const who = await visitor(address("cedar", "web"));
  await who.go(text + "?open=6#p-6");
  assert.equal(new URL(who.page.url()).pathname, "/sign-in");
  await enter(who, "cedar-hod");
  await who.page.waitForURL(who.base + text + "?open=6");
  await speak(who, "en");
  await who.go("/m/valley/ours");
  await who.page.locator("details.act:has(input[name=do][value=note]) > summary").click();
  await who.page.locator("form:has(input[name=do][value=note]) textarea").fill("Half a thought");
  await who.context.addCookies([{ name: "entente", value: "ended", url: who.base }]);
  await who.page.locator("form:has(input[name=do][value=note]) button[type=submit]").click();
  await who.page.locator("main .banner.problem").waitFor();
  assert.deepEqual(await barriers(who.page), []);
  await Promise.all([who.page.waitForURL(who.base + "/sign-in"), who.page.getByRole("link", { name: "Sign in" }).click()]);
  assert.match(await who.page.locator("main .banner").innerText(), /Your session has ended/);
  await enter(who, "cedar-hod");
  await who.page.waitForURL(who.base + "/m/valley/ours");
  assert.equal(await who.page.locator("form:has(input[name=do][value=note]) textarea").inputValue(), "Half a thought");
  await enter(who, "cedar-hod");
  await who.page.waitForURL(who.base + "/"); // where they wanted to go has been forgotten
  assert.deepEqual(expected(who.bad), []);
  await who.context.close();
});

test("on paper, in three languages: nothing to press, nothing folded, no empty first page, and the name of the mechanism", { timeout: 600_000 }, async () => {
  const who = await member("millstone-sec");
  for (const language of languages) {
    await speak(who, language);
    for (const path of ["/", "/m/valley", text, text + "/sealing", "/m/valley/meetings/main.9", "/m/valley/commitments", "/m/valley/situation", "/m/valley/line/main", "/m/valley/charter", "/m/valley/record"]) {
      await who.go(path);
      await who.page.emulateMedia({ media: "print" });
      const at = [language, path];
      assert.deepEqual([...at, await who.page.locator("button:visible, input:visible, textarea:visible, select:visible, .button:visible").count()], [...at, 0]);
      if (path !== "/") assert.ok(await who.page.locator(".masthead .here").isVisible());
      assert.deepEqual([...at, await who.page.locator(".sheet").evaluateAll((all) => all.filter((e) => getComputedStyle(e).breakInside === "avoid" && e.matches("main > .sheet, .main > .sheet")).length)], [...at, 0], "a sheet may begin at the foot of a page");
      await who.page.emulateMedia({ media: "screen" });
    }
  }
  // Everything that is sealed is on paper, whether its reader has opened it or not.
  await who.go(text + "/sealing");
  assert.equal(await who.page.locator("details.paper:not([open]) pre:visible").count(), 0);
  await who.page.emulateMedia({ media: "print" });
  const papers = who.page.locator("details.paper pre");
  assert.ok(await papers.count() >= 9);
  for (const paper of await papers.all()) assert.ok((await paper.boundingBox())?.height > 100, "a paper that was not opened is missing");
  await who.go(text + "/signing-copy?paper=rendering%2Fja%2Fside-west.txt");
  assert.ok(await who.page.locator(".digestfoot svg").isVisible());
  assert.equal(await who.page.locator(".readers:visible, .foot:visible, .masthead .here:visible").count(), 0, "what is signed carries nothing but itself");
  assert.deepEqual(who.bad, []);
  await who.context.close();
});
