// Letters to readers: asked for and confirmed in a real browser, in three languages, with and without script and by keyboard alone. The node is one of its own, with a mail server that keeps what it is given.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { barriers, browse, languages, mailbox, overflow, program, submit, visitor } from "./harness.mjs";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-letters-"));
const env = { ...process.env, ENTENTE_DIR: path.join(dir, "node"), ENTENTE_PASSPHRASE_FILE: path.join(dir, "passphrase") };
const valid = new HtmlValidate({ extends: ["html-validate:standard"], rules: { "no-trailing-whitespace": "off", "long-title": "off", "void-style": "off", "doctype-style": "off", "attribute-boolean-style": "off", "attr-quotes": "off" } });
let base, mail, node, closed;

// free is an address on this machine at which nobody listens yet.
const free = () => new Promise((r) => { const s = net.createServer().listen(0, "127.0.0.1", () => { const a = `127.0.0.1:${s.address().port}`; s.close(() => r(a)); }); });

// serve starts a node whose readers may have letters.
async function serve(env) {
  const settings = ["press.letters=true", `mail.server=${mail.address}`, "mail.tls=none", "mail.from=press@cedar.example"];
  node = spawn(program, ["serve", ...settings.flatMap((s) => ["--set", s])], { env, stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((ready, failed) => { node.stderr.on("data", ready); node.once("close", (c) => failed(new Error(`the node ended with ${c}`))); }); // it says where it serves
}

async function end() {
  const gone = new Promise((r) => node.once("close", r));
  node.kill("SIGINT");
  await gone;
  node = undefined;
}

before(async () => {
  closed = await browse();
  mail = await mailbox();
  fs.writeFileSync(env.ENTENTE_PASSPHRASE_FILE, "for a test\n", { mode: 0o600 });
  const [line, web, press] = [await free(), await free(), await free()], names = ["en=Cedar Party", "zh-Hans=雪松党", "ja=杉の党"].flatMap((n) => ["--name", n]);
  const made = spawn(program, ["init", "--party", "cedar", ...names, "--listen", line, "--web", web, "--press", press], { env, stdio: ["ignore", "ignore", "inherit"] });
  await new Promise((r) => made.on("close", r));
  base = `http://${press}`;
  await serve(env);
});

after(async () => {
  await closed?.();
  if (node) await end();
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
