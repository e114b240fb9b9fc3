package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"entente.example/internal/chancery"
	"entente.example/internal/search"
)

// search looks for a word of two characters in what was agreed, and for a meeting of which there are two on the record.
func (r *run) search(ctx context.Context) error {
	const word, meeting = "交流", "第3回会合"
	a := r.Actors[1]
	agreed, err := a.Search(ctx, r.Mech, chancery.SearchQuery{Scope: string(search.Agreed), Words: word, Limit: 100})
	if err != nil {
		return err
	}
	two, err := a.Search(ctx, r.Mech, chancery.SearchQuery{Scope: string(search.Record), Words: meeting})
	if err != nil {
		return err
	}
	var series []string
	for _, h := range two.Hits {
		series = append(series, strings.TrimPrefix(h.Matter, "meeting/"))
	}
	if len(agreed.Hits) == 0 || len(series) != 2 {
		return fmt.Errorf("%q is found %d times in what was agreed, %s on the record: %q", word, len(agreed.Hits), meeting, series)
	}
	r.say("search", "word", word, "n", strconv.Itoa(len(agreed.Hits)), "meeting", meeting, "first", series[0], "second", series[1])
	return nil
}
