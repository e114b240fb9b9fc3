package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"entente.example/internal/concern"
	"entente.example/internal/markup"
	"entente.example/lang"
	"entente.example/refusal"
)

// typed is somebody at a terminal before a node that answers as given and keeps what it was sent.
func typed(t *testing.T, answers, node string) (g *globals, c *client, said *bytes.Buffer, sent *[]string) {
	t.Helper()
	hands, screen := terminal(t)
	if _, err := hands.WriteString(answers); err != nil {
		t.Fatal(err)
	}
	said, sent = new(bytes.Buffer), new([]string)
	g = &globals{io: streams{in: screen, out: io.Discard, err: said}, lang: "en"}
	c = &client{g, &http.Client{Transport: inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*sent = append(*sent, r.URL.Path+" "+string(b))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, node)
	})}}}
	return g, c, said, sent
}

// Wording that does not look like its language is asked about before it is sent. Whoever says no has sent nothing, and the command says so to what comes after it, too.
func TestDoubtedWordingIsAskedAboutOnATerminal(t *testing.T) {
	for answer, sends := range map[string]bool{"n\n": false, "\n": false, "はい\n": true} {
		g, c, said, sent := typed(t, answer, `{"posted": []}`)
		err := g.post(t.Context(), c, "/thread", concern.Raise{Text: lang.Text{"en": "次回の会合は来月東京で開かれる予定である。"}})
		if !strings.Contains(said.String(), "次回の会合") {
			t.Errorf("%q: %s", answer, said)
		}
		if sends != (err == nil) || sends != (len(*sent) == 1) || !sends && (refusal.As(err).Key != "cli.not_sent" || exitCodes[refusal.As(err).Kind] == 0) {
			t.Errorf("%q: %v, %q", answer, err, *sent)
		}
	}
}

// The changes of a file are shown with what is doubtful in them and asked about once; no other answer than yes proposes them.
func TestTheChangesOfAFileAreAskedAboutOnce(t *testing.T) {
	found := markup.Comparison{Text: "js-1", Read: []string{"cedar-4"}, Changes: []markup.Change{{Kind: markup.Reworded, Paragraph: "1", Label: "1", Before: lang.Text{"en": "Meet."}, After: lang.Text{"en": "次回の会合は来月東京で開かれる予定である。"}}}}
	node, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for answer, sends := range map[string]bool{"n\n": false, "perhaps\n": false, "y\n": true} {
		g, c, said, sent := typed(t, answer, string(node))
		if err := g.propose(t.Context(), c, "js-1", &markup.Sheet{}, "", false, false, false); err != nil {
			t.Fatal(err)
		}
		last := (*sent)[len(*sent)-1]
		if sends != (len(*sent) == 2) || sends != strings.Contains(last, "/amend ") || sends && !strings.Contains(last, "cedar-4") {
			t.Errorf("%q: %q", answer, *sent)
		}
		if n := strings.Count(said.String(), "does not look like it"); n != 1 || strings.Contains(said.String(), "Nothing was changed") == sends {
			t.Errorf("%q: doubted %d times\n%s", answer, n, said)
		}
	}
}
