package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"entente.example/refusal"
)

// Where a setting's value comes from; what stands later in this list counts more.
const (
	FromDefault     = "default"
	FromFile        = "file"
	FromEnvironment = "environment"
	FromFlag        = "flag"
)

// Setting is one setting, its value as it would be written into the file, and where that comes from.
type Setting struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	From  string `json:"from"`
	By    string `json:"by,omitempty"` // the file, the variable, or the flag
}

// flags lays settings written NAME=VALUE over everything else.
func (c *Config) flags(given []string) error {
	places := map[string]reflect.Value{}
	settings(reflect.ValueOf(c).Elem(), "", func(name string, v reflect.Value) { places[name] = v })
	for _, s := range given {
		name, value, ok := strings.Cut(s, "=")
		v, known := places[name]
		switch {
		case !known:
			return refusal.New(refusal.Invalid, "config.unknown_flag", "flag", s, "nearest", nearest(name, c))
		case !ok:
			return refusal.New(refusal.Invalid, "config.flag", "flag", s)
		}
		if err := set(v, value); err != nil {
			return refusal.New(refusal.Invalid, "config.flag", "flag", s).Because(err)
		}
	}
	return nil
}

// Explain lists every setting of a configuration that was made of a file's text, an environment and flags, and says of each where its value comes from.
func (c Config) Explain(path string, file []byte, environ, given []string) ([]Setting, error) {
	var stands map[string]any
	if err := toml.Unmarshal(file, &stands); err != nil {
		return nil, err
	}
	var out []Setting
	ordinary := usualIn(environ)
	settings(reflect.ValueOf(&c).Elem(), "", func(name string, v reflect.Value) {
		s := Setting{Name: name, Value: plain(v), From: FromDefault}
		if in(stands, strings.Split(name, ".")) {
			s.From, s.By = FromFile, path
		}
		if _, ok := ordinary[name]; ok {
			s.From, s.By = FromEnvironment, usual[name]
		}
		if slices.ContainsFunc(environ, func(e string) bool { return strings.HasPrefix(e, variable(name)+"=") }) {
			s.From, s.By = FromEnvironment, variable(name)
		}
		if slices.ContainsFunc(given, func(f string) bool { return strings.HasPrefix(f, name+"=") }) {
			s.From, s.By = FromFlag, "--set "+name
		}
		out = append(out, s)
	})
	return out, nil
}

// plain is a value as the file would have it.
func plain(v reflect.Value) any {
	if m, ok := v.Interface().(interface{ MarshalText() ([]byte, error) }); ok {
		if b, err := m.MarshalText(); err == nil {
			return string(b)
		}
	}
	return v.Interface()
}

func in(table map[string]any, path []string) bool {
	v, ok := table[path[0]]
	if !ok || len(path) == 1 {
		return ok
	}
	inner, ok := v.(map[string]any)
	return ok && in(inner, path[1:])
}

// Settings whose files belong to where a node keeps things; see Secrets.
const (
	StorePasswordFile = "store_password_file"
	AccessFile        = "attachments.access_file"
)

// Secrets are the files that hold a secret of their own, by setting, where a node in dir reads them: those of its grounds from its directory, all others from where the program runs.
func (c Config) Secrets(dir string) map[string]string {
	out := map[string]string{StorePasswordFile: c.Secret, "sign_on.secret_file": c.SignOn.SecretFile, "mail.password_file": c.Mail.PasswordFile, "hooks.key_file": c.Hooks.KeyFile, AccessFile: c.Attachments.Access, "traces.header_file": c.Traces.HeaderFile}
	for setting, file := range out {
		if file == "" {
			delete(out, setting)
		}
	}
	for _, setting := range []string{StorePasswordFile, AccessFile} {
		if file := out[setting]; file != "" && !filepath.IsAbs(file) {
			out[setting] = filepath.Join(dir, file)
		}
	}
	return out
}
