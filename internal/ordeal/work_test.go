package ordeal

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// pages answers every request for a log with the entries that a node holds, once.
type pages []held

func (p pages) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.RawQuery, "&before=0") {
		p = pages{}
	}
	b, err := json.Marshal(p)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(b)), Request: r}, err
}

// An ordeal that did not notice a lost act would prove nothing: neither when the node comes back nor at the end.
func TestALostActIsNoticed(t *testing.T) {
	holds := func(i int, entries ...held) *house {
		return &house{i: i, party: parties[i], http: &http.Client{Transport: pages(entries)}}
	}
	own, other := held{"own", "cedar", 4, 7}, held{"other", "birch", 2, 6}
	for name, c := range map[string]struct {
		holds []held
		lost  bool
		lacks bool
	}{
		"all":                      {holds: []held{own, other}},
		"what others wrote later":  {holds: []held{own, {"older", "birch", 1, 5}}, lacks: true},
		"nothing of its own":       {holds: []held{other}, lost: true},
		"another entry in a place": {holds: []held{{"forged", "cedar", 4, 7}, other}, lost: true},
	} {
		o := &ordeal{acked: [hosts][]act{{{"own", 4}}, {{"other", 2}}}}
		cedar := holds(0, c.holds...)
		lacks, err := o.look(t.Context(), cedar)
		if (err != nil) != c.lost || lacks != c.lacks {
			t.Errorf("%s: it lacks entries: %v; %v", name, lacks, err)
		}
		if err == nil && cedar.shown != 1 {
			t.Errorf("%s: %d of one act seen", name, cedar.shown)
		}
		o.houses = [hosts]*house{cedar, holds(1, own, other), holds(2, own, other)}
		if err := o.check(t.Context(), [hosts]int{}); (err != nil) != (c.lost || c.lacks) {
			t.Errorf("%s: at the end: %v", name, err)
		}
	}
}
