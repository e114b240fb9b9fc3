package press

import (
	"slices"
	"time"

	"entente.example/lang"
)

// Readout is what one party published of a meeting: that party's own account, and what others say of its sentences.
type Readout struct {
	ID        string
	Of        string    // the matter that it is of, as in "meeting/main/9"; "" for none
	By        lang.Text // the party's names
	Title     lang.Text
	At        time.Time // as the party's entry claims
	As        string    // "joint", "compared" or "unilateral"
	Act       string    // that brought the wording
	Digest    string    // of the whole: of the ids and digests of all sentences in their order
	Sentences []Sentence
	Retracted *Retraction // nil while its party stands behind it
}

// Retraction is a party's word that it stands behind its readout no more. The readout's words, and what was said against them, stay.
type Retraction struct {
	At     time.Time
	Reason lang.Text
	// Title and Home are of the readout that stands in its place, Home its address without a language; nothing if there is none that is public.
	Title lang.Text
	Home  string
}

// Sentence is a sentence of a readout with everything that was said against it: nothing can hold the one without the other.
type Sentence struct {
	ID       string
	Position int
	Text     lang.Text
	To       lang.Text // the side whose words it reports
	Side     string    // that side's id
	Digest   string
	Disputes []Dispute
}

// Dispute is another party's disagreement with a sentence.
type Dispute struct {
	By   lang.Text
	Kind string // "disagrees", "not_said" or "incomplete"
	Text lang.Text
	At   time.Time
	// Answers are what the readout's side said to it.
	Answers []Answer
}

// Answer is what the side of a readout says to a dispute. No words: it took note.
type Answer struct {
	By   lang.Text
	Kind string // "replies" or "took_note"
	Text lang.Text
	At   time.Time
}

// Readout is one of a communiqué's readouts.
func (c *Communique) Readout(id string) (*Readout, bool) {
	i := slices.IndexFunc(c.Readouts, func(r Readout) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return &c.Readouts[i], true
}

// Excerpt are the sentences with these ids in their order, and those that it leaves out. It is false if an id names none, or none is named.
func (r *Readout) Excerpt(ids []string) (shown, left []Sentence, ok bool) {
	for _, s := range r.Sentences {
		if slices.Contains(ids, s.ID) {
			shown = append(shown, s)
		} else {
			left = append(left, s)
		}
	}
	return shown, left, len(shown) > 0 && !slices.ContainsFunc(ids, func(id string) bool {
		return !slices.ContainsFunc(shown, func(s Sentence) bool { return s.ID == id })
	})
}

// Disputed counts the sentences that somebody disagrees with.
func (r *Readout) Disputed() (n int) {
	for _, s := range r.Sentences {
		if len(s.Disputes) > 0 {
			n++
		}
	}
	return n
}

// proofSentence is a sentence as its digest covers it: docs/protocol.md 14.
type proofSentence struct {
	ID       string         `json:"id"`
	Text     lang.Text      `json:"text"`
	To       string         `json:"to,omitempty"`
	Digest   string         `json:"digest"`
	Disputes []proofDispute `json:"disputes,omitempty"`
}

type proofDispute struct {
	By      lang.Text     `json:"by"`
	Kind    string        `json:"kind"`
	Text    lang.Text     `json:"text"`
	At      time.Time     `json:"at"`
	Answers []proofAnswer `json:"answers,omitempty"`
}

type proofAnswer struct {
	By   lang.Text `json:"by"`
	Kind string    `json:"kind"`
	Text lang.Text `json:"text,omitempty"`
	At   time.Time `json:"at"`
}

// ReadoutProof is an excerpt as a file: with it anybody computes the digest of the whole from what is shown and the digests of what is not.
type ReadoutProof struct {
	Readout  string          `json:"readout"`
	Act      string          `json:"act"`
	As       string          `json:"as"`
	Of       int             `json:"of"`
	Shown    []proofSentence `json:"shown"`
	Position []int           `json:"position"`
	Left     []leftOut       `json:"left,omitempty"`
	Digest   string          `json:"digest"`

	Retracted *proofRetraction `json:"retracted,omitempty"`
}

type proofRetraction struct {
	At      time.Time     `json:"at"`
	Reason  lang.Text     `json:"reason"`
	Instead *proofInstead `json:"instead,omitempty"`
}

// proofInstead is the readout that stands in the place of a retracted one, by its address below the site's root.
type proofInstead struct {
	Title lang.Text `json:"title"`
	Home  string    `json:"home"`
}

type leftOut struct {
	ID       string `json:"id"`
	Position int    `json:"position"`
	Digest   string `json:"digest"`
}

// Proof is the file of an excerpt.
func (r *Readout) Proof(shown, left []Sentence) ReadoutProof {
	out := ReadoutProof{Readout: r.ID, Act: r.Act, As: r.As, Of: len(r.Sentences), Digest: r.Digest}
	if r.Retracted != nil {
		out.Retracted = &proofRetraction{At: r.Retracted.At, Reason: r.Retracted.Reason}
		if r.Retracted.Home != "" {
			out.Retracted.Instead = &proofInstead{r.Retracted.Title, r.Retracted.Home}
		}
	}
	for _, s := range shown {
		p := proofSentence{ID: s.ID, Text: s.Text, To: s.Side, Digest: s.Digest}
		for _, d := range s.Disputes {
			dispute := proofDispute{By: d.By, Kind: d.Kind, Text: d.Text, At: d.At}
			for _, a := range d.Answers {
				dispute.Answers = append(dispute.Answers, proofAnswer(a))
			}
			p.Disputes = append(p.Disputes, dispute)
		}
		out.Shown, out.Position = append(out.Shown, p), append(out.Position, s.Position)
	}
	for _, s := range left {
		out.Left = append(out.Left, leftOut{s.ID, s.Position, s.Digest})
	}
	return out
}
