package config

import (
	"net/url"
	"slices"
	"strings"
)

// Traces is the [traces] section.
type Traces struct {
	Endpoint   string `toml:"endpoint" comment:"Address of the collector, OTLP over HTTP: https://HOST or http://HOST:4318, without /v1/traces; empty: none. OTEL_EXPORTER_OTLP_ENDPOINT in the environment says the same. A span has routes, numbers and kinds of refusals: no party, no member, no matter, no word."`
	HeaderFile string `toml:"header_file" comment:"File with a header, NAME: VALUE, by which the collector knows us, readable by the node's owner alone; empty: none."`
	OneIn      int    `toml:"one_in" comment:"One of how many traces is kept; 1: each."`
}

// check names the first setting that cannot work.
func (t Traces) check() string {
	if u, err := url.Parse(t.Endpoint); t.Endpoint != "" && (err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http") {
		return "traces.endpoint"
	}
	if t.OneIn < 1 {
		return "traces.one_in"
	}
	return ""
}

// usual are settings that have a name in the environment which other programs know, too.
var usual = map[string]string{"traces.endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT"}

// unwanted are variables by which an operator says that no program is to send traces, whatever address is there.
var unwanted = []string{"OTEL_SDK_DISABLED=true", "OTEL_TRACES_EXPORTER=none"}

// usualIn are the settings for which an environment has a variable by its usual name.
func usualIn(environ []string) map[string]string {
	out := map[string]string{}
	if slices.ContainsFunc(environ, func(e string) bool { return slices.Contains(unwanted, e) }) {
		return out
	}
	for setting, name := range usual {
		for _, e := range environ {
			if value, ok := strings.CutPrefix(e, name+"="); ok && value != "" {
				out[setting] = value
			}
		}
	}
	return out
}
