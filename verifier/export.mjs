// Checks the export of an adopted text (docs/protocol.md 4 and 6) in a browser or in node, by WebCrypto alone. Written from docs/protocol.md; it shares no code with Entente.
// What it does not check it says in `unchecked`.
//
//   import { verifyExport } from "./export.mjs"     files: a Map of name to Uint8Array; resolves to what was found right, or rejects with a Changed that names the file
//   node export.mjs DIR

import { Bad, bad, b64, canonical, concat, ed25519, encode64, hex, inclusion, leafHash, node, openNote, same, sha256, spelled, splitNote, strict, treeRoot, utf8 } from "./verify.mjs";

export const unchecked = ["ML-DSA-44 signatures (they are there and of the right length)"];

// Changed says which file is not what it must be: kind is "changed", "missing", "extra" or "withdrawn".
export class Changed extends Error {
  constructor(kind, file) { super(`${kind}: ${file}`); this.kind = kind; this.file = file; }
}

// Files with a fixed text that nobody signs.
export const fixed = {
  "HOW-TO-VERIFY.en.txt": "a2d56a26d5b927978e6f64a72ac123fdef8fb674f8b871042809248b83bbcd25",
  "HOW-TO-VERIFY.ja.txt": "3eb987ff1da0a2607fd1ce1aa662ddded616120d73cb4bb30af0b91debf10014",
  "HOW-TO-VERIFY.zh-Hans.txt": "f373dac16bbfcbb1ab73e668286d21d8eacc06e523c62e8e60ed05081956bd4f",
};
const oneSide = ["ONE-SIDE.txt", "443e8e5ffd41c030891757f26f44a4490a2f580d35225630a44c543b32a4d36c"], mark = "One side's own text, without joint authority · 单方文本，不具共同效力 · 一方の側の文書（双方の合意文書ではない）";
const notice = ["NOTICE.txt", "4a856ef02d5f660238a860210ec06011180e6f5ab4565549c4bdd1271e5a3dd3"];

const byBytes = (a, b) => (a < b ? -1 : a > b ? 1 : 0); // of ASCII
const digest = async (b) => hex(await sha256(b));

// ---- writing canonical JSON

function spell(v) {
  if (typeof v === "string") return '"' + v.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\t/g, "\\t").replace(/[\u0000-\u001f]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0")) + '"';
  if (Array.isArray(v)) return "[" + v.map(spell).join(",") + "]";
  if (v !== null && typeof v === "object") return "{" + Object.keys(v).sort(byBytes).map((k) => spell(k) + ":" + spell(v[k])).join(",") + "}";
  return String(v);
}

// ---- what lies between two entries that are proved

// The root of a tree in which leaves stand side by side from an index on. What is on either side of them is in the inclusion proofs of the first and the last, which have been checked.
function stretch(first, last, size, from, leaves) {
  const to = from + leaves.length - 1;
  const over = async (lo, hi, p, q) => {
    if (hi - lo === 1) return leaves[lo - from];
    let width = 1;
    while (2 * width < hi - lo) width *= 2;
    const mid = lo + width, left = from >= mid ? p.at(-1) : await over(lo, mid, p.slice(0, -1), q.slice(0, -1));
    return node(left, to < mid ? q.at(-1) : await over(mid, hi, p.slice(0, -1), q.slice(0, -1)));
  };
  return over(0, size, first, last);
}

// ---- SSH signatures (SSHSIG)

class Reader {
  constructor(b) { this.b = b; this.at = 0; }
  take(n) { if (this.at + n > this.b.length) bad("ssh"); this.at += n; return this.b.subarray(this.at - n, this.at); }
  u32() { const b = this.take(4); return ((b[0] << 24) | (b[1] << 16) | (b[2] << 8) | b[3]) >>> 0; }
  bytes() { return this.take(this.u32()); }
  text() { return strict(this.bytes()); }
  end() { if (this.at !== this.b.length) bad("ssh"); }
}

const u32 = (n) => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
const field = (b) => concat(u32(b.length), b);

function number(b) { // of at most 32 bytes, as P-256 has them, and not below zero
  if (b[0] & 0x80) bad("ssh");
  while (b.length > 32 && b[0] === 0) b = b.subarray(1);
  return b.length > 32 ? bad("ssh") : concat(new Uint8Array(32 - b.length), b);
}

async function p256(point, message, blob) {
  const r = new Reader(blob), sig = concat(number(r.bytes()), number(r.bytes()));
  r.end();
  try {
    const key = await crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, sig, message);
  } catch { return false; }
}

// The key of an authorized_keys line, in the four kinds that may seal.
function sshKey(line) {
  const [type, base] = line.split(" "), blob = b64(base), r = new Reader(blob);
  if (r.text() !== type) bad("ssh key");
  const hardware = type.startsWith("sk-"), k = { blob, type, hardware };
  if (type === "ssh-ed25519" || type === "sk-ssh-ed25519@openssh.com") k.check = (m, s) => ed25519(k.public, m, s);
  else if ((type === "ecdsa-sha2-nistp256" || type === "sk-ecdsa-sha2-nistp256@openssh.com") && r.text() === "nistp256") k.check = (m, s) => p256(k.public, m, s);
  else bad("ssh key");
  k.public = r.bytes();
  if (hardware) k.application = r.bytes();
  r.end();
  return k;
}

// Whether an armored signature is by one of the keys; which one.
async function signer(armor, keys, namespace, message, pin) {
  const lines = armor.replace(/\n+$/, "").split("\n");
  if (armor.length > 4096 || lines[0] !== "-----BEGIN SSH SIGNATURE-----" || lines.at(-1) !== "-----END SSH SIGNATURE-----") bad("armor");
  const r = new Reader(b64(lines.slice(1, -1).join("")));
  if (strict(r.take(6)) !== "SSHSIG" || r.u32() !== 1) bad("sshsig");
  const by = r.bytes(), ns = r.bytes(), reserved = r.bytes(), hash = r.bytes(), s = new Reader(r.bytes());
  r.end();
  if (reserved.length || strict(ns) !== namespace || strict(hash) !== "sha512") bad("sshsig");
  const k = keys.find((x) => same(x.blob, by)) ?? bad("another key");
  if (s.text() !== k.type) bad("sshsig");
  const sig = s.bytes();
  let signed = concat(utf8.encode("SSHSIG"), field(ns), field(reserved), field(hash), field(new Uint8Array(await crypto.subtle.digest("SHA-512", message))));
  if (k.hardware) {
    const flags = s.take(1), counter = s.take(4);
    if (!(flags[0] & 1) || (pin && !(flags[0] & 4))) bad("no touch, or no PIN");
    signed = concat(await sha256(k.application), flags, counter, await sha256(signed));
  }
  s.end();
  return (await k.check(signed, sig)) ? k : bad("signature");
}

// Signatures of distinct keys, at least as many as needed.
async function signers(armors, keys, threshold, namespace, message, pin) {
  const by = new Set();
  for (const a of armors) by.add(await signer(a, keys.filter((k) => !by.has(k)), namespace, message, pin));
  if (by.size < Math.max(threshold, 1)) bad("too few signatures");
}

// ---- the sealed files, made again from the content

function pick(text, tag) {
  if (text[tag]) return text[tag];
  for (const t of Object.keys(text).sort(byBytes)) if (text[t]) return text[t];
  return "";
}

const once = (s, from, to) => { const i = s.indexOf(from); return i < 0 ? s : s.slice(0, i) + to + s.slice(i + from.length); };
const tabbed = (s) => s.replaceAll("\n", "\n\t");

function passage(c, paragraph, tag, s, side) {
  for (const p of c.pairs ?? []) if (p.paragraph === paragraph && p.lang === tag && side && p.for_side[side] !== undefined) s = once(s, p.neutral, p.for_side[side]);
  return s;
}

function wording(c, tag, side) {
  let out = passage(c, "", tag, c.title[tag] ?? "", side) + "\n\n";
  for (const p of c.paragraphs) out += `${p.label}\t${tabbed(passage(c, p.id, tag, p.text[tag] ?? "", side))}\n`;
  return out;
}

function rendering(c, tag, side) {
  const name = c.names.find((n) => n.lang === tag && (n.used_by === side || n.used_by === "")), sides = [...c.sides.filter((s) => s.id === side), ...c.sides.filter((s) => s.id !== side)];
  let out = (name ? name.full + "\n" : "") + sides.map((s) => pick(s.label, tag)).join(" · ") + "\n" + (c.symbol ? c.symbol + "\n" : "") + (c.parallel ? mark + "\n" : "") + "\n" + wording(c, tag, side);
  for (const a of c.annexes ?? []) {
    out += `\n${a.id}\t${pick(a.title, tag)}\n`;
    for (const i of a.items ?? []) out += `\t${pick(i, tag)}\n`;
  }
  for (const d of c.statements ?? []) out += `\n${d.party}\t${d.paragraph ?? ""}\t${tabbed(pick(d.text, tag))}\n`;
  out += "\n";
  for (const s of sides) for (const id of s.parties) out += `[${id}]\t${pick(c.parties.find((p) => p.id === id)?.names ?? { "": id }, tag)}\n`;
  return out;
}

function sealedFiles(c) {
  const out = new Map([["content.json", spell(c)]]);
  for (const l of c.languages) {
    out.set(`text/${l.tag}.txt`, wording(c, l.tag, ""));
    for (const s of c.sides) out.set(`rendering/${l.tag}/${s.id}.txt`, rendering(c, l.tag, s.id));
  }
  for (const a of c.annexes ?? []) out.set(`annex/${a.id}.json`, spell(a));
  return new Map([...out].map(([n, s]) => [n, utf8.encode(s)]));
}

// A text that says that it is one side's own has that side and its parties, and no others.
function ofOneSide({ parallel, sides, parties }) {
  return sides.length === 1 && sides[0].id === parallel.side && parties.length === sides[0].parties.length && parties.every((p) => sides[0].parties.includes(p.id)) && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(parallel.pair);
}

async function statementOf(c, manifest, files, epoch, round) {
  let out = `entente seal v1\nmechanism ${c.mechanism}\ncharter-epoch ${epoch}\nparties ${c.parties.map((p) => p.id).sort(byBytes).join(" ")}\n${c.parallel ? `parallel ${c.parallel.side} ${c.parallel.pair} without-joint-authority\n` : ""}instrument ${c.instrument}\nsymbol ${c.symbol || "-"}\nround ${round}\n`;
  out += `manifest sha256:${await digest(manifest)} ${manifest.length}\n`;
  for (const l of [...c.languages].sort((a, b) => byBytes(a.tag, b.tag))) {
    const b = files.get(`text/${l.tag}.txt`);
    out += `text ${l.tag} sha256:${await digest(b)} ${b.length} ${l.status}\n`;
  }
  return out + "supersedes -\n";
}

// ---- one export

class Export {
  constructor(files) { this.files = files; this.used = new Set(); this.found = []; this.gen = new Map(); this.at = new Map(); this.said = new Map(); }

  file(name) { this.used.add(name); return this.files.get(name) ?? this.not("missing", name); }
  not(kind, name) { throw new Changed(kind, name); }
  expect(name, want) { if (!same(this.file(name), typeof want === "string" ? utf8.encode(want) : want)) this.not("changed", name); }
  passed(key, params) { this.found.push({ key, params }); this.say?.(key, params); }

  // What fails inside a file is that file's fault.
  async of(name, f) {
    try { return await f(this.file(name)); } catch (e) {
      if (e instanceof Bad || e instanceof SyntaxError || e instanceof TypeError) this.not("changed", name);
      throw e;
    }
  }

  json(b) { return canonical(b) ? JSON.parse(strict(b)) : bad("not canonical"); }

  async statement() {
    const name = "seal-statement.txt";
    await this.of(name, (b) => {
      this.text = strict(b);
      const m = /^entente seal v1\nmechanism ([0-9a-f]{64})\ncharter-epoch (\d+)\nparties ([^\n]+)\n(?:parallel ([^ \n]+) ([^ \n]+) without-joint-authority\n)?instrument ([^ \n]+)\nsymbol [^\n]+\nround (\d+)\n/.exec(this.text) ?? bad("statement");
      [this.mech, this.epoch, this.parties, this.side, this.pair, this.instrument, this.round] = [m[1], Number(m[2]), m[3].split(" "), m[4], m[5], m[6], Number(m[7])];
    });
    this.digest = await digest(this.files.get(name));
    await this.of("charter.json", async (b) => {
      this.charter = this.json(b);
      if (this.charter.parties.length < 2 || (await digest(b)) !== this.mech) bad("charter");
    });
    this.pin = this.charter.rules?.require_pin === true;
    this.keys = new Map();
    for (const p of this.charter.parties) this.keys.set(p.id, { nodes: [p.keys], seal: p.keys.seal, threshold: p.keys.threshold, successions: 0 });
    for (const p of this.charter.parties) if (this.files.has(`keys/${p.id}.json`)) await this.of(`keys/${p.id}.json`, (b) => this.follow(p.id, b));
    this.sealing = this.charter.parties.filter((p) => this.side === undefined || p.side === this.side); // of one side's own text, only that side's
    if (!this.sealing.length || this.sealing.map((p) => p.id).sort(byBytes).join(" ") !== this.parties.join(" ")) this.not("changed", name);
    this.passed("charter", { mechanism: this.mech });
    if (this.side !== undefined) this.passed("one_side", { side: this.side, pair: this.pair, parties: this.parties.join(", ") });
  }

  // The chain of a party's keys, from the charter's.
  async follow(party, b) {
    const chain = this.json(b), at = this.keys.get(party);
    if (!chain.links.length || chain.sealed < 0 || chain.sealed > chain.links.length) bad("chain");
    let inForce = { seal: at.seal, threshold: at.threshold };
    for (const [n, l] of chain.links.entries()) {
      const x = l.body, keys = at.seal.map(sshKey);
      if (l.type === "party.succeed") {
        const number = at.successions + 1, next = x.seal.map(sshKey);
        const message = utf8.encode(spell({ mechanism: this.mech, number, party, seal: x.seal, statement: "entente seal keys v1", threshold: x.threshold }));
        if (x.number !== number || x.threshold < 1 || x.threshold > x.seal.length) bad("succession");
        await signers(x.signatures, keys, at.threshold, "keys-v1@entente", message, this.pin);
        await signers(x.successors, next, x.threshold, "keys-v1@entente", message, this.pin);
        Object.assign(at, { seal: x.seal, threshold: x.threshold, successions: number });
      } else if (l.type === "party.generation") {
        const s = x.statement;
        if (s.generation !== at.nodes.length + 1 || s.mechanism !== this.mech || s.party !== party || s.statement !== "entente generation v1") bad("generation");
        await signers(x.signatures, keys, at.threshold, "keys-v1@entente", utf8.encode(spell(s)), this.pin);
        at.nodes.push(s.keys);
      } else bad("link");
      if (n < chain.sealed) inForce = { seal: at.seal, threshold: at.threshold };
    }
    Object.assign(at, inForce);
    this.passed("keychain", { party });
  }

  async sealed() {
    const name = "content.json";
    const files = await this.of(name, (b) => {
      this.content = this.json(b);
      if (this.content.format !== "entente-text/1" || !this.content.paragraphs.length || !this.content.languages.length || !this.content.sides.length || (this.content.parallel && !ofOneSide(this.content))) bad("content");
      return sealedFiles(this.content);
    });
    for (const [n, b] of [...files].sort((a, b) => byBytes(a[0], b[0]))) this.expect(n, b);
    let manifest = "";
    for (const n of [...files.keys()].sort(byBytes)) manifest += `sha256:${await digest(files.get(n))} ${files.get(n).length} ${n}\n`;
    this.expect("manifest.txt", manifest);
    if ((await statementOf(this.content, utf8.encode(manifest), files, this.epoch, this.round)) !== this.text) this.not("changed", name);
    this.passed("content", { files: files.size });
  }

  async enclosures() {
    for (const a of this.content.annexes ?? []) {
      if (!a.body) continue;
      const at = `enclosure/${a.id}.`;
      if (this.files.has(at + "missing")) {
        const why = strict(this.file(at + "missing"));
        if (why.length > 200 || /[^ -~]/.test(why.slice(0, -1))) this.not("changed", at + "missing");
        this.passed("enclosure_missing", { annex: a.id });
        continue;
      }
      const body = this.file(at + "body"), salt = strict(this.file(at + "salt"));
      if (!/^[0-9a-f]{64}\n$/.test(salt)) this.not("changed", at + "salt");
      const pieces = [];
      for (let i = 0; i < body.length; i += 65536) pieces.push(await leafHash(body.subarray(i, i + 65536)));
      const commit = await digest(concat(utf8.encode("entente-blob-v1\n"), Uint8Array.from(salt.trim().match(/../g), (x) => parseInt(x, 16)), await treeRoot(pieces)));
      if (body.length !== a.body.size || commit !== a.body.commit) this.not("changed", at + "body");
      this.passed("enclosure", { annex: a.id });
    }
  }

  signature(party, n) { return n ? `${party}.${n + 1}.sig` : `${party}.sig`; }

  async seals() {
    let allowed = "";
    for (const p of this.sealing) {
      const k = this.keys.get(p.id), names = [p.id, ...k.seal.slice(1).map((_, i) => `${p.id}.${i + 2}`)].join(",");
      for (const line of k.seal) allowed += `${names} namespaces="seal-v1@entente" ${line}\n`;
    }
    this.expect("allowed_signers", allowed);
    for (const p of this.sealing) {
      const k = this.keys.get(p.id), left = k.seal.map(sshKey);
      let n = 0;
      for (; n < k.seal.length; n++) {
        const name = this.signature(p.id, n);
        if (!this.files.has(name) && n >= k.threshold) break;
        const by = await this.of(name, (b) => signer(strict(b), left, "seal-v1@entente", this.files.get("seal-statement.txt"), this.pin));
        left.splice(left.indexOf(by), 1);
      }
      this.passed("seal", { party: p.id, keys: n });
    }
  }

  names(party, gen, k) {
    const origin = `entente/${this.mech.slice(0, 16)}/${party}/${gen}`, witness = `entente/${this.mech.slice(0, 16)}/${party}/witness`, key = (name, kind, s) => ({ name, kind, public: b64(s) });
    return { log: [key(origin, 1, k.log_ed25519), key(origin, 6, k.log_mldsa44)], witness: [key(witness, 4, k.witness_ed25519), key(witness, 6, k.witness_mldsa44)] };
  }

  async logs() {
    for (const p of this.sealing) {
      const seal = await this.proven(p.id, "seal"), ack = await this.proven(p.id, "ack");
      if (seal.cp.size !== ack.cp.size || !same(seal.cp.root, ack.cp.root) || ack.index <= seal.index) this.not("changed", `proof/${p.id}/ack.tlog-proof`);
      const leaves = [];
      for (let n = seal.index; n <= ack.index; n++) {
        const name = `proof/${p.id}/${n}.json`;
        await this.of(name, (b) => this.entry(p.id, n, seal.index, ack.index, b));
        leaves.push(await leafHash(this.file(name)));
      }
      if (!same(await stretch(seal.hashes, ack.hashes, seal.cp.size, seal.index, leaves), seal.cp.root)) this.not("changed", `proof/${p.id}/${seal.index + 1}.json`); // or one behind it
      this.at.set(p.id, { seal: seal.index, ack: ack.index });
      const last = seal.at > ack.at ? seal.at : ack.at; // 0 where nobody else is there to give a receipt: then nothing says when
      this.passed("log", { party: p.id, size: seal.cp.size, ...(last && { at: new Date(1000 * Number(last)).toISOString() }) });
    }
    for (const p of this.sealing) this.named(p.id);
    const alone = this.sealing.length === 1;
    let policy = "";
    for (const p of this.sealing) {
      const all = this.keys.get(p.id).nodes, of = [];
      for (const [i, k] of all.entries()) {
        const n = this.names(p.id, i + 1, k), name = all.length > 1 ? `${p.id}.${i + 1}` : p.id;
        of.push(name);
        policy += `log ${await spelled(n.log[0])}\n` + (alone ? "" : `witness ${name} ${await spelled(n.witness[0])}\n`);
      }
      if (of.length > 1 && !alone) policy += `group ${p.id} any ${of.join(" ")}\n`;
    }
    this.expect("policy.txt", policy + (alone ? "quorum none\n" : `group everybody all ${this.sealing.map((p) => p.id).join(" ")}\nquorum everybody\n`));
  }

  // One inclusion proof with the receipts of every other party, and when the last of them was given; 0 if there is no other.
  async proven(party, what) {
    const name = `proof/${party}/${what}.tlog-proof`;
    let leaf;
    const found = await this.of(name, async (b) => {
      const s = strict(b), cut = s.indexOf("\n\n"), head = s.slice(0, cut).split("\n"), m = /^index (0|[1-9]\d{0,12})$/.exec(head[1] ?? "");
      if (cut < 0 || head[0] !== "c2sp.org/tlog-proof@v1" || !m || head.length > 66) bad("proof");
      const index = Number(m[1]), hashes = head.slice(2).map(b64), note = utf8.encode(s.slice(cut + 2)), { cp, sigs } = splitNote(note);
      if (hashes.some((h) => h.length !== 32)) bad("proof");
      const gen = Number(/\/([1-9]\d{0,3})$/.exec(cp.origin)?.[1] ?? bad("origin")), k = this.keys.get(party).nodes[gen - 1] ?? bad("generation");
      if ((this.gen.get(party) ?? gen) !== gen || sigs.filter((l) => l.name.startsWith("entente/")).length !== 2 * this.sealing.length) bad("note"); // other lines are of outside witnesses
      this.gen.set(party, gen);
      await openNote(note, ...this.names(party, gen, k).log);
      let at = 0n;
      for (const o of this.sealing) {
        if (o.id === party) continue;
        let receipt;
        for (const w of this.keys.get(o.id).nodes) {
          try { receipt ??= await openNote(note, ...this.names(o.id, 1, w).witness); } catch (e) { if (!(e instanceof Bad)) throw e; }
        }
        if (!receipt) bad("no receipt of " + o.id);
        if (receipt.at > at) at = receipt.at;
      }
      leaf = `proof/${party}/${index}.json`;
      return { index, hashes, cp, at };
    });
    if (!(await inclusion(found.hashes, found.cp.size, found.index, await leafHash(this.file(leaf)), found.cp.root))) this.not("changed", leaf);
    return found;
  }

  // The seals that an acknowledgement names are those shown, or one that its party gave anew in a later generation of its log.
  named(party) {
    const others = this.sealing.filter((p) => p.id !== party);
    for (const [k, o] of others.entries()) {
      const name = this.said.get(party)[k], gen = this.gen.get(o.id), id = (gen, index) => `${o.id}${gen > 1 ? "." + gen : ""}-${index}`;
      const [, later, index] = /\.([1-9]\d{0,3})-(0|[1-9]\d{0,15})$/.exec(name) ?? [];
      if (name !== id(gen, this.at.get(o.id).seal) && !(Number(later) > gen && name === id(later, index))) this.not("changed", `proof/${party}/${this.at.get(party).ack}.json`);
    }
  }

  // One entry between seal and acknowledgement.
  entry(party, n, sealed, acked, b) {
    const e = this.json(b);
    if (e.idx !== n || e.log !== `entente/${this.mech.slice(0, 16)}/${party}/${this.gen.get(party)}` || e.mech !== this.mech) bad("entry");
    const ours = e.matter === this.instrument && e.type.startsWith("seal.") && e.body.round === this.round;
    if (n === sealed) {
      if (!ours || e.type !== "seal.affix" || e.body.statement !== this.digest) bad("seal");
      for (const [k, s] of e.body.signatures.entries()) this.expect(this.signature(party, k), s);
    } else if (n === acked) {
      if (!ours || e.type !== "seal.acknowledge" || e.body.statement !== this.digest || e.body.seals.length !== this.sealing.length - 1) bad("acknowledgement");
      this.said.set(party, e.body.seals);
    } else if (ours && (e.type === "seal.withdraw" || e.type === "seal.decline")) this.not("withdrawn", party);
  }

  async explanations() {
    const all = { ...fixed };
    if (this.content.illustration !== this.charter.illustration) this.not("changed", "content.json");
    if (this.content.illustration) all[notice[0]] = notice[1];
    if (this.content.parallel) all[oneSide[0]] = oneSide[1];
    for (const [name, want] of Object.entries(all)) if ((await digest(this.file(name))) !== want) this.not("changed", name);
  }

  async rest() {
    await this.statement();
    await this.sealed();
    await this.enclosures();
    await this.seals();
    await this.logs();
    await this.explanations();
    for (const n of [...this.files.keys()].sort(byBytes)) if (!this.used.has(n) && n !== "SHA256SUMS") this.not("extra", n);
  }
}

// verifyExport checks everything. say is told each thing that was found right as it is found; whoever serves the files learns nothing from that.
export async function verifyExport(files, say) {
  const x = new Export(files), sums = listed(x.file("SHA256SUMS"));
  let clean = sums.size === files.size - 1;
  const wrong = [];
  for (const [name, b] of files) {
    if (name === "SHA256SUMS") continue;
    if (sums.get(name) === (await digest(b))) continue;
    clean = false;
    wrong.push(name);
  }
  if (!clean) {
    // Sums are not signed; they only tell apart which of two files that contradict each other is the changed one.
    // In proofs there is something that is not checked here, so that a changed one can pass.
    wrong.sort(byBytes);
    if (!wrong[0]?.endsWith(".tlog-proof")) try { await x.rest(); throw new Changed("changed", "SHA256SUMS"); } catch (e) { if (e.file === "SHA256SUMS") throw e; }
    for (const name of sums.keys()) if (!files.has(name)) throw new Changed("missing", name);
    throw wrong.length ? new Changed(sums.has(wrong[0]) ? "changed" : "extra", wrong[0]) : new Changed("changed", "SHA256SUMS");
  }
  if (strict(files.get("SHA256SUMS")) !== [...sums].sort((a, b) => byBytes(a[0], b[0])).map(([n, s]) => `${s}  ${n}\n`).join("")) throw new Changed("changed", "SHA256SUMS");
  x.say = say;
  await x.rest();
  x.passed("files", { files: files.size });
  return x.found;
}

// listed reads SHA256SUMS, which also says which files there are.
export function listed(b) {
  const out = new Map();
  try {
    for (const line of strict(b).replace(/\n$/, "").split("\n")) {
      const m = /^([0-9a-f]{64})  ([^\0]+)$/.exec(line) ?? bad("sums");
      if (out.has(m[2]) || m[2].split("/").some((p) => p === "" || p === "." || p === "..")) bad("sums");
      out.set(m[2], m[1]);
    }
  } catch { throw new Changed("changed", "SHA256SUMS"); }
  return out;
}

// verifyExcerpt holds words against sealed content: shown are [id, label, words] in their order, left the ids of what is left out; together they must be all paragraphs there are.
export function verifyExcerpt(content, tag, shown, left = []) {
  const words = new Map(shown.map((x) => [x[0], x])), out = new Set(left);
  if (words.size !== shown.length || out.size !== left.length || words.size + out.size !== content.paragraphs.length) throw new Changed("changed", "index.html");
  const order = [];
  for (const want of content.paragraphs) {
    const [id, label, text] = words.get(want.id) ?? [];
    if (id !== undefined) order.push(id);
    if (id === undefined ? !out.has(want.id) : out.has(id) || label !== want.label || text !== want.text[tag]) throw new Changed("changed", "index.html#p-" + want.id);
  }
  shown.forEach((x, i) => { if (x[0] !== order[i]) throw new Changed("changed", "index.html#p-" + x[0]); });
}

if (globalThis.process?.argv?.[1]?.endsWith("export.mjs")) {
  const { readdirSync, readFileSync } = await import("node:fs");
  const dir = process.argv[2], files = new Map();
  for (const f of readdirSync(dir, { recursive: true, withFileTypes: true })) if (f.isFile()) {
    const path = `${f.parentPath ?? f.path}/${f.name}`;
    files.set(path.slice(dir.replace(/\/$/, "").length + 1), new Uint8Array(readFileSync(path)));
  }
  try {
    for (const { key, params } of await verifyExport(files)) console.log(key, JSON.stringify(params));
  } catch (e) {
    if (!(e instanceof Changed)) throw e;
    console.error(e.message);
    process.exit(1);
  }
}
