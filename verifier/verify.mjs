// Checks the archive of an Entente mechanism (docs/protocol.md 12) or evidence (3.2) in a browser or in node, by WebCrypto alone. Written from docs/protocol.md; it shares no code with Entente.
// What it does not check it says in `unchecked`: the ML-DSA-44 signatures, and whether a party's seal keys stand behind the node keys of a later generation.
//
//   import { verifyArchive, verifyFork, sightings } from "./verify.mjs"       files: a Map of name to Uint8Array
//   node verify.mjs --batch                                         one question in JSON a line on standard input, one answer (1 or 0) a line

export const unchecked = ["ML-DSA-44 signatures (they are there and of the right length)", "whether a party's seal keys stand behind later generations' keys"];

class Bad extends Error {}
const bad = (what) => { throw new Bad(what); };
const utf8 = new TextEncoder();
const strict = (b) => { try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(b); } catch { bad("utf-8"); } };
const concat = (...parts) => { const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0; for (const p of parts) { out.set(p, at); at += p.length; } return out; };
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
const encode64 = (b) => { let s = ""; for (const x of b) s += String.fromCharCode(x); return btoa(s); };
function b64(s) { // strict: one spelling
  let raw;
  try { raw = Uint8Array.from(atob(s), (c) => c.charCodeAt(0)); } catch { bad("base64"); }
  return encode64(raw) === s ? raw : bad("base64");
}
const less = (a, b) => { for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i]; return false; };

// ---- hashes and trees (RFC 6962)

const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
const zero = Uint8Array.of(0), one = Uint8Array.of(1);
const leafHash = (b) => sha256(concat(zero, b));
const node = (l, r) => sha256(concat(one, l, r));
const EMPTY = await sha256(new Uint8Array());

async function treeRoot(hashes) {
  if (!hashes.length) return EMPTY;
  const stack = [];
  for (let h of hashes) {
    let height = 0;
    while (stack.length && stack.at(-1)[0] === height) { h = await node(stack.pop()[1], h); height++; }
    stack.push([height, h]);
  }
  let h = stack.pop()[1];
  while (stack.length) h = await node(stack.pop()[1], h);
  return h;
}

// Sizes can exceed 32 bits, so halves are taken by division.
const half = (n) => Math.floor(n / 2), odd = (n) => n % 2 === 1;

async function inclusion(proof, size, index, leaf, root) {
  if (!(index >= 0 && index < size)) return false;
  let fn = index, sn = size - 1, h = leaf;
  for (const p of proof) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      h = await node(p, h);
      while (!odd(fn) && fn) { fn = half(fn); sn = half(sn); }
    } else h = await node(h, p);
    fn = half(fn); sn = half(sn);
  }
  return sn === 0 && same(h, root);
}

async function consistency(proof, size, root, old, oldRoot) {
  if (!(old >= 0 && old <= size)) return false;
  if (old === size) return !proof.length && same(root, oldRoot);
  if (old === 0) return !proof.length && same(oldRoot, EMPTY);
  if (!proof.length) return false;
  if (Number.isInteger(Math.log2(old))) proof = [oldRoot, ...proof];
  let fn = old - 1, sn = size - 1;
  while (odd(fn)) { fn = half(fn); sn = half(sn); }
  let fr = proof[0], sr = proof[0];
  for (const c of proof.slice(1)) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      fr = await node(c, fr); sr = await node(c, sr);
      while (!odd(fn) && fn) { fn = half(fn); sn = half(sn); }
    } else sr = await node(sr, c);
    fn = half(fn); sn = half(sn);
  }
  return sn === 0 && same(fr, oldRoot) && same(sr, root);
}

// ---- notes, checkpoints, keys

const NAME = /^[!-*,-~]{1,255}$/;

function checkpoint(text) {
  const l = text.split("\n");
  if (l.length !== 4 || l[3] !== "" || !NAME.test(l[0]) || !/^(0|[1-9][0-9]{0,12})$/.test(l[1]) || Number(l[1]) > 2 ** 40) bad("checkpoint");
  const root = b64(l[2]);
  if (root.length !== 32 || (l[1] === "0" && !same(root, EMPTY))) bad("checkpoint");
  return { origin: l[0], size: Number(l[1]), root };
}

function splitNote(b) {
  const s = strict(b), at = s.indexOf("\n\n");
  if (b.length > 65536 || at < 0 || !s.endsWith("\n") || at + 2 >= s.length) bad("note");
  const text = s.slice(0, at + 1), sigs = [];
  for (const line of s.slice(at + 2, -1).split("\n")) {
    const m = /^\u2014 ([^ ]*) ([^]*)$/.exec(line);
    const raw = m ? b64(m[2]) : bad("note");
    if (raw.length < 5 || !NAME.test(m[1])) bad("note");
    sigs.push({ name: m[1], id: hex(raw.slice(0, 4)), sig: raw.slice(4) });
  }
  if (sigs.length > 64) bad("note");
  return { text, cp: checkpoint(text), sigs };
}

const keyID = async (k) => hex((await sha256(concat(utf8.encode(k.name + "\n"), Uint8Array.of(k.kind), k.public))).slice(0, 4));
const spelled = async (k) => `${k.name}+${await keyID(k)}+${encode64(concat(Uint8Array.of(k.kind), k.public))}`;
async function vkey(s) {
  const m = /^([^+]*)\+([^+]*)\+([^]*)$/.exec(s);
  if (!m || !NAME.test(m[1])) bad("vkey");
  const raw = b64(m[3]);
  if (raw.length < 2) bad("vkey");
  const k = { name: m[1], kind: raw[0], public: raw.slice(1) };
  return (await spelled(k)) === s ? k : bad("vkey");
}

const imported = new Map();
async function ed25519(pub, message, sig) {
  if (pub.length !== 32 || sig.length !== 64) return false;
  const id = hex(pub);
  try {
    if (!imported.has(id)) imported.set(id, await crypto.subtle.importKey("raw", pub, "Ed25519", false, ["verify"]));
    return await crypto.subtle.verify("Ed25519", imported.get(id), sig, message);
  } catch { return false; }
}

// When a cosignature/v1 line was made, in seconds; null if it is none of this key on this text.
async function cosigned(pub, text, sig) {
  if (sig.length !== 72 || sig[0] >= 128) return null;
  const time = new DataView(sig.buffer, sig.byteOffset).getBigUint64(0);
  return (await ed25519(pub, utf8.encode(`cosignature/v1\ntime ${time}\n${text}`), sig.slice(8))) ? time : null;
}

async function witnessKey(s) {
  const k = await vkey(s);
  return k.kind === 4 && k.public.length === 32 ? k : bad("not the Ed25519 key of a witness: " + s);
}

// The checkpoint of a note, and when a witness cosigned it: null if it did not.
async function sighting(b, k) {
  const { text, cp, sigs } = splitNote(b), id = await keyID(k);
  for (const s of sigs) {
    const at = s.name === k.name && s.id === id ? await cosigned(k.public, text, s.sig) : null;
    if (at !== null) return { ...cp, at };
  }
  return { ...cp, at: null };
}

// sightings says what outside witnesses (12.1) have cosigned of every checkpoint in the files of an archive, or of an export, that was verified: for each, file, witness, origin, size and at, in
// seconds as a BigInt, or null. keys are the Ed25519 verifier keys of witnesses, which whoever asks has from them and not from the files. What none has seen is no less valid.
export async function sightings(files, keys) {
  const all = await Promise.all(keys.map(witnessKey)), out = [];
  for (const [name, b] of files) {
    if (name.split("/").at(-1) !== "checkpoint") continue;
    for (const k of all) {
      const { origin, size, at } = await sighting(b, k);
      out.push({ file: name, witness: k.name, origin, size, at });
    }
  }
  return out;
}

// The checkpoint of a note with both lines of a key pair, and when a witness cosigned it; of the ML-DSA-44 line only that it is there and long enough.
async function openNote(b, ed, ml) {
  const { text, cp, sigs } = splitNote(b);
  if (ed.kind === 1 && cp.origin !== ed.name) bad("another log");
  const edID = await keyID(ed), mlID = await keyID(ml);
  let ok = false, at = null;
  for (const s of sigs) {
    if (ok || s.name !== ed.name || s.id !== edID) continue;
    if (ed.kind === 1) ok = await ed25519(ed.public, utf8.encode(text), s.sig);
    else ok = (at = await cosigned(ed.public, text, s.sig)) !== null;
  }
  if (!ok) bad("not signed by " + ed.name);
  if (!sigs.some((s) => s.name === ml.name && s.id === mlID && s.sig.length === 2428)) bad("no ML-DSA-44 line of " + ml.name);
  return at === null ? cp : { ...cp, at };
}

// ---- canonical JSON (docs/protocol.md 1): a reader of exactly that spelling

function canonical(b) {
  let s;
  try { s = strict(b); } catch { return false; }
  let at = 0;
  const no = () => { throw new Bad("not canonical"); };
  const eat = (c) => { if (s[at] !== c) no(); at++; };
  const text = () => {
    eat('"');
    let out = "";
    for (;;) {
      const n = s.codePointAt(at);
      if (n === undefined || n < 32) no();
      if (n === 0x22) { at++; break; }
      if (n === 0x5c) {
        const m = /^\\(?:(["\\nt])|u00([01][0-9a-f]))/.exec(s.slice(at, at + 6));
        if (!m) no();
        const c = m[1] ? { '"': '"', "\\": "\\", n: "\n", t: "\t" }[m[1]] : String.fromCharCode(parseInt(m[2], 16));
        if (m[2] && (c === "\0" || c === "\n" || c === "\t")) no();
        out += c; at += m[0].length;
        continue;
      }
      if ((n & 0xfffe) === 0xfffe || (n >= 0xfdd0 && n <= 0xfdef) || n === 0xfeff || (n >= 0xd800 && n <= 0xdfff)) no();
      const c = String.fromCodePoint(n);
      out += c; at += c.length;
    }
    if (out.normalize("NFC") !== out) no();
    return out;
  };
  const value = (depth) => {
    const c = s[at];
    if (c === '"') text();
    else if (c === "{" || c === "[") {
      if (depth >= 16) no();
      at++;
      const end = c === "{" ? "}" : "]";
      let last = "", first = true;
      if (s[at] === end) { at++; return; }
      for (;;) {
        if (c === "{") {
          const m = /^"([A-Za-z0-9_.-]{1,64})":/.exec(s.slice(at, at + 67));
          if (!m || (!first && m[1] <= last)) no();
          last = m[1]; at += m[0].length;
        }
        value(depth + 1);
        first = false;
        if (s[at] === end) { at++; return; }
        eat(",");
      }
    } else {
      const m = /^(?:true|false|0|-?[1-9][0-9]{0,15}(?![0-9]))/.exec(s.slice(at, at + 18));
      if (!m || (/[0-9]/.test(m[0]) && !Number.isSafeInteger(Number(m[0])))) no();
      at += m[0].length;
    }
  };
  try { value(0); } catch (e) { if (e instanceof Bad) return false; throw e; }
  return at === s.length && s.length > 0;
}

// ---- logs as files

export function tilePath(level, n, width) {
  let p = String(n % 1000).padStart(3, "0");
  while (n >= 1000) { n = Math.floor(n / 1000); p = `x${String(n % 1000).padStart(3, "0")}/${p}`; }
  return `tile/${level < 0 ? "entries" : level}/${p}${width === 256 ? "" : ".p/" + width}`;
}

function splitBundle(b, n) {
  const out = [];
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (b.length < at + 2) bad("bundle");
    const size = b[at] * 256 + b[at + 1];
    if (b.length < at + 2 + size) bad("bundle");
    out.push(b.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return at === b.length ? out : bad("bundle");
}

const only = (o, ...names) => o !== null && typeof o === "object" && Object.keys(o).every((k) => names.includes(k));

// verifyArchive checks an archive and returns what it found right, or throws.
export async function verifyArchive(files) {
  const used = new Set();
  const file = (name) => { const b = files.get(name); used.add(name); return b ?? bad("missing: " + name); };
  const raw = file("archive.json"), charter = file("charter.json");
  if (!canonical(raw) || !canonical(charter)) bad("archive.json");
  const a = JSON.parse(strict(raw)), parties = JSON.parse(strict(charter)).parties, mech = hex(await sha256(charter));
  if (!only(a, "format", "mechanism", "logs", "evidence") || a.format !== "entente-archive/1" || a.mechanism !== mech) bad("archive.json");
  const origin = (party, gen) => `entente/${mech.slice(0, 16)}/${party}/${gen}`, witness = (party) => `entente/${mech.slice(0, 16)}/${party}/witness`;
  const keysOf = (party) => parties.find((p) => p.id === party)?.keys ?? bad("archive.json");
  const key = (name, kind, s) => ({ name, kind, public: b64(s) });
  let policy = "";
  for (const p of parties) policy += `log ${await spelled(key(origin(p.id, 1), 1, p.keys.log_ed25519))}\nwitness ${p.id} ${await spelled(key(witness(p.id), 4, p.keys.witness_ed25519))}\n`;
  policy += `group everybody all ${parties.map((p) => p.id).join(" ")}\nquorum everybody\n`;
  if (!same(file("policy.txt"), utf8.encode(policy))) bad("policy.txt");
  const sizes = new Map();
  for (const l of a.logs) {
    if (!only(l, "party", "generation", "origin", "size", "receipts") || l.origin !== origin(l.party, l.generation) || sizes.has(l.origin)) bad("archive.json");
    keysOf(l.party);
    sizes.set(l.origin, l.size);
  }
  const generationKeys = (party, gen) => {
    if (gen === 1) return keysOf(party);
    const width = Math.min(sizes.get(origin(party, gen)), 256);
    return JSON.parse(strict(splitBundle(file(`logs/${party}/${gen}/${tilePath(-1, 0, width)}`), width)[0])).body.statement.keys;
  };
  const said = [];
  for (const l of a.logs) {
    const at = `logs/${l.party}/${l.generation}/`, k = generationKeys(l.party, l.generation);
    const ed = key(l.origin, 1, k.log_ed25519), ml = key(l.origin, 6, k.log_mldsa44);
    if (!same(file(at + "vkeys"), utf8.encode(`${await spelled(ed)}\n${await spelled(ml)}\n`))) bad(at + "vkeys");
    const cp = await openNote(file(at + "checkpoint"), ed, ml);
    if (cp.size !== l.size) bad(at + "checkpoint");
    const rows = [];
    for (let n = 0; n * 256 < l.size; n++) {
      const width = Math.min(l.size - n * 256, 256);
      for (const e of splitBundle(file(at + tilePath(-1, n, width)), width)) rows.push(await leafHash(e));
    }
    for (let level = 0, row = rows; row.length; level++) {
      const up = [];
      for (let n = 0; n * 256 < row.length; n++) {
        const part = row.slice(n * 256, n * 256 + 256), name = at + tilePath(level, n, part.length);
        if (!same(file(name), concat(...part))) bad(name);
        if (part.length === 256) up.push(await treeRoot(part));
      }
      row = up;
    }
    if (!same(await treeRoot(rows), cp.root)) bad(at + "checkpoint");
    for (const by of l.receipts ?? []) {
      const note = file(at + "receipts/" + by);
      let seen;
      for (const gen of [1, ...a.logs.filter((x) => x.party === by && x.generation > 1).map((x) => x.generation)]) {
        const w = generationKeys(by, gen);
        try { seen ??= await openNote(note, key(witness(by), 4, w.witness_ed25519), key(witness(by), 6, w.witness_mldsa44)); } catch (e) { if (!(e instanceof Bad)) throw e; }
      }
      if (!seen || seen.origin !== l.origin || seen.size > l.size || !same(await treeRoot(rows.slice(0, seen.size)), seen.root)) bad(at + "receipts/" + by);
    }
    said.push(`${l.origin}: ${l.size} entries hash to the signed head; receipts by ${(l.receipts ?? []).join(", ") || "nobody"}`);
  }
  for (const id of a.evidence ?? []) {
    if (!/^[0-9a-f]{16}$/.test(id)) bad("archive.json");
    await verifyFork(file(`evidence/${id}.entente-fork`));
  }
  for (const name of files.keys()) if (!used.has(name)) bad("extra: " + name);
  return said;
}

// verifyFork checks evidence of two histories and returns what it proves, or throws.
export async function verifyFork(b) {
  const parts = strict(b).split("\n\n");
  if (parts.length !== 5 || b.length > 32768) bad("evidence");
  const head = parts[0].split("\n");
  if (head.shift() !== "entente-fork@v1") bad("evidence");
  const by = [];
  while (by.length < 2 && head[0]?.startsWith("signer ")) {
    const line = head.shift().slice(7), cut = line.indexOf(" ");
    const ed = await vkey(line.slice(0, cut)), ml = await vkey(line.slice(cut + 1));
    if (ed.name !== ml.name || ![1, 4].includes(ed.kind) || ml.kind !== 6 || ed.public.length !== 32 || ml.public.length !== 1312) bad("evidence");
    by.push([ed, ml]);
  }
  if (!by.length) bad("evidence");
  if (head.length && !head[0].startsWith("root ")) bad("evidence");
  const hashes = head.map((l, i) => b64(i ? l : l.slice(5)));
  if (hashes.some((h) => h.length !== 32)) bad("evidence");
  if (by.length === 2 && (by[0][0].kind === 4) === (by[1][0].kind === 4)) bad("evidence");
  const cps = [];
  for (let i = 0; i < 2; i++) {
    const keys = by[i] ?? by[0], note = utf8.encode(parts[2 * i + 1] + "\n\n" + parts[2 * i + 2] + (i ? "" : "\n"));
    cps.push(await openNote(note, ...keys));
    const lines = splitNote(note).sigs;
    if (lines.length !== 2 || lines.some((l) => l.name !== keys[0].name) || lines[0].id !== (await keyID(keys[0])) || lines[1].id !== (await keyID(keys[1]))) bad("evidence");
    if (keys[0].kind === 1 && keys[0].name !== cps[i].origin) bad("evidence");
  }
  const [x, y] = cps;
  if (x.origin !== y.origin || x.size < 1 || x.size > y.size) bad("evidence");
  if (x.size === y.size ? hashes.length || !less(x.root, y.root) : !hashes.length || same(hashes[0], x.root) || !(await consistency(hashes.slice(1), y.size, y.root, x.size, hashes[0]))) bad("evidence");
  return [`two histories of ${x.origin} are proved: ${x.size} and ${y.size} entries, signed in the name of ${by.map((k) => k[0].name).join(" or ")}`];
}

// ---- one question, one answer

async function answer(q) {
  const of = (s) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
  try {
    switch (q.op) {
      case "canonical": return canonical(of(q.data));
      case "checkpoint": checkpoint(strict(of(q.data))); return true;
      case "note": await openNote(of(q.data), await vkey(q.ed), await vkey(q.ml)); return true;
      case "sighting": return (await sighting(of(q.data), await witnessKey(q.ed))).at !== null;
      case "inclusion": return await inclusion(q.proof.map(of), q.size, q.index, of(q.leaf), of(q.root));
      case "consistency": return await consistency(q.proof.map(of), q.size, of(q.root), q.old, of(q.old_root));
      case "bundle": return same(await treeRoot(await Promise.all(splitBundle(of(q.data), q.count).map(leafHash))), of(q.root));
      case "fork": await verifyFork(of(q.data)); return true;
      case "archive": await verifyArchive(new Map(Object.entries(q.files).map(([n, b]) => [n, of(b)]))); return true;
    }
    return false;
  } catch (e) {
    if (e instanceof Bad || e instanceof TypeError || e instanceof SyntaxError) return false;
    throw e;
  }
}

export { Bad, bad, b64, canonical, concat, ed25519, encode64, hex, inclusion, leafHash, node, openNote, same, sha256, spelled, splitNote, strict, treeRoot, utf8 };

if (globalThis.process?.argv?.[2] === "--batch" && import.meta.url.endsWith(globalThis.process.argv[1].split("/").at(-1))) {
  const { createInterface } = await import("node:readline");
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write((await answer(JSON.parse(line))) ? "1\n" : "0\n");
}
