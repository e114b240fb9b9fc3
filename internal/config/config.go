// Package config owns the operator's one file, entente.toml.
//
// It promises that an unknown setting is an error with its line and the nearest known name, that the example it prints is the manual, and that no secret stands in the file: secrets
// are files of their own. What the parties agreed is in the record, not here.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"entente.example/lang"
	"entente.example/refusal"
)

// Config is the file. The comment tags are what `entente config example` prints.
type Config struct {
	Party    string            `toml:"party" comment:"Our party's id in every charter: lower-case letters, digits and hyphens. It cannot change later."`
	Language string            `toml:"language" comment:"Our own language, a BCP 47 tag such as en, zh-Hans or ja."`
	Names    map[string]string `toml:"names" comment:"Our full name, by language."`
	Line     Line              `toml:"line" comment:"The line to the other parties' nodes."`
	Web      Web               `toml:"web" comment:"The site for our own members."`
	Keys     Keys              `toml:"keys" comment:"Our seal keys. The node's own key is keys/node.key."`
	Log      Log               `toml:"log" comment:"What the node writes to standard error."`
}

// Line is the [line] section.
type Line struct {
	Listen    string              `toml:"listen" comment:"Address to listen on for other nodes, host:port; empty: only dial out."`
	Addresses []string            `toml:"addresses" comment:"Addresses under which the others reach us; they go onto our calling card."`
	Peers     map[string][]string `toml:"peers,omitempty" comment:"Addresses of other parties' nodes where they differ from the charter's: party = [\"host:port\"]."`
	Retry     Duration            `toml:"retry" comment:"Time between two tries to reach a party."`
}

// Web is the [web] section.
type Web struct {
	Listen string `toml:"listen" comment:"Address of the members' site, host:port; empty: none."`
	URL    string `toml:"url" comment:"The address that members type, if it differs (behind a proxy): https://…; sign-in links use it."`
}

// Keys is the [keys] section.
type Keys struct {
	Seal      []string `toml:"seal" comment:"Seal keys: files in keys/, other key files by absolute path, or agent:SHA256:… for keys in an SSH agent."`
	Threshold int      `toml:"threshold" comment:"How many of them must sign for a seal to count."`
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

// Default is a configuration that only lacks a party.
func Default() Config {
	return Config{Language: "en", Names: map[string]string{}, Line: Line{Listen: "127.0.0.1:7443", Addresses: []string{"127.0.0.1:7443"}, Retry: Duration(500 * time.Millisecond)},
		Web: Web{Listen: "127.0.0.1:8443"}, Keys: Keys{Seal: []string{}, Threshold: 1}, Log: Log{Level: "info"}}
}

// Load reads the file, then ENTENTE_SECTION_NAME from the environment, and checks the result.
func Load(path string, environ []string) (Config, error) {
	b, err := os.ReadFile(path)
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
	return c, c.Check()
}

// Parse reads the text of a file. name is for errors.
func Parse(name string, b []byte) (Config, error) {
	c := Default()
	d := toml.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	err := d.Decode(&c)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		row, _ := e.Position()
		key := strings.Join(e.Key(), ".")
		return c, refusal.New(refusal.Invalid, "config.unknown", "file", name, "line", strconv.Itoa(row), "setting", key, "nearest", nearest(key))
	}
	if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := bad.Position()
		return c, refusal.New(refusal.Invalid, "config.malformed", "file", name, "line", strconv.Itoa(row)).Because(err)
	}
	return c, err
}

// Check refuses values that cannot work.
func (c *Config) Check() error {
	bad := func(setting string) error {
		return refusal.New(refusal.Invalid, "config.bad_value", "setting", setting)
	}
	if c.Party == "" {
		return bad("party")
	}
	if _, err := lang.ParseTag(c.Language); err != nil {
		return bad("language")
	}
	for _, a := range append([]string{c.Line.Listen, c.Web.Listen}, c.Line.Addresses...) {
		if _, _, err := net.SplitHostPort(a); a != "" && err != nil {
			return refusal.New(refusal.Invalid, "config.bad_address", "address", a)
		}
	}
	if u, err := url.Parse(c.Web.URL); c.Web.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return bad("web.url")
	}
	if c.Keys.Threshold < 1 || len(c.Keys.Seal) > 0 && c.Keys.Threshold > len(c.Keys.Seal) {
		return bad("keys.threshold")
	}
	if c.Line.Retry <= 0 {
		return bad("line.retry")
	}
	switch c.Log.Level {
	case "debug", "info", "warn", "error":
	default:
		return bad("log.level")
	}
	return nil
}

// Format writes the configuration with its explanations.
func (c Config) Format() ([]byte, error) { return toml.Marshal(c) }

// settings lists the dotted names of all settings, with their places in a value.
func settings(v reflect.Value, prefix string, each func(name string, v reflect.Value)) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("toml"), ",")
		if f := v.Field(i); f.Kind() == reflect.Struct {
			settings(f, prefix+name+".", each)
		} else {
			each(prefix+name, f)
		}
	}
}

// environment lays ENTENTE_LINE_LISTEN and its like over the file. Lists are divided by commas.
func (c *Config) environment(environ []string) error {
	given := map[string]string{}
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok {
			given[name] = value
		}
	}
	var err error
	settings(reflect.ValueOf(c).Elem(), "", func(name string, v reflect.Value) {
		s, ok := given["ENTENTE_"+strings.ToUpper(strings.ReplaceAll(name, ".", "_"))]
		if !ok {
			return
		}
		switch p := v.Addr().Interface().(type) {
		case *string:
			*p = s
		case *[]string:
			*p = strings.Split(s, ",")
		case *int:
			var e error
			*p, e = strconv.Atoi(s)
			err = errors.Join(err, e)
		case *bool:
			var e error
			*p, e = strconv.ParseBool(s)
			err = errors.Join(err, e)
		case *Duration:
			err = errors.Join(err, p.UnmarshalText([]byte(s)))
		}
	})
	if err != nil {
		return refusal.New(refusal.Invalid, "config.environment").Because(err)
	}
	return nil
}

// nearest is the known setting whose name differs least.
func nearest(key string) string {
	best, least := "", len(key)+100
	c := Default()
	settings(reflect.ValueOf(&c).Elem(), "", func(name string, _ reflect.Value) {
		if d := distance(key, name); d < least {
			best, least = name, d
		}
	})
	return best
}

// distance counts the single-character edits between two short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			cost := before
			if a[i] != b[j] {
				cost = 1 + min(before, row[j], row[j+1])
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
