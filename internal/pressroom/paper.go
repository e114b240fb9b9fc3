package pressroom

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"entente.example/internal/pdf"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// papers are the communiqués on paper: the copy for the archive, with who sealed and the proof inside. What one is made of does not change, so it is made once, whatever else an edition says.
type papers struct {
	mu   sync.Mutex
	made map[string][]byte // nil: it cannot be set with the fonts at hand
}

// maxPapers bounds their memory.
const maxPapers = 100

// paper is a communiqué on paper; nil if there are no fonts for it.
func (s *Site) paper(c *press.Communique) []byte {
	if s.o.Paper == nil {
		return nil
	}
	key := c.Statement + " " + strings.Join(slices.Sorted(maps.Keys(c.Files)), " ") + fmt.Sprint(c.Signings)
	s.papers.mu.Lock()
	defer s.papers.mu.Unlock()
	b, ok := s.papers.made[key]
	if ok {
		return b
	}
	b, err := s.set(c)
	if err != nil {
		s.o.Log.Warn("a text could not be put on paper", "text", c.Key.String(), "error", err)
		b = nil
	}
	if s.papers.made == nil || len(s.papers.made) >= maxPapers {
		s.papers.made = map[string][]byte{}
	}
	s.papers.made[key] = b
	return b
}

// set makes one.
func (s *Site) set(c *press.Communique) ([]byte, error) {
	fonts, err := s.o.Paper()
	if err != nil {
		return nil, err
	}
	x := pdf.Sealed{Content: c.Content, Round: c.Round, At: c.Public, Language: map[string]lang.Tag{}}
	var seals []pdf.Seal
	for i, m := range c.Seals {
		mark := pdf.Seal{Party: m.Party, At: m.At, Keys: m.Keys}
		for _, on := range c.Signings {
			if on.Party == m.Party {
				mark.Paper = &pdf.Paper{Day: on.Day, Place: on.Place, Office: on.Office}
			}
		}
		seals = append(seals, mark)
		if i == 0 || m.At.After(x.At) {
			x.At = m.At // the day of an adopted text is that of its last seal
		}
	}
	bundle, err := proof.Pack(c.Text, c.Files, x.At)
	if err != nil {
		return nil, err
	}
	return pdf.Archive(x, seals, bundle, fonts)
}

// Prepare puts the newest communiqués on paper before anybody asks for them.
func (s *Site) Prepare(e *press.Edition) {
	for _, c := range e.All[:min(len(e.All), maxPapers/2)] {
		s.paper(c)
	}
}

// archived is the address of a communiqué on paper.
func archived(c *press.Communique) string { return strings.TrimSuffix(c.Home(), "/") + ".pdf" }

// bound is the whole export in one file, the same bytes each time, or the text on paper.
func (s *Site) bound(v *visit) (*sheet, error) {
	name, zipped := strings.CutSuffix(v.r.PathValue("file"), ".zip")
	if !zipped {
		name, _ = strings.CutSuffix(name, ".pdf")
	}
	c, ok := v.Find(press.Key{Mechanism: v.r.PathValue("mech"), Text: name})
	missing := refusal.New(refusal.Missing, "press.no_page")
	switch {
	case !ok || name == v.r.PathValue("file"):
		return nil, missing
	case zipped:
		b, err := proof.Pack(c.Text, c.Files, c.Public)
		return &sheet{media: "application/zip", body: b}, err
	}
	b := s.paper(c)
	if b == nil {
		return nil, missing
	}
	return &sheet{media: mediaPDF, body: b}, nil
}

const mediaPDF = "application/pdf"
