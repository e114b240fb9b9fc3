package config

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"entente.example/refusal"
)

// The flag goes before the environment, that before the file, that before the default; and what is shown is what is in force.
func TestWhereValuesComeFrom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entente.toml")
	file := "party = 'cedar'\n[line]\nlisten = 'a.example:1'\naddresses = ['a.example:1']\n[log]\nlevel = 'warn'\n[attachments]\nfile = '1MiB'\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	environ, given := []string{"ENTENTE_LOG_LEVEL=error", "ENTENTE_LINE_LISTEN=b.example:2", "HOME=/root"}, []string{"line.listen=c.example:3", "press.reply_days=9"}
	c, err := Load(path, environ, given...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Explain(path, []byte(file), environ, given)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Setting{}
	for _, s := range all {
		found[s.Name] = s
	}
	for _, want := range []Setting{
		{"party", "cedar", FromFile, path},
		{"line.listen", "c.example:3", FromFlag, "--set line.listen"},
		{"line.addresses", []string{"a.example:1"}, FromFile, path},
		{"log.level", "error", FromEnvironment, "ENTENTE_LOG_LEVEL"},
		{"attachments.file", "1MiB", FromFile, path},
		{"press.reply_days", 9, FromFlag, "--set press.reply_days"},
		{"line.retry", "500ms", FromDefault, ""},
		{"web.listen", "127.0.0.1:8443", FromDefault, ""},
	} {
		if got := found[want.Name]; !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nnot %+v", got, want)
		}
	}
	n := 0
	settings(reflect.ValueOf(&c).Elem(), "", func(string, reflect.Value) { n++ })
	if len(found) != n {
		t.Errorf("%d of %d settings are shown", len(found), n)
	}
	for flag, key := range map[string]string{"line.listn=x": "config.unknown_flag", "line.retry=soon": "config.flag", "line.retry": "config.flag", "names=x": "config.flag", "log.level=loud": "config.bad_value_given"} {
		if _, err := Load(path, nil, flag); err == nil || refusal.As(err).Key != key {
			t.Errorf("--set %s: %v", flag, err)
		}
	}
	_, err = Load(path, []string{"ENTENTE_LOG_LEVEL=loud"})
	if r := refusal.As(err); r.Key != "config.bad_value_given" || r.Params["setting"] != "log.level" || r.Params["from"] != "ENTENTE_LOG_LEVEL" {
		t.Errorf("a value that cannot be, in the environment: %v", err)
	}
}
