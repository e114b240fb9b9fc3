package glance

import "strings"

// pack lays matters side by side, and what is written of them in one piece: a node keeps some hundred thousand of them, and whoever collects garbage goes through every piece. What is packed together goes together, once none of it is
// used any more: those that change are packed anew, so that at most twice as much is kept.
func pack(all []*Matter) []*Matter {
	texts, bytes := 0, 0
	for _, m := range all {
		bytes += len(m.Key) + len(m.ID) + len(m.From)
		if m.Text != nil {
			texts++
			bytes += len(m.Text.Last) + len(m.Text.titles)
		}
	}
	var written strings.Builder
	written.Grow(bytes) // enough, so what it has already stays where it is
	keep := func(s string) string {
		written.WriteString(s)
		return written.String()[written.Len()-len(s):]
	}
	matters, tabled := make([]Matter, len(all)), make([]Text, 0, texts)
	packed := make([]*Matter, len(all))
	for i, m := range all {
		packed[i], matters[i] = &matters[i], *m
		m = packed[i]
		m.Key, m.From = keep(m.Key), keep(m.From)
		if strings.HasSuffix(m.Key, m.ID) {
			m.ID = m.Key[len(m.Key)-len(m.ID):]
		} else {
			m.ID = keep(m.ID)
		}
		if m.Text != nil {
			tabled = append(tabled, *m.Text)
			m.Text = &tabled[len(tabled)-1]
			m.Text.Last, m.Text.titles = keep(m.Text.Last), keep(m.Text.titles)
			if m.Text.ID == m.ID {
				m.Text.ID = m.ID
			}
		}
	}
	return packed
}
