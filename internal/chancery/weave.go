package chancery

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/internal/attachment"
	"entente.example/internal/commitment"
	"entente.example/internal/conversation"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/node"
	"entente.example/internal/readout"
)

// strand is what the trace of a matter has of another one: every act but those of some types, or only the first, or those of some types, or those that name the matter in a member of their body.
type strand struct {
	matter string
	but    []string
	first  bool
	types  []string
	member string
}

// Acts that stand for a whole matter in the trace of another one.
var (
	milestones = []string{"meeting.enter", "meeting.agenda", "meeting.accept", "meeting.adopt", "meeting.postpone"}
	outcomes   = []string{"readout.publish", "readout.dispute", "readout.reply", "readout.withdraw", "minutes.lock"}
	receipts   = []string{"thread.read"} // who had read what when is on the thread's own page
)

// of reports whether an act of the strand's matter belongs into the trace of another one.
func (st strand) of(matter string, row LogEntry, nth int) bool {
	switch {
	case st.first:
		return nth == 0
	case st.types != nil:
		return slices.Contains(st.types, row.Type)
	case st.member != "":
		var body map[string]any
		return json.Unmarshal(row.Body, &body) == nil && body[st.member] == matter
	}
	return !slices.Contains(st.but, row.Type)
}

// weaver finds what belongs to a matter, or cites it.
type weaver struct {
	s       *node.Snapshot
	matter  string
	strands []strand
}

// strands are what the trace of a matter has beside its own acts. What is attached to it, readouts and minutes of it, and threads about it or about these, are its own with all of their acts; of meetings that it cites there is how they came about
// and, for a text, what was said of them; of what only names it, the acts that do.
// Of one paragraph it is what was said in the threads about it.
func strands(s *node.Snapshot, matter, paragraph string) ([]strand, error) {
	w := weaver{s: s, matter: matter}
	if paragraph != "" {
		err := w.remarks(paragraph)
		return w.strands, err
	}
	for _, find := range []func() error{w.outcomes, w.texts, w.reviews, w.dossiers, w.threads, w.papers} {
		if err := find(); err != nil {
			return nil, err
		}
	}
	return w.strands, nil
}

func (w *weaver) add(st strand) {
	if st.matter != w.matter {
		w.strands = append(w.strands, st)
	}
}

// cites takes in how a meeting came about that the matter names.
func (w *weaver) cites(name string) {
	if strings.HasPrefix(name, "meeting/") {
		w.add(strand{matter: name, types: milestones})
	}
}

// outcomes finds the readouts and minutes of the matter, and for one of these its meeting.
func (w *weaver) outcomes() error {
	for _, kind := range []string{"readout", "minutes"} {
		all, err := w.s.Subjects(kind)
		if err != nil {
			return err
		}
		for _, st := range all {
			key, of := outcomeOf(st)
			switch {
			case of == "":
			case of == w.matter:
				w.add(strand{matter: key})
			case key == w.matter:
				w.cites(of)
			}
		}
	}
	return nil
}

// outcomeOf is what a readout or minutes are of.
func outcomeOf(st any) (key, of string) {
	switch s := st.(type) {
	case *readout.State:
		if s.Put != nil {
			return "readout/" + s.ID, s.Put.Of
		}
	case *minutes.State:
		if s.Circulated != nil {
			return "minutes/" + s.ID, s.Circulated.Of
		}
	}
	return "", ""
}

// texts finds the texts that were tabled for a meeting and, for a text, its meeting and what was said of that.
func (w *weaver) texts() error {
	if id, ok := strings.CutPrefix(w.matter, "text/"); ok {
		st, err := w.s.Text(id)
		if err != nil || st.Tabled == nil || st.Tabled.Meeting == "" {
			return err
		}
		w.cites(st.Tabled.Meeting)
		of := weaver{s: w.s, matter: st.Tabled.Meeting}
		err = of.outcomes()
		for _, o := range of.strands {
			w.add(strand{matter: o.matter, types: outcomes})
		}
		return err
	}
	if !strings.HasPrefix(w.matter, "meeting/") {
		return nil
	}
	for st, err := range w.s.EachText() {
		if err != nil {
			return err
		}
		if st.Tabled != nil && st.Tabled.Meeting == w.matter {
			w.add(strand{matter: "text/" + st.ID, first: true})
		}
	}
	return nil
}

// reviews finds the commitments that a meeting looked at, and for a commitment the meetings that did.
func (w *weaver) reviews() error {
	all, err := w.s.Subjects("commitment")
	for _, st := range all {
		s, ok := st.(*commitment.State)
		if !ok {
			continue
		}
		for _, r := range s.Reviews {
			switch {
			case r.Meeting == w.matter:
				w.add(strand{matter: "commitment/" + s.ID, member: "meeting"})
			case "commitment/"+s.ID == w.matter:
				w.cites(r.Meeting)
			}
		}
	}
	return err
}

// dossiers finds the meetings in whose dossier the matter is.
func (w *weaver) dossiers() error {
	all, err := w.s.Meetings()
	for _, st := range all {
		if st.Meeting != nil && slices.ContainsFunc(st.Dossier, func(d meeting.Issued) bool { return d.Of == w.matter }) {
			w.add(strand{matter: meeting.Matter(st.Meeting.Series, st.Meeting.Number), member: "of_matter"})
		}
	}
	return err
}

// own are the matter and what belongs to it whole.
func (w *weaver) own() []string {
	own := []string{w.matter}
	for _, st := range w.strands {
		if !st.first && st.types == nil && st.member == "" {
			own = append(own, st.matter)
		}
	}
	return own
}

// threads finds what was said about the matter or about what is its own, and for a thread what it is about.
func (w *weaver) threads() error {
	all, err := w.s.Subjects("thread")
	own := w.own()
	for _, st := range all {
		t, ok := st.(*conversation.State)
		if !ok || t.Opened == nil || t.Opened.About == "" {
			continue
		}
		switch key := "thread/" + t.ID; {
		case slices.Contains(own, t.Opened.About):
			w.add(strand{matter: key, but: receipts})
		case key == w.matter:
			w.add(strand{matter: t.Opened.About, first: true})
		}
	}
	return err
}

// remarks finds what was said about one paragraph.
func (w *weaver) remarks(paragraph string) error {
	all, err := w.s.Subjects("thread")
	for _, st := range all {
		if t, ok := st.(*conversation.State); ok && t.Opened != nil && t.Opened.About == w.matter && t.Opened.Paragraph == paragraph {
			w.add(strand{matter: "thread/" + t.ID, but: receipts})
		}
	}
	return err
}

// papers finds what is attached to the matter or to what is its own, and for a paper what it belongs to.
func (w *weaver) papers() error {
	all, err := w.s.Attachments()
	own := w.own()
	for _, a := range all {
		switch key := attachment.Prefix + a.ID; {
		case a.Attach == nil:
		case slices.Contains(own, a.Attach.Of):
			w.add(strand{matter: key})
		case key == w.matter:
			w.add(strand{matter: a.Attach.Of, first: true})
		}
	}
	return err
}
