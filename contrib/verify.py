#!/usr/bin/env python3
"""Checks the archive of an Entente mechanism (docs/protocol.md 12), or a file of evidence (3.2), with the Python standard library alone.

It was written from docs/protocol.md, shares no code with Entente, and is meant to be read. What it does not check it says: the ML-DSA-44 signatures, and whether a party's seal keys
stand behind the node keys of a later generation.

  python3 verify.py [--witness VKEY]… FOLDER|FILE      exit 0: everything checked is right; 1: it is not, and what is wrong is said
  python3 verify.py --batch                            one question in JSON a line on standard input, one answer (1 or 0) a line

Of an archive it also says what the witnesses that all parties named (12.1) have cosigned.
With the Ed25519 verifier key of an outside witness (12.1), which you have from the witness and not from the folder, it also says which heads in the folder that witness has cosigned, and
when. What no witness has seen is no less valid.
"""
import base64, datetime, hashlib, json, os, re, struct, sys, unicodedata

# ---- Ed25519 (RFC 8032), plain and slow enough ----------------------------------------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def recover(y, sign):
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * I % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    return x if x & 1 == sign else P - x


def decode(b):
    y = int.from_bytes(b, "little")
    x = recover(y & ((1 << 255) - 1), y >> 255)
    return None if x is None else (x, y & ((1 << 255) - 1), 1, x * (y & ((1 << 255) - 1)) % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(p, n):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p = add(p, p)
        n >>= 1
    return q


G = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
POINTS = {}


def ed25519(public, message, sig):
    """Verifies as RFC 8032 does, without the cofactor: what is encoded must be R exactly."""
    if len(public) != 32 or len(sig) != 64:
        return False
    a = POINTS.setdefault(public, decode(public))
    s = int.from_bytes(sig[32:], "little")
    if a is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + public + message).digest(), "little") % L
    x, y, z, t = add(times(G, s), times((P - a[0], a[1], 1, P - a[3]), k))
    inv = pow(z, P - 2, P)
    x, y = x * inv % P, y * inv % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == sig[:32]


# ---- RFC 6962 trees -------------------------------------------------------------------------------------------------------------------------------------------------

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(b):
    return hashlib.sha256(b"\0" + b).digest()


def node(l, r):
    return hashlib.sha256(b"\1" + l + r).digest()


def tree_root(hashes):
    """The root of a list of leaf hashes, or of roots of equal full trees."""
    if not hashes:
        return EMPTY
    stack = []  # (height, hash): full subtrees from the left
    for h in hashes:
        height = 0
        while stack and stack[-1][0] == height:
            h, height = node(stack.pop()[1], h), height + 1
        stack.append((height, h))
    h = stack.pop()[1]
    while stack:
        h = node(stack.pop()[1], h)
    return h


def inclusion(proof, size, index, leaf, root):
    if not 0 <= index < size:
        return False
    fn, sn, h = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            h = node(p, h)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            h = node(h, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and h == root


def consistency(proof, size, root, old, old_root):
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and root == old_root
    if old == 0:
        return not proof and old_root == EMPTY
    if not proof:
        return False
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == root and sn == 0


# ---- notes, checkpoints, keys ---------------------------------------------------------------------------------------------------------------------------------------

class Bad(Exception):
    pass


def b64(s):
    """Strict base64: one spelling."""
    try:
        raw = base64.b64decode(s, validate=True)
    except Exception:
        raise Bad("base64")
    if base64.b64encode(raw).decode() != s:
        raise Bad("base64")
    return raw


NAME = re.compile(r"[!-*,-~]{1,255}\Z")


def checkpoint(text):
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not NAME.match(lines[0]) or not re.match(r"(0|[1-9][0-9]*)\Z", lines[1]) or int(lines[1]) > 1 << 40:
        raise Bad("checkpoint")
    root = b64(lines[2])
    if len(root) != 32 or (lines[1] == "0" and root != EMPTY):
        raise Bad("checkpoint")
    return lines[0], int(lines[1]), root


def split_note(b):
    try:
        s = b.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("note")
    text, mid, tail = s.partition("\n\n")
    if len(b) > 65536 or not mid or not tail.endswith("\n"):
        raise Bad("note")
    sigs = []
    for line in tail[:-1].split("\n"):
        m = re.match("\u2014 ([^ ]*) (.*)\\Z", line, re.S)
        raw = b64(m.group(2)) if m else b""
        if not m or len(raw) < 5 or not NAME.match(m.group(1)):
            raise Bad("note")
        sigs.append((m.group(1), raw[:4], raw[4:]))
    if len(sigs) > 64:
        raise Bad("note")
    return text + "\n", checkpoint(text + "\n"), sigs


def vkey(s):
    """name+hash+base64(type, key)"""
    parts = s.split("+", 2)
    if len(parts) != 3 or not NAME.match(parts[0]):
        raise Bad("vkey")
    raw = b64(parts[2])
    if parts[1] != key_id(parts[0], raw).hex() or len(raw) < 2:
        raise Bad("vkey")
    return parts[0], raw[0], raw[1:]


def key_id(name, raw):
    return hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]


def spelled(name, raw):
    return "%s+%s+%s" % (name, key_id(name, raw).hex(), base64.b64encode(raw).decode())


def cosigned(public, text, sig):
    """When a cosignature/v1 line was made, in seconds; None if it is none of this key on this text."""
    if len(sig) != 72 or sig[0] >= 128:
        return None
    time = struct.unpack(">Q", sig[:8])[0]
    return time if ed25519(public, b"cosignature/v1\ntime %d\n" % time + text.encode(), sig[8:]) else None


def witness_key(s):
    key = vkey(s)
    if key[1] != 4 or len(key[2]) != 32:
        raise Bad("not the Ed25519 key of a witness: " + s)
    return key


def sighting(b, key):
    """The checkpoint of a note, and when a witness cosigned it: None if it did not."""
    text, cp, sigs = split_note(b)
    times = [cosigned(key[2], text, sig) for n, i, sig in sigs if n == key[0] and i == key_id(key[0], b"\4" + key[2])]
    return cp, next((t for t in times if t is not None), None)


def open_note(b, ed, ml):
    """The checkpoint of a note that carries both lines of a key pair. The Ed25519 one is verified, of the ML-DSA-44 one only that it is there and long enough."""
    text, cp, sigs = split_note(b)
    name, kind, public = ed
    if kind == 1 and cp[0] != name:
        raise Bad("another log")
    ok = False
    for n, i, sig in sigs:
        if n != name or i != key_id(name, bytes([kind]) + public):
            continue
        if kind == 1:
            ok = ok or ed25519(public, text.encode(), sig)
        else:
            ok = ok or cosigned(public, text, sig) is not None
    if not ok:
        raise Bad("not signed by " + name)
    if not any(n == name and i == key_id(name, bytes([6]) + ml[2]) and len(s) == 2428 for n, i, s in sigs):
        raise Bad("no ML-DSA-44 line of " + name)
    return cp


# ---- canonical JSON -------------------------------------------------------------------------------------------------------------------------------------------------

def canonical(b):
    """docs/protocol.md 1, by writing the value again and comparing."""
    if not b:
        return False
    try:
        s = b.decode("utf-8")

        def no(x):
            raise ValueError(x)

        v = json.loads(s, object_pairs_hook=Pairs, parse_float=no, parse_constant=no)
        return write(v, 0) == s
    except (ValueError, RecursionError):
        return False


class Pairs(list):
    pass


def write(v, depth):
    if isinstance(v, Pairs):
        keys = [k for k, _ in v]
        if depth >= 16 or any(not re.match(r"[A-Za-z0-9_.-]{1,64}\Z", k) for k in keys) or any(a >= b for a, b in zip(keys, keys[1:])):
            raise ValueError
        return "{" + ",".join('"%s":%s' % (k, write(x, depth + 1)) for k, x in v) + "}"
    if isinstance(v, list):
        if depth >= 16:
            raise ValueError
        return "[" + ",".join(write(x, depth + 1) for x in v) + "]"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        if abs(v) > 2**53 - 1:
            raise ValueError
        return str(v)
    if isinstance(v, str):
        if unicodedata.normalize("NFC", v) != v:
            raise ValueError
        return '"' + "".join(escaped(c) for c in v) + '"'
    raise ValueError


def escaped(c):
    n = ord(c)
    if n == 0 or 0xD800 <= n <= 0xDFFF or n & 0xFFFE == 0xFFFE or 0xFDD0 <= n <= 0xFDEF or n == 0xFEFF:
        raise ValueError
    return {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}.get(c) or (c if n >= 32 else "\\u%04x" % n)


# ---- logs as files --------------------------------------------------------------------------------------------------------------------------------------------------

def tile_path(level, n, width):
    p = "%03d" % (n % 1000)
    while n >= 1000:
        n //= 1000
        p = "x%03d/%s" % (n % 1000, p)
    return "tile/%s/%s%s" % ("entries" if level < 0 else level, p, "" if width == 256 else ".p/%d" % width)


def split_bundle(b, n):
    out, at = [], 0
    for _ in range(n):
        if len(b) < at + 2:
            raise Bad("bundle")
        size = struct.unpack_from(">H", b, at)[0]
        if len(b) < at + 2 + size:
            raise Bad("bundle")
        out.append(b[at + 2:at + 2 + size])
        at += 2 + size
    if at != len(b):
        raise Bad("bundle")
    return out


class Archive:
    """files is anything that finds bytes by name, or raises KeyError."""

    def __init__(self, files, names):
        self.files, self.names, self.used, self.speaking, self.own = files, names, set(), [], []

    def file(self, name):
        try:
            b = self.files(name)
        except (KeyError, OSError):
            raise Bad("missing: " + name)
        self.used.add(name)
        return b

    def verify(self):
        raw = self.file("archive.json")
        if not canonical(raw):
            raise Bad("archive.json")
        a = json.loads(raw)
        if not isinstance(a, dict) or a.get("format") != "entente-archive/1" or set(a) - {"format", "mechanism", "logs", "evidence"}:
            raise Bad("archive.json")
        charter = self.file("charter.json")
        self.mech = hashlib.sha256(charter).hexdigest()
        if self.mech != a.get("mechanism") or not canonical(charter):
            raise Bad("charter.json")
        self.parties = json.loads(charter)["parties"]
        self.policy()
        self.sizes = {}
        for l in a["logs"]:
            if set(l) - {"party", "generation", "origin", "size", "receipts"} or l["origin"] != self.origin(l["party"], l["generation"]) or l["origin"] in self.sizes or not self.keys_of(l["party"]):
                raise Bad("archive.json")
            self.sizes[l["origin"]] = l["size"]
        self.logs = a["logs"]
        said = [self.log(l) for l in self.logs]
        for i in a.get("evidence", []):
            if not re.match(r"[0-9a-f]{16}\Z", i):
                raise Bad("archive.json")
            fork(self.file("evidence/%s.entente-fork" % i))
        extra = set(self.names) - self.used
        if extra:
            raise Bad("extra: " + sorted(extra)[0])
        return said

    def sightings(self, keys):
        """What outside witnesses have cosigned of the heads of an archive that was verified."""
        said = []
        for l in self.logs:
            note = self.file("logs/%s/%d/checkpoint" % (l["party"], l["generation"]))
            for key in keys:
                (origin, size, _), at = sighting(note, key)
                said.append("%s has cosigned %s at %d entries, on %s" % (key[0], origin, size, when(at)) if at is not None else "%s has not cosigned %s at %d entries" % (key[0], origin, size))
        return said

    def spoken(self, l, n, b):
        """Keeps an entry that speaks of an outside witness, or tables a text that is one side's own (4.10)."""
        if b'"type":"text.table"' in b and b'"parallel":true' in b and canonical(b):
            e = json.loads(b)
            if (e.get("mech"), e.get("log"), e.get("idx")) == (self.mech, l["origin"], n) and e.get("type") == "text.table" and isinstance(e.get("body"), dict) and e["body"].get("parallel") is True:
                self.own.append((e["matter"], l["party"]))
        if b'"type":"witness.' not in b or not canonical(b):
            return
        e = json.loads(b)
        if (e.get("mech"), e.get("log"), e.get("idx")) == (self.mech, l["origin"], n) and isinstance(e.get("body"), dict) and str(e.get("type")).startswith("witness."):
            self.speaking.append((l["generation"], n, l["party"], e))

    def named(self):
        """The outside witnesses that every party has named, as their own entries say: names, and the Ed25519 keys among theirs."""
        proposals, words, ended = [], {}, set()
        for gen, n, party, e in sorted(self.speaking, key=lambda x: x[:2]):
            if e["type"] == "witness.propose":
                proposals.append((party, "%s%s-%d" % (party, "" if gen == 1 else ".%d" % gen, n), e))
            elif isinstance(e["body"].get("proposal", ""), str):
                words[e["body"].get("proposal", ""), party] = e["type"]
                if e["type"] == "witness.withdraw":
                    ended.add(e["body"].get("proposal", ""))
        out = []
        for party, act, e in proposals:
            said = [words.get((act, p["id"]), "witness.agree" if p["id"] == party else "") for p in self.parties]
            if act in ended or set(said) != {"witness.agree"} or not str(e.get("matter")).startswith("witness/"):
                continue
            try:
                keys = [vkey(k) for k in e["body"]["verifier_keys"]]
            except (Bad, ValueError, KeyError, TypeError, AttributeError):
                continue
            if 1 <= len(keys) <= 4 and len({k[0] for k in keys}) == 1 and not keys[0][0].startswith("entente/") and all((k[1], len(k[2])) in ((4, 32), (6, 1312)) for k in keys):
                out.append((keys[0][0], [k for k in keys if k[1] == 4]))
        return out

    def origin(self, party, gen):
        return "entente/%s/%s/%d" % (self.mech[:16], party, gen)

    def witness(self, party):
        return "entente/%s/%s/witness" % (self.mech[:16], party)

    def keys_of(self, party):
        return next((p["keys"] for p in self.parties if p["id"] == party), None)

    def policy(self):
        want = ""
        for p in self.parties:
            want += "log %s\nwitness %s %s\n" % (spelled(self.origin(p["id"], 1), b"\1" + b64(p["keys"]["log_ed25519"])), p["id"],
                                                 spelled(self.witness(p["id"]), b"\4" + b64(p["keys"]["witness_ed25519"])))
        want += "group everybody all %s\nquorum everybody\n" % " ".join(p["id"] for p in self.parties)
        if self.file("policy.txt").decode("utf-8", "replace") != want:
            raise Bad("policy.txt")

    def generation_keys(self, party, gen):
        if gen == 1:
            return self.keys_of(party)
        width = min(self.sizes[self.origin(party, gen)], 256)
        first = split_bundle(self.file("logs/%s/%d/%s" % (party, gen, tile_path(-1, 0, width))), width)[0]
        return json.loads(first)["body"]["statement"]["keys"]

    def log(self, l):
        party, gen, size = l["party"], l["generation"], l["size"]
        at = "logs/%s/%d/" % (party, gen)
        keys = self.generation_keys(party, gen)
        ed, ml = (l["origin"], 1, b64(keys["log_ed25519"])), (l["origin"], 6, b64(keys["log_mldsa44"]))
        if self.file(at + "vkeys").decode() != spelled(ed[0], b"\1" + ed[2]) + "\n" + spelled(ml[0], b"\6" + ml[2]) + "\n":
            raise Bad(at + "vkeys")
        cp = open_note(self.file(at + "checkpoint"), ed, ml)
        if cp[1] != size:
            raise Bad(at + "checkpoint")
        rows = self.entries(at, size, l)
        if tree_root(rows) != cp[2]:
            raise Bad(at + "checkpoint")
        for by in l.get("receipts", []):
            self.receipt(at, l, by, rows)
        return "%s: %d entries hash to the signed head; receipts by %s" % (l["origin"], size, ", ".join(l.get("receipts", [])) or "nobody")

    def entries(self, at, size, l):
        """Hashes every entry and compares every tile. One hash a leaf is kept, for receipts."""
        rows = []
        for n in range((size + 255) // 256):
            width = min(size - 256 * n, 256)
            for e in split_bundle(self.file(at + tile_path(-1, n, width)), width):
                self.spoken(l, len(rows), e)
                rows.append(leaf_hash(e))
        level, row = 0, rows
        while row:
            for n in range((len(row) + 255) // 256):
                part = row[256 * n:256 * n + 256]
                if self.file(at + tile_path(level, n, len(part))) != b"".join(part):
                    raise Bad(at + tile_path(level, n, len(part)))
            row = [tree_root(row[256 * n:256 * n + 256]) for n in range(len(row) // 256)]
            level += 1
        return rows

    def receipt(self, at, l, by, rows):
        note = self.file(at + "receipts/" + by)
        for gen in [1] + [x["generation"] for x in self.logs if x["party"] == by and x["generation"] > 1]:
            k = self.generation_keys(by, gen)
            if k is None:
                break
            try:
                cp = open_note(note, (self.witness(by), 4, b64(k["witness_ed25519"])), (self.witness(by), 6, b64(k["witness_mldsa44"])))
            except Bad:
                continue
            if cp[0] == l["origin"] and cp[1] <= l["size"] and tree_root(rows[:cp[1]]) == cp[2]:
                return
            break
        raise Bad(at + "receipts/" + by)


def fork(b):
    """Evidence of two histories: docs/protocol.md 3.2."""
    parts = b.decode("utf-8", "strict").split("\n\n")
    if len(parts) != 5 or len(b) > 32768:
        raise Bad("evidence")
    head = parts[0].split("\n")
    if head[0] != "entente-fork@v1":
        raise Bad("evidence")
    by, at = [], 1
    while at < len(head) and head[at].startswith("signer ") and len(by) < 2:
        ed, ml = (vkey(k) for k in head[at][7:].split(" ", 1))
        if ed[0] != ml[0] or ed[1] not in (1, 4) or ml[1] != 6 or len(ed[2]) != 32 or len(ml[2]) != 1312:
            raise Bad("evidence")
        by, at = by + [(ed, ml)], at + 1
    if not by:
        raise Bad("evidence")
    hashes = []
    for i, line in enumerate(head[at:]):
        if i == 0:
            if not line.startswith("root "):
                raise Bad("evidence")
            line = line[5:]
        hashes.append(b64(line))
        if len(hashes[-1]) != 32:
            raise Bad("evidence")
    two = by if len(by) == 2 else by * 2
    if len(by) == 2 and by[0] == by[1]:
        raise Bad("evidence")
    cps = []
    for i in range(2):
        note = (parts[2 * i + 1] + "\n\n" + parts[2 * i + 2] + ("" if i else "\n")).encode()
        cps.append(open_note(note, *two[i]))
        lines = split_note(note)[2]
        name = two[i][0][0]
        if [(n, k) for n, k, _ in lines] != [(name, key_id(name, bytes([two[i][j][1]]) + two[i][j][2])) for j in range(2)]:
            raise Bad("evidence")
        if two[i][0][1] == 1 and name != cps[i][0]:
            raise Bad("evidence")
    (o1, n1, r1), (o2, n2, r2) = cps
    if o1 != o2 or n1 < 1 or n1 > n2 or (len(by) == 2 and (by[0][0][1] == 4) == (by[1][0][1] == 4)):
        raise Bad("evidence")
    if n1 == n2:
        if hashes or r1 >= r2:
            raise Bad("evidence")
    elif not hashes or hashes[0] == r1 or not consistency(hashes[1:], n2, r2, n1, hashes[0]):
        raise Bad("evidence")
    return ["two histories of %s are proved: %d and %d entries, signed in the name of %s" % (o1, n1, n2, " or ".join(k[0][0] for k in by))]


def when(seconds):
    try:
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return "second %d" % seconds


# ---- doors ----------------------------------------------------------------------------------------------------------------------------------------------------------

def folder(root):
    names = []
    for d, _, files in os.walk(root):
        names += [os.path.relpath(os.path.join(d, f), root).replace(os.sep, "/") for f in files]

    def read(name):
        with open(os.path.join(root, name), "rb") as f:
            return f.read()

    return Archive(read, names)


def answer(q):
    try:
        op, un = q["op"], lambda k: [base64.b64decode(h) for h in q[k]]
        one = lambda k: base64.b64decode(q[k])
        if op == "canonical":
            return canonical(one("data"))
        if op == "checkpoint":
            checkpoint(one("data").decode("utf-8"))
        elif op == "note":
            open_note(one("data"), vkey(q["ed"]), vkey(q["ml"]))
        elif op == "sighting":
            return sighting(one("data"), witness_key(q["ed"]))[1] is not None
        elif op == "inclusion":
            return inclusion(un("proof"), q["size"], q["index"], one("leaf"), one("root"))
        elif op == "consistency":
            return consistency(un("proof"), q["size"], one("root"), q["old"], one("old_root"))
        elif op == "bundle":
            return tree_root([leaf_hash(e) for e in split_bundle(one("data"), q["count"])]) == one("root")
        elif op == "fork":
            fork(one("data"))
        elif op == "archive":
            files = {n: base64.b64decode(b) for n, b in q["files"].items()}
            Archive(files.__getitem__, files).verify()
        else:
            return False
        return True
    except (Bad, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False


def main():
    if sys.argv[1:] == ["--batch"]:
        for line in sys.stdin:
            print(int(answer(json.loads(line))))
        return 0
    args, witnesses, seen = sys.argv[1:], [], []
    while len(args) > 2 and args[0] == "--witness":
        witnesses, args = witnesses + [args[1]], args[2:]
    if len(args) != 1 or args[0].startswith("--"):
        print(__doc__)
        return 2
    try:
        keys = [witness_key(s) for s in witnesses]
        if os.path.isdir(args[0]):
            archive = folder(args[0])
            said = archive.verify()
            for name, theirs in archive.named():
                seen.append("all parties named " + name)
                keys += [k for k in theirs if k not in keys]
            seen += archive.sightings(keys)
            said += ["%s is the own text of %s's side and has no joint authority, whoever sealed it" % own for own in archive.own if own[0].startswith("text/%s." % own[1])]
        else:
            with open(args[0], "rb") as f:
                said = fork(f.read())
    except (Bad, ValueError, KeyError, TypeError, IndexError, AttributeError) as e:
        print("WRONG: %s" % e)
        return 1
    for s in said:
        print("right: " + s)
    for s in seen:
        print("witness: " + s)
    print("not checked: ML-DSA-44 signatures (they are there and of the right length); whether a party's seal keys stand behind later generations' keys")
    return 0


if __name__ == "__main__":
    sys.exit(main())
