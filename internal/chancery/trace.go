package chancery

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"entente.example/internal/node"
	"entente.example/internal/readout"
	"entente.example/internal/store"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Step is one act in the trace of a matter. Break is how long nothing had happened before it, if that was long.
type Step struct {
	LogEntry
	Break *Length   `json:"break,omitempty"`
	On    lang.Text `json:"on,omitempty"` // of a dispute, and of what is said to it: the sentence
}

// longPause is a time without any act that a trace points out.
const longPause = 90 * 24 * time.Hour

// Trace is who did what about a matter, on all sides, from the first act to the last. With the id of a paragraph it leaves out acts that speak of others only, and has what was said in the threads about it.
func (c *Chancery) Trace(ctx context.Context, mech, matter, paragraph string) (out []Step, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		out, err = TraceIn(s, matter, paragraph)
		return err
	})
	return out, err
}

// TraceIn is the trace in a snapshot. A matter on which nobody has acted is refused, and so is a paragraph that no act of the matter names. That of a whole matter has woven in what belongs to it or cites it: meetings, readouts, minutes, papers and threads.
func TraceIn(s *node.Snapshot, matter, paragraph string) ([]Step, error) {
	rows, err := history(s, matter)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, refusal.New(refusal.Missing, "attachment.no_matter", "matter", matter)
	}
	if paragraph != "" {
		if paragraph, rows, err = actsOn(s, matter, rows, paragraph); err != nil {
			return nil, err
		}
	}
	all, err := strands(s, matter, paragraph)
	if err != nil {
		return nil, err
	}
	if rows, err = woven(s, matter, rows, all); err != nil {
		return nil, err
	}
	out := []Step{}
	for _, row := range rows {
		out = append(out, Step{LogEntry: row})
	}
	if err := quoted(s, out); err != nil {
		return nil, err
	}
	last := time.Time{}
	for i := range out {
		at, err := time.Parse(time.RFC3339, out[i].At)
		if err != nil {
			continue
		}
		if !last.IsZero() && at.Sub(last) > longPause {
			out[i].Break = length(last, at)
		}
		last = at
	}
	return out, nil
}

// quoted puts the sentence beside each dispute of it: nothing shows what is said against words without the words.
func quoted(s *node.Snapshot, steps []Step) error {
	for i := range steps {
		step := &steps[i]
		if step.Type != (readout.Dispute{}).EntryType() && step.Type != (readout.Reply{}).EntryType() || step.Void != nil {
			continue
		}
		st, err := s.Subject(step.Matter)
		if err != nil {
			return err
		}
		if r, ok := st.(*readout.State); ok {
			step.On = r.Disputing(step.ID)
		}
	}
	return nil
}

// history is every act on a matter, in the order of the record.
func history(s *node.Snapshot, matter string) ([]LogEntry, error) {
	var all []store.Entry
	for e, err := range s.Reader().History(s.ID, matter) {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b store.Entry) int { return cmp.Or(cmp.Compare(a.Lam, b.Lam), cmp.Compare(a.Log, b.Log)) })
	var rows []LogEntry
	for _, e := range all {
		if row, ok := logEntry(s, e); ok {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// woven adds the acts of other matters that belong into a trace.
func woven(s *node.Snapshot, matter string, rows []LogEntry, all []strand) ([]LogEntry, error) {
	for _, st := range all {
		others, err := history(s, st.matter)
		if err != nil {
			return nil, err
		}
		for i, row := range others {
			if st.of(matter, row, i) {
				rows = append(rows, row)
			}
		}
	}
	slices.SortFunc(rows, func(a, b LogEntry) int {
		return cmp.Or(cmp.Compare(a.Lam, b.Lam), cmp.Compare(a.Party, b.Party), cmp.Compare(a.Index, b.Index))
	})
	return slices.CompactFunc(rows, func(a, b LogEntry) bool { return a.Ref == b.Ref }), nil
}

// actsOn finds the acts on a paragraph by its id, or else by the label that it has on the page of its text.
func actsOn(s *node.Snapshot, matter string, rows []LogEntry, paragraph string) (string, []LogEntry, error) {
	if acts := touching(rows, paragraph); len(acts) > 0 {
		return paragraph, acts, nil
	}
	st, err := s.Subject(matter)
	if err != nil {
		return "", nil, err
	}
	if t, ok := st.(*text.State); ok {
		for _, p := range t.Paragraphs {
			if p.Label != paragraph {
				continue
			}
			if acts := touching(rows, string(p.ID)); len(acts) > 0 {
				return string(p.ID), acts, nil
			}
		}
	}
	return "", nil, refusal.New(refusal.Missing, "trace.no_paragraph", "matter", matter, "paragraph", paragraph)
}

// touching leaves the acts that name a paragraph or no paragraph at all; none if no act names it.
func touching(rows []LogEntry, paragraph string) []LogEntry {
	named := false
	acts := slices.DeleteFunc(slices.Clone(rows), func(r LogEntry) bool {
		others, it := speaksOf(r.Body, paragraph)
		named = named || it
		return others && !it
	})
	if !named {
		return nil
	}
	return acts
}

// speaksOf reports whether a body names paragraphs at all, and this one among them.
func speaksOf(body []byte, paragraph string) (named, found bool) {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return false, false
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if p, ok := v["paragraph"].(string); ok {
				named, found = true, found || p == paragraph
			}
			if list, ok := v["paragraphs"].([]any); ok {
				for _, p := range list {
					id, isID := p.(string)
					if item, ok := p.(map[string]any); ok {
						id, isID = item["id"].(string)
					}
					named, found = named || isID, found || isID && id == paragraph
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	return named, found
}
