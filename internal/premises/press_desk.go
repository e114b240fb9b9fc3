package premises

import (
	"context"
	"strings"

	"entente.example/internal/press"
	"entente.example/internal/replies"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// Press implements web.Source.
func (h house) Press(ctx context.Context, member, ref string, at view.At) (out view.Press, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Press(member, at)
		return err
	})
	if err != nil {
		return out, err
	}
	out.Site, out.Reasons = h.c.PressURL(), replies.Reasons
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil || h.letters == nil {
		return out, err
	}
	if why := h.c.Publishes(ctx, mech, member); unsure(why) {
		return out, why
	} else if why != nil {
		return out, nil
	}
	out.Officer = true
	doc, err := h.c.Charter(ctx, mech)
	if err != nil {
		return out, err
	}
	public, err := h.letters.Public(ctx)
	if err != nil {
		return out, err
	}
	for i := range out.Texts {
		t := &out.Texts[i]
		k := press.Key{Mechanism: doc.ID, Text: t.ID}
		if t.Until = public.Until[k]; t.Until.IsZero() && !t.PublicAt.IsZero() {
			t.Until = t.PublicAt.AddDate(0, 0, h.c.Config().Press.ReplyDays)
		}
		for _, c := range public.Coverage[k] {
			t.Coverage = append(t.Coverage, view.PressCoverage{ID: c.ID, Outlet: c.Outlet, Day: c.Day, Link: c.Link, Headline: c.Headline, Lang: c.Lang})
		}
	}
	if h.subscribers != nil {
		if out.Subscribers, err = h.subscribers.Count(ctx); err != nil {
			return out, err
		}
		out.Mail = true
	}
	return out, h.replies(ctx, doc.ID, at, &out)
}

// repliesBy is where the desk's lists of replies by state begin in the catalogue.
const repliesBy = "web.reply_"

// replies lists the part of the replies that begins at a place, or that holds the one to be shown.
func (h house) replies(ctx context.Context, mech string, at view.At, out *view.Press) error {
	counts, err := h.letters.Count(ctx, mech)
	if err != nil {
		return err
	}
	all := 0
	for _, state := range replies.States {
		if n := counts[state]; n > 0 {
			out.Counts = append(out.Counts, view.Count{Key: repliesBy + state, All: n})
			all += n
		}
	}
	state, chosen := strings.CutPrefix(at.Only, repliesBy)
	if chosen && counts[state] > 0 {
		out.Only, all = at.Only, counts[state]
	} else {
		state = ""
	}
	out.RepliesCut = view.CutAt(at.Replies, all, view.RepliesShown)
	items, err := h.letters.Part(ctx, mech, state, out.RepliesCut.From, view.RepliesShown)
	for _, i := range items {
		out.Replies = append(out.Replies, view.PressReply{ID: i.ID, Text: i.Text, Answers: (*view.PressAnswered)(i.Answers), Name: i.Name, Words: i.Words, Lang: i.Lang, At: i.At, State: i.State, Reason: i.Reason, Appeal: i.Appeal,
			Reports: i.Reports, Links: i.Links, Earlier: i.Earlier, Declined: i.Declined})
	}
	return err
}

// OnPress implements web.Source.
func (h house) OnPress(ctx context.Context, member, ref string, do view.PressAct) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		err = h.c.Publishes(ctx, mech, member)
	}
	if err == nil && h.letters == nil {
		err = refusal.New(refusal.Conflict, "press.no_room")
	}
	if err != nil {
		return err
	}
	doc, err := h.c.Charter(ctx, mech)
	if err != nil {
		return err
	}
	k := press.Key{Mechanism: doc.ID, Text: do.Text}
	if do.Do == "cover" || do.Do == "close" {
		if err := h.c.Tabled(ctx, mech, do.Text); err != nil {
			return err
		}
	}
	switch do.Do {
	case "approve":
		return h.letters.Approve(ctx, doc.ID, do.ID, member)
	case "decline":
		return h.letters.Decline(ctx, doc.ID, do.ID, do.Reason, member)
	case "hold":
		return h.letters.Hold(ctx, doc.ID, do.ID)
	case "erase":
		return h.letters.Remove(ctx, doc.ID, do.ID)
	case "cover":
		_, err := h.letters.Cover(ctx, k, press.Coverage{Outlet: do.Outlet, Day: do.Day, Link: do.Link, Headline: do.Headline, Lang: do.Lang}, member)
		return err
	case "uncover":
		return h.letters.Uncover(ctx, doc.ID, do.ID)
	case "forget":
		n, err := h.forget(ctx, doc.ID, do.Email)
		if err == nil && n == 0 {
			err = refusal.New(refusal.Missing, "press.nothing_written")
		}
		return err
	case "close":
		return h.letters.CloseAt(ctx, k, do.Until, member)
	}
	return refusal.New(refusal.Invalid, "web.unknown_act", "act", do.Do)
}

// forget erases what was written under an address, and what was to be sent to it, and says how much that was. Pages, API and commands all come here.
func (h house) forget(ctx context.Context, mech, email string) (int64, error) {
	n, err := h.letters.Forget(ctx, mech, email)
	if err != nil || h.subscribers == nil {
		return n, err
	}
	letters, err := h.subscribers.Forget(ctx, email)
	return n + letters, err
}
