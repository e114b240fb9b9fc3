// Ways in, in a real browser: a passkey of a device that the browser itself speaks with, a password with a code, a link that works once; and sessions that are seen and ended.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { address, barriers, member, overflow, run, speak, start, stop, submit, unfold, visitor } from "./harness.mjs";

before(start);
after(stop);

const expected = (bad) => bad.filter((b) => !/status of (403|409)/.test(b)); // a browser notes these itself

// byName is the address under which a browser binds passkeys: they belong to a name, not to a number.
const byName = (section) => address("cedar", section).replace("127.0.0.1", "localhost");

// enter uses a one-time link.
async function enter(who, id) {
  const link = run(id.split("-")[0], "sign-in", id).trim();
  await who.page.goto(who.base + new URL(link).pathname);
  await who.page.locator("main form button").first().click();
  await who.page.waitForURL(who.base + "/");
  return link;
}

// device gives a browser an authenticator that verifies its holder.
async function device(who) {
  const cdp = await who.context.newCDPSession(who.page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  return { verifies: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }), keys: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials };
}

// code is what an authenticator program shows for a secret (RFC 6238).
function code(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const sum = createHmac("sha1", Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))).update(counter).digest(), from = sum.at(-1) & 15;
  return String((sum.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a passkey is made, opens the site, is refused where its holder is not verified, and opens nothing once it is removed", { timeout: 600_000 }, async () => {
  const who = await visitor(byName("web")), page = who.page, holder = await device(who);
  await enter(who, "cedar-draft");
  await speak(who, "en");
  await who.go("/sessions");
  await page.getByLabel("Name of the device").fill("A telephone");
  await page.getByRole("button", { name: "Make a passkey" }).click();
  await page.waitForURL(/done=passkey/);
  assert.match(await page.locator("#passkeys table").innerText(), /A telephone/);
  assert.equal((await holder.keys()).length, 1);

  const signOut = () => submit(who, page.locator("form[action='/sign-out'] button"));
  const use = page.getByRole("button", { name: "Sign in with a passkey" });
  await signOut();
  await holder.verifies(false);
  await who.go("/sign-in");
  await use.click();
  await page.locator("form[data-passkey] output:not(:empty)").waitFor();
  assert.equal(new URL(page.url()).pathname, "/sign-in", "whoever holds the device without being its holder is not let in");
  assert.deepEqual(await barriers(page), []);
  await holder.verifies(true);
  await use.click();
  await page.waitForURL(who.base + "/");
  assert.match(await page.locator("a.who").innerText(), /cedar-draft/);
  await who.go("/sessions");
  assert.match(await page.locator("#trail").innerText(), /passkey/i);
  await submit(who, page.locator("#passkeys").getByRole("button", { name: "Remove" }));
  await signOut();
  await who.go("/sign-in");
  await use.click();
  await page.locator("form[data-passkey] output:not(:empty)").waitFor();
  assert.equal(new URL(page.url()).pathname, "/sign-in", "a passkey that was removed opens nothing");
  assert.deepEqual(expected(who.bad), []);
  await who.context.close();
});

test("a password is chosen with a code, opens the site without script, and not with a code that was used; it ends", { timeout: 600_000 }, async () => {
  const who = await visitor(address("cedar", "web"), { javaScriptEnabled: false, viewport: { width: 320, height: 700 } }), page = who.page, password = "correct horse battery";
  await enter(who, "cedar-trans");
  await speak(who, "en");
  await who.go("/sessions");
  await page.getByLabel("New password, at least twelve characters").fill(password);
  await submit(who, page.getByRole("button", { name: "Choose it and show" }));
  const secret = await page.locator("main code").innerText();
  assert.equal(await overflow(page), 0);
  const confirm = async (digits) => {
    await page.getByLabel("The password once more").fill(password);
    await page.getByLabel("Code of six digits").fill(digits);
    await submit(who, page.getByRole("button", { name: "Put it to use" }));
  };
  await confirm(code(secret, 0));
  assert.equal(await page.locator(".wrong").count(), 1, "a wrong code is said to be wrong in its form");
  const used = code(secret);
  await confirm(used);
  assert.equal(await page.locator(".banner.done").count(), 1, await page.locator("main").innerText());
  await unfold(who);
  await submit(who, page.locator("form[action='/sign-out'] button"));
  const signIn = async (digits) => {
    await who.go("/sign-in");
    await page.locator("main details > summary").click();
    await page.getByLabel("Your member id").fill("cedar-trans");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByLabel("Code of six digits").fill(digits);
    await submit(who, page.locator("form[action='/sign-in/password'] button"));
  };
  await signIn(used);
  assert.equal(await page.getByRole("alert").count(), 1, "a code works once");
  await signIn(code(secret, Date.now() + 30_000)); // the next one: clocks may differ by that
  assert.match(await page.locator("a.who").innerText(), /cedar-trans/);
  await who.go("/sessions");
  await submit(who, page.getByRole("button", { name: "Remove the password" }));
  await unfold(who);
  await submit(who, page.locator("form[action='/sign-out'] button"));
  await signIn(code(secret, Date.now() + 30_000));
  assert.equal(await page.getByRole("alert").count(), 1, "a password that was removed opens nothing");
  assert.deepEqual(expected(who.bad), []);
  await who.context.close();
});

test("a link works once; a session is seen from another browser and ended from there", { timeout: 600_000 }, async () => {
  const here = await member("lantern-sec"), there = await visitor(here.base), late = await visitor(here.base);
  const link = await enter(there, "lantern-sec");
  await late.page.goto(link);
  assert.equal(await late.page.getByRole("alert").count(), 1, "a link that was used");
  assert.equal(await late.page.locator("main form[action^='/sign-in/']:has(button.primary:not([hidden]))").filter({ hasText: "lantern-sec" }).count(), 0);
  await speak(here, "en");
  await here.go("/sessions");
  const before = await here.page.locator("form[action$='/end']").count();
  assert.ok(before >= 2, "both are seen");
  await submit(here, here.page.locator("tr:has(form[action$='/end'])").filter({ hasNot: here.page.locator("b") }).first().locator("button"));
  assert.equal(await here.page.locator("form[action$='/end']").count(), before - 1);
  await there.go("/m/valley");
  assert.equal(new URL(there.page.url()).pathname, "/sign-in", "whoever had it has to sign in again");
  assert.deepEqual([...here.bad, ...expected([...there.bad, ...late.bad])], []);
  for (const who of [here, there, late]) await who.context.close();
});
