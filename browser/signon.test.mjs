// Sign-on through a house's directory, in a real browser: a node of its own, beside a directory of its own (directory.mjs).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { directory } from "./directory.mjs";
import { barriers, browse, free, languages, overflow, program, submit, unfold, visitor } from "./harness.mjs";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "entente-signon-")), client = { id: "entente", secret: "what-only-both-know" };
let base, house, closed, node;

const cli = (...args) => execFileSync(program, ["--dir", path.join(dir, "cedar"), "--lang", "en", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ENTENTE_PASSPHRASE_FILE: path.join(dir, "passphrase") } });

before(async () => {
  closed = await browse();
  house = await directory(client);
  for (const [name, words] of [["passphrase", "for a test\n"], ["secret", client.secret]]) fs.writeFileSync(path.join(dir, name), words, { mode: 0o600 });
  const web = await free();
  base = `http://localhost:${web.split(":")[1]}`;
  cli("init", "--party", "cedar", "--name", "en=Cedar Party", "--name", "zh-Hans=雪松党", "--name", "ja=杉の党", "--listen", await free(), "--web", web);
  const settings = [`web.url=${base}`, `sign_on.issuer=${house.base}`, `sign_on.client_id=${client.id}`, `sign_on.secret_file=${path.join(dir, "secret")}`];
  node = spawn(program, ["--dir", path.join(dir, "cedar"), "serve", ...settings.flatMap((s) => ["--set", s])], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((ready, failed) => { node.stderr.on("data", ready); node.once("close", (c) => failed(new Error(`the node ended with ${c}`))); }); // it says where it serves
  while (!(await fetch(base + "/sign-in").then((r) => r.ok, () => false))) await new Promise((r) => setTimeout(r, 100));
});

after(async () => {
  await closed?.();
  if (node) await new Promise((r) => { node.once("close", r); node.kill("SIGINT"); });
  await house?.away();
  fs.rmSync(dir, { recursive: true, force: true });
});

const ways = languages.map((language, i) => ({ language, member: `cedar-${i}`, person: `47${i}`, by: i % 2 ? "ES256" : "RS256", stranger: `stranger-${i}` }));

async function comer(language, options = {}) {
  const who = await visitor(base, { viewport: { width: 320, height: 700 }, ...options });
  const faults = () => who.bad.filter((b) => !b.includes(`asks for ${house.base}/authorize?`) && !/status of (403|409|503|502)/.test(b)); // somebody goes to the directory themselves; the browser notes refusals
  await who.go("/sign-in");
  await submit(who, who.page.locator(`form.languages button[value="${language}"]`));
  return { ...who, faults, scripted: options.javaScriptEnabled !== false };
}

// sound is what every page on the way has to be.
async function sound(who, language) {
  if (who.scripted) assert.deepEqual([who.page.url(), await barriers(who.page)], [who.page.url(), []]); // what looks for them is a script
  assert.equal(await overflow(who.page), 0);
  assert.equal(await who.page.locator("html").getAttribute("lang"), language);
}

// through goes to the directory as a person, and comes back by what they press there.
async function through(who, link, press = /^I am/) {
  await Promise.all([who.page.waitForURL((u) => u.origin === house.base), link.click()]);
  await Promise.all([who.page.waitForURL((u) => u.origin === base), who.page.getByRole("link", { name: press }).click()]);
}
const onward = (who) => submit(who, who.page.locator("form[action='/sign-on/back'] button"));
const leave = async (who) => { await unfold(who); await submit(who, who.page.locator("form[action='/sign-out'] button")); };
const begin = (who) => who.page.locator("a[href='/sign-on']");
const alert = (who) => who.page.getByRole("alert").innerText();

for (const { language, member, person, by, stranger } of ways) {
  test(`${language}: somebody is admitted by a link, binds their account, comes back through the directory and leaves; a stranger, somebody who turns back and a directory that is away are told so`, { timeout: 300_000 }, async () => {
    const scripted = language !== "ja"; // once without script
    const who = await comer(language, { javaScriptEnabled: scripted, colorScheme: scripted ? "light" : "dark" }), said = new Set();
    Object.assign(house, { person, by });

    // Nobody has an account by being known to the directory alone.
    await through(who, begin(who));
    await sound(who, language);
    await onward(who);
    said.add(await alert(who));
    await sound(who, language);
    await who.go("/");
    assert.equal(new URL(who.page.url()).pathname, "/sign-in", "whoever is bound to nothing was let in");

    await who.page.goto(base + new URL(cli("sign-in", member).trim()).pathname);
    await submit(who, who.page.locator("main form button.primary"));
    if ((await who.page.locator("html").getAttribute("lang")) !== language) { await unfold(who); await submit(who, who.page.locator(`form.languages button[value="${language}"]`)); }
    await who.go("/sessions");
    await through(who, who.page.locator("#sign-on a.button"));
    await sound(who, language);
    assert.match(await who.page.locator("main").innerText(), new RegExp(member), "for which account it is has to be said before it is bound");
    await onward(who);
    assert.equal(await who.page.locator(".banner.done").count(), 1);
    assert.match(await who.page.locator("#sign-on").innerText(), new RegExp(person));
    await sound(who, language);

    await leave(who);
    assert.equal(new URL(await who.page.locator(`main a[href^="${house.base}/leave"]`).getAttribute("href")).searchParams.get("client_id"), client.id, "where to sign out of the directory, too");
    await sound(who, language);
    await who.go("/sign-in");
    await through(who, begin(who));
    const answer = who.page.url();
    await onward(who);
    assert.equal(who.page.url(), base + "/");
    assert.match(await who.page.locator("a.who").textContent(), new RegExp(member));
    await leave(who);
    await who.page.goto(answer);
    said.add(await alert(who)); // an answer that was used

    await who.go("/sign-in");
    house.person = stranger;
    await through(who, begin(who));
    await onward(who);
    assert.ok(said.has(await alert(who)), "a stranger is told what somebody without an account is told");
    house.person = person;

    await who.go("/sign-in");
    await through(who, begin(who), /^Turn back/);
    said.add(await alert(who));
    await sound(who, language);

    // The code was given while the directory was there; it is away when it is to be redeemed.
    await who.go("/sign-in");
    await through(who, begin(who));
    await house.away();
    await onward(who);
    said.add(await alert(who));
    await sound(who, language);
    await house.back();
    assert.equal(said.size, 4, `a bound account, an old answer, turning back and a directory that is away are said alike: ${[...said].join(" / ")}`);
    if (language !== "en") for (const words of said) assert.doesNotMatch(words, /\b(the|you|and)\b/i, "words in another language");

    await who.go("/sign-in"); // and it works again
    await through(who, begin(who));
    await onward(who);
    await who.go("/sessions");
    await submit(who, who.page.locator("#sign-on form button"));
    await leave(who);
    await who.go("/sign-in");
    await through(who, begin(who));
    await onward(who);
    assert.ok(said.has(await alert(who)), "an account that was unbound opens no more");
    assert.deepEqual(who.faults(), []);
    await who.context.close();
  });
}

test("who came in through the directory, and who bound what, is in the trail; the directory was shown the secret and nobody's name", { timeout: 120_000 }, () => {
  const trail = cli("account", "trail");
  for (const { member } of ways) assert.match(trail, new RegExp(`${member}.*bound to a person`, "m"));
  assert.ok(ways.every(({ stranger }) => !trail.includes(stranger)), "whoever is bound to nothing leaves no trace");
  assert.deepEqual([...new Set(house.asked)].sort(), ["/.well-known/openid-configuration", "/authorize", "/keys", "/token"]);
});
