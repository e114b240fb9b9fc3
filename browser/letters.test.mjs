// Letters to readers, and meetings to the calendars of members: asked for, confirmed, received and ended in a real browser, in three languages, with and without script and by keyboard alone. Two nodes of their own publish, cut off from each other (scenario a22); one of
// them has a mail server that keeps what it is given.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { barriers, browse, free, languages, mailbox, overflow, program, submit, visitor } from "./harness.mjs";
import { read } from "./ical.mjs";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-letters-"));
const env = { ...process.env, ENTENTE_PASSPHRASE_FILE: path.join(dir, "passphrase") };
const valid = new HtmlValidate({ extends: ["html-validate:standard"], rules: { "no-trailing-whitespace": "off", "long-title": "off", "void-style": "off", "doctype-style": "off", "attribute-boolean-style": "off", "attr-quotes": "off" } });
const houses = { cedar: ["en=Cedar Party", "zh-Hans=雪松党", "ja=杉の党"], birch: ["en=Birch Party", "zh-Hans=白桦党", "ja=樺の党"] }, press = {}, nodes = {};
let base, mail, closed;

// cli gives a command to a party's node, as the one member who is everything there.
const cli = (party, ...args) => execFileSync(program, ["--dir", path.join(dir, party), "--lang", "en", "--as", `${party}-all`, ...args], { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

// until repeats what has to wait for the other node.
async function until(what, tries = 300) {
  for (let n = 1; ; n++) {
    try { return what(); } catch (e) { if (n === tries) throw e; }
    await new Promise((r) => setTimeout(r, 200));
  }
}

// serve starts a node; Cedar's readers may have letters.
async function serve(party, ...more) {
  const settings = party === "cedar" ? ["press.letters=true", `mail.server=${mail.address}`, "mail.tls=none", "mail.from=press@cedar.example", "mail.titles=true", ...more] : more;
  const node = (nodes[party] = spawn(program, ["--dir", path.join(dir, party), "serve", ...settings.flatMap((s) => ["--set", s])], { env, stdio: ["ignore", "ignore", "pipe"] }));
  await new Promise((ready, failed) => { node.stderr.on("data", ready); node.once("close", (c) => failed(new Error(`the node of ${party} ended with ${c}`))); }); // it says where it serves
  await until(() => fs.statSync(path.join(dir, party, "api.sock")));
}

async function end(party) {
  const node = nodes[party], gone = new Promise((r) => node.once("close", r));
  delete nodes[party];
  node.kill("SIGINT");
  await gone;
}

// found has the two parties seal a charter and two texts, of which neither is released.
async function found() {
  const at = (name, words) => { fs.writeFileSync(path.join(dir, name), words); return path.join(dir, name); };
  const cards = Object.keys(houses).map((party) => {
    const roles = ["secretary", "drafter", "head", "translator", "legal", "custodian", "press"];
    return ["--card", at(`${party}.card`, cli(party, "card", "--mandates", at(`${party}.json`, JSON.stringify([{ member: `${party}-all`, roles }]))))];
  });
  const side = (id, label, party) => ({ id, label: { en: label }, parties: [party] });
  const rules = { adoption: "all-parties", host_rotation: "alternate", first_host: "east", notice_days: 30, silence: false, silence_days: 0, rectification: 0, reply_days: 60, concordance: "flags", require_touch: false, require_pin: false };
  const charter = { id: "grove", names: [{ lang: "en", used_by: "", full: "Cedar-Birch Consultation" }], languages: ["en"], drafting: "en", sides: [side("east", "Eastern side", "cedar"), side("west", "Western side", "birch")], rules };
  const invitation = at("invitation", cli("cedar", "charter", "draft", at("charter.json", JSON.stringify(charter)), ...cards.flat()));
  for (const party in houses) cli(party, "join", invitation);
  for (const party in houses) await serve(party);
  for (const party in houses) cli(party, "seal", "charter");
  for (const [id, words] of [["js-1", "They meet every year."], ["js-2", "They exchange students."]]) {
    const draft = { title: { en: `Joint statement ${id}` }, symbol: `GROVE/${id}`, languages: ["en"], paragraphs: [{ id: "1", kind: "operative", text: { en: words } }] };
    await until(() => cli("cedar", "text", "table", at("draft.json", JSON.stringify(draft)), "--id", id));
    for (const act of ["accept", "confirm"]) for (const party in houses) await until(() => cli(party, "text", act, id, "1"));
    await until(() => cli("cedar", "text", "freeze", id));
    for (const party in houses) await until(() => cli(party, "seal", id));
    for (const party in houses) await until(() => cli(party, "export", id, path.join(dir, `${party}-${id}`)));
  }
}

before(async () => {
  closed = await browse();
  mail = await mailbox();
  fs.writeFileSync(env.ENTENTE_PASSPHRASE_FILE, "for a test\n", { mode: 0o600 });
  for (const party in houses) {
    press[party] = `http://${await free()}`;
    execFileSync(program, ["--dir", path.join(dir, party), "init", "--party", party, ...houses[party].flatMap((n) => ["--name", n]), "--listen", await free(), "--web", await free(), "--press", press[party].slice(7)], { env });
  }
  base = press.cedar;
  await found();
});

after(async () => {
  await closed?.();
  for (const party in nodes) await end(party);
  await mail?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

// sound looks at what a reader sees now: no barrier, no fault in the markup, no wider than the window, all of it in one language.
async function sound(who, language) {
  const where = `${language} ${who.page.url().replace(/\/mail-(\w+)\/.*/, "/mail-$1/…")}`;
  assert.deepEqual(await barriers(who.page), [], where);
  assert.equal(await overflow(who.page), 0, where);
  assert.equal(await who.page.locator("html").getAttribute("lang"), language, where);
  assert.doesNotMatch(await who.page.content(), /⟨|⟩|ZgotmplZ/, where);
}

// link is where a letter leads.
const link = (words, letter = mail.letters.at(-1)) => new RegExp(`http://[^\\s>]+/${words}/[^\\s>]+`).exec(letter)?.[0];

for (const [i, language] of languages.entries()) {
  test(`${language}: a letter is asked for and its link confirms; every page on the way is sound`, async () => {
    const who = await visitor(base, { viewport: { width: 320, height: 900 } }), address = `reader${i}@example.org`;
    await who.go(`/${language}/`);
    await who.page.locator(`.foot a[href="/${language}/mail/"]`).click();
    await sound(who, language);
    const report = await valid.validateString(await (await who.context.request.get(who.page.url())).text());
    assert.deepEqual(report.results.flatMap((r) => r.messages.map((m) => `${m.ruleId}: ${m.message}`)), []);
    await who.page.locator("#email").evaluate((e) => { e.form.noValidate = true; }); // what a browser would stop, another lets through
    await who.page.locator("#email").fill("nobody");
    await who.page.waitForTimeout(4500); // nobody types faster, and the form says so
    await submit(who, who.page.locator("form.reply button"));
    await sound(who, language);
    const faults = who.bad.splice(0); // a browser notes that the form was refused
    assert.ok(faults.every((f) => f.includes("400")), faults.join());
    assert.equal(await who.page.locator("#email").getAttribute("aria-invalid"), "true");
    assert.ok((await who.page.locator("#email-fault").innerText()).length > 5, "the fault stands at its field");
    await who.page.locator("#email").fill(address);
    await who.page.waitForTimeout(4500);
    const before = mail.letters.length;
    await submit(who, who.page.locator("form.reply button"));
    await sound(who, language);
    assert.ok(!(await who.page.content()).includes(address), "no page says an address");
    const letter = await mail.next(before + 1);
    assert.match(letter, new RegExp(`To: <${address}>`));
    const confirm = link("mail-confirm");
    assert.ok(confirm.startsWith(`${base}/${language}/mail-confirm/`), letter);
    await who.page.goto(confirm);
    await sound(who, language);
    await submit(who, who.page.locator("main form button"));
    await sound(who, language);
    assert.ok(await who.page.locator("[role=status]").isVisible());
    assert.deepEqual(who.bad, []);
    await who.context.close();
  });
}

test("by keyboard alone, without script: a letter is asked for, and a letter's link confirms", async () => {
  const who = await visitor(base, { javaScriptEnabled: false });
  await who.go("/en/mail/");
  const reach = async (css) => {
    for (let n = 0; n < 40; n++) {
      await who.page.keyboard.press("Tab");
      if (await who.page.locator(css).evaluate((e) => e === document.activeElement)) return;
    }
    assert.fail(`${css} cannot be reached by Tab`);
  };
  await reach("#email");
  await who.page.keyboard.type("keys@example.org");
  await who.page.waitForTimeout(4500);
  const before = mail.letters.length;
  await Promise.all([who.page.waitForEvent("framenavigated"), who.page.keyboard.press("Enter")]);
  assert.match(await who.page.locator("main").innerText(), /a letter is on its way/);
  await mail.next(before + 1);
  await who.page.goto(link("mail-confirm"));
  await reach("main form button");
  await Promise.all([who.page.waitForEvent("framenavigated"), who.page.keyboard.press("Enter")]);
  assert.match(await who.page.locator("main").innerText(), /Confirmed/);
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

test("a member has the days of a meeting in their calendar: asked for on the page of their devices, agreed, moved and put off", { timeout: 900_000 }, async () => {
  const address = "member@cedar.example", sign = cli("cedar", "sign-in", "cedar-all").trim(), who = await visitor(new URL(sign).origin, { viewport: { width: 320, height: 900 } });
  await who.page.goto(sign);
  await submit(who, who.page.locator("main form button").first());
  await who.go("/sessions");
  await who.page.locator("#meeting-mail input").fill(address);
  await submit(who, who.page.locator('#meeting-mail button[value="begin"]'));
  await sound(who, "en");
  assert.equal(await who.page.locator("#meeting-mail input").inputValue(), address);

  const at = (name, value) => { fs.writeFileSync(path.join(dir, name), JSON.stringify(value)); return path.join(dir, name); };
  const meet = (party, verb, body) => until(() => JSON.parse(cli(party, "meeting", verb, "main/7", "--file", at(`${verb}.json`, body), "--json")));
  const agree = async (days) => {
    const said = await meet("cedar", "offer", days);
    await meet("birch", "accept", { offer: said.posted?.[0]?.id ?? said[0]?.id ?? said.id });
  };
  // taken is what a calendar program takes out of the letter that comes next.
  const taken = async (method, n) => {
    await mail.next(n);
    const letter = mail.raw[n - 1];
    assert.match(letter, new RegExp(`To: <${address}>`));
    assert.match(letter, /^Content-Type: multipart\/alternative/m);
    const [, params, part] = /^Content-Type: (text\/calendar;[^\r]*)\r\n\r\n([A-Za-z0-9+/=\r\n]+)/m.exec(letter);
    assert.match(params, new RegExp(`; method=${method}; charset=utf-8$`, "i"));
    const [event, ...others] = read(Buffer.from(part, "base64").toString(), method);
    assert.equal(others.length, 0);
    assert.equal(event.organizer, "mailto:press@cedar.example");
    assert.equal(event.attendees[0].getFirstValue(), `mailto:${address}`);
    assert.equal(event.attendees[0].getParameter("rsvp"), "FALSE");
    return event;
  };
  const before = mail.letters.length;
  await until(() => cli("cedar", "meeting", "enter", "main", "7", at("enter.json", { series: "main", number: 7, status: "planned", theme: { en: "Planted" } })));
  await agree({ from: "2031-03-29", until: "2031-04-01" });
  const asked = await taken("REQUEST", before + 1);
  assert.deepEqual([asked.startDate.toString(), asked.endDate.toString()], ["2031-03-29", "2031-04-02"]);
  assert.doesNotMatch(asked.description, /Planted/);
  await agree({ from: "2031-05-05" });
  const moved = await taken("REQUEST", before + 2);
  assert.deepEqual([moved.startDate.toString(), moved.endDate.toString(), moved.uid], ["2031-05-05", "2031-05-06", asked.uid]);
  await meet("birch", "postpone", { reason: { en: "Planted" } });
  const off = await taken("CANCEL", before + 3);
  assert.deepEqual([off.startDate.toString(), off.uid, off.component.getFirstPropertyValue("status")], ["2031-05-05", asked.uid, "CANCELLED"]);
  assert.ok(asked.sequence < moved.sequence && moved.sequence < off.sequence);
  assert.equal(mail.letters.length, before + 3);

  await submit(who, who.page.locator('#meeting-mail button[value="end"]'));
  assert.equal(await who.page.locator("#meeting-mail input").inputValue(), "");
  assert.deepEqual(who.bad, []);
  await who.context.close();
});

// release has every party release a text for one instant, some seconds from now, and waits until each node has what it needs to publish alone.
async function release(id, seconds) {
  const instant = Math.ceil(Date.now() / 1000 + seconds) * 1000;
  for (const party in houses) await until(() => cli(party, "text", "release", id, "--at", new Date(instant).toISOString().replace(".000Z", "Z")));
  for (const party in houses) await until(() => assert.ok(fs.readdirSync(path.join(dir, party, "press"), { recursive: true }).some((f) => f.includes(`${id}-`) && f.endsWith("SHA256SUMS")), `${party} has no proof of ${id}`));
  return instant;
}

test("a22: two press rooms that cannot reach each other publish at the same instant, and not before; only then do letters go out", { timeout: 900_000 }, async () => {
  const who = await visitor(base), before = mail.letters.length;
  await who.go("/en/mail/");
  await who.page.locator("#email").fill("stays@example.org");
  await who.page.waitForTimeout(4500);
  await submit(who, who.page.locator("form.reply button"));
  await mail.next(before + 1);
  await who.page.goto(link("mail-confirm"));
  await submit(who, who.page.locator("main form button"));
  await who.context.close();
  assert.equal(cli("cedar", "press", "subscribers").trim(), "5");

  const instant = await release("js-1", 60);
  for (const party in houses) await end(party);
  for (const party in houses) await serve(party, `line.listen=${await free()}`); // where the other one does not look
  const readers = {};
  for (const party in houses) {
    readers[party] = await visitor(press[party]);
    const answer = await readers[party].go("/en/grove/js-1/");
    assert.ok(Date.now() < instant, "the machine is too slow to look before the instant");
    assert.equal(answer.status(), 404, `${party} publishes early`);
    assert.equal(mail.letters.length, before + 1, "nobody is told early");
  }
  for (const [party, who] of Object.entries(readers)) {
    while ((await who.context.request.get(`${who.base}/en/grove/js-1/`)).status() !== 200) {
      assert.ok(Date.now() < instant + 120_000, `${party} does not publish`);
      await who.page.waitForTimeout(250); // others have the processor meanwhile
    }
    assert.ok(Date.now() >= instant, `${party} publishes early`);
    await who.go("/en/grove/js-1/");
    who.bad.splice(0, who.bad.length, ...who.bad.filter((f) => !f.includes("404")));
    assert.match(await who.page.locator(".sealedwords").innerText(), /They meet every year\./);
    await who.page.locator("#verify").click();
    await who.page.locator("#result .right").waitFor();
    assert.deepEqual(who.bad, []);
    await who.context.close();
  }
  cli("cedar", "concern", "raise", "when", "--text", "en=Can anybody hear us?", "--to", "west", "--due", "10wd"); // nobody can: they were cut off all the time
  await mail.next(before + 1 + 5);
  assert.throws(() => cli("birch", "concern", "show", "when"));
  for (const party in houses) await end(party);
  for (const party in houses) await serve(party);
  await until(() => cli("birch", "concern", "show", "when"));
});

test("a letter's link ends the letters, in three languages, by keyboard and by a mail program's button; whoever ended them gets none of what comes", { timeout: 900_000 }, async () => {
  const letters = mail.letters.slice(-5), of = (address) => letters.find((l) => l.includes(`To: <${address}>`));
  for (const [i, language] of languages.entries()) {
    const letter = of(`reader${i}@example.org`), ends = link("mail-end", letter);
    assert.ok(ends.startsWith(`${base}/${language}/mail-end/`) && letter.includes(`${base}/${language}/grove/js-1/`), letter);
    const who = await visitor(base, { viewport: { width: 320, height: 900 } });
    await who.page.goto(ends);
    await sound(who, language);
    assert.equal(cli("cedar", "press", "subscribers").trim(), String(5 - i), "looking ends nothing");
    await submit(who, who.page.locator("main form button"));
    await sound(who, language);
    assert.ok(await who.page.locator("[role=status]").isVisible());
    assert.deepEqual(who.bad, []);
    await who.page.goto(ends); // letters lie about for years
    await sound(who, language);
    assert.ok(await who.page.locator("[role=alert]").isVisible());
    await who.context.close();
  }
  const keys = await visitor(base, { javaScriptEnabled: false }), letter = of("keys@example.org");
  const button = /^List-Unsubscribe:\s+<([^>]+)>/im.exec(letter)[1];
  assert.match(letter, /^List-Unsubscribe-Post:\s+List-Unsubscribe=One-Click/im);
  for (const again of [false, true]) {
    const answer = await keys.context.request.post(button, { form: { "List-Unsubscribe": "One-Click" } });
    assert.equal(answer.status(), 200, again ? "ended twice" : "ended by a program");
  }
  await keys.page.goto(link("mail-end", of("stays@example.org")));
  await keys.page.keyboard.press("Tab"); // to the way past the menus, and on
  for (let n = 0; n < 40 && !(await keys.page.locator("main form button").evaluate((e) => e === document.activeElement)); n++) await keys.page.keyboard.press("Tab");
  assert.ok(await keys.page.locator("main form button").evaluate((e) => e === document.activeElement), "the button can be reached by Tab");
  await keys.context.close(); // and is not pressed
  assert.equal(cli("cedar", "press", "subscribers").trim(), "1");
  const before = mail.letters.length;
  await release("js-2", 3);
  assert.match(await mail.next(before + 1), /To: <stays@example\.org>/);
  assert.equal(mail.letters.length, before + 1, "only who stays is told");
});

test("a press officer erases an address on the desk, is told if there was nothing, and the command does the same", { timeout: 900_000 }, async () => {
  const way = cli("cedar", "sign-in", "cedar-all").trim(), who = await visitor(new URL(way).origin);
  await who.page.goto(way);
  await submit(who, who.page.locator("main form button").first());
  const forget = async () => {
    await who.go("/m/grove/press");
    const form = who.page.locator("details.act").filter({ has: who.page.locator("input[value=forget]") });
    await form.locator("> summary").click();
    await form.locator("input[name=email]").fill("stays@Example.org");
    await submit(who, form.getByRole("button"));
  };
  await forget();
  assert.ok(await who.page.locator("main [role=status], [role=status]").first().isVisible());
  assert.equal(cli("cedar", "press", "subscribers").trim(), "0");
  await forget();
  assert.match(await who.page.getByRole("alert").first().innerText(), /Nothing was written under this address/);
  assert.match(cli("cedar", "press", "forget", "stays@example.org", "--json"), /"erased": *0/);
  await who.context.close();
});

test("an invented link ends nothing and says so in words, in three languages", async () => {
  for (const language of languages) {
    const who = await visitor(base);
    for (const purpose of ["confirm", "end"]) {
      await who.go(`/${language}/mail-${purpose}/${"A".repeat(32)}/`);
      await sound(who, language);
      assert.ok(await who.page.locator("[role=alert]").isVisible());
    }
    assert.ok(who.bad.every((f) => f.includes("404")), who.bad.join());
    await who.context.close();
  }
});
