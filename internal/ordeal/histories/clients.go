package histories

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	clients  = 4
	requests = 6 // that a client plans; what was lost is asked again
	newest   = 60
)

// counts say what histories were made of. Missed are answers that came and that the client did not hear; unheard those that nobody did.
type counts struct{ requests, acts, replays, turned, denied, missed, unheard, reads, deaths int }

// history is what clients asked about one thread and what they were answered.
type history struct {
	house  *house
	born   int // the life of the process in which it begins
	thread string
	alters func(http.RoundTripper) http.RoundTripper // nil: the node as it is

	mu     sync.Mutex
	back   *sync.Cond // there is another process, or one request more
	clock  int64
	posts  int
	words  int
	steps  []porcupine.Operation
	life   int
	http   *http.Client
	down   bool
	failed bool
	last   thread                  // what was seen in the end
	first  [int(kinds) * keys]post // what a key was used for in this life, and an act came of
	counts
}

// answer is what a client heard.
type answer struct {
	status   int
	replayed bool
	body     []byte
}

// play lets the clients of a seed ask, all at once; then one of them alone repeats, tries another body, and looks. With dies the process is killed meanwhile.
func play(ctx context.Context, h *house, seed uint64, dies bool, alters func(http.RoundTripper) http.RoundTripper) (*history, error) {
	h.played++
	s := &history{house: h, thread: fmt.Sprintf("h%d", h.played), alters: alters, born: h.life, life: h.life, words: int(kinds) * keys * 2}
	s.back = sync.NewCond(&s.mu)
	s.http = s.through()
	rng := rand.New(rand.NewPCG(seed, 14))
	errs := make([]error, clients+1)
	var all sync.WaitGroup
	for i := range clients {
		c := &client{history: s, rng: rand.New(rand.NewPCG(rng.Uint64(), 14))}
		all.Go(func() {
			if errs[i] = c.work(ctx, i); errs[i] != nil {
				s.mu.Lock()
				s.failed = true
				s.back.Broadcast()
				s.mu.Unlock()
			}
		})
	}
	if dies {
		after, pause := 3+rng.IntN(6), time.Duration(rng.IntN(3000))*time.Microsecond
		all.Go(func() { errs[clients] = s.strike(after, pause) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return s, err
		}
	}
	c := &client{history: s, rng: rng}
	return s, c.conclude(ctx)
}

// through is how clients ask the process that there is.
func (s *history) through() *http.Client {
	c := *s.house.http
	if s.alters != nil {
		c.Transport = s.alters(c.Transport)
	}
	return &c
}

// strike kills the process a moment after so many requests, and lets another one take its place.
func (s *history) strike(after int, pause time.Duration) error {
	s.mu.Lock()
	for s.counts.requests < after && !s.failed {
		s.back.Wait()
	}
	s.mu.Unlock()
	time.Sleep(pause)
	s.mu.Lock()
	s.down = true
	called := s.tick()
	s.mu.Unlock()
	err := s.house.kill()
	if err == nil {
		err = s.house.start()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, porcupine.Operation{Input: step{what: dies}, Call: called, Return: s.tick()})
	s.life, s.http, s.down, s.first = s.house.life, s.through(), false, [int(kinds) * keys]post{}
	s.deaths++
	s.back.Broadcast()
	return err
}

func (s *history) tick() int64 {
	s.clock++
	return s.clock
}

// asks is one request on its way.
type asks struct {
	life   int
	called int64
	http   *http.Client
	member string
	id     int
}

func (s *history) begin() asks {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.down {
		s.back.Wait()
	}
	s.counts.requests++
	s.posts++
	s.back.Broadcast()
	return asks{s.life, s.tick(), s.http, s.house.member, s.posts}
}

// note writes down the steps of a request that was answered just now, or of which nobody hears any more.
func (s *history) note(a asks, steps ...step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.tick()
	for _, t := range steps {
		t.life, t.op = a.life-s.born, a.id
		until := at
		if t.unsure {
			until = math.MaxInt64
		}
		s.steps = append(s.steps, porcupine.Operation{Input: t, Call: a.called, Return: until})
	}
}

// ask sends a request and hears its answer.
func (a asks) ask(ctx context.Context, method, path, key string, body []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://node/api/v1/mechanisms/-/"+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Entente-Member", a.member)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := a.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header.Get("Idempotency-Replayed") == "true", b}, err
}

// client asks one thing after another.
type client struct {
	*history
	rng *rand.Rand
}

// way is how an answer gets lost.
type way uint8

const (
	heard  way = iota
	left       // the client goes while the node may be at it
	missed     // the answer gets lost once the node has given it; what it was is written down all the same
)

// work is what one client does while the others do the same.
func (c *client) work(ctx context.Context, n int) error {
	for i := range requests {
		var err error
		switch k := c.rng.IntN(100); {
		case i == 0 && n < 3: // most begin with what only one of them can do
			err = c.insist(ctx, c.draw(open))
		case k < 8:
			err = c.insist(ctx, c.draw(open))
		case k < 60:
			err = c.insist(ctx, c.draw(say))
		case k < 68:
			err = c.once(ctx, post{say, -1, c.fresh()})
		default:
			_, err = c.look(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// draw is an act under one of the few keys that there are, with one of the two bodies that each has.
func (c *client) draw(k kind) post {
	p := post{kind: k, key: c.rng.IntN(keys)}
	p.words = 2*p.slot() + 1
	if c.rng.IntN(4) == 0 {
		p.words++
	}
	return p
}

// fresh are words that nobody else has.
func (c *client) fresh() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.words++
	return c.words
}

// insist asks for an act until it hears what came of it. Whoever lost the answer sends the same again under the same key; a process that was killed has forgotten its keys, so most look first whether the act is there.
func (c *client) insist(ctx context.Context, p post) error {
	for {
		life := c.now()
		w := heard
		if c.rng.IntN(4) == 0 {
			w = left + way(c.rng.IntN(2))
		}
		known, err := c.post(ctx, p, w)
		if known || err != nil {
			return err
		}
		if c.awaited() == life || c.rng.IntN(4) == 0 {
			continue
		}
		seen, err := c.look(ctx)
		if err != nil || seen == nil {
			return err
		}
		if seen.has(p.words) {
			return nil
		}
	}
}

func (t thread) has(words int) bool {
	return t.opened.words == words || slices.ContainsFunc(t.said, func(m mark) bool { return m.words == words })
}

// once asks for an act without a key, and can only look if the answer is lost.
func (c *client) once(ctx context.Context, p post) error {
	known, err := c.post(ctx, p, way(c.rng.IntN(3)))
	if !known && err == nil {
		_, err = c.look(ctx)
	}
	return err
}

func (c *client) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.life
}

// awaited is the life of the process once there is one.
func (c *client) awaited() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.down {
		c.back.Wait()
	}
	return c.life
}

var verbs = [kinds]string{"open", "say"}
var fields = [kinds]string{"title", "text"}

// post asks for an act and writes down what was heard of it.
func (c *client) post(ctx context.Context, p post, w way) (known bool, err error) {
	key := ""
	if p.key >= 0 {
		key = "k" + strconv.Itoa(p.key)
	}
	body := fmt.Sprintf(`{%q:{"en":"w%d"}}`, fields[p.kind], p.words)
	leaving, leave := context.WithCancel(ctx)
	defer leave()
	if w == left {
		defer time.AfterFunc(time.Duration(c.rng.IntN(2500))*time.Microsecond, leave).Stop()
	}
	a := c.begin()
	got, err := a.ask(leaving, http.MethodPost, "threads/"+c.thread+"/"+verbs[p.kind], key, []byte(body))
	if err != nil {
		if ctx.Err() == nil && (leaving.Err() != nil || c.gone(a.life)) {
			c.unheard(a, p)
			return false, nil
		}
		return false, err
	}
	steps, err := heardOf(p, got)
	if err == nil {
		c.note(a, steps...)
		c.count(p, steps, w == missed)
	}
	return w != missed, err
}

// gone reports whether a process was killed.
func (s *history) gone(life int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down || s.life != life
}

// unheard writes down a request of which nobody knows what came of it.
func (c *client) unheard(a asks, p post) {
	c.mu.Lock()
	c.counts.unheard++
	c.mu.Unlock()
	steps := []step{{what: acts, post: p, unsure: true}}
	if p.key >= 0 {
		steps = append(steps, step{what: claims, post: p, unsure: true}, step{what: releases, post: p, unsure: true})
	}
	c.note(a, steps...)
}

// heardOf are the steps of a request by its answer.
func heardOf(p post, got answer) ([]step, error) {
	var said struct {
		Key    string
		Posted []struct {
			ID    string
			Index int64
		}
	}
	if err := json.Unmarshal(got.body, &said); err != nil {
		return nil, fmt.Errorf("%d %q: %w", got.status, got.body, err)
	}
	mine := []step{{what: acts, post: p}}
	if p.key >= 0 {
		mine = append(mine, step{what: claims, post: p})
	}
	switch {
	case got.status == http.StatusOK && len(said.Posted) == 1 && got.replayed:
		return []step{{what: replays, post: p, id: said.Posted[0].Index}}, nil
	case got.status == http.StatusOK && len(said.Posted) == 1:
		mine[0].id = said.Posted[0].Index
		return mine, nil
	case said.Key == "api.key_used" && p.key >= 0:
		return []step{{what: turned, post: p}}, nil
	case said.Key == "dialogue.taken" && p.kind == open || said.Key == "dialogue.unknown" && p.kind == say:
		mine[0].denied = true
		if p.key >= 0 {
			mine = append(mine, step{what: releases, post: p})
		}
		return mine, nil
	}
	return nil, fmt.Errorf("nobody expects this answer: %d %s", got.status, got.body)
}

// count notes what came of a request.
func (c *client) count(p post, steps []step, missed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if missed {
		c.missed++
	}
	switch t := steps[0]; {
	case t.what == replays:
		c.replays++
	case t.what == turned:
		c.turned++
	case t.denied:
		c.denied++
	default:
		c.acts++
		if p.key >= 0 {
			c.first[p.slot()] = p
		}
	}
}

// look reads the thread, by itself or out of the log; nil if the process was killed meanwhile.
func (c *client) look(ctx context.Context) (*thread, error) {
	how := c.standing
	if c.rng.IntN(3) == 0 {
		how = c.log
	}
	return how(ctx)
}

type words struct{ En string }

func (w words) number() int {
	n, _ := strconv.Atoi(strings.TrimPrefix(w.En, "w")) // zero is nobody's
	return n
}

// number is the place of an act in its party's log.
func number(id string) int64 {
	n, _ := strconv.ParseInt(id[strings.LastIndexByte(id, '-')+1:], 10, 64) // zero is the charter's
	return n
}

// standing reads the thread as it stands.
func (c *client) standing(ctx context.Context) (*thread, error) {
	return c.read(ctx, "threads/"+c.thread, func(got answer) (seen thread, err error) {
		type message struct {
			Act         string
			Title, Text words
		}
		var read struct {
			Key      string
			Opened   *message
			Messages []message
		}
		if err := json.Unmarshal(got.body, &read); err != nil || got.status != http.StatusOK && read.Key != "dialogue.unknown" {
			return seen, fmt.Errorf("%d %s: %v", got.status, got.body, err)
		}
		if read.Opened != nil {
			seen.opened = mark{read.Opened.Title.number(), number(read.Opened.Act)}
		}
		for _, m := range read.Messages {
			seen.said = append(seen.said, mark{m.Text.number(), number(m.Act)})
		}
		return seen, nil
	})
}

// log reads the thread out of the newest entries.
func (c *client) log(ctx context.Context) (*thread, error) {
	return c.read(ctx, "log?limit="+strconv.Itoa(newest), func(got answer) (seen thread, err error) {
		var read []struct {
			Index        int64
			Matter, Type string
			Body         struct{ Title, Text words }
		}
		if err := json.Unmarshal(got.body, &read); err != nil || got.status != http.StatusOK {
			return seen, fmt.Errorf("%d %s: %v", got.status, got.body, err)
		}
		for _, e := range slices.Backward(read) {
			switch {
			case e.Matter != "thread/"+c.thread:
			case e.Type == "thread.open":
				seen.opened = mark{e.Body.Title.number(), e.Index}
			default:
				seen.said = append(seen.said, mark{e.Body.Text.number(), e.Index})
			}
		}
		if len(read) > 0 && read[len(read)-1].Matter == "thread/"+c.thread {
			return seen, fmt.Errorf("a history has more acts than the %d entries that are looked at", newest)
		}
		return seen, nil
	})
}

func (c *client) read(ctx context.Context, path string, of func(answer) (thread, error)) (*thread, error) {
	a := c.begin()
	got, err := a.ask(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		if ctx.Err() == nil && c.gone(a.life) {
			return nil, nil
		}
		return nil, err
	}
	seen, err := of(got)
	if err != nil {
		return nil, err
	}
	c.note(a, step{what: reads, seen: seen})
	c.mu.Lock()
	c.counts.reads++
	c.mu.Unlock()
	return &seen, nil
}

// conclude is the end of a history, by one client alone: what an act came of is asked again, and with the other body, and looked at in both ways.
func (c *client) conclude(ctx context.Context) error {
	if _, err := c.standing(ctx); err != nil {
		return err
	}
	for _, p := range c.first {
		if p.words == 0 {
			continue
		}
		other := p
		if other.words++; p.words%2 == 0 {
			other.words = p.words - 1
		}
		for _, p := range []post{p, other} {
			if _, err := c.post(ctx, p, heard); err != nil {
				return err
			}
		}
		break
	}
	for _, how := range []func(context.Context) (*thread, error){c.standing, c.log} {
		seen, err := how(ctx)
		if err != nil {
			return err
		}
		c.last = *seen
	}
	c.steps = append(c.steps, porcupine.Operation{Input: step{what: ends}, Call: c.tick(), Return: c.tick()})
	return nil
}
