package premises

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/dialogue"
	"entente.example/internal/staff"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// oursMatter names a matter of the dialogue as the record does.
func oursMatter(kind, id string) string {
	k, ok := dialogue.Find(kind)
	if !ok {
		return kind + "/" + id
	}
	return k.Matter(id)
}

// oursOn reads what our side wrote about something.
func (h house) oursOn(ctx context.Context, f view.From, member string, of backroom.About) (out view.OursOn, err error) {
	out.Matter, out.Place = of.Matter, of.Place
	if h.ours == nil {
		return out, nil
	}
	notes, err := h.ours.Notes(ctx, f.ID, of)
	if err != nil {
		return out, err
	}
	for _, n := range notes {
		v := view.OurNote{OurPlace: view.OurPlace(n.About), ID: n.ID, Kind: n.Kind, Lang: n.Lang, Words: n.Words, Office: n.Office, Member: n.Member, At: n.At, Yours: n.Member == member}
		for _, w := range n.Was {
			v.Was = append(v.Was, w.Words)
		}
		out.Notes = append(out.Notes, v)
	}
	tasks, err := h.ours.Tasks(ctx, f.ID, of, true)
	if err != nil {
		return out, err
	}
	today := f.Now.UTC().Format(time.DateOnly)
	for _, t := range tasks {
		out.Tasks = append(out.Tasks, view.OurTask{OurPlace: view.OurPlace(t.About), ID: t.ID, Words: t.Words, For: t.For, Due: t.Due, Overdue: t.Due != "" && t.Due < today, Member: t.Member, Done: t.Done, DoneBy: t.DoneBy,
			Yours: t.For == "" || t.For == member || t.Member == member, Asked: t.Member == member})
	}
	guests, err := h.ours.Asked(ctx, f.ID, of)
	if err != nil {
		return out, err
	}
	for _, a := range guests {
		out.Asked = append(out.Asked, guestView(a))
	}
	rounds, err := h.ours.Clearances(ctx, f.ID, of, of.Matter == "")
	for _, c := range rounds {
		out.Rounds = append(out.Rounds, clearanceView(c, member, f.Now))
	}
	return out, err
}

func guestView(a backroom.Asked) view.OurGuest {
	out := view.OurGuest{Matter: a.Matter, Meeting: meetingID(a.Matter), ID: a.ID, Who: addressed(a.Name, a.Mail), Asked: a.Ask != nil, Old: a.Old()}
	if a.Ask != nil {
		out.From, out.Until = a.Ask.From, a.Ask.Until
	}
	if r := a.Reply; r != nil {
		out.Says, out.Comment, out.Sender, out.At = r.Says, r.Comment, r.Sender, r.At
		if was := a.Answers(); out.Old && was != nil {
			out.Was, out.WasEnd = was.From, was.Until
		}
		out.Delegate, out.For, out.Proposed = r.Delegate, r.For, r.Proposed
	}
	return out
}

// addressed is somebody with their address.
func addressed(name, mail string) string { return strings.TrimSpace(name + " <" + mail + ">") }

// meetingID is the id of a meeting within its kind.
func meetingID(matter string) string {
	kind, rest, _ := strings.Cut(matter, "/")
	return dialogue.IDOf(kind, rest)
}

func clearanceView(c backroom.Clearance, member string, now time.Time) view.Clearance {
	out := view.Clearance{OurPlace: view.OurPlace(c.About), ID: c.ID, Title: c.Title, Lang: c.Lang, Member: c.Member, At: c.At, Due: c.Due, Late: c.Late(now), Standing: c.Standing(), Yours: c.Member == member, Over: c.Outcome != "", Last: c.Last() == member}
	stand := func(a backroom.Answer) view.OfficeStand {
		return view.OfficeStand{Office: a.Office, Verdict: a.Verdict, Words: a.Words, Member: a.Member, At: a.At}
	}
	for _, s := range c.Stands() {
		v := stand(s.Answer)
		v.Office, v.Members, v.Verdict = s.Name, s.Members, s.Verdict
		out.Stands = append(out.Stands, v)
		if slices.Contains(s.Members, member) && !out.Over {
			out.Answers = append(out.Answers, s.Name)
		}
	}
	for i, d := range slices.Backward(c.Drafts) {
		v := view.OurDraft{Number: i + 1, Words: d.Words, At: d.At}
		for _, a := range d.Answers {
			v.Answers = append(v.Answers, stand(a))
		}
		out.Drafts = append(out.Drafts, v)
	}
	return out
}

// Ours implements web.Source.
func (h house) Ours(ctx context.Context, member, ref string, at view.At) (out view.Ours, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out.Chrome, err = f.ChromeOurs(); err != nil {
			return err
		}
		if out.OursOn, err = h.oursOn(ctx, f, member, backroom.About{}); err != nil {
			return err
		}
		out.Kinds = backroom.Kinds
		out.Members = chancery.ColleaguesIn(f.Snapshot)
		cutOurs(&out.OursOn, at)
		held, err := h.ours.HeldActs(ctx, f.ID, false)
		slices.Reverse(held)
		slices.SortStableFunc(held, func(a, b backroom.Held) int { return cmp.Compare(over(a), over(b)) })
		held, out.ActsCut = view.PartFrom(held, at.Acts, view.OursShown)
		if err != nil {
			return err
		}
		for _, a := range held {
			shown, err := h.heldView(f, a, member)
			if err != nil {
				return err
			}
			out.Acts = append(out.Acts, shown)
		}
		return nil
	})
	return out, err
}

// over is 1 for an act that does not wait any more.
func over(a backroom.Held) int {
	if a.State == backroom.Waiting || a.State == backroom.Unclear {
		return 0
	}
	return 1
}

// cutOurs leaves of each list the part that begins at a place, or that holds what is to be shown; of notes, which grow without end, the part that ends there.
func cutOurs(o *view.OursOn, at view.At) {
	note := slices.IndexFunc(o.Notes, func(n view.OurNote) bool { return n.ID == at.Show })
	o.Notes, o.NotesCut = view.PartBefore(o.Notes, view.WithinBefore(note, at.Notes, view.OursShown, len(o.Notes)), view.OursShown)
	task := slices.IndexFunc(o.Tasks, func(t view.OurTask) bool { return t.ID == at.Show })
	o.Tasks, o.TasksCut = view.PartFrom(o.Tasks, view.Within(task, at.Tasks, view.OursShown), view.OursShown)
	round := slices.IndexFunc(o.Rounds, func(c view.Clearance) bool { return c.ID == at.Show })
	o.Rounds, o.RoundsCut = view.PartFrom(o.Rounds, view.Within(round, at.Rounds, view.OursShown), view.OursShown)
}

func (h house) heldView(f view.From, a backroom.Held, member string) (out view.HeldAct, err error) {
	title, err := f.TitleOf(a.Matter)
	if err != nil {
		return out, err
	}
	out = view.HeldAct{OurPlace: view.OurPlace{Matter: a.Matter}, Title: title, ID: a.ID, Member: a.Member, At: a.At, State: a.State, Second: a.Second, Decided: a.Decided, Reason: a.Reason, Posted: a.Posted, Yours: a.Member == member,
		Open: a.State == backroom.Waiting || a.State == backroom.Unclear}
	var acts []string
	for _, act := range a.Acts {
		acts = append(acts, act.Type)
		shown, err := f.HeldEntry(a.Matter, act.Type, act.Body)
		if err != nil {
			return out, err
		}
		out.Acts = append(out.Acts, shown)
	}
	out.May = out.Open && !out.Yours && h.c.MaySecond(f.Snapshot, member, acts) == nil
	return out, nil
}

// Clearance implements web.Source.
func (h house) Clearance(ctx context.Context, member, ref, id string) (out view.ClearancePage, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out.Chrome, err = f.ChromeOurs(); err != nil {
			return err
		}
		c, err := h.ours.Clearance(ctx, f.ID, id)
		if err == nil {
			out.Clearance = clearanceView(c, member, f.Now)
		}
		return err
	})
	return out, err
}

// HeldAct implements web.Source.
func (h house) HeldAct(ctx context.Context, member, ref, id string) (out view.HeldPage, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out.Chrome, err = f.ChromeOurs(); err != nil {
			return err
		}
		a, err := h.ours.HeldAct(ctx, f.ID, id)
		if err == nil {
			out.HeldAct, err = h.heldView(f, a, member)
		}
		return err
	})
	if err != nil || !out.Open {
		return out, err
	}
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		if out.Unsound = h.c.Sound(ctx, mech, id); unsure(out.Unsound) {
			err = out.Unsound
		}
	}
	return out, err
}

// OnOurs implements web.Source.
func (h house) OnOurs(ctx context.Context, member, ref string, a view.OursAct) (id string, err error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return "", err
	}
	about := backroom.About(a.OurPlace)
	switch a.Do {
	case "note":
		var n backroom.Note
		n, err = h.ours.AddNote(ctx, mech, member, backroom.Note{About: about, Kind: a.Kind, Lang: a.Lang, Words: a.Words, Office: a.Office})
		return n.ID, err
	case "amend":
		_, err = h.ours.AmendNote(ctx, mech, member, a.ID, a.Words)
	case "revert":
		_, err = h.ours.RevertNote(ctx, mech, member, a.ID)
	case "drop_note":
		return "", h.ours.DropNote(ctx, mech, member, a.ID)
	case "task":
		var t backroom.Task
		due := ""
		if !a.Due.IsZero() {
			due = a.Due.Format(time.DateOnly)
		}
		t, err = h.ours.AddTask(ctx, mech, member, backroom.Task{About: about, Words: a.Words, For: a.For, Due: due})
		return t.ID, err
	case "finish":
		_, err = h.ours.FinishTask(ctx, mech, member, a.ID)
		return "", err
	case "reopen_task":
		_, err = h.ours.ReopenTask(ctx, mech, member, a.ID)
	case "drop_task":
		return "", h.ours.DropTask(ctx, mech, member, a.ID)
	case "drop_asked":
		return "", h.ours.DropAsked(ctx, mech, a.ID)
	default:
		err = h.onRounds(ctx, mech, member, &a)
	}
	return a.ID, err
}

// onRounds is what forms ask of rounds of clearance and of acts that wait.
func (h house) onRounds(ctx context.Context, mech, member string, a *view.OursAct) (err error) {
	switch a.Do {
	case "circulate":
		c := backroom.Clearance{About: backroom.About(a.OurPlace), Title: a.Title, Lang: a.Lang, Due: a.Due}
		for _, o := range a.Offices {
			c.Offices = append(c.Offices, backroom.Office(o))
		}
		c, err = h.ours.Circulate(ctx, mech, member, c, a.Words)
		a.ID = c.ID
	case "answer":
		_, err = h.ours.Answer(ctx, mech, member, a.ID, a.Draft, backroom.Answer{Office: a.Office, Verdict: a.Verdict, Words: a.Words})
	case "revise":
		_, err = h.ours.Revise(ctx, mech, member, a.ID, a.Words)
	case "end":
		_, err = h.ours.EndClearance(ctx, mech, member, a.ID, a.Outcome)
	case "take_back":
		_, left, err := h.ours.UndoRound(ctx, mech, member, a.ID)
		if !left {
			a.ID = ""
		}
		return err
	case "consent":
		_, err = h.c.Second(ctx, mech, member, a.ID)
	case "refuse":
		if err = h.c.MayConsent(ctx, mech, member, a.ID); err == nil {
			_, err = h.ours.Refuse(ctx, mech, member, a.ID, a.Words)
		}
	case "take":
		_, err = h.ours.TakeBack(ctx, mech, member, a.ID)
	default:
		err = refusal.New(refusal.Invalid, "web.unknown_act", "act", a.Do)
	}
	return err
}

// AskDigest implements web.Source.
func (h house) AskDigest(ctx context.Context, d staff.Digest) error { return h.c.AskDigest(ctx, d) }

// AskMeetingMail implements web.Source.
func (h house) AskMeetingMail(ctx context.Context, m staff.MeetingMail) error {
	return h.c.AskMeetingMail(ctx, m)
}
