package record

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/document"
	"entente.example/internal/founding"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/line"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/party"
	"entente.example/internal/programme"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/situation"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/internal/workdays"
	"entente.example/refusal"
)

// fresh makes the empty state of a matter, or nil for a kind this build does not know. This is the one table of subjects.
func fresh(key string) Subject {
	kind, id, _ := strings.Cut(key, "/")
	switch kind {
	case "charter":
		return new(founding.State)
	case "text":
		return &text.State{ID: id}
	case "meeting":
		return new(meeting.State)
	case "document":
		return &document.State{ID: id}
	case "party":
		return new(party.State)
	case "topic":
		return &topic.State{ID: id}
	case "concern":
		return &concern.State{ID: id}
	case "commitment":
		return &commitment.State{ID: id}
	case "programme":
		return &programme.State{ID: id}
	case "paper":
		return &paper.State{ID: id}
	case "term":
		return &glossary.State{ID: id}
	case "thread":
		return &conversation.State{ID: id}
	case "readout":
		return &readout.State{ID: id}
	case "minutes":
		return &minutes.State{ID: id}
	case "holidays":
		return &workdays.State{ID: id}
	case "silence":
		return &silence.State{ID: id}
	case membership.Kind:
		return &membership.State{ID: id}
	case "guest":
		return &guest.State{ID: id}
	case outsider.Kind:
		return &outsider.State{ID: id}
	case "attachment":
		return &attachment.State{ID: id}
	case "line":
		if strings.Contains(id, "/") {
			return new(line.Month)
		}
		return &line.State{ID: id}
	case "situation":
		return new(situation.State)
	}
	return &unknown{}
}

// Version grows with every change by which the fold makes something else of bytes that may have been stored before: a new kind of matter or act, a rule that was wrong. A node
// whose record was folded by another one folds it anew.
const Version = 12

// unknown is the state of matters that a newer version brought.
type unknown struct{}

func (unknown) Check(*charter.State, *charter.Act) error {
	return refusal.New(refusal.Invalid, "entry.newer")
}
func (unknown) Apply(*charter.State, *charter.Act) {}

// CacheSize is how many matters the fold keeps decoded.
const CacheSize = 128

// matter returns a matter's state, from the cache or the store.
func (r *Record) matter(src Source, key string) (*matter, error) {
	r.used++
	if m := r.cache[key]; m != nil {
		m.used = r.used
		return m, nil
	}
	m := &matter{state: fresh(key), used: r.used}
	stored, ok, err := src.Matter(key)
	if err != nil {
		return nil, err
	}
	if ok {
		m.Stored = stored
		if err := json.Unmarshal(stored.State, m.state); err != nil {
			return nil, fmt.Errorf("reading the state of %s: %w", key, err)
		}
		m.State = nil
	} else {
		m.Key, m.Tops, m.Last = key, make(charter.Past, r.parties), Place{Lam: -1}
	}
	r.evict()
	r.cache[key] = m
	return m, nil
}

// Acts is how many entries of a matter are folded, those of the running transaction included.
func (r *Record) Acts(src Source, key string) (int64, error) {
	m, err := r.matter(src, key)
	if err != nil {
		return 0, err
	}
	return m.Acts, nil
}

// evict drops the unchanged matters used longest ago when the cache is over its size.
func (r *Record) evict() {
	if len(r.cache) < CacheSize {
		return
	}
	var old []*matter
	for key, m := range r.cache {
		if !r.changed[key] {
			old = append(old, m)
		}
	}
	slices.SortFunc(old, func(a, b *matter) int { return int(a.used - b.used) })
	for _, m := range old[:len(old)/2] {
		delete(r.cache, m.Key)
	}
}

// aboutKeys are the acts that do not wait for the charter to be in force: keys are lost before, too.
var aboutKeys = map[string]bool{"party.announce": true, "party.confirm": true, "party.generation": true}

// judge checks an act against the state of its matter at the act's past.
func (r *Record) judge(src Source, m *matter, a *charter.Act) (*refusal.Error, error) {
	if a.Entry.V != known || len(a.Entry.Crit) > 0 {
		return refusal.New(refusal.Invalid, "entry.newer"), nil
	}
	c, err := r.charterAt(src, a)
	if err != nil {
		return nil, err
	}
	if err := c.May(a.Party, a.Entry.Actor.Member, a.Entry.Type, a.Entry.At); err != nil {
		return refusal.As(err), nil
	}
	if m.Key != founding.Matter && !aboutKeys[a.Entry.Type] {
		if ok, err := r.inForce(src, a.Past); err != nil || !ok {
			return refusal.New(refusal.Conflict, "charter.not_in_force"), err
		}
	}
	state, err := r.stateAt(src, m, a.Past)
	if err != nil {
		return nil, err
	}
	if err := state.Check(c, a); err != nil {
		return refusal.As(err), nil
	}
	return r.standing(src, c, a, state)
}

// forgetful states keep less than some acts ask of the past: for those the matter is replayed.
type forgetful interface{ Forgot(a *charter.Act) bool }

// apply folds a judged act into its matter.
func (r *Record) apply(src Source, m *matter, a *charter.Act, in Input, valid bool) error {
	place := Place{Lam: a.Lam, Party: in.Party, Gen: in.Gen, Index: in.Index}
	if valid {
		if f, ok := m.state.(forgetful); m.Last.Before(place) && !(ok && f.Forgot(a)) {
			m.state.Apply(r.charter, a)
		} else if err := r.insert(src, m, a); err != nil {
			return err
		}
		if p, ok := m.state.(*party.State); ok {
			p.Settle(r.charter, charter.PartyID(strings.TrimPrefix(m.Key, "party/")))
		}
	}
	if m.Last.Before(place) {
		m.Last = place
	}
	m.Tops = m.Tops.With(r.parties, r.Slot(in.Party, in.Gen), in.Index+1)
	m.Acts++
	r.changed[m.Key] = true
	r.cache[m.Key] = m // judging may have looked at enough other matters for this one to be dropped
	return nil
}

// inForce reports whether the charter was adopted as far as past shows.
func (r *Record) inForce(src Source, past charter.Past) (bool, error) {
	if r.founded != nil && covers(past, r.founded) {
		return true, nil
	}
	m, err := r.matter(src, founding.Matter)
	if err != nil {
		return false, err
	}
	s, err := r.stateAt(src, m, past)
	if err != nil {
		return false, err
	}
	state := s.(*founding.State)
	if state == m.state && state.InForce() {
		r.founded = slices.Clone(m.Tops)
	}
	return state.InForce(), nil
}

// Changed is how many matters Dirty would go over.
func (r *Record) Changed() int { return len(r.changed) }

// Dirty goes over the matters that changed since it last came to an end, by key, ready to be stored. Only one state is spelled at a time: it is good until the next one is asked for.
func (r *Record) Dirty() iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		state := &r.spelled
		for _, key := range slices.Sorted(maps.Keys(r.changed)) {
			m := r.cache[key]
			state.Reset()
			if err := json.MarshalWrite(state, m.state, json.Deterministic(true)); err != nil {
				yield(Stored{}, fmt.Errorf("state of %s: %w", key, err))
				return
			}
			s := m.Stored
			s.State, s.Tops, s.Owes = state.Bytes(), slices.Clone(m.Tops), owes(m.state)
			if !yield(s, nil) {
				return
			}
		}
		clear(r.changed)
		if state.Cap() > keptSpelled {
			*state = bytes.Buffer{}
		}
	}
}

// keptSpelled bounds the memory in which states are spelled that is kept for the next ones.
const keptSpelled = 64 << 10

// State decodes the stored state of a matter for reading.
func State(key string, b []byte) (Subject, error) {
	s := fresh(key)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("reading the state of %s: %w", key, err)
	}
	return s, nil
}

// owes reports whether a matter has a round of sealing that somebody has chosen in, a new generation that somebody may have to confirm, or a call that some node has not said to have
// stored.
func owes(s Subject) bool {
	switch s := s.(type) {
	case *founding.State:
		return s.Rounds.Chosen()
	case *text.State:
		return s.Rounds.Chosen()
	case *party.State:
		return len(s.Generations) > 0
	case *line.Month:
		return len(s.Unreceived) > 0
	}
	return false
}

// Cached returns the decoded state of a matter if the fold has it at hand, else nil. It is read-only.
func (r *Record) Cached(key string) Subject {
	if m := r.cache[key]; m != nil {
		return m.state
	}
	return nil
}
