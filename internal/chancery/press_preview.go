package chancery

import (
	"context"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/press"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Preview is an adopted text as the public will see it.
type Preview struct {
	Text     *press.Communique
	At       time.Time   // when it becomes public, as far as releases say; zero: nobody has released it
	Waiting  []lang.Text // parties whose release is to come
	Disagree bool        // releases put different things above it, so nothing of that will stand there
}

// Preview shows press officers an adopted text before its instant. front is what they mean to put above it; nil: what the releases say. Nothing of it is kept or public.
func (c *Chancery) Preview(ctx context.Context, mech, member, id string, front *text.Front, at time.Time) (out Preview, err error) {
	if err := c.Publishes(ctx, mech, member); err != nil {
		return out, err
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Text(id)
		if err != nil {
			return err
		}
		b, err := bundle(s, id)
		if err != nil {
			return err
		}
		files, err := b.Files()
		if err != nil {
			return err
		}
		if files, err = c.withAnnexes(ctx, s, t, files); err != nil {
			return err
		}
		out, err = preview(s, t, files, front, at)
		if out.At.IsZero() && err == nil {
			out.Text.Public = c.now() // as if it were released now
		}
		return err
	})
	return out, err
}

func preview(s *node.Snapshot, t *text.State, files map[string][]byte, front *text.Front, at time.Time) (out Preview, err error) {
	ch := s.Charter()
	if out.Text, err = communique(s, t, at, files); err != nil {
		return out, err
	}
	var latest time.Time
	given := front != nil
	for _, p := range ch.Document().Parties {
		r, ok := t.Releases[p.ID]
		if !ok {
			out.Waiting = append(out.Waiting, named(out.Text.Content, p.ID))
			continue
		}
		if r.Front != nil && !given && (front == nil || p.ID == charter.PartyID(s.Self)) {
			front = r.Front
		}
		if released := instant(r.NotBefore); released.After(latest) {
			latest = released
		}
	}
	if at.After(latest) {
		latest = at
	}
	if len(out.Waiting) == 0 && !given {
		agreed := t.Front(ch)
		out.Disagree = front != nil && len(agreed.Headline)+len(agreed.Category)+len(agreed.Lead) == 0
		front = &agreed
	}
	if front != nil {
		out.Text.Category, out.Text.Headline, out.Text.Lead = front.Category, front.Headline, front.Lead
	}
	out.At, out.Text.Public = latest, t.PublicSince(latest)
	return out, nil
}
