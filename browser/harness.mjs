// What every browser test needs: three nodes with the demo's record, a Chromium, and people who are signed in at one of them.
// Set ENTENTE to a built program; a demo that is already being served can be used again with ENTENTE_DEMO=its folder, and those that were played to their end and stopped, with ENTENTE_PLAYED=the folder of theirs.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import Validator from "@adobe/structured-data-validator";
import Extractor from "@marbec/web-auto-extractor";
import { chromium } from "playwright-core";
import ts from "typescript";

const require = createRequire(import.meta.url);
export const program = process.env.ENTENTE || "entente";
const axeSource = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const languages = ["en", "zh-Hans", "ja"];
export const parties = ["millstone", "cedar", "lantern"];

let dir = process.env.ENTENTE_DEMO, demo, browser, release;

// played takes the first demo in a folder's folders that no other file has, and gives its folder, as it was when the play had ended; undefined if all are taken. A demo keeps its place, and with it its ports: each serves one file at a time.
function played(all) {
  for (const name of all ? fs.readdirSync(all) : []) {
    const [taken, kept, place] = ["taken", "kept", "demo"].map((n) => path.join(all, name, n));
    try { fs.mkdirSync(taken); } catch (e) { if (e.code === "EEXIST") continue; throw e; }
    release = () => fs.rmdirSync(taken);
    if (!fs.existsSync(kept)) fs.renameSync(place, kept);
    fs.rmSync(place, { recursive: true, force: true });
    execFileSync("cp", ["-a", kept, place]);
    return place;
  }
}

// start brings the nodes and the browser up; the fictional profile, for the pictures of it are shown in public. A play takes longer than to go on with one that was played.
export async function start() {
  if (!dir) {
    dir = played(process.env.ENTENTE_PLAYED);
    if (!dir) {
      const own = fs.mkdtempSync(path.join(os.tmpdir(), "entente-browser-"));
      dir = path.join(own, "demo");
      release = () => fs.rmSync(own, { recursive: true, force: true });
    }
    demo = spawn(program, ["demo", "--profile", "fictional", "--dir", dir], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((ready, failed) => {
      let told = "";
      demo.stdout.on("data", (b) => { told += b; if (told.includes("Serving.")) ready(); });
      demo.on("exit", (code) => failed(new Error(`the demo ended with ${code}: ${told}`)));
    });
  }
  await browse();
}

// browse brings only the browser up, and gives what closes it. It is Chromium without its window: what a page is and does is the same, and what surrounds a page, which nobody sees here, takes a third of the processors' time.
export async function browse() {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium-headless-shell",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
  });
  return () => browser.close();
}

export async function stop() {
  await browser?.close();
  if (demo) {
    const gone = new Promise((r) => demo.on("close", r));
    demo.removeAllListeners("exit");
    demo.kill("SIGINT");
    await gone;
    release();
  }
}

// free is an address on this machine at which nobody listens yet; never the same twice, and below the ports that demos, also those that are not being served, and outgoing connections are given: other tests run meanwhile.
let port = 5_000 + (process.pid % 100) * 40;
export const free = () => new Promise((r) => {
  const address = { host: "127.0.0.1", port: ++port }, s = net.createServer();
  s.once("error", () => r(free()));
  s.listen(address, () => s.close(() => r(`${address.host}:${address.port}`)));
});

// run gives a command to a party's node and returns what it prints.
export function run(party, ...args) {
  return execFileSync(program, [...args, "--dir", path.join(dir, party), "--lang", "en"], { encoding: "utf8" });
}

// home is the folder with the nodes' folders.
export function home() { return dir; }

// address is where a party's site or press room listens, from its own config file.
export function address(party, section) {
  const config = fs.readFileSync(path.join(dir, party, "entente.toml"), "utf8");
  return "http://" + config.match(new RegExp(`\\[${section}\\][^[]*?\\nlisten = '([^']+)'`))[1];
}

// visitor is a browser of its own, which notes whatever it should not see: errors in the console, what the content security policy stopped, requests that leave the origin.
export async function visitor(base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  context.setDefaultTimeout(120_000); // a busy machine is no fault of a page
  const page = await context.newPage();
  const bad = [];
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") bad.push(`${page.url()}: ${m.text()}`); });
  page.on("pageerror", (e) => bad.push(`${page.url()}: ${e.message}`));
  page.on("request", (r) => { if (!r.url().startsWith(base) && !/^(data|blob|about):/.test(r.url())) bad.push(`${page.url()} asks for ${r.url()}`); });
  return { context, page, bad, base, go: (to) => page.goto(base + to) };
}

// member signs somebody in by a one-time link, as an operator would hand it over.
export async function member(id, options) {
  const party = parties.find((p) => id.startsWith(p));
  const link = run(party, "sign-in", id).trim();
  const who = await visitor(new URL(link).origin, options);
  await who.page.goto(link);
  await who.page.locator("main form button").first().click();
  await who.page.waitForURL(who.base + "/");
  return { ...who, party, id };
}

// submit presses a button that sends a form, and waits for the page that answers.
export async function submit(who, button) {
  await Promise.all([who.page.waitForEvent("framenavigated"), button.click()]).catch(async (e) => {
    throw new Error(`${who.id ?? "reader"} at ${who.page.url()}: ${e.message}\n${(await who.page.locator("main").innerText()).slice(0, 3000)}`);
  });
  await who.page.waitForLoadState("load");
}

// unfold opens the menu at the top of a page where it is folded: on a narrow screen.
export async function unfold(who) {
  const menu = who.page.locator(".masthead details.topmenu:not([open]) > summary:visible");
  if (await menu.count()) await menu.click();
}

// speak sets the language of the pages.
export async function speak(who, language) {
  await who.go("/");
  await unfold(who);
  const button = who.page.locator(`form.languages button[value="${language}"]`);
  await submit(who, button);
  if ((await who.page.locator("html").getAttribute("lang")) !== language) throw new Error(`the pages do not speak ${language}`);
}

const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

// barriers are what axe-core finds on the page by WCAG 2.2 AA, in words. None of these rules needs to have the style sheets fetched again, and nothing but violations is carried over.
export async function barriers(page, rules = wcag) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource + ";void 0");
  const found = await page.evaluate(async (runOnly) => (await axe.run(document, { runOnly, resultTypes: ["violations"], preload: { assets: ["media"] } })).violations, rules);
  return found.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 200)} (${n.any.concat(n.all).map((c) => c.message).join("; ").slice(0, 300)})`).join(" | ")}`);
}

// barriersInBoth are those of a page that is dark, and what its light colours add: of all rules only one looks at colours.
export async function barriersInBoth(page) {
  const found = [];
  for (const [colorScheme, rules] of [["dark", wcag], ["light", ["color-contrast"]]]) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await barriers(page, rules)).map((b) => `${colorScheme}: ${b}`));
  }
  return found;
}

// overflow is by how much a page is wider than its window.
export function overflow(page) {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
}

// crawl lists the pages that can be reached by links from one page, each path once whatever its query. Of pages of one kind (entries, meetings) it keeps a few.
export async function crawl(who, from, few = 3) {
  const seen = new Set([from]), todo = [from], kinds = new Map(), pages = [];
  for (const path of todo) {
    const answer = await who.context.request.get(who.base + path);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`);
    if (!/text\/html/.test(answer.headers()["content-type"] ?? "")) continue;
    pages.push(path);
    for (const [, href] of (await answer.text()).matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      const u = new URL(href.replaceAll("&amp;", "&"), who.base + path);
      if (u.origin !== who.base || seen.has(u.pathname)) continue;
      seen.add(u.pathname);
      const kind = u.pathname.replace(/(\/m\/[^/]+\/[^/]+)\/[^/]+/, "$1/*");
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kinds.get(kind) <= few) todo.push(u.pathname + u.search);
    }
  }
  return pages;
}

// judged is what a compiler has to say against values that are meant to be of a type which others made from a specification: a property that does not exist, or holds something else, does not compile. What it says stands in the order of the values, in one list for each: to start the compiler takes longer than to judge.
export function judged(imports, type, values) {
  const file = path.resolve("structured.tmp.ts");
  const starts = [];
  let source = imports;
  for (const [i, v] of values.entries()) {
    starts.push(source.length);
    source += `\nexport const a${i}: ${type} = ${JSON.stringify(v)};`;
  }
  const options = { noEmit: true, strict: true, skipLibCheck: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ESNext, types: [] };
  const host = ts.createCompilerHost(options), read = host.getSourceFile;
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, source, options.target) : read.call(host, name, ...rest));
  const said = values.map(() => []);
  for (const d of ts.getPreEmitDiagnostics(ts.createProgram([file], options, host))) {
    const words = ts.flattenDiagnosticMessageText(d.messageText, "\n"), of = d.file?.fileName === file ? starts.findLastIndex((s) => s <= d.start) : -1;
    if (of < 0) throw new Error(`no value, but what judges it: ${words}`);
    said[of].push(words);
  }
  return said;
}

// vocabulary is schema.org's own, as a package carries it, in the form in which the validator takes it.
function vocabulary() {
  const all = new Map(), spaces = [["http://schema.org/", "schema:"], ["http://www.w3.org/2000/01/rdf-schema#", "rdfs:"], ["http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:"]];
  const short = (iri) => spaces.reduce((s, [long, prefix]) => s.replace(long, prefix), iri);
  for (const [, s, p, o] of fs.readFileSync(require.resolve("@vocabulary/schema/schema.nq"), "utf8").matchAll(/^<([^>]+)> <([^>]+)> <([^>]+)>/gm)) {
    const term = all.get(s) ?? all.set(s, { "@id": short(s) }).get(s), key = short(p);
    if (key === "rdf:type") term["@type"] = short(o);
    else (term[key] ??= []).push({ "@id": short(o) });
  }
  return { "@graph": [...all.values()] };
}

let validator;
// structured is what a validator of structured data finds in a page: by schema.org's vocabulary, and by what search engines ask for.
export async function structured(html) {
  const found = new Extractor({ addLocation: true, embedSource: ["rdfa", "microdata"] }).parse(html);
  const issues = await (validator ??= new Validator(vocabulary())).validate(found);
  return { types: Object.keys(found.jsonld), issues: [...found.errors, ...issues.map((i) => `${i.severity}: ${i.issueMessage} (${i.path.map((x) => x.property ?? x.type).join("/")})`)] };
}

// syndicated is what Ruby's validating reader of feeds, strict about what RSS 2.0 and Atom have and must have, says against each of some; "" if nothing. Elements of other namespaces are each format's own way to be extended: they are left out.
export function syndicated(feeds) {
  const words = feeds.map((feed) => (feed.includes("<rss") ? feed.replace(/<link xmlns="http:\/\/www\.w3\.org\/2005\/Atom"[^>]*><\/link>/g, "") : feed));
  const judge = 'def said(feed) p = RSS::Parser.new(feed); p.do_validate = true; p.ignore_unknown_element = false; p.parse ? "" : "no feed"; rescue => e; "#{e.class}: #{e.message}"; end; puts JSON.generate(JSON.parse(STDIN.read).map { |f| said(f) })';
  const run = spawnSync("ruby", ["-Eutf-8", "-rrss", "-rjson", "-e", judge], { input: JSON.stringify(words), encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr || String(run.error));
  return JSON.parse(run.stdout);
}

// mailbox is a mail server on this machine that keeps what it is given: raw as it came, letters with their words decoded.
export async function mailbox() {
  const letters = [], raw = [];
  const server = net.createServer((s) => {
    let had = "", inside = false;
    s.write("220 here\r\n");
    s.on("error", () => {});
    s.on("data", (b) => {
      had += b;
      for (let end; (end = had.indexOf(inside ? "\r\n.\r\n" : "\r\n")) >= 0; ) {
        const got = had.slice(0, end);
        had = had.slice(end + (inside ? 5 : 2));
        if (inside) raw.push(got);
        if (inside) letters.push(Buffer.from(got.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, x) => String.fromCharCode(parseInt(x, 16))), "latin1").toString());
        inside = !inside && /^DATA$/i.test(got);
        s.write(inside ? "354 go on\r\n" : /^QUIT$/i.test(got) ? "221 bye\r\n" : "250 yes\r\n");
      }
    });
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const next = async (n) => { while (letters.length < n) await new Promise((r) => setTimeout(r, 50)); return letters[n - 1]; };
  return { address: `127.0.0.1:${server.address().port}`, letters, raw, next, close: () => new Promise((r) => server.close(r)) };
}

// shelf serves a folder as the plainest of servers does: a file by its name, index.html for a folder, nothing else.
export async function shelf(folder) {
  const kinds = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png", ".xml": "application/xml", ".atom": "application/atom+xml", ".rss": "application/rss+xml" };
  const server = http.createServer((request, answer) => {
    const name = path.join(folder, decodeURIComponent(new URL(request.url, "http://here").pathname));
    const file = name.endsWith("/") ? name + "index.html" : name;
    if (!fs.existsSync(file) || !fs.statSync(file).isFile()) return answer.writeHead(404).end();
    answer.writeHead(200, { "Content-Type": kinds[path.extname(file)] ?? "application/octet-stream" }).end(fs.readFileSync(file));
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((r) => { server.close(r); server.closeAllConnections(); }) };
}
