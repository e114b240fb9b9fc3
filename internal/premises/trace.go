package premises

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/handover"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// Trace implements web.Source.
func (h house) Trace(ctx context.Context, member, ref, matter, place string, at view.At) (out view.Trace, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out.Chrome, err = f.ChromeOf(""); err != nil {
			return err
		}
		out.OurPlace = view.OurPlace{Matter: matter, Place: place}
		steps, err := chancery.TraceIn(f.Snapshot, matter, place)
		if err != nil {
			return err
		}
		steps, out.Cut = view.PartBefore(steps, at.Track, view.StepsShown)
		for _, s := range steps {
			at, _ := time.Parse(time.RFC3339, s.At)
			step := view.TraceStep{ID: s.ID, Party: f.Named(charter.PartyID(s.Party)), Member: s.Actor.Member, At: at, Type: s.Type, Void: s.Void, On: s.On}
			if s.Break != nil {
				step.Pause = view.Length{Years: s.Break.Years, Months: s.Break.Months, Days: s.Break.Days}
			}
			if s.Matter != matter {
				step.Beside = s.Matter
			}
			step.Said, step.Note, step.Day = words(s.Body)
			out.Steps = append(out.Steps, step)
		}
		out.Ours, err = h.oursOn(ctx, f, member, backroom.About{Matter: matter, Place: place})
		return err
	})
	return out, err
}

// words are what an act says, as far as any act says it in the same place.
func words(body []byte) (said lang.Text, note, day string) {
	var b struct {
		Text, Title, Place json.RawMessage
		Note, Reason, Day  json.RawMessage
	}
	if json.Unmarshal(body, &b) != nil {
		return nil, "", ""
	}
	for _, raw := range []json.RawMessage{b.Text, b.Title, b.Place} {
		if len(said) == 0 {
			_ = json.Unmarshal(raw, &said) // what is no wording by language is no wording
		}
	}
	for _, raw := range []json.RawMessage{b.Note, b.Reason} {
		if note == "" {
			_ = json.Unmarshal(raw, &note)
		}
	}
	_ = json.Unmarshal(b.Day, &day)
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		day = "" // of an act that is void for it
	}
	return said, note, day
}

// Handover implements web.Source.
func (h house) Handover(ctx context.Context, member, ref string, tag lang.Tag) (map[string][]byte, error) {
	p := handover.Pack{Lang: tag, Warning: locale.Message(tag, "ours.band_about", nil)}
	err := h.in(ctx, member, ref, func(f view.From) error {
		doc := f.Charter().Document()
		p.Title = locale.Message(tag, "handover.title", refusal.Params{"mechanism": charter.PickName(doc.Names, tag, f.Charter().SideOf(charter.PartyID(f.Self))).Full, "day": locale.Days(tag, f.Now.UTC().Format(time.DateOnly), "")})
		pack := packer{h: h, ctx: ctx, f: f, member: member, tag: tag, p: &p}
		for _, part := range []func() error{pack.awaits, pack.texts, pack.matters, pack.ours, pack.people} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	return p.Files(), err
}

// packer fills a pack, section by section.
type packer struct {
	h      house
	ctx    context.Context
	f      view.From
	member string
	tag    lang.Tag
	p      *handover.Pack
}

func (k packer) add(title string, items []handover.Item) {
	for i := range items {
		items[i].Notes = slices.DeleteFunc(items[i].Notes, func(s string) bool { return s == "" })
	}
	k.p.Sections = append(k.p.Sections, handover.Section{Title: title, None: k.say("handover.none"), Items: items})
}

func (k packer) say(key string, kv ...string) string {
	params := refusal.Params{}
	for i := 0; i+1 < len(kv); i += 2 {
		params[kv[i]] = kv[i+1]
	}
	return locale.Message(k.tag, key, params)
}

// titled is a title in the reader's language, else its id.
func (k packer) titled(t lang.Text, id string) string {
	if _, s := t.Pick(k.tag, lang.English); s != "" {
		return s + " (" + id + ")"
	}
	return id
}

// awaits is what we owe, and what each other party owes.
func (k packer) awaits() error {
	ours, err := k.h.c.AwaitedIn(k.ctx, k.f.Snapshot, "")
	if err != nil {
		return err
	}
	list := func(a chancery.Awaited) (items []handover.Item) {
		for _, x := range a.Items {
			item := handover.Item{Head: a.Say(x, k.tag), Notes: []string{x.Matter}}
			if x.Due != "" {
				item.Notes = append(item.Notes, k.say("web.due_by", "day", locale.Days(k.tag, x.Due, "")))
			}
			items = append(items, item)
		}
		return items
	}
	k.add(k.say("handover.we_owe"), list(ours))
	names, owed, err := k.h.c.OwedIn(k.f.Snapshot, k.tag, k.f.Today())
	for i, name := range names {
		k.add(k.say("handover.they_owe", "party", name), list(owed[i]))
	}
	return err
}

// texts are the joint texts and how far they are.
func (k packer) texts() error {
	cards, err := k.f.Texts()
	var items []handover.Item
	for _, c := range cards {
		item := handover.Item{Head: k.titled(c.Title, c.ID), Notes: []string{c.Symbol, k.say("web.stage_" + c.Named(c.Stage))}}
		if c.Over {
			item.Notes = append(item.Notes, k.say("web.stage_superseded"))
		}
		if c.Stage == "negotiation" {
			for key, n := range map[string]int{"web.status_bracketed": c.Counts.Bracketed, "web.status_ad_ref": c.Counts.AdRef, "web.reservations_open": c.Counts.Reservations} {
				item.Notes = append(item.Notes, k.say(key)+": "+strconv.Itoa(n))
			}
			slices.Sort(item.Notes[2:])
		}
		items = append(items, item)
	}
	k.add(k.say("handover.texts"), items)
	return err
}

// matters are those that a successor must know of, with what each side says of them.
func (k packer) matters() error {
	for _, kind := range []string{"topic", "concern", "commitment", "programme", "silence", "meeting"} {
		m, err := k.f.Matters(kind, k.member, view.At{Whole: true})
		if err != nil {
			return err
		}
		var items []handover.Item
		for _, row := range rowsOf(m.Groups) {
			item := handover.Item{Head: k.titled(row.Title, row.ID)}
			if row.Status != "" {
				item.Notes = append(item.Notes, k.say("choice."+row.Status))
			}
			if day := row.Due; day != "" {
				item.Notes = append(item.Notes, k.say("web.due_by", "day", locale.Days(k.tag, day, "")))
			}
			if row.Day != "" {
				item.Notes = append(item.Notes, locale.Days(k.tag, row.Day, row.DayEnd))
			}
			for _, c := range row.Columns {
				_, side := c.Side.Label.Pick(k.tag, lang.English)
				for _, v := range c.Voices {
					whose := side + " · " + k.say(v.Key)
					if v.Choice != "" {
						whose += " · " + k.say("choice."+v.Choice)
					}
					item.Say(whose, v.Text)
				}
			}
			items = append(items, item)
		}
		k.add(k.say("kind."+kind), items)
	}
	return nil
}

func rowsOf(groups []view.Group) (out []view.MatterRow) {
	for _, g := range groups {
		out = append(out, g.Rows...)
	}
	return out
}

// ours is what we wrote for ourselves.
func (k packer) ours() error {
	on, err := k.h.oursOn(k.ctx, k.f, k.member, backroom.About{})
	if err != nil {
		return err
	}
	where := func(p view.OurPlace) string { return strings.TrimSpace(p.Matter + " " + p.Place) }
	var notes, tasks, rounds []handover.Item
	for _, n := range on.Notes {
		notes = append(notes, handover.Item{Head: k.say("ours.kind_" + n.Kind), Notes: []string{where(n.OurPlace), n.Office, n.Member, locale.Instant(k.tag, n.At)}, Words: []handover.Words{{Lang: n.Lang, Text: n.Words}}})
	}
	for _, t := range on.Tasks {
		tasks = append(tasks, handover.Item{Head: t.Words, Notes: []string{where(t.OurPlace), t.For, t.Due}})
	}
	for _, c := range on.Rounds {
		item := handover.Item{Head: c.Title, Notes: []string{where(c.OurPlace), k.say("ours.verdict_" + c.Standing)}, Words: []handover.Words{{Lang: c.Lang, Text: c.Newest().Words}}}
		for _, s := range c.Stands {
			item.Notes = append(item.Notes, s.Office+": "+k.say("ours.verdict_"+s.Verdict))
		}
		rounds = append(rounds, item)
	}
	k.add(k.say("ours.band")+" · "+k.say("ours.notes"), notes)
	k.add(k.say("ours.band")+" · "+k.say("ours.tasks"), tasks)
	k.add(k.say("ours.band")+" · "+k.say("ours.clearances"), rounds)
	return nil
}

// people is who is who: everybody who may act for a party now.
func (k packer) people() error {
	for _, p := range k.f.Charter().Document().Parties {
		var items []handover.Item
		for _, m := range k.f.Charter().Mandates(p.ID) {
			item := handover.Item{Head: m.Member}
			if _, title := m.Title.Pick(k.tag, lang.English); title != "" {
				item.Notes = append(item.Notes, title)
			}
			var roles []string
			for _, r := range m.Roles {
				roles = append(roles, string(r))
			}
			item.Notes = append(item.Notes, strings.Join(roles, ", "))
			if m.From != "" || m.To != "" {
				item.Notes = append(item.Notes, m.From+" – "+m.To)
			}
			items = append(items, item)
		}
		k.add(k.say("handover.people", "party", k.f.Charter().NameOn(p.ID, k.tag, k.f.Today()).Full), items)
	}
	return nil
}
