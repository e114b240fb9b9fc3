package config

import (
	"maps"
	"slices"
	"testing"

	"entente.example/refusal"
)

// Nothing goes anywhere unless somebody said where; the usual variable says it, ours goes before it, and whoever forbids traces to all programs forbids them to this one.
func TestWhereTracesGo(t *testing.T) {
	const usual, ours = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", "ENTENTE_TRACES_ENDPOINT=https://other"
	for name, c := range map[string]struct {
		environ, given []string
		want, by       string
	}{
		"nobody says":          {nil, nil, "", ""},
		"the usual variable":   {[]string{"OTHER=1", usual}, nil, "http://collector:4318", "OTEL_EXPORTER_OTLP_ENDPOINT"},
		"an empty one":         {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT="}, nil, "", ""},
		"ours, before it":      {[]string{ours, usual}, nil, "https://other", "ENTENTE_TRACES_ENDPOINT"},
		"a flag, before both":  {[]string{ours, usual}, []string{"traces.endpoint=http://127.0.0.1:4318"}, "http://127.0.0.1:4318", "--set traces.endpoint"},
		"all are forbidden":    {[]string{usual, "OTEL_SDK_DISABLED=true"}, nil, "", ""},
		"traces are forbidden": {[]string{usual, "OTEL_TRACES_EXPORTER=none"}, nil, "", ""},
		"for other programs":   {[]string{ours, "OTEL_SDK_DISABLED=true"}, nil, "https://other", "ENTENTE_TRACES_ENDPOINT"},
	} {
		cfg, err := Load("testdata/example.toml", c.environ, c.given...)
		if err != nil || cfg.Traces.Endpoint != c.want {
			t.Errorf("%s: %q %v", name, cfg.Traces.Endpoint, err)
		}
		all, err := cfg.Explain("file", nil, c.environ, c.given)
		i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == "traces.endpoint" })
		if err != nil || i < 0 || all[i].By != c.by || all[i].Value != c.want {
			t.Errorf("%s: explained as %+v %v", name, all[max(i, 0)], err)
		}
	}
	for _, bad := range []string{"traces.endpoint=collector:4318", "traces.endpoint=ftp://collector", "traces.endpoint=https://", "traces.endpoint=https://user:secret@collector", "traces.endpoint=https://collector?token=1", "traces.one_in=0"} {
		if _, err := Load("testdata/example.toml", nil, bad); refusal.As(err).Key != "config.bad_value_given" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Every file of which the settings say that it holds a secret is among those whose owner and mode are looked at.
func TestSecretsAreAllLookedAt(t *testing.T) {
	var c Config
	c.Secret, c.SignOn.SecretFile, c.Mail.PasswordFile, c.Hooks.KeyFile, c.Traces.HeaderFile, c.Attachments.Access = "a", "b", "c", "d", "e", "/f"
	want := map[string]string{StorePasswordFile: "/node/a", "sign_on.secret_file": "b", "mail.password_file": "c", "hooks.key_file": "d", "traces.header_file": "e", AccessFile: "/f"}
	if got := c.Secrets("/node"); !maps.Equal(got, want) {
		t.Error(got)
	}
}
