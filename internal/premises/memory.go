package premises

import "sync"

// memory keeps answers that were worked out for members, one about each mechanism, within bounds. What one member was told is kept for that member alone, and nothing of it leaves this process. A nil one keeps nothing.
type memory[A answer] struct {
	most int // by weight, of all members together

	mu    sync.Mutex
	of    map[string]*told[A] // by member
	turn  int64
	heavy int
}

// answer is what can be kept. Its weight is in items of some 300 bytes, and does not change.
type answer interface {
	comparable
	heavy() int
}

// told is what one member was told.
type told[A answer] struct {
	used    int64
	answers map[string]A // by mechanism
	heavy   int
}

// mostRemembered bounds one memory.
const mostRemembered = 1 << 16

// find returns nothing if nothing is kept.
func (m *memory[A]) find(member, mech string) (nothing A) {
	if m == nil {
		return nothing
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.of[member]
	if t == nil {
		return nothing
	}
	m.turn++
	t.used = m.turn
	return t.answers[mech]
}

// keep keeps an answer in the place of an older one; if it is nothing, or takes a quarter of all room, the older one is forgotten.
func (m *memory[A]) keep(member, mech string, a A) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[string]*told[A]{}
	}
	t := m.of[member]
	if t == nil {
		t = &told[A]{answers: map[string]A{}}
		m.of[member] = t
	}
	m.turn++
	t.used = m.turn
	var nothing A
	if old := t.answers[mech]; old != nothing {
		t.heavy, m.heavy = t.heavy-old.heavy(), m.heavy-old.heavy()
		delete(t.answers, mech)
	}
	if a == nothing || a.heavy() > m.most/4 {
		return
	}
	t.answers[mech] = a
	t.heavy, m.heavy = t.heavy+a.heavy(), m.heavy+a.heavy()
	for m.heavy > m.most {
		m.forget()
	}
}

// forget forgets what the member was told who has been away for longest.
func (m *memory[A]) forget() {
	var longest string
	for member, t := range m.of {
		if longest == "" || t.used < m.of[longest].used {
			longest = member
		}
	}
	m.heavy -= m.of[longest].heavy
	delete(m.of, longest)
}
