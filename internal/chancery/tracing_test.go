package chancery

import (
	"os"
	"path/filepath"
	"testing"

	"entente.example/internal/config"
	"entente.example/refusal"
)

// Traces that go through the clear to another machine are worth a word; nothing is said where there are none.
func TestDoctorLooksWhereTracesGo(t *testing.T) {
	for endpoint, want := range map[string]string{"": "", "http://127.0.0.1:4318": "doctor.traces", "http://localhost:4318": "doctor.traces", "https://collector.example": "doctor.traces", "http://collector.example:4318": "doctor.traces_clear"} {
		c := &Chancery{cfg: config.Config{Traces: config.Traces{Endpoint: endpoint, OneIn: 1}}}
		f, ok := c.examineTraces()
		if ok != (want != "") || f.Key != want || (f.Grade == Notice) != (want == "doctor.traces_clear") {
			t.Errorf("%q: %+v %v", endpoint, f, ok)
		}
	}
}

func TestTracesAreOffUnlessNamed(t *testing.T) {
	c := &Chancery{}
	named := config.Traces{Endpoint: "http://127.0.0.1:4318", OneIn: 1}
	file := func(words string, mode os.FileMode) config.Traces {
		path := filepath.Join(t.TempDir(), "header")
		if err := os.WriteFile(path, []byte(words), mode); err != nil {
			t.Fatal(err)
		}
		x := named
		x.HeaderFile = path
		return x
	}
	for name, x := range map[string]struct {
		traces config.Traces
		alone  bool
		there  bool
		key    string
	}{
		"none is named":           {config.Traces{OneIn: 1}, false, false, ""},
		"one is named":            {named, false, true, ""},
		"for one command":         {named, true, false, ""},
		"with a header":           {file("Authorization: Bearer x\n", 0o600), false, true, ""},
		"with two of them":        {file("A: b\nC: d\n", 0o600), false, false, "config.bad_header"},
		"with no header":          {file("x", 0o600), false, false, "config.bad_header"},
		"a header that lies open": {file("A: b", 0o644), false, false, "keys.open_mode"},
	} {
		got, err := c.openTracing(Options{Config: config.Config{Traces: x.traces}, Alone: x.alone})
		if (got != nil) != x.there || x.key == "" && err != nil || x.key != "" && refusal.As(err).Key != x.key {
			t.Errorf("%s: %v %v", name, got != nil, err)
		}
	}
	if c.Spans() != nil || c.measureSpans() != nil {
		t.Error("a node without a collector measures something")
	}
}
