// Package config owns the operator's one file, entente.toml.
//
// It promises that an unknown setting is an error with its line and the nearest known name, that the example it prints is the manual, and that no secret stands in the file: secrets
// are files of their own. What the parties agreed is in the record, not here.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"entente.example/internal/mailbox"
	"entente.example/lang"
	"entente.example/refusal"
)

// Config is the file. The comment tags are what `entente config example` prints.
type Config struct {
	Party       string            `toml:"party" comment:"Our party's id in every charter: lower-case letters, digits and hyphens. It cannot change later."`
	Language    string            `toml:"language" comment:"Our own language, a BCP 47 tag such as en, zh-Hans or ja."`
	Store       string            `toml:"store" comment:"Where the record lies: empty for the file record.db beside this one, or the address of a PostgreSQL database, postgres://USER@HOST/DATABASE. Move what is there with entente migrate-store, which writes this line."`
	Secret      string            `toml:"store_password_file" comment:"File with the database's password, in the node's directory unless its path is absolute, readable by the node's owner alone; empty: PostgreSQL's own environment and files say it."`
	Names       map[string]string `toml:"names" comment:"Our full name, by language."`
	Line        Line              `toml:"line" comment:"The line to the other parties' nodes."`
	Web         Web               `toml:"web" comment:"The site for our own members."`
	SignOn      SignOn            `toml:"sign_on" comment:"Sign-on through the house's own directory (OpenID Connect), beside passkeys, passwords and links."`
	Press       Press             `toml:"press" comment:"The press room: the public site with what was adopted and released, and nothing else."`
	Witnesses   Witnesses         `toml:"witnesses" comment:"Outside witnesses that all parties agreed to name (C2SP tlog-witness). They are shown our log's name, its size and its root hash, and nothing else."`
	Attachments Attachments       `toml:"attachments" comment:"Papers that travel beside the record. What is over a limit is not fetched; the record itself always is."`
	Keys        Keys              `toml:"keys" comment:"Our seal keys. The node's own key is keys/node.key."`
	Consent     Consent           `toml:"consent" comment:"Two-person rule: acts that leave only when a second member of ours consents, with the roles that may; no role: any other member. An act is named as in the record, or as \"text.*\" for all of a subject."`
	Markings    Markings          `toml:"markings" comment:"How our house marks what its members see, by who can read it: in our own words, at the head of our own pages and nowhere else. Empty: no marking."`
	Mail        Mail              `toml:"mail" comment:"The mail server that tells our members, if they ask for it, what awaits them."`
	Hooks       Hooks             `toml:"hooks" comment:"Programs of ours that are told, by a signed POST, when what awaits us changes."`
	Fonts       Fonts             `toml:"fonts,omitempty" comment:"TrueType fonts for texts on paper (PDF), by language; \"other\" serves all. What is not named is looked for where Debian's packages put it: fonts-droid-fallback, fonts-ipaexfont-gothic, fonts-dejavu-core."`
	Operating   Operating         `toml:"operating" comment:"For the programs that watch this node."`
	Traces      Traces            `toml:"traces" comment:"Traces for a collector of yours (OpenTelemetry). Nothing is measured and nothing is sent unless one is named."`
	Log         Log               `toml:"log" comment:"What the node writes to standard error."`
}

// Line is the [line] section.
type Line struct {
	Listen     string              `toml:"listen" comment:"Address to listen on for other nodes, host:port; empty: only dial out."`
	Addresses  []string            `toml:"addresses" comment:"Addresses under which the others reach us; they go onto our calling card."`
	Peers      map[string][]string `toml:"peers,omitempty" comment:"Addresses of other parties' nodes where they differ from the charter's: party = [\"host:port\"]."`
	Relays     []string            `toml:"relays" comment:"Good offices where mail waits for parties that cannot be reached directly: relay:HOST:PORT#KEY, as their operator gives it. They may stand among addresses, too."`
	Cover      Duration            `toml:"cover" comment:"Time between two messages through good offices, which are then sent whether there is anything to say or not; 0s: only when there is."`
	DayEntries int64               `toml:"day_entries" comment:"How many entries of one counterpart in one mechanism are taken in a day (UTC); what is over waits at its side. 0: any number."`
	DayBytes   Size                `toml:"day_bytes" comment:"How many bytes of entries of one counterpart in one mechanism are taken in a day. 0B: any number. Attachments have limits of their own."`
	AllEntries int64               `toml:"all_entries" comment:"How many entries of one counterpart in one mechanism are taken in all, however long it takes; what is over waits at its side until you take more. doctor says so when four fifths are there. 0: any number."`
	Retry      Duration            `toml:"retry" comment:"Time between two tries to reach a party."`
}

// Web is the [web] section.
type Web struct {
	Listen string `toml:"listen" comment:"Address of the members' site, host:port; empty: none."`
	Copies bool   `toml:"copies" comment:"Whether members may keep copies of single texts and dossiers in their browser, to read them without a connection, until their session ends. Nobody has any who does not ask; a copy is not encrypted."`
	URL    string `toml:"url" comment:"The address that members type, if it differs (behind a proxy): https://…; sign-in links use it."`
}

// Press is the [press] section.
type Press struct {
	Listen    string   `toml:"listen" comment:"Address of the press room, host:port; empty: none. It is a listener of its own: what is public and what is not never share one."`
	URL       string   `toml:"url" comment:"The address under which the public reaches it, if it differs (behind a proxy): https://…; links in feeds use it."`
	Contact   string   `toml:"contact" comment:"Whom journalists ask, as it stands at the foot of every page: a name, a telephone number, an e-mail address; empty: nothing stands there."`
	Letters   bool     `toml:"letters" comment:"Whether readers may have new texts and corrections sent to them by e-mail, once they have confirmed that they want it; it takes [mail]."`
	Hubs      []string `toml:"hubs" comment:"WebSub hubs, https://…: every feed names them, and they are told by a POST which feeds changed; empty: none. What hooks.private says holds for them, too."`
	ReplyDays int      `toml:"reply_days" comment:"How many days after its publication readers may reply to a text; 0: never. Each reply waits for a press officer."`
}

// Witnesses is the [witnesses] section.
type Witnesses struct {
	Named   bool `toml:"named" comment:"Whether this node asks witnesses that the parties named; those of entente witness add are asked in any case."`
	Private bool `toml:"private" comment:"Whether named ones may be asked at addresses in private networks and on this machine, and in the clear."`
}

// Attachments is the [attachments] section.
type Attachments struct {
	Place     string `toml:"place" comment:"Where attachments lie: empty for the file bodies.db beside this one; database for the record's own PostgreSQL database; a folder, beginning with /; or a bucket that understands S3, s3://HOST/BUCKET/PREFIX, with ?region=… if need be. Move what is there with entente migrate-attachments, which writes this line."`
	Access    string `toml:"access_file" comment:"File with the bucket's access key and, on the next line, its secret, in the node's directory unless its path is absolute, readable by the node's owner alone; empty: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say it."`
	File      Size   `toml:"file" comment:"The largest file that our members may attach and that is fetched from others; at most 1GiB."`
	Mechanism Size   `toml:"mechanism" comment:"The most that the attachments of one mechanism may take on the disk."`
	Reserve   Size   `toml:"reserve" comment:"What attachments leave free on the disk, so that the record goes on when it fills up."`
}

// Keys is the [keys] section.
type Keys struct {
	Seal      []string `toml:"seal" comment:"Seal keys: files in keys/, other key files by absolute path, or agent:SHA256:… for keys in an SSH agent."`
	Threshold int      `toml:"threshold" comment:"How many of them must sign for a seal to count."`
}

// Mail is the [mail] section.
type Mail struct {
	Server       string `toml:"server" comment:"Address of the mail server, host:port; empty: no letter is ever sent."`
	TLS          string `toml:"tls" comment:"starttls or tls; none only for a server on this machine."`
	From         string `toml:"from" comment:"The address that letters come from."`
	User         string `toml:"user" comment:"Who we are to the mail server; empty: it asks for nobody."`
	PasswordFile string `toml:"password_file" comment:"File with the password, readable by the node's owner alone."`
	Titles       bool   `toml:"titles" comment:"Whether letters name what awaits; otherwise they say only how much, and where to look, and no days of meetings are sent. Mail is read on its way."`
}

// Hooks is the [hooks] section.
type Hooks struct {
	URLs    []string `toml:"urls" comment:"Addresses that are told; https://…, no others are ever spoken to."`
	KeyFile string   `toml:"key_file" comment:"File with the key that signs (HMAC-SHA256, as Standard Webhooks has it), readable by the node's owner alone."`
	Private bool     `toml:"private" comment:"Whether addresses in private networks and on this machine may be spoken to, and in the clear."`
	Titles  bool     `toml:"titles" comment:"Whether programs are told what awaits; otherwise only how much."`
}

// Operating is the [operating] section.
type Operating struct {
	Listen        string `toml:"listen" comment:"Address of /healthz, /readyz and /metrics (Prometheus), host:port, as in 127.0.0.1:9464; empty: none. No matter is named there, but parties are, and when they were heard: keep it on this machine, or behind your own walls."`
	BeforeUpgrade string `toml:"before_upgrade" comment:"Folder for the copy of the node that a newer program makes before it changes the form of what an older one wrote; in the node's directory unless it begins with /. none: it makes none, because you have one. A record in PostgreSQL is never copied by itself: make a dump, then start once with none."`
}

// NoCopy is the value of before_upgrade by which the operator says that there is a copy already.
const NoCopy = "none"

// check is the name of the first setting that cannot work, "" if there is none.
func (m Mail) check() string {
	host, _, _ := net.SplitHostPort(m.Server)
	_, domain, at := strings.Cut(m.From, "@")
	switch {
	case m.Server == "":
		return ""
	case !GoodAddress(m.Server) || host == "":
		return "mail.server"
	case m.TLS != "starttls" && m.TLS != "tls" && (m.TLS != "none" || !onThisMachine(host)):
		return "mail.tls"
	case !at || domain == "" || strings.ContainsAny(m.From, " <>\r\n"):
		return "mail.from"
	case m.User != "" && m.PasswordFile == "":
		return "mail.password_file"
	}
	return ""
}

func onThisMachine(host string) bool {
	return host == "localhost" || net.ParseIP(host) != nil && net.ParseIP(host).IsLoopback()
}

func (h Hooks) check() string {
	if !h.reaches(h.URLs) {
		return "hooks.urls"
	}
	if len(h.URLs) > 0 && h.KeyFile == "" {
		return "hooks.key_file"
	}
	return ""
}

// reaches reports whether addresses are such as may be spoken to.
func (h Hooks) reaches(addresses []string) bool {
	for _, s := range addresses {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !h.Private) {
			return false
		}
	}
	return true
}

// Log is the [log] section.
type Log struct {
	Level string `toml:"level" comment:"debug, info, warn or error."`
	JSON  bool   `toml:"json" comment:"One JSON object a line, for log collectors."`
}

// Duration is a time such as \"500ms\" or \"1m\".
type Duration time.Duration

// UnmarshalText reads Go's form of a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Size is a number of bytes such as "512MiB".
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// UnmarshalText reads a number with its unit.
func (z *Size) UnmarshalText(b []byte) error {
	for _, u := range sizeUnits {
		if digits, ok := strings.CutSuffix(string(b), u.name); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
			if err != nil || n < 0 || n > 1<<62/u.bytes {
				return errors.New("a size is a number and B, KiB, MiB, GiB or TiB")
			}
			*z = Size(n * u.bytes)
			return nil
		}
	}
	return errors.New("a size is a number and B, KiB, MiB, GiB or TiB")
}

// MarshalText writes it in the largest unit that fits.
func (z Size) MarshalText() ([]byte, error) {
	for _, u := range sizeUnits {
		if int64(z)%u.bytes == 0 && int64(z) >= u.bytes {
			return fmt.Appendf(nil, "%d%s", int64(z)/u.bytes, u.name), nil
		}
	}
	return []byte("0B"), nil
}

var partyPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`) // as a charter demands it

// Default is a configuration that only lacks a party.
func Default() Config {
	return Config{Language: "en", Names: map[string]string{}, Line: Line{Listen: "127.0.0.1:7443", Addresses: []string{"127.0.0.1:7443"}, Relays: []string{}, DayEntries: 2_000_000, DayBytes: 4 << 30, AllEntries: 10_000_000, Retry: Duration(500 * time.Millisecond)},
		Web: Web{Listen: "127.0.0.1:8443", Copies: true}, Press: Press{ReplyDays: 30, Hubs: []string{}}, Witnesses: Witnesses{Named: true}, Attachments: Attachments{File: 1 << 30, Mechanism: 50 << 30, Reserve: 512 << 20}, Keys: Keys{Seal: []string{}, Threshold: 1}, Mail: Mail{TLS: "starttls"}, SignOn: SignOn{Seal: Duration(15 * time.Minute)}, Hooks: Hooks{URLs: []string{}}, Operating: Operating{BeforeUpgrade: "before-upgrade"}, Traces: Traces{OneIn: 1}, Log: Log{Level: "info"}}
}

// Load reads the file, lays ENTENTE_SECTION_NAME of the environment over it, then settings given as NAME=VALUE, and checks the result.
func Load(path string, environ []string, given ...string) (Config, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return Config{}, refusal.New(refusal.Denied, "config.unreadable", "file", path).Because(err)
	}
	if err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	c, err := Parse(path, b)
	if err != nil {
		return c, err
	}
	if err := c.environment(environ); err != nil {
		return c, err
	}
	if err := c.flags(given); err != nil {
		return c, err
	}
	if err := c.Check(); err != nil {
		return c, c.from(err, environ, given)
	}
	return c, nil
}

// from says where a value that cannot be comes from if that is not the file, in which nobody would find it.
func (c Config) from(err error, environ, given []string) error {
	r := refusal.As(err)
	all, bad := c.Explain("", nil, environ, given)
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == r.Params["setting"] && s.By != "" })
	if r.Key != "config.bad_value" || bad != nil || i < 0 {
		return err
	}
	return refusal.New(r.Kind, "config.bad_value_given", "setting", all[i].Name, "from", all[i].By).Because(err)
}

// Parse reads the text of a file. name is for errors.
func Parse(name string, b []byte) (Config, error) {
	c := Default()
	return c, Decode(name, b, &c)
}

// Decode reads the text of a file of settings into a struct that has their defaults. name is for errors.
func Decode(name string, b []byte, into any) error {
	d := toml.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		row, _ := e.Position()
		key := strings.Join(e.Key(), ".")
		return refusal.New(refusal.Invalid, "config.unknown", "file", name, "line", strconv.Itoa(row), "setting", key, "nearest", nearest(key, into))
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := bad.Position()
		if key := strings.Join(bad.Key(), "."); key != "" && !strings.HasSuffix(err.Error(), "already defined") {
			return refusal.New(refusal.Invalid, "config.wrong_kind", "file", name, "line", strconv.Itoa(row), "setting", key).Because(err)
		}
		return refusal.New(refusal.Invalid, "config.malformed", "file", name, "line", strconv.Itoa(row)).Because(err)
	}
	if err != nil { // the library knows no place for some of its errors
		return refusal.New(refusal.Invalid, "config.malformed", "file", name, "line", "1").Because(err)
	}
	return nil
}

// Check refuses values that cannot work.
func (c *Config) Check() error {
	bad := func(setting string) error {
		return refusal.New(refusal.Invalid, "config.bad_value", "setting", setting)
	}
	if !partyPattern.MatchString(c.Party) {
		return bad("party")
	}
	if err := lang.Tag(c.Language).Check(); err != nil {
		return bad("language")
	}
	if err := CheckStore(c.Store); err != nil {
		return err
	}
	if _, err := c.Attachments.Where(c.Store); err != nil {
		return err
	}
	for tag, name := range c.Names {
		if lang.Tag(tag).Check() != nil || name == "" || lang.CheckNew(name) != nil {
			return bad("names." + tag)
		}
	}
	if err := c.checkListeners(); err != nil {
		return err
	}
	for _, a := range c.Line.Relays {
		if _, ok := mailbox.ParseAddress(a); !ok {
			return refusal.New(refusal.Invalid, "relay.bad_address", "address", a)
		}
	}
	for _, list := range append(slices.Collect(maps.Values(c.Line.Peers)), c.Line.Addresses) {
		for _, a := range list {
			if _, relay := mailbox.ParseAddress(a); !relay && !GoodAddress(a) {
				return refusal.New(refusal.Invalid, "config.bad_address", "address", a)
			}
		}
	}
	for setting, s := range map[string]string{"web.url": c.Web.URL, "press.url": c.Press.URL} {
		if u, err := url.Parse(s); s != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return bad(setting)
		}
	}
	if c.Keys.Threshold < 1 || len(c.Keys.Seal) > 0 && c.Keys.Threshold > len(c.Keys.Seal) {
		return bad("keys.threshold")
	}
	for _, setting := range []string{c.Line.check(), c.Attachments.check(), c.Press.check(c), c.Mail.check(), c.Hooks.check(), c.SignOn.check(c.Web.URL), c.Traces.check(), c.Markings.check()} {
		if setting != "" {
			return bad(setting)
		}
	}
	if tag := c.Fonts.check(); tag != "" {
		return bad("fonts." + tag)
	}
	if act := c.Consent.check(); act != "" {
		return bad("consent." + act)
	}
	switch c.Log.Level {
	case "debug", "info", "warn", "error":
	default:
		return bad("log.level")
	}
	return nil
}

// checkListeners refuses addresses that cannot be listened on, and two of this node that are in each other's way: what is for different people never shares a listener.
func (c *Config) checkListeners() error {
	all := []struct{ setting, address string }{{"line.listen", c.Line.Listen}, {"web.listen", c.Web.Listen}, {"press.listen", c.Press.Listen}, {"operating.listen", c.Operating.Listen}}
	for i, a := range all {
		if a.address == "" {
			continue
		}
		if !GoodAddress(a.address) {
			return refusal.New(refusal.Invalid, "config.bad_address", "address", a.address)
		}
		for _, b := range all[:i] {
			if oneListener(a.address, b.address) {
				return refusal.New(refusal.Invalid, "config.same_address", "one", b.setting, "other", a.setting, "address", a.address)
			}
		}
	}
	return nil
}

// oneListener reports whether the system gives only one of two addresses out: those of one port on one host, or on all of this machine's.
func oneListener(a, b string) bool {
	hostA, portA, err := net.SplitHostPort(a)
	hostB, portB, err2 := net.SplitHostPort(b)
	all := func(host string) bool { ip := net.ParseIP(host); return host == "" || ip != nil && ip.IsUnspecified() }
	return err == nil && err2 == nil && portA == portB && portA != "0" && (hostA == hostB || all(hostA) || all(hostB))
}

// check names the first setting that is not one.
func (a Attachments) check() string {
	switch {
	case a.File < 1 || a.File > 1<<30:
		return "attachments.file"
	case a.Mechanism < 0:
		return "attachments.mechanism"
	case a.Reserve < 0:
		return "attachments.reserve"
	}
	return ""
}

// check names the first setting that is not one.
func (l Line) check() string {
	switch {
	case l.DayEntries < 0:
		return "line.day_entries"
	case l.DayBytes < 0:
		return "line.day_bytes"
	case l.AllEntries < 0:
		return "line.all_entries"
	case l.Retry <= 0:
		return "line.retry"
	case l.Cover != 0 && time.Duration(l.Cover) < time.Second:
		return "line.cover"
	}
	return ""
}

// check names the first setting that is not one, or that lacks what it takes elsewhere.
func (p Press) check(c *Config) string {
	switch {
	case len(p.Contact) > 300 || lang.CheckNewLine(p.Contact) != nil:
		return "press.contact"
	case p.ReplyDays < 0 || p.ReplyDays > 3650:
		return "press.reply_days"
	case p.Letters && (c.Mail.Server == "" || p.Listen == ""):
		return "press.letters"
	case !c.Hooks.reaches(p.Hubs), len(p.Hubs) > 0 && p.Listen == "",
		slices.ContainsFunc(p.Hubs, func(s string) bool { return strings.ContainsAny(s, "<> \"") }): // they stand between < and > in a header
		return "press.hubs"
	}
	return ""
}

// GoodAddress reports whether an address has a host, which may be empty for all of this machine's, and a port.
func GoodAddress(a string) bool {
	_, port, err := net.SplitHostPort(a)
	n, bad := strconv.ParseUint(port, 10, 16)
	return err == nil && bad == nil && (n > 0 || port == "0")
}

const head = `# The settings of this node; entente reads them when it starts. Check them with: entente config check
# Each can also be given in the environment, under its section and name: ENTENTE_LINE_LISTEN=127.0.0.1:7443

`

// Format writes the configuration with its explanations.
func (c Config) Format() ([]byte, error) {
	b, err := toml.Marshal(c)
	return append([]byte(head), b...), err
}

// Example is a file that explains every setting. What few need is there as a comment.
func Example() ([]byte, error) {
	c := Default()
	c.Party, c.Names, c.Keys.Seal = "cedar", map[string]string{"en": "Cedar Party"}, []string{"seal1"}
	c.Line.Peers = map[string][]string{"birch": {"192.0.2.7:7443"}}
	c.Consent = Consent{"text.confirm": {"head", "deputy"}}
	c.Fonts = Fonts{"ja": {"/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"}}
	b, err := c.Format()
	var out strings.Builder
	few := false
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "[") {
			few = slices.Contains([]string{"[line.peers]\n", "[consent]\n", "[fonts]\n"}, line)
		}
		if few && strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			line = "# " + line
		}
		out.WriteString(line)
	}
	return []byte(out.String()), err
}
