package web

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
	"entente.example/lang"
)

// device is an authenticator in software, and the browser around it. Its fields are what a hostile one would change.
type device struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	host    string
	origin  string
	flags   byte // 1 present, 4 verified
	counter uint32
}

func newDevice(t *testing.T, id string) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &device{t: t, key: key, id: []byte(id), host: "node.example", origin: "https://node.example", flags: 5}
}

func (d *device) must(v []byte, err error) []byte {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *device) data(made bool) []byte {
	host, flags := sha256.Sum256([]byte(d.host)), d.flags
	if made {
		flags |= 0x40
	}
	d.counter++
	b := binary.BigEndian.AppendUint32(append(host[:], flags), d.counter)
	if !made {
		return b
	}
	b = binary.BigEndian.AppendUint16(append(b, make([]byte, 16)...), uint16(len(d.id)))
	mode, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		d.t.Fatal(err)
	}
	point := d.must(d.key.PublicKey.Bytes())
	return append(append(b, d.id...), d.must(mode.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}))...)
}

// challenged reads what the site asks.
func challenged(t *testing.T, body string) (challenge, handle string) {
	t.Helper()
	var o struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
			User      struct {
				ID string `json:"id"`
			} `json:"user"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal([]byte(body), &o); err != nil || o.PublicKey.Challenge == "" {
		t.Fatalf("no challenge in %s: %v", body, err)
	}
	return o.PublicKey.Challenge, o.PublicKey.User.ID
}

var raw = base64.RawURLEncoding

func (d *device) client(kind, challenge string) []byte {
	return d.must(json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false}))
}

// made answers the question for a new passkey.
func (d *device) made(body string) string {
	challenge, handle := challenged(d.t, body)
	d.handle = d.must(raw.DecodeString(handle))
	object := d.must(cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.data(true)}))
	return d.credential(map[string]any{"clientDataJSON": raw.EncodeToString(d.client("create", challenge)), "attestationObject": raw.EncodeToString(object)})
}

// shown answers the question for any passkey.
func (d *device) shown(body string) string {
	challenge, _ := challenged(d.t, body)
	client, data := d.client("get", challenge), d.data(false)
	h := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), h[:]...))
	sig := d.must(ecdsa.SignASN1(crand.Reader, d.key, sum[:]))
	return d.credential(map[string]any{"clientDataJSON": raw.EncodeToString(client), "authenticatorData": raw.EncodeToString(data), "signature": raw.EncodeToString(sig), "userHandle": raw.EncodeToString(d.handle)})
}

func (d *device) credential(response map[string]any) string {
	return string(d.must(json.Marshal(map[string]any{"id": raw.EncodeToString(d.id), "rawId": raw.EncodeToString(d.id), "type": "public-key", "response": response})))
}

// passkeySite is a site with a host name.
func passkeySite(t *testing.T) (*Site, *staff.Store) {
	t.Helper()
	now := func() time.Time { return galleryNow }
	people, err := staff.Open(t.Context(), staff.Options{Path: filepath.Join(t.TempDir(), "private.db"), Now: now, Rand: rand.NewChaCha8([32]byte{7})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = people.Close() })
	site, err := New(Options{Source: &source{g: loadGallery(t), changes: make(chan []string, 1)}, Staff: people, Now: now, Rand: rand.NewChaCha8([32]byte{8}), Node: "cedar", Origin: "https://node.example", Secure: true})
	if err != nil {
		t.Fatal(err)
	}
	return site, people
}

// send posts what a script would.
func (b *browser) send(path, body string) answer {
	return b.do(http.MethodPost, path, nil, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Type", "application/json")
	})
}

func (b *browser) registers(d *device) answer {
	return b.send("/passkeys?label=Laptop", d.made(b.send("/passkeys/options", "").body))
}

// A passkey made after the first link lets its owner in again, and is listed with its name; once it is removed it opens nothing. Attacks 3 and 4: whatever is wrong with an answer, nobody gets in, and
// the sentence does not tell what it was.
func TestPasskeys(t *testing.T) {
	site, people := passkeySite(t)
	b := enter(t, site, people, "cedar-sec")
	d := newDevice(t, "credential-of-secretary")
	if a := b.registers(d); a.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if a := b.get("/sessions"); !strings.Contains(a.body, "Laptop") {
		t.Error("the new passkey is not listed")
	}
	if a := b.registers(d); a.StatusCode == http.StatusNoContent {
		t.Error("the same passkey is kept twice")
	}
	other := enter(t, site, people, "cedar-hod")
	o := newDevice(t, "credential-of-head")
	if a := other.registers(o); a.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}

	tries := func(d device, change func(*device)) answer {
		change(&d)
		stranger := &browser{t: t, site: site, lang: "en"}
		a := stranger.send("/sign-in/passkey", d.shown(stranger.send("/sign-in/passkey/options", "").body))
		if a.StatusCode == http.StatusNoContent {
			if page := stranger.get("/sessions"); page.StatusCode != http.StatusOK {
				t.Errorf("let in, and yet %d", page.StatusCode)
			}
		}
		return a
	}
	if a := tries(*d, func(*device) {}); a.StatusCode != http.StatusNoContent {
		t.Fatalf("its owner is not let in: %d %s", a.StatusCode, a.body)
	}
	d.counter++
	want := locale.Message(lang.English, "staff.passkey_refused", nil)
	for name, change := range map[string]func(*device){
		"another site":          func(d *device) { d.origin = "https://node.example.evil" },
		"a subdomain":           func(d *device) { d.origin = "https://a.node.example" },
		"no TLS":                func(d *device) { d.origin = "http://node.example" },
		"another host":          func(d *device) { d.host = "evil.example" },
		"person not verified":   func(d *device) { d.flags = 1 },
		"nobody there":          func(d *device) { d.flags = 4 },
		"another key":           func(d *device) { d.key = o.key },
		"another's passkey":     func(d *device) { d.handle = o.handle },
		"nobody's handle":       func(d *device) { d.handle = []byte("nobody at all") },
		"a copy that is behind": func(d *device) { d.counter = 0 },
		"an unknown passkey":    func(d *device) { d.id = []byte("another") },
	} {
		if a := tries(*d, change); a.StatusCode != http.StatusForbidden || a.body != want {
			t.Errorf("%s: %d %q", name, a.StatusCode, a.body)
		}
	}

	// An answer counts once, and only for who was asked.
	stranger := &browser{t: t, site: site, lang: "en"}
	shown := d.shown(stranger.send("/sign-in/passkey/options", "").body)
	elsewhere := &browser{t: t, site: site, lang: "en"}
	elsewhere.send("/sign-in/passkey/options", "")
	if a := elsewhere.send("/sign-in/passkey", shown); a.StatusCode != http.StatusForbidden {
		t.Errorf("another browser's challenge was answered: %d", a.StatusCode)
	}
	if a := stranger.send("/sign-in/passkey", shown); a.StatusCode != http.StatusNoContent {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if a := stranger.send("/sign-in/passkey", shown); a.StatusCode != http.StatusConflict {
		t.Errorf("an answer counted twice: %d %s", a.StatusCode, a.body)
	}

	// Only its owner removes it.
	keys, err := people.Passkeys(t.Context(), "cedar-sec")
	if err != nil || len(keys) != 1 || keys[0].Used.IsZero() {
		t.Fatalf("%+v, %v", keys, err)
	}
	drop := "/passkeys/" + string(rune('0'+keys[0].ID)) + "/drop"
	if a := other.do(http.MethodPost, drop, nil, nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("another member removed it: %d", a.StatusCode)
	}
	if a := b.do(http.MethodPost, drop, nil, nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", a.StatusCode)
	}
	if a := tries(*d, func(d *device) { d.counter += 5 }); a.StatusCode != http.StatusForbidden {
		t.Errorf("a removed passkey opens: %d", a.StatusCode)
	}
}

// A site without a host name offers none, and says who can change that.
func TestNoPasskeysWithoutAName(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	if a := b.get("/sessions"); strings.Contains(a.body, "data-passkey") || !strings.Contains(a.body, "host name") {
		t.Error("a passkey is offered that cannot work, or nobody is told why not")
	}
	if a := b.send("/passkeys/options", ""); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}
