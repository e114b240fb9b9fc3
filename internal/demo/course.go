package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// succeeds shows a text whose place a later one takes: a side issues its own a second time. The first stays, and says what took its place.
func (s *Stage) succeeds(ctx context.Context, t worked.Topic) (charter.Side, error) {
	sides := s.Example.Sides
	by := sides[0]
	for _, side := range sides[1:] {
		if len(side.Parties) < len(by.Parties) {
			by = side
		}
	}
	alone := charter.Side{ID: by.ID, Label: by.Label}
	first := text.ParallelID(by.Parties[0], t.ID)
	t.ID += "-2"
	if err := s.issue(ctx, t, by.Parties, t.Positions[by.ID]); err != nil {
		return alone, err
	}
	for _, p := range by.Parties {
		if err := s.says(ctx, p, "hod", first, text.Supersede{By: text.ParallelID(by.Parties[0], t.ID)}); err != nil {
			return alone, err
		}
	}
	return alone, s.await(ctx, first+" is superseded", func(a *Actor) (bool, string, error) {
		v, err := a.Text(ctx, s.Mech, first)
		if err != nil || v.Status.Ended == nil {
			return false, "it goes on", err
		}
		return v.Status.Ended.Kind == text.EndSuperseded && v.Status.Issued, v.Status.Ended.Kind, nil
	})
}

// slip is a paper off the record as a node shows it.
type slip struct {
	ID       string
	Party    string
	Text     string
	Sounding *struct{ Reaction, Words string }
}

// soundings shows what comes before a text is put: the words go to one counterpart off the record, it reacts, and the text is tabled as if nothing had been said.
func (s *Stage) soundings(ctx context.Context, id string, title lang.Text) (reaction string, err error) {
	by, to := s.Actors[1], s.Actors[0]
	_, words := title.Pick(lang.English)
	type body map[string]any
	day := s.clock.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly)
	var sent, came slip
	if err := s.ask(ctx, by, "hod", http.MethodPost, "/non-papers", body{"to": string(to.Party), "text": words, "hours": 240, "by": day}, &sent); err != nil {
		return "", err
	}
	if came, err = s.slip(ctx, to, func(p slip) bool { return p.Party == string(by.Party) && p.Sounding != nil }); err != nil {
		return "", fmt.Errorf("what is sounded out does not come: %w", err)
	}
	if err := s.ask(ctx, to, "hod", http.MethodPost, "/non-papers/"+came.ID+"/react", body{"reaction": "changes", "words": "Without dates, for now."}, nil); err != nil {
		return "", err
	}
	if sent, err = s.slip(ctx, by, func(p slip) bool { return p.ID == sent.ID && p.Sounding != nil && p.Sounding.Reaction != "" }); err != nil {
		return "", fmt.Errorf("the reaction does not come: %w", err)
	}
	languages := s.Example.Mechanism.Languages
	draft := text.Draft{Table: text.Table{Title: in(languages, title), Languages: languages, Drafting: languages[0], Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: in(languages, title)}}}}
	return sent.Sounding.Reaction, s.says(ctx, by.Party, "draft", id, draft.Acts()...)
}

// slip waits for a paper off the record on a node.
func (s *Stage) slip(ctx context.Context, a *Actor, is func(slip) bool) (slip, error) {
	for deadline := time.Now().Add(patience); ; {
		var all []slip
		if err := s.ask(ctx, a, "hod", http.MethodGet, "/non-papers", nil, &all); err != nil {
			return slip{}, err
		}
		for _, p := range all {
			if is(p) {
				return p, nil
			}
		}
		if time.Now().After(deadline) {
			return slip{}, fmt.Errorf("not at %s after %v: %v", a.Party, patience, all)
		}
		select {
		case <-ctx.Done():
			return slip{}, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// course shows both.
func (r *run) course(ctx context.Context) error {
	t := r.Example.Topics[0]
	by, err := r.succeeds(ctx, t)
	if err != nil {
		return fmt.Errorf("a later text: %w", err)
	}
	_, title := t.Title.Pick(r.Language)
	_, side := by.Label.Pick(r.Language)
	r.say("superseded", "title", title, "side", side)
	third := lang.Text{lang.English: "Joint calendar, third draft", lang.Chinese: "共同日历，第三稿", lang.Japanese: "共同カレンダー、第三案"}
	if _, err = r.soundings(ctx, "calendar-3", third); err != nil {
		return fmt.Errorf("soundings: %w", err)
	}
	_, title = third.Pick(r.Language)
	r.say("sounded", "title", title, "party", r.Example.Short(r.Actors[1].Party, r.Language), "asked", r.Example.Short(r.Actors[0].Party, r.Language))
	return nil
}
