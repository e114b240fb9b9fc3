package text

import "entente.example/lang"

// Heading is a tabled text's title in every language that it has one in, those that came with a translation too; nil before.
func (s *State) Heading() lang.Text {
	if s.Tabled == nil {
		return nil
	}
	out := lang.Text{}
	for tag, words := range s.Tabled.Title {
		out[tag] = words
	}
	for _, v := range s.Tabled.Titles {
		out[v.Lang] = v.Text
	}
	return out
}

// Newest is the newest claim of time in a tabled text, as the record spells it.
func (s *State) Newest() string {
	newest := s.Tabled.At
	see := func(at string) { newest = max(newest, at) }
	for _, p := range s.Paragraphs {
		for _, list := range p.Standing {
			see(list[len(list)-1].At)
		}
		for _, f := range p.Flags {
			see(f.At)
		}
	}
	if last := s.Rounds.Last(); last != nil {
		for _, c := range last.Choices {
			see(c.At)
		}
	}
	return newest
}
