package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The example is the manual: it is checked in, it explains every setting, and it is itself a file that works.
func TestExample(t *testing.T) {
	b, err := Example()
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "example.toml")
	if *update {
		if err := os.WriteFile(golden, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(b, kept) {
		t.Errorf("the example differs from testdata/example.toml (%v); look, then: go test ./internal/config -update", err)
	}
	c, err := Parse("example.toml", b)
	if err != nil || c.Check() != nil {
		t.Errorf("the example is refused: %v %v", err, c.Check())
	}
	n := 0
	settings(reflect.ValueOf(&c).Elem(), "", func(name string, _ reflect.Value) {
		n++
		if leaf := name[strings.LastIndex(name, ".")+1:]; !strings.Contains(string(b), "\n"+leaf+" = ") && !strings.Contains(string(b), name+"]") {
			t.Errorf("the example does not have %s", name)
		}
	})
	if n < 13 {
		t.Fatalf("only %d settings found", n)
	}
}

// Every setting is explained, at every depth.
func TestEverySettingIsExplained(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for f := range typ.Fields() {
			if len(f.Tag.Get("comment")) < 20 || f.Tag.Get("toml") == "" {
				t.Errorf("%s.%s is not explained", typ.Name(), f.Name)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

func TestFormatAndParse(t *testing.T) {
	c := Default()
	c.Party, c.Language, c.Names = "cedar", "ja", map[string]string{"en": "Cedar “Party”", "ja": "杉の党"}
	c.Line = Line{Listen: "[::1]:7443", Addresses: []string{"a.example:1", "b.example:2"}, Peers: map[string][]string{"birch": {"c.example:3"}},
		Relays: []string{"relay:r.example:443#" + strings.Repeat("0a", 32)}, Cover: Duration(time.Minute), Retry: Duration(90 * time.Second)}
	c.Web = Web{Listen: "", URL: "https://members.example"}
	c.Consent = Consent{"text.confirm": {"head"}, "paper.*": {}}
	c.Keys, c.Log = Keys{Seal: []string{"seal1", "agent:SHA256:x", "/etc/key"}, Threshold: 2}, Log{Level: "warn", JSON: true}
	b, err := c.Format()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse("x", b)
	if err != nil || !reflect.DeepEqual(c, back) {
		t.Errorf("%v\n%+v\n%+v", err, c, back)
	}
	if err := back.Check(); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	ok := "party = 'cedar'\n"
	for _, tc := range []struct {
		name, file string
		env        []string
		key        string
		params     refusal.Params // those that matter
	}{
		{"an unknown setting", ok + "[web]\nlistn = ''", nil, "config.unknown", refusal.Params{"line": "3", "setting": "web.listn", "nearest": "web.listen"}},
		{"an unknown section", ok + "[weeb]\nlisten = ''", nil, "config.unknown", refusal.Params{"setting": "weeb", "nearest": "web"}},
		{"a setting in the wrong section", ok + "threshold = 1", nil, "config.unknown", refusal.Params{"line": "2", "nearest": "keys.threshold"}},
		{"no TOML", ok + "[web\n", nil, "config.malformed", refusal.Params{"line": "2"}},
		{"twice", ok + ok, nil, "config.malformed", refusal.Params{"line": "2"}},
		{"a number for a word", "party = 3", nil, "config.wrong_kind", refusal.Params{"line": "1", "setting": "party"}},
		{"a word for a list", ok + "[keys]\nseal = 'x'", nil, "config.wrong_kind", refusal.Params{"line": "3", "setting": "keys.seal"}},
		{"no duration", ok + "[line]\nretry = 'soon'", nil, "config.wrong_kind", refusal.Params{"line": "3", "setting": "line.retry"}},
		{"no party", "", nil, "config.bad_value", refusal.Params{"setting": "party"}},
		{"a party that no charter takes", "party = 'Cedar Party'", nil, "config.bad_value", refusal.Params{"setting": "party"}},
		{"no language", ok + "language = 'english_x'", nil, "config.bad_value", refusal.Params{"setting": "language"}},
		{"a language in another spelling", ok + "language = 'ZH-hans'", nil, "config.bad_value", refusal.Params{"setting": "language"}},
		{"a name in no language", ok + "names = {english_x = 'y'}", nil, "config.bad_value", refusal.Params{"setting": "names.english_x"}},
		{"a name that turns round", ok + "names = {en = \"a\\u202eb\"}", nil, "config.bad_value", refusal.Params{"setting": "names.en"}},
		{"no port", ok + "[line]\nlisten = 'localhost'", nil, "config.bad_address", refusal.Params{"address": "localhost"}},
		{"a port too high", ok + "[web]\nlisten = 'localhost:70000'", nil, "config.bad_address", nil},
		{"one address for two", ok + "[press]\nlisten = '127.0.0.1:8443'", nil, "config.same_address", refusal.Params{"one": "web.listen", "other": "press.listen", "address": "127.0.0.1:8443"}},
		{"one address for two, on all of this machine's", ok + "[line]\nlisten = '0.0.0.0:7443'\n[operating]\nlisten = 'localhost:7443'", nil, "config.same_address", refusal.Params{"one": "line.listen", "other": "operating.listen"}},
		{"less than nothing left free", ok + "[attachments]\nreserve = -1", nil, "config.bad_value", refusal.Params{"setting": "attachments.reserve"}},
		{"less than nothing of a mechanism", ok + "[attachments]\nmechanism = -1", nil, "config.bad_value", refusal.Params{"setting": "attachments.mechanism"}},
		{"less than nothing in a day", ok + "[line]\nday_bytes = -1", nil, "config.bad_value", refusal.Params{"setting": "line.day_bytes"}},
		{"a secret in the environment", ok, []string{"ENTENTE_STORE_PASSWORD=x"}, "config.unknown_variable", refusal.Params{"name": "ENTENTE_STORE_PASSWORD", "nearest": "ENTENTE_STORE_PASSWORD_FILE"}},
		{"an address of a peer", ok + "[line.peers]\nbirch = ['x']", nil, "config.bad_address", nil},
		{"an address for people", ok + "[web]\nurl = 'members.example'", nil, "config.bad_value", refusal.Params{"setting": "web.url"}},
		{"a contact of two lines", ok + "[press]\ncontact = \"Press office\\nof nobody\"", nil, "config.bad_value", refusal.Params{"setting": "press.contact"}},
		{"letters without a mail server", ok + "[press]\nlisten = 'localhost:9443'\nletters = true", nil, "config.bad_value", refusal.Params{"setting": "press.letters"}},
		{"a hub in the clear", ok + "[press]\nlisten = 'localhost:9443'\nhubs = ['http://hub.example/']", nil, "config.bad_value", refusal.Params{"setting": "press.hubs"}},
		{"a hub for no press room", ok + "[press]\nhubs = ['https://hub.example/']", nil, "config.bad_value", refusal.Params{"setting": "press.hubs"}},
		{"a hub that becomes another header", ok + "[press]\nlisten = 'localhost:9443'\nhubs = ['https://hub.example/>; rel=self, <https://evil.example/']", nil, "config.bad_value", refusal.Params{"setting": "press.hubs"}},
		{"more signatures than keys", ok + "[keys]\nseal = ['a']\nthreshold = 2", nil, "config.bad_value", refusal.Params{"setting": "keys.threshold"}},
		{"no signature at all", ok + "[keys]\nthreshold = 0", nil, "config.bad_value", nil},
		{"good offices without a key", ok + "[line]\nrelays = ['relay:r.example:443']", nil, "relay.bad_address", refusal.Params{"address": "relay:r.example:443"}},
		{"cover without a pause", ok + "[line]\ncover = '1ms'", nil, "config.bad_value", refusal.Params{"setting": "line.cover"}},
		{"never again", ok + "[line]\nretry = '0s'", nil, "config.bad_value", refusal.Params{"setting": "line.retry"}},
		{"mail in the clear", ok + "[mail]\nserver = 'mail.example:25'\ntls = 'none'\nfrom = 'a@b.example'", nil, "config.bad_value", refusal.Params{"setting": "mail.tls"}},
		{"mail from nobody", ok + "[mail]\nserver = 'mail.example:25'", nil, "config.bad_value", refusal.Params{"setting": "mail.from"}},
		{"a hook in the clear", ok + "[hooks]\nurls = ['http://x.example/']\nkey_file = 'k'", nil, "config.bad_value", refusal.Params{"setting": "hooks.urls"}},
		{"a hook that reads a file", ok + "[hooks]\nurls = ['file:///etc/passwd']\nprivate = true\nkey_file = 'k'", nil, "config.bad_value", refusal.Params{"setting": "hooks.urls"}},
		{"a directory in the clear", ok + "[web]\nurl = 'https://node.example'\n[sign_on]\nissuer = 'http://house.example'\nclient_id = 'x'", nil, "config.bad_value", refusal.Params{"setting": "sign_on.issuer"}},
		{"a directory that is no issuer", ok + "[web]\nurl = 'https://node.example'\n[sign_on]\nissuer = 'https://house.example/?tenant=1'\nclient_id = 'x'", nil, "config.bad_value", refusal.Params{"setting": "sign_on.issuer"}},
		{"a directory that does not know us", ok + "[web]\nurl = 'https://node.example'\n[sign_on]\nissuer = 'https://house.example'", nil, "config.bad_value", refusal.Params{"setting": "sign_on.client_id"}},
		{"a directory with no way back", ok + "[sign_on]\nissuer = 'https://house.example'\nclient_id = 'x'", nil, "config.bad_value", refusal.Params{"setting": "web.url"}},
		{"no way in at all", ok + "[sign_on]\nonly = true", nil, "config.bad_value", refusal.Params{"setting": "sign_on.issuer"}},
		{"a hook without a key", ok + "[hooks]\nurls = ['https://x.example/']", nil, "config.bad_value", refusal.Params{"setting": "hooks.key_file"}},
		{"consent to no act", ok + "[consent]\nconfirm = []", nil, "config.bad_value", refusal.Params{"setting": "consent.confirm"}},
		{"consent to what cannot wait", ok + "[consent]\n'line.*' = []", nil, "config.bad_value", refusal.Params{"setting": "consent.line.*"}},
		{"consent of one who is no list", ok + "[consent]\n'text.confirm' = 'head'", nil, "config.wrong_kind", nil},
		{"a marking of two lines", ok + "[markings]\nours = " + `"a\nb"`, nil, "config.bad_value", refusal.Params{"setting": "markings.ours"}},
		{"a marking that is a speech", ok + "[markings]\npublic = '" + strings.Repeat("密", 61) + "'", nil, "config.bad_value", refusal.Params{"setting": "markings.public"}},
		{"a level of its own", ok + "[log]\nlevel = 'loud'", nil, "config.bad_value", refusal.Params{"setting": "log.level"}},
		{"no number in the environment", ok, []string{"ENTENTE_KEYS_THRESHOLD=two"}, "config.environment", refusal.Params{"name": "ENTENTE_KEYS_THRESHOLD"}},
		{"a table in the environment", ok, []string{"ENTENTE_NAMES=en=x"}, "config.environment", refusal.Params{"name": "ENTENTE_NAMES"}},
		{"an unknown name in the environment", ok, []string{"ENTENTE_LINE_LISTN=x:1"}, "config.unknown_variable", refusal.Params{"nearest": "ENTENTE_LINE_LISTEN"}},
	} {
		path := filepath.Join(t.TempDir(), "entente.toml")
		if err := os.WriteFile(path, []byte(tc.file), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, tc.env)
		r := refusal.As(err)
		if r == nil || r.Key != tc.key {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		for name, want := range tc.params {
			if r.Params[name] != want {
				t.Errorf("%s: %s is %q, not %q", tc.name, name, r.Params[name], want)
			}
		}
		if s := locale.Explain(lang.English, r); strings.ContainsAny(s, "⟨{") {
			t.Errorf("%s: %s", tc.name, s)
		}
	}
}

func TestEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entente.toml")
	if err := os.WriteFile(path, []byte("party = 'cedar'\nlanguage = 'ja'\n[keys]\nseal = ['a', 'b']\nthreshold = 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, []string{"ENTENTE_LINE_LISTEN=127.0.0.1:1", "ENTENTE_LINE_ADDRESSES=a:1,b:2", "ENTENTE_KEYS_SEAL=", "ENTENTE_KEYS_THRESHOLD=1", "ENTENTE_LOG_JSON=true", "ENTENTE_LINE_RETRY=2s",
		"ENTENTE_DIR=/x", "ENTENTE_PASSPHRASE_FILE=/y", "HOME=/root", "LINE_LISTEN=no"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Line.Listen != "127.0.0.1:1" || len(c.Line.Addresses) != 2 || len(c.Keys.Seal) != 0 || !c.Log.JSON || time.Duration(c.Line.Retry) != 2*time.Second {
		t.Errorf("%+v", c)
	}
	if c.Party != "cedar" || c.Language != "ja" || c.Log.Level != "info" {
		t.Errorf("what the environment does not name has changed: %+v", c)
	}
}

// Whatever stands in a file, it is read or refused with a sentence, and what was read is written so that it is read again.
func FuzzParse(f *testing.F) {
	example, err := Example()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte("party = 'x'\n[web]\nlistn = 1\n"))
	f.Add([]byte("\xef\xbb\xbfparty = \"\"\"\n"))
	f.Add([]byte("[[line]]\n"))
	f.Add([]byte("line.retry = 1\nnames = {a = {b = 1}}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse("f", b)
		if err != nil {
			if r := refusal.As(err); r.Kind != refusal.Invalid || !locale.Has(r.Key) {
				t.Fatal(err)
			}
			return
		}
		if c.Check() != nil {
			return
		}
		out, err := c.Format()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("f", out)
		if err != nil || again.Check() != nil {
			t.Fatalf("%v %v\n%s", err, again.Check(), out)
		}
	})
}

// What names the act goes before what names its subject, and an act that nothing names goes out at once.
func TestConsent(t *testing.T) {
	c := Consent{"text.*": {"head"}, "text.accept": {}}
	for act, want := range map[string]struct {
		roles  int
		needed bool
	}{"text.confirm": {1, true}, "text.accept": {0, true}, "paper.send": {0, false}, "texts.confirm": {0, false}} {
		if roles, needed := c.Of(act); len(roles) != want.roles || needed != want.needed {
			t.Errorf("%s: %v %v", act, roles, needed)
		}
	}
}
