package premises

import (
	"entente.example/internal/chancery"
	"entente.example/internal/web"
)

// Homes answers what pages ask, as a house does and as one that remembers nothing of home would.
func (f Faces) Homes(c *chancery.Chancery) (remembers, works web.Source) {
	h := f.house(c)
	plain := h
	plain.homes = nil
	return h, plain
}

// Remembered is how many answers a house remembers, of all members, and how much they are together.
func Remembered(s web.Source) (answers, heavy int) {
	m := s.(house).homes
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.of {
		answers += len(t.said)
		for _, s := range t.said {
			heavy -= s.heavy()
		}
	}
	return answers, heavy + 2*m.heavy
}
