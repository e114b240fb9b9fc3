// Forms that are filled in rightly and taken to their end, each step by whoever is to take it next, found where it awaits them: silence procedures, guests, visits of programmes, outside witnesses.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { barriers, barriersInBoth, home, languages, member, overflow, parties, run, speak, start, stop, submit, visitor } from "./harness.mjs";

before(start);
after(stop);

const people = {};

// verifier is a key as a witness's operator gives it (C2SP signed-note, cosignatures of time).
function verifier(name) {
  const key = Buffer.concat([Buffer.from([4]), generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).subarray(-32)]);
  return `${name}+${createHash("sha256").update(`${name}\n`).update(key).digest("hex").slice(0, 8)}+${key.toString("base64")}`;
}
const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);

// at is somebody of a party, each in a language of their own, narrow; one of them without script.
async function at(party) {
  const i = parties.indexOf(party);
  if (!people[party]) {
    people[party] = await member(`${party}-hod`, { viewport: { width: 320, height: 800 }, javaScriptEnabled: party !== "lantern", colorScheme: i === 2 ? "dark" : "light" });
    await speak(people[party], languages[i]);
  }
  return people[party];
}

// does fills in the form of an act as it stands on the page, presses its button, and is told that it was done.
async function does(who, path, act, fields = {}) {
  if (path) await who.go(path);
  const form = who.page.locator(`main form:has(input[name=act][value="${act}"])`).first(), folded = form.locator("xpath=ancestor::details[not(@open)]");
  while (await folded.count()) await folded.first().locator("> summary").click();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first(), kind = await field.evaluate((e) => e.type);
    if (kind === "checkbox" || kind === "radio") for (const v of [value].flat()) await form.locator(`[name="${name}"][value="${v}"]`).check();
    else if (kind.startsWith("select")) await field.selectOption(value);
    else await field.fill(value);
  }
  await submit(who, form.locator("button:not([formnovalidate])").last());
  assert.equal(await who.page.locator(".banner.done").count(), 1, `${who.id} ${act}: ${(await who.page.locator("main").innerText()).slice(0, 1500)}`);
  assert.equal(await overflow(who.page), 0, `${act} at ${who.page.url()}`);
}

// awaits waits until the act has come to somebody's node and stands among what awaits them, and follows it.
async function awaits(who, path) {
  const link = who.page.locator(`#awaits a[href*="${path}"], .awaits a[href*="${path}"]`).first();
  for (let n = 0; n < 200; n++) {
    await who.go("/");
    if (await link.count()) return submit(who, link);
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`${who.id}: ${path} awaits nobody: ${await who.page.locator("main").innerText()}`);
}

const stands = async (who, path, css, pattern) => {
  for (let n = 0; n < 200; n++) {
    await who.go(path);
    if (pattern.test(await who.page.locator(css).innerText())) return;
    await new Promise((r) => setTimeout(r, 100));
  }
  assert.match(await who.page.locator(css).innerText(), pattern);
};

after(async () => {
  const bad = Object.values(people).flatMap((p) => p.bad);
  for (const p of Object.values(people)) await p.context.close();
  assert.deepEqual(bad, []);
});

test("a silence procedure: circulated, received by each, understood in one side's words, broken", { timeout: 600_000 }, async () => {
  const cedar = await at("cedar"), millstone = await at("millstone"), lantern = await at("lantern"), path = "/m/valley/silence-procedures/s-deed";
  await does(cedar, "/m/valley/silence-procedures", "silence.circulate", { matter_id: "s-deed", "title:en": "A place to meet", "title:zh-Hans": "会晤地点", "title:ja": "会合の場所", "text:en": "The sides will meet at Eastbridge.", "text:zh-Hans": "双方将在东桥会晤。", "text:ja": "双方は東橋で会合する。" });
  assert.equal(new URL(cedar.page.url()).pathname, path, "whoever began it is shown it");
  for (const who of [millstone, lantern]) {
    await awaits(who, "s-deed");
    await does(who, "", "silence.receive");
  }
  await does(lantern, path, "silence.declare", { "text:ja": "議事に影響しないものと理解する。" });
  await stands(millstone, path, "main", /議事に影響しない/);
  await does(millstone, path, "silence.break", { "note:zh-Hans": "地点另议。" });
  await stands(cedar, path, "main", /地点另议/);
  assert.equal(await cedar.page.locator('input[name=act][value="silence.break"]').count(), 0, "what is broken is not broken again");
});

test("a guest: proposed, agreed by each, given a link, let in, withdrawn", { timeout: 600_000 }, async () => {
  const cedar = await at("cedar"), millstone = await at("millstone"), lantern = await at("lantern"), path = "/m/valley/guests/o-deed";
  await does(cedar, "/m/valley/guests", "guest.propose", { matter_id: "o-deed", "institution:en": "Society for the Valley", "institution:zh-Hans": "谷地学会", "institution:ja": "谷学会", admitted_as: "observer", shown: "meeting/main/10", parts: ["agenda", "programme"], from: day(-1), until: day(30), "purpose:en": "To listen." });
  for (const who of [millstone, lantern]) {
    await awaits(who, "o-deed");
    await does(who, "", "guest.agree");
  }
  const make = cedar.page.locator(`form[action="${path}/passes"]:has(button[value=make])`);
  await stands(cedar, path, "main", /已准入/);
  await make.locator("[name=person]").fill("A reader of the society");
  await submit(cedar, make.locator("button"));
  const link = /https?:[^\s"<]*\/guest\/enter\/[^\s"<]+/.exec(await cedar.page.content())[0];
  const guest = await visitor(cedar.base, { viewport: { width: 320, height: 800 } });
  await guest.page.goto(link);
  assert.deepEqual(await barriers(guest.page), []);
  await submit(guest, guest.page.locator("main form button"));
  assert.ok((await guest.page.locator("main .sheet").count()) > 1, "the meeting is shown");
  assert.deepEqual(await barriersInBoth(guest.page), []);
  assert.equal(await overflow(guest.page), 0);
  await does(millstone, path, "guest.withdraw");
  const gone = async () => (await guest.go("/guest")).status() !== 200;
  for (let n = 0; n < 200 && !(await gone()); n++) await new Promise((r) => setTimeout(r, 100));
  assert.ok(await gone(), "whoever is admitted no more reads on");
  assert.deepEqual(await barriers(guest.page), []);
  await guest.context.close();
});

test("a visit of a programme: planned, moved, its people named, held, reported on", { timeout: 600_000 }, async () => {
  const cedar = await at("cedar"), millstone = await at("millstone"), path = "/m/valley/programmes/x-party";
  await does(cedar, path, "programme.visit", { id: "v-deed", status: "planned", from: day(20), until: day(22), host: "side-east", "places:en": "Eastbridge", "places:ja": "東橋", "purpose:en": "To see the weir." });
  await stands(millstone, path, "main", /Eastbridge|v-deed/);
  await does(millstone, path, "programme.visit", { id: "v-deed", status: "planned", from: day(40), until: day(41), "reason:zh-Hans": "洪水。" });
  await stands(cedar, path, "main", /洪水/);
  assert.doesNotMatch(await cedar.page.locator("main").innerText(), /\d{4}-\d\d-\d\d/, "a day is written as the language has it");
  await does(cedar, path, "programme.participants", { visit: "v-deed", count: "8", "capacities:en": "Two heads of department and six members." });
  await does(millstone, path, "programme.visit", { id: "v-deed", status: "held", from: day(-2), until: day(-1) });
  await stands(cedar, path, "main", /已举行|举行/);
  await does(cedar, path, "programme.report", { visit: "v-deed", "text:en": "They saw the weir, and it holds." });
  await stands(millstone, path, "main", /it holds/);
});

test("an outside witness: proposed, agreed by each, ended", { timeout: 600_000 }, async () => {
  const cedar = await at("cedar"), millstone = await at("millstone"), lantern = await at("lantern"), path = "/m/valley/outside-witnesses/w-deed";
  await does(cedar, "/m/valley/outside-witnesses", "witness.propose", { matter_id: "w-deed", "operator:en": "House of Records", submissions: "https://witness.example", verifier_keys: verifier("witness.example") });
  for (const who of [millstone, lantern]) {
    await awaits(who, "w-deed");
    await does(who, "", "witness.agree");
  }
  await stands(cedar, path, "main", /由各方共同指定/);
  await does(lantern, path, "witness.withdraw");
  const offered = () => cedar.page.locator('input[name=act][value="witness.withdraw"]').count();
  for (let n = 0; n < 200 && (await offered()); n++) await cedar.go(path);
  assert.equal(await offered(), 0, "any party ends it");
});

test("who has lost their seal keys is read on a telephone, awaits the house, and is answered there by whoever keeps our keys", { timeout: 600_000 }, async () => {
  const pass = path.join(home(), "petition.pass");
  fs.writeFileSync(pass, "entente demo", { mode: 0o600 }); // of the demo's seal keys, which guard nothing else
  run("lantern", "key", "new", "later", "--passphrase-file", pass);
  const block = run("lantern", "key", "petition", "later", "--lost", "the safe burned", "--as", "lantern-seal1", "--passphrase-file", pass);
  const cedar = await at("cedar");
  await cedar.go("/m/valley/keys");
  const form = cedar.page.locator("form:has(textarea[name=block])");
  await form.locator("textarea").fill(block);
  await submit(cedar, form.locator("button"));
  const asked = await cedar.page.locator("#petitions .asked").innerText();
  assert.match(asked, /the safe burned/);
  assert.match(asked, /SHA256:/);
  assert.match(asked, /(\d{4} ){7}\d{4}/);
  assert.equal(await cedar.page.locator("button[value=consent]").count(), 0, "who may not seal has no form for it");
  assert.equal(await overflow(cedar.page), 0, "nothing is wider than a telephone");

  const keeper = await member("cedar-seal1", { viewport: { width: 320, height: 700 } });
  for (const language of languages) {
    await speak(keeper, language);
    await keeper.page.locator('#awaits a[href="/m/valley/keys#petitions"]').click();
    await keeper.page.waitForURL(/keys#petitions$/);
    assert.equal(await overflow(keeper.page), 0);
    assert.deepEqual([language, await barriers(keeper.page)], [language, []]);
  }
  await speak(keeper, "en");
  await keeper.go("/m/valley/keys");
  assert.match(await keeper.page.locator(".asked").innerText(), /key consent FILE --text [0-9a-f]{64}|Seal it on another machine/);
  const seal = keeper.page.locator("form:has(button[value=consent])");
  const fill = async (words) => { for (const f of await seal.locator("input[type=password]").all()) await f.fill(words); };
  await fill("entente demo");
  await seal.locator("button[value=consent]").click();
  assert.equal(await seal.locator("input[name=compared]").evaluate((e) => e.matches(":focus, :invalid")), true, "nothing is sealed before somebody says that they compared");
  await seal.locator("input[name=compared]").check();
  await fill("other words");
  await submit(keeper, seal.locator("button[value=consent]"));
  await keeper.page.getByRole("alert").first().waitFor();
  await seal.locator("input[name=compared]").check();
  await fill("entente demo");
  await submit(keeper, seal.locator("button[value=consent]"));
  await keeper.page.locator(".banner.done").waitFor();
  assert.match(await keeper.page.locator(".asked textarea").inputValue(), /^-----BEGIN ENTENTE CONSENT-----/);
  assert.equal(await keeper.page.locator("button[value=consent]").count(), 0);
  await keeper.go("/");
  assert.equal(await keeper.page.locator('#awaits a[href="/m/valley/keys#petitions"]').count(), 0);
  const listed = run("cedar", "key", "petitions");
  assert.match(listed, /sealed for our side by cedar-seal1/);
  await keeper.context.close();
});
