package premises

import (
	"context"

	"entente.example/internal/backroom"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
	"entente.example/internal/table"
	"entente.example/internal/view"
)

// List implements web.Source.
func (h house) List(ctx context.Context, member, ref, name string) (out table.Table, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = h.list(ctx, f, member, name)
		return err
	})
	return out, err
}

// lists is List for the API, which has looked whether whoever asks may; member "" is the operator.
func (h house) lists(ctx context.Context, member, mech, name string) (out table.Table, err error) {
	err = h.over(ctx, mech, func(f view.From) error {
		out, err = h.list(ctx, f, member, name)
		return err
	})
	return out, err
}

func (h house) list(ctx context.Context, f view.From, member, name string) (table.Table, error) {
	switch name {
	case view.ListAttachments:
		all, _, err := h.papers(ctx, f, "", view.At{Whole: true})
		return view.Attachments{List: all}.Table(), err
	case view.ListDelegations:
		return h.coming(ctx, f)
	case view.ListNotes, view.ListTasks, view.ListClearances, view.ListAsked:
		o, err := h.oursOn(ctx, f, member, backroom.About{})
		switch name {
		case view.ListNotes:
			return o.NotesTable(), err
		case view.ListTasks:
			return o.TasksTable(), err
		case view.ListAsked:
			return o.AskedTable(), err
		}
		return o.ClearancesTable(), err
	}
	return f.Table(name, member)
}

// coming lists everybody who comes to a meeting.
func (h house) coming(ctx context.Context, f view.From) (table.Table, error) {
	k, _ := dialogue.Find("meeting")
	states, err := f.Subjects(k.ID)
	if err != nil {
		return table.Table{}, err
	}
	var all []view.Coming
	for _, st := range states {
		id := st.(*meeting.State).ID()
		list, err := h.c.DelegationsIn(ctx, f.Snapshot, k.Matter(id))
		if err != nil {
			return table.Table{}, err
		}
		come := view.Coming{Meeting: id}
		for _, d := range list {
			come.Delegations = append(come.Delegations, f.Delegation(d.Version, d.Delegated, d.Where, d.Delegates))
		}
		all = append(all, come)
	}
	return view.DelegationsTable(all), nil
}
