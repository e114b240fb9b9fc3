// Three people at three nodes take a text from its first draft to adoption through their pages alone, at once; what one does appears to the others by itself, and never under the writer's cursor.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { address, member, parties, run, speak, start, stop, submit, visitor } from "./harness.mjs";

before(start);
after(stop);

const id = "js-10";
const at = `/m/valley/texts/${id}`;
const draft = {
  title: { en: "Joint statement of the tenth meeting", "zh-Hans": "第十次会议联合声明", ja: "第10回会合共同声明" },
  languages: ["en", "zh-Hans", "ja"],
  symbol: "VALLEY/10/L.1",
  paragraphs: [
    { id: "1", kind: "operative", text: { en: "The sides will meet every year.", "zh-Hans": "双方每年会晤。", ja: "双方は毎年会合する。" } },
    { id: "2", kind: "operative", text: { en: "The sides will exchange students.", "zh-Hans": "双方将交换学生。", ja: "双方は学生を交換する。" } },
  ],
};

// act presses a button of a paragraph and waits until the page says that the record has it.
async function press(who, paragraph, button) {
  const piece = who.page.locator(`#p-${paragraph}`);
  await submit(who, piece.getByRole("button", { name: button, exact: true }).first());
}

const patience = { timeout: 120_000 }; // a busy machine is no fault of a page

test("a text from first draft to adoption, by three people at three nodes", { timeout: 1_800_000 }, async () => {
  const people = [];
  for (const party of parties) {
    const who = await member(`${party}-draft`);
    await speak(who, "en");
    people.push(who);
  }
  const [millstone, cedar, lantern] = people;

  // Cedar and Lantern look at the mechanism while the draft comes in from the other side.
  for (const who of [cedar, lantern]) await who.go("/m/valley");
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "entente-draft-")), "draft.json");
  fs.writeFileSync(file, JSON.stringify(draft));
  run("millstone", "text", "table", file, "--id", id, "--as", "millstone-draft");
  for (const who of [cedar, lantern]) await who.page.locator(`a[href="${at}"]`).first().waitFor(patience);
  for (const who of people) await who.go(at);

  // Lantern is writing when Cedar's other wording arrives: the words stay, the cursor stays, and the news comes once Lantern is done.
  const writing = lantern.page.locator("#p-2 details.act").filter({ has: lantern.page.locator('input[name=act][value="propose"]') });
  await lantern.page.locator("#p-2 details.more > summary").click();
  await writing.locator("> summary").click();
  const words = writing.locator('textarea[name="text:en"]');
  await words.fill("The sides will exchange students and teachers.");
  await words.evaluate((f) => f.setSelectionRange(9, 9));

  await cedar.page.locator("#p-1 details.more > summary").click();
  const other = cedar.page.locator("#p-1 details.act").filter({ has: cedar.page.locator('input[name=act][value="propose"]') });
  await other.locator("> summary").click();
  for (const [tag, text] of Object.entries({ en: "The sides will meet twice a year.", "zh-Hans": "双方每年会晤两次。", ja: "双方は年に2回会合する。" })) await other.locator(`textarea[name="text:${tag}"]`).fill(text);
  await submit(cedar, other.getByRole("button"));
  await millstone.page.locator("#p-1 .alternative").filter({ hasText: "twice a year" }).waitFor(patience);
  await lantern.page.locator("#p-1 .alternative").filter({ hasText: "twice a year" }).waitFor(patience);
  assert.equal(await words.inputValue(), "The sides will exchange students and teachers.", "what somebody writes is not replaced");
  assert.equal(await words.evaluate((f) => document.activeElement === f && f.selectionStart), 9, "nor is the cursor moved");

  // The browser loses its line and finds it again; the words are still there.
  await lantern.context.setOffline(true);
  await lantern.page.waitForTimeout(300);
  await lantern.context.setOffline(false);
  assert.equal(await words.inputValue(), "The sides will exchange students and teachers.");
  lantern.bad.splice(0, lantern.bad.length, ...lantern.bad.filter((b) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|incomplete chunked/i.test(b)));
  await words.fill("");
  await lantern.go(at);

  // Cedar thinks better of it, and everybody agrees to the draft.
  await cedar.go(at);
  await submit(cedar, cedar.page.locator("#p-1").getByRole("button", { name: /^Withdraw/ }).first());
  for (const who of people) await who.page.locator("#p-1 .alternative.state-withdrawn").waitFor(patience);
  for (const who of people) {
    for (const p of ["1", "2"]) await press(who, p, "Agree ad referendum");
  }
  const heads = [];
  for (const party of parties) {
    const who = await member(`${party}-hod`);
    await speak(who, "en");
    await who.go(at);
    for (const p of ["1", "2"]) await press(who, p, "Confirm");
    heads.push(who);
  }

  // The languages are signed off by each party's translator, in the place where they stand.
  for (const party of parties) {
    const who = await member(`${party}-trans`);
    await speak(who, "en");
    for (const p of ["1", "2"]) {
      for (const tag of ["zh-Hans", "ja"]) {
        await who.go(at);
        await who.page.locator(`#p-${p} details.more > summary`).click();
        const form = who.page.locator(`#p-${p} details.act`).filter({ has: who.page.locator('input[name=act][value="concord"]') });
        if (!(await form.count())) continue;
        await form.locator("> summary").click();
        await form.locator("select[name=language]").selectOption(tag);
        await submit(who, form.getByRole("button"));
      }
    }
    assert.deepEqual(who.bad, []);
    await who.context.close();
  }

  const secretary = await member("millstone-sec");
  await speak(secretary, "en");
  await secretary.go(at);
  const freeze = secretary.page.locator("#glance details.act").filter({ hasText: "Freeze the text" });
  await freeze.locator("> summary").click(); // what leaves is read before it is done
  await submit(secretary, freeze.getByRole("button", { name: "Freeze it now" }));
  for (const who of people) {
    await who.page.locator("#glance").getByRole("link", { name: "To the sealing table" }).waitFor(patience);
    await who.go(`${at}/sealing`);
    await submit(who, who.page.getByRole("button", { name: "Initial the text" }));
  }

  // Each party's custodian reads the same digest and seals with both keys.
  const digests = new Set();
  for (const party of parties) {
    const who = await member(`${party}-seal1`);
    await speak(who, "en");
    await who.go(`${at}/sealing`);
    digests.add(await who.page.locator('#seal input[name="digest"]').first().inputValue());
    await who.page.getByLabel("Passphrase of seal1").fill("not the passphrase");
    await who.page.getByLabel("Passphrase of seal2").fill("entente demo");
    await submit(who, who.page.getByRole("button", { name: "Seal", exact: true }));
    await who.page.getByRole("alert").first().waitFor(patience);
    await who.page.getByLabel("Passphrase of seal1").fill("entente demo");
    await who.page.getByLabel("Passphrase of seal2").fill("entente demo");
    await submit(who, who.page.getByRole("button", { name: "Seal", exact: true }));
    await who.context.close();
    if (party !== parties.at(-1)) await nowhere(`a03: sealed by all up to ${party}`);
  }
  assert.equal(digests.size, 1, "all parties seal the same bytes");
  for (const who of people) await who.go(at);
  for (const who of people) await who.page.locator(".round.verdict-adopted").waitFor(patience);
  for (const who of [...people, ...heads, secretary]) assert.deepEqual(who.bad, []);
  await embargo();
});

// nowhere: what is not adopted, or whose instant has not come, is at none of its addresses in any press room, and no page there names it.
async function nowhere(why, until = Infinity) {
  for (const party of parties) {
    const who = await visitor(address(party, "press"));
    for (const path of ["/en/valley/js-10/", "/ja/valley/js-10/beside/", "/c/valley/js-10/files/content.json", "/c/valley/js-10.zip", "/en/valley/js-10/excerpt/", "/m/valley/press/js-10/preview/en/valley/js-10/"]) {
      const answer = await who.context.request.get(who.base + path);
      if (Date.now() < until) assert.equal(answer.status(), 404, `${why}: ${party} ${path}`);
    }
    for (const path of ["/en/", "/en/feed.atom", "/sitemap.xml"]) {
      const page = await (await who.context.request.get(who.base + path)).text();
      if (Date.now() < until) assert.doesNotMatch(page, /js-10|tenth meeting|agreed/i, `${why}: ${party} ${path}`);
    }
    await who.context.close();
  }
}

// anyOrder is what an article says, whatever the order in which it names the parties.
const anyOrder = (article) => article.split(/^By |·|\n/m).map((part) => part.trim()).sort();

// Scenario a22: released by all for one instant, the text is nowhere in public before it, while a press officer sees it as the public will; from the instant on it is in every press room.
async function embargo() {
  const instant = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
  for (const party of parties) run(party, "text", "release", id, "--at", new Date(instant).toISOString().replace(".000Z", "Z"), "--as", `${party}-press`);
  const officer = await member("cedar-press");
  await speak(officer, "en");
  await officer.go("/m/valley/press");
  await nowhere("a22: before the instant", instant);
  await officer.go(`/m/valley/press/${id}/preview/en/valley/${id}/`);
  assert.match(await officer.page.locator("aside.preview").innerText(), /Only members see this page/);
  assert.equal(await officer.page.locator(".clause").count(), 2);
  const article = await officer.page.locator("#communique").innerText();
  await submit(officer, officer.page.locator("nav.editions a[lang=ja]"));
  assert.match(officer.page.url(), /\/preview\/ja\/valley\/js-10\/$/, "a preview is not left by its links");
  assert.match(await officer.page.locator(".clauses").innerText(), /双方は学生を交換する。/);
  for (const party of parties) {
    const who = await visitor(address(party, "press"));
    let status;
    while ((status = (await who.context.request.get(`${who.base}/en/valley/${id}/`)).status()) !== 200) {
      assert.equal(status, 404);
      assert.ok(Date.now() < instant + 120_000, `${party} does not publish after the instant`);
      await who.page.waitForTimeout(250);
    }
    assert.ok(Date.now() >= instant, `${party} publishes before the instant`);
    await who.go(`/en/valley/${id}/`);
    const published = await who.page.locator("#communique").innerText();
    if (party === "cedar") assert.equal(published, article, "the public sees what was previewed");
    assert.deepEqual(anyOrder(published), anyOrder(article), "and the same in every press room, which names its own party first");
    assert.deepEqual(who.bad, []);
    await who.context.close();
  }
  assert.deepEqual(officer.bad, []);
  await officer.context.close();
}
