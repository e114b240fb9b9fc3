package text

import (
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/lang"
)

func TestHeads(t *testing.T) {
	v := func(act string, tag lang.Tag, replaces ...string) Version {
		return Version{By: By{Act: act}, Lang: tag, Replaces: replaces}
	}
	for name, c := range map[string]struct {
		versions []Version
		hidden   string // an act that is not seen
		want     []string
	}{
		"none":                             {nil, "", nil},
		"of another language":              {[]Version{v("a-1", "ja")}, "", nil},
		"one":                              {[]Version{v("a-1", "ja"), v("a-2", "en"), v("a-3", "zh")}, "", []string{"a-2"}},
		"one that replaces itself":         {[]Version{v("a-1", "en", "a-1")}, "", nil},
		"replaced":                         {[]Version{v("a-1", "en"), v("a-2", "en", "a-1")}, "", []string{"a-2"}},
		"replaced by what nobody sees":     {[]Version{v("a-1", "en"), v("a-2", "en", "a-1")}, "a-2", []string{"a-1"}},
		"replaced in another language":     {[]Version{v("a-1", "en"), v("a-2", "ja", "a-1")}, "", []string{"a-1"}},
		"two made without each other":      {[]Version{v("a-1", "en"), v("a-2", "en", "a-1"), v("b-1", "en", "a-1")}, "", []string{"a-2", "b-1"}},
		"two that are each other's end":    {[]Version{v("a-1", "en", "b-1"), v("b-1", "en", "a-1")}, "", nil},
		"the first of two, in what I saw":  {[]Version{v("a-1", "en"), v("b-1", "en")}, "b-1", []string{"a-1"}},
		"the second of two, in what I saw": {[]Version{v("a-1", "en"), v("b-1", "en")}, "a-1", []string{"b-1"}},
	} {
		w := &Wording{Versions: c.versions}
		var got []string
		for _, h := range w.heads(nil, "en", func(_ *charter.State, by By) bool { return by.Act != c.hidden }) {
			got = append(got, h.Act)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v stand, want %v", name, got, c.want)
		}
	}
}
