// Every page of the members' site, of the press room and of the guests, in three languages, wide and narrow, light and dark: no barrier, nothing wider than the window, no error, nothing asked of anybody else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { HtmlValidate } from "html-validate";
import { address, barriers, barriersInBoth, crawl, languages, member, overflow, run, speak, start, stop, submit, visitor } from "./harness.mjs";

before(start);
after(stop);

const valid = new HtmlValidate({
  extends: ["html-validate:standard"],
  rules: { "no-trailing-whitespace": "off", "long-title": "off", "void-style": "off", "doctype-style": "off", "attribute-boolean-style": "off", "attr-quotes": "off" },
});

// sound looks at one page as it is shown now.
async function sound(who, path, told) {
  const answer = await who.go(path);
  const faults = [];
  if (answer.status() !== 200) faults.push(`status ${answer.status()}`);
  faults.push(...(await barriers(who.page)));
  const wide = await overflow(who.page);
  if (wide) faults.push(`${wide} pixels wider than the window`);
  if (told.html) {
    faults.push(...(await broken(await answer.text())));
  }
  return faults.map((f) => `${path} (${told.as}): ${f}`);
}

// everywhere looks at each page; twice if both, once narrow and dark otherwise: what is narrow breaks first, and colours do not depend on the language.
async function everywhere(t, look, pages, both) {
  const faults = [];
  let views = 0;
  for (const [i, as] of ["wide, light", "narrow, dark"].entries()) {
    if (!i && !both) continue;
    await look.page.setViewportSize(i ? { width: 320, height: 800 } : { width: 1200, height: 900 });
    await look.page.emulateMedia({ colorScheme: i ? "dark" : "light" });
    for (const path of pages) {
      faults.push(...(await sound(look, path, { as, html: i === 1 })));
      views++;
    }
  }
  t.diagnostic(`${views} views of ${pages.length} pages`);
  return faults;
}

// seen is what is wrong with the page that is open now, narrow, in its dark and light colours.
async function seen(page) {
  await page.setViewportSize({ width: 320, height: 800 });
  const wide = await overflow(page);
  return [...(await barriersInBoth(page)), ...(wide ? [`${wide} pixels wider than the window`] : [])];
}

// broken is what is wrong with HTML.
async function broken(html) {
  const report = await valid.validateString(html);
  return report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
}

// What looks at pages must be able to find something.
test("a bad page is found to be bad", async () => {
  const reader = await visitor(address("cedar", "press"));
  await reader.page.setContent('<!doctype html><html lang="en"><title>Bad</title><main style="width:2000px"><h1>Bad</h1><p style="color:#999;background:#fff">faint</p><input></main>');
  const found = (await barriers(reader.page)).join("\n");
  assert.match(found, /color-contrast/);
  assert.match(found, /label/);
  assert.ok((await overflow(reader.page)) >= 800);
  assert.equal((await valid.validateString("<!doctype html><html lang=\"en\"><head><title>x</title></head><body><ul><p>no</p></ul></body></html>")).valid, false);
  await reader.go("/");
  await reader.page.evaluate(() => { const i = new Image(); i.src = "http://127.0.0.1:1/x.png"; document.body.append(i); });
  for (let tries = 0; tries < 50 && !reader.bad.length; tries++) await reader.page.waitForTimeout(100);
  assert.match(reader.bad.join("\n"), /127\.0\.0\.1:1\//);
  await reader.context.close();
});

for (const [i, language] of languages.entries()) {
  test(`the members' site in ${language}`, async (t) => {
    const who = await member(["millstone-sec", "cedar-draft", "lantern-hod"][i]);
    await speak(who, language);
    const pages = await crawl(who, "/", 1);
    assert.ok(pages.length > 20, `only ${pages.length} pages were found`);
    const faults = await everywhere(t, who, pages, !i);
    assert.deepEqual([...faults, ...who.bad], []);
    await who.context.close();
  });

  test(`every page of the members' site in ${language}: each is valid HTML and weighs little; each is opened narrow without an error, and a third of them and of the kinds of entries is searched for barriers, dark and light`, { timeout: 1_200_000 }, async (t) => {
    const who = await member("millstone-hod", { viewport: { width: 320, height: 800 } });
    await speak(who, language);
    const pages = await crawl(who, "/", Infinity), faults = [], opened = [], kinds = new Set();
    let heaviest = 0;
    for (const path of pages) {
      const html = await (await who.context.request.get(who.base + path)).text(), weight = gzipSync(html).length;
      heaviest = Math.max(heaviest, weight);
      faults.push(...(await broken(html)).map((f) => `${path}: ${f}`));
      const kind = path.includes("/record/") ? html.match(/<code>([a-z_]+\.[a-z_]+)<\/code><\/small>/)[1] : path;
      if (!kinds.has(kind)) opened.push(path);
      kinds.add(kind);
    }
    let searched = 0;
    for (const [n, path] of opened.sort().entries()) {
      const mine = n % languages.length === i; // the rest is searched in the other languages: the same templates are a barrier or none
      if (!mine && path.includes("/record/")) continue;
      await who.go(path);
      const wide = await overflow(who.page);
      if (wide) faults.push(`${path}: ${wide} pixels wider than the window`);
      if (!mine) continue;
      faults.push(...(await barriersInBoth(who.page)).map((f) => `${path}: ${f}`));
      searched++;
    }
    t.diagnostic(`${pages.length} pages, ${opened.length} opened, ${searched} searched for barriers, the heaviest ${heaviest} bytes compressed`);
    assert.ok(pages.length > 200, `only ${pages.length} pages were found`);
    assert.ok(heaviest < 100_000, `a page weighs ${heaviest} bytes`);
    assert.deepEqual([...faults, ...who.bad], []);
    await who.context.close();
  });

  test(`the press room in ${language}`, async (t) => {
    const reader = await visitor(address("cedar", "press"), { locale: language === "zh-Hans" ? "zh-CN" : language });
    const all = (await crawl(reader, `/${language}/`, Infinity)).filter((p) => p.startsWith(`/${language}/`)), whole = `/${language}/valley/js-9/`; // the others' own tests look at theirs
    const pages = ["/", ...(await crawl(reader, "/", 1)).filter((p) => p.startsWith(`/${language}/`))], rest = all.filter((p) => !pages.includes(p)); // of each kind one is seen in both ways
    rest.push(`/${language}/search/?q=${encodeURIComponent("交流")}`, `/${language}/search/?q=nothing-has-this`, whole + "excerpt/?p=1&p=2", whole + "readouts/r-cedar/excerpt/?s=point-1");
    assert.ok(pages.length > 20, `only ${pages.length} pages were found`);
    const faults = await everywhere(t, reader, pages, true);
    faults.push(...(await everywhere(t, reader, rest, false)));
    // What only forms and wrong addresses lead to.
    const press = async (form) => { await reader.page.locator(form).locator("button").first().click(); await reader.page.waitForLoadState("load"); };
    const here = async (what) => faults.push(...(await seen(reader.page)).map((f) => `${what}: ${f}`));
    await reader.go(`/${language}/no-such-page/`);
    await here("a page that is not there");
    for (const words of ["The sides will meet every year.", await (async () => { await reader.go(whole); return reader.page.locator("#p-1 [lang]").first().innerText(); })()]) {
      await reader.go(`/${language}/on-record/`);
      await reader.page.locator("main textarea").fill(words);
      await press("main form:has(textarea)");
      await here("on the record?");
    }
    await reader.go(whole + "reply/");
    await press("form.reply");
    await here("a reply that is refused");
    for (const [field, value] of [["name", "A reader"], ["email", "reader@example.org"], ["words", `A reply in ${language}`]]) await reader.page.locator("#" + field).fill(value);
    await reader.page.waitForTimeout(4500); // nobody types faster, and the form says so
    await press("form.reply");
    assert.match(reader.page.url(), /\/my-reply\//);
    await here("my reply");
    const other = await visitor(address("millstone", "press"));
    await other.go(whole);
    await other.go(await other.page.locator('a[href*="/report/"]').first().getAttribute("href"));
    faults.push(...(await seen(other.page)).map((f) => `a report: ${f}`));
    assert.deepEqual([...faults, ...other.bad, ...reader.bad.filter((b) => !/status of (404|409|422)/.test(b))], []);
    await other.context.close();
    await reader.context.close();
  });

  test(`the guests' pages in ${language}: an invitation, a text, and what is said to whoever has no place`, { timeout: 600_000 }, async () => {
    const faults = [];
    const { act, house } = JSON.parse(run("cedar", "--json", "guest", "show", "keeper-1")).proposals[0];
    const link = run(house, "--as", `${house}-sec`, "guest", "link", "keeper-1", "--proposal", act, "--for", `a reader in ${language}`).trim();
    const guest = await visitor(new URL(link).origin, { viewport: { width: 320, height: 800 } });
    const here = async (what) => {
      faults.push(...(await seen(guest.page)).concat(await broken(await guest.page.content())).map((f) => `${what}: ${f}`));
      assert.equal(await guest.page.locator("html").getAttribute("lang"), language);
    };
    await guest.page.goto(link);
    await submit(guest, guest.page.locator(`form.languages button[value="${language}"]`));
    await guest.page.goto(link);
    await here("the invitation");
    await submit(guest, guest.page.locator("main form button"));
    assert.ok((await guest.page.locator("main .sheet").count()) > 0, "nothing is shown");
    await here("what is shown");
    await guest.go("/m/valley");
    await here("a members' page");
    await guest.go("/guest");
    await submit(guest, guest.page.locator("form[action='/guest/leave'] button"));
    await here("after leaving");
    await guest.page.goto(link);
    await here("a link that was used");
    assert.deepEqual([...faults, ...guest.bad.filter((b) => !/status of (401|403|404|410)/.test(b))], []);
    await guest.context.close();
  });
}
