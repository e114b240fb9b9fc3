package chancery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/conversation"
	"entente.example/internal/locale"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Talk is a thread about a paragraph: how much was said in it, and what last.
type Talk struct {
	Paragraph text.ParaID           `json:"paragraph"`
	Thread    string                `json:"thread"`
	Messages  int                   `json:"messages"`
	Last      *conversation.Message `json:"last,omitempty"`
}

// talks are the threads about paragraphs of a text.
func (c *Chancery) talks(s *node.Snapshot, id string) (out []Talk, err error) {
	g, err := c.glances.Of(s)
	if err != nil {
		return nil, err
	}
	for _, m := range g.Talks(id) {
		out = append(out, Talk{m.Talk.Paragraph, m.ID, m.Talk.Said, m.Talk.Last})
	}
	return out, nil
}

// Comment says something about a paragraph to all parties, in the thread about it. The first comment begins that thread.
func (c *Chancery) Comment(ctx context.Context, mech, member, id string, paragraph text.ParaID, words lang.Text) ([]node.Posted, error) {
	var matter string
	bodies := []entry.Body{conversation.Say{Text: words}}
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		p, err := t.Find(paragraph)
		if err != nil {
			return err
		}
		var begun bool
		if matter, begun, err = talkAbout(s, id, paragraph); err != nil || begun {
			return err
		}
		title := lang.Text{}
		for _, tag := range locale.Languages {
			title[tag] = locale.Message(tag, "thread.on_paragraph", refusal.Params{"text": id, "paragraph": p.Label})
		}
		bodies = append([]entry.Body{conversation.Open{Title: title, About: "text/" + id, Paragraph: string(paragraph)}}, bodies...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, matter, bodies...)
}

// talkAbout is the thread in which a paragraph is commented on. Its id follows from the paragraph, so that parties who begin it at once begin the same one; what somebody has begun under that id about anything else is passed over.
func talkAbout(s *node.Snapshot, id string, paragraph text.ParaID) (matter string, begun bool, err error) {
	sum := sha256.Sum256([]byte(id + "\n" + string(paragraph)))
	name := strings.ToLower(id + "." + string(paragraph))
	name = strings.TrimRight(name[:min(len(name), 40)], ".-_") + "." + hex.EncodeToString(sum[:8])
	for n := 1; ; n++ {
		matter = "thread/" + name
		if n > 1 {
			matter += "-" + strconv.Itoa(n)
		}
		st, err := s.Subject(matter)
		switch {
		case err != nil && refusal.As(err).Kind == refusal.Missing:
			return matter, false, nil
		case err != nil:
			return "", false, err
		}
		opened := st.(*conversation.State).Opened
		if opened == nil {
			return matter, false, nil
		}
		if of, at := opened.Place(); of == id && at == string(paragraph) {
			return matter, true, nil
		}
	}
}
