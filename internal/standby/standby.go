// Package standby lets several processes serve one node. One of them holds it; every other one stands by: what it is asked it passes on to the one that holds the node, and it waits to take its place.
//
// It promises that a request which could not be passed on was not done, so that it may wait for the next process and be given to that one; that whoever lays the node down first ends what it
// is answering; and that a request that got lost half-way is never sent twice unless it only reads. Who holds the node is decided elsewhere, by the lock of its directory.
package standby

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"entente.example/refusal"
)

// Limits.
const (
	Patience = 15 * time.Second // see Options
	farewell = 10 * time.Second // how long what is being answered may take once the node is to be laid down
	greeting = time.Second      // how long the process that holds the node may take to let somebody in
	again    = 20 * time.Millisecond
	maxHead  = 64 << 10
)

// Members is the room of the members' site; API that of the operator's commands.
const (
	Members = "members"
	API     = "api"

	standing = "standing" // where processes wait that stand by
)

// What a request carries from one process to another.
const (
	roomHeader    = "Entente-Room"
	fromHeader    = "Entente-From" // whom the first process speaks with
	processHeader = "Entente-Process"
	doorHeader    = "Entente-Door"
)

// Options are what a door is made of. Socket and Refuse are required.
type Options struct {
	Socket string // where the process that holds the node lets the others in
	Refuse func(http.ResponseWriter, *http.Request, error)
	Log    *slog.Logger

	Patience time.Duration // how long a request waits for a process that holds the node; Patience if zero
}

// Door is the way into a node for whoever comes to this process.
type Door struct {
	o Options

	mu      sync.Mutex
	house   *house        // what this process answers; nil while it does not hold the node
	turn    chan struct{} // closed when it takes the node up
	follows bool          // whether another process may be expected to take it up; as long as this one has not ended, it may itself
	ended   bool
	streams context.Context // of answers that have no end by themselves
	cut     context.CancelFunc
	others  map[*Other]struct{}
}

// Other is a process that stands by.
type Other struct {
	Process string    `json:"process"` // host and number
	Door    string    `json:"door"`    // where its members come in
	Since   time.Time `json:"since"`
}

// New makes a door.
func New(o Options) *Door {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience == 0 {
		o.Patience = Patience
	}
	d := &Door{o: o, turn: make(chan struct{}), follows: true, others: map[*Other]struct{}{}}
	d.streams, d.cut = context.WithCancel(context.Background())
	return d
}

// Others are the processes that stand by while this one holds the node.
func (d *Door) Others() []Other {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []Other{}
	for o := range d.others {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Other) int { return a.Since.Compare(b.Since) })
	return out
}

// ServeHTTP answers a member: by this process if it holds the node, else by the one that does. If none does, the request waits for one.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r, done := d.bounded(r)
	defer done()
	late := time.NewTimer(d.o.Patience)
	defer late.Stop()
	for {
		h, out, turn, wait := d.enter(Members)
		if h != nil {
			defer out()
			h.ServeHTTP(w, r)
			return
		}
		if wait {
			if conn, err := Dial(r.Context(), d.o.Socket); err == nil && d.pass(w, r, conn) {
				return
			}
		} else {
			late.Reset(0)
		}
		select {
		case <-turn:
		case <-time.After(again):
		case <-r.Context().Done():
			return
		case <-late.C:
			w.Header().Set("Retry-After", "5")
			d.o.Refuse(w, r, refusal.New(refusal.Unavailable, "node.nobody_holds"))
			return
		}
	}
}

// End cuts streams off for good: this process is about to go.
func (d *Door) End() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	d.cut()
}

// bounded ends a stream of events when the node changes hands: its reader comes again, and finds the next process.
func (d *Door) bounded(r *http.Request) (*http.Request, func()) {
	if r.Header.Get("Accept") != "text/event-stream" && !strings.HasSuffix(r.URL.Path, "/events") { // programs may ask for a stream without saying so
		return r, func() {}
	}
	d.mu.Lock()
	streams := d.streams
	d.mu.Unlock()
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(streams, cancel)
	return r.WithContext(ctx), func() { stop(); cancel() }
}

// enter lets somebody into a room of the house, if this process holds it; out says that they have left.
func (d *Door) enter(room string) (h http.Handler, out func(), turn <-chan struct{}, wait bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.house == nil {
		return nil, nil, d.turn, d.follows || !d.ended
	}
	house := d.house
	house.inside++
	return house.rooms[room], sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		house.inside--
		house.look()
	}), nil, false
}

// house is what a process answers while it holds the node.
type house struct {
	rooms   map[string]http.Handler
	inside  int  // who is being answered
	leaving bool // nobody is let in any more
	empty   chan struct{}
}

func (h *house) look() {
	if h.leaving && h.inside == 0 {
		close(h.empty)
	}
}

// Hold answers from now on by this process. leave ends that: nobody is let in any more, and it returns when everybody who is inside has been answered. The caller has the lock of the directory
// from before Hold until after leave.
func (d *Door) Hold(ctx context.Context, rooms map[string]http.Handler) (leave func(), err error) {
	l, remove, err := Listen(ctx, d.o.Socket)
	if err != nil {
		return nil, err
	}
	h := &house{rooms: map[string]http.Handler{standing: http.HandlerFunc(d.stand)}, empty: make(chan struct{})}
	for name, room := range rooms {
		h.rooms[name] = room
	}
	s := &http.Server{Handler: d.inner(h), ReadHeaderTimeout: farewell, MaxHeaderBytes: maxHead, ErrorLog: slog.NewLogLogger(d.o.Log.Handler(), slog.LevelDebug)}
	go func() {
		if err := s.Serve(&greeter{l, d}); !errors.Is(err, http.ErrServerClosed) {
			d.o.Log.Error("other processes of this node cannot be let in any more", "error", err)
		}
	}()
	d.mu.Lock()
	d.house = h
	close(d.turn)
	d.turn = make(chan struct{})
	d.mu.Unlock()
	return func() {
		d.leave(h)
		_ = s.Close() // everybody has been answered, or has had the time for it
		remove()
	}, nil
}

func (d *Door) leave(h *house) {
	d.mu.Lock()
	d.house, d.follows, h.leaving = nil, len(d.others) > 0, true
	h.look()
	d.cut()
	if !d.ended {
		d.streams, d.cut = context.WithCancel(context.Background())
	}
	d.mu.Unlock()
	select {
	case <-h.empty:
	case <-time.After(farewell):
		d.o.Log.Warn("some requests took too long to be answered before this node was laid down")
	}
}

// inner answers what other processes pass on.
func (d *Door) inner(h *house) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		room := h.rooms[r.Header.Get(roomHeader)]
		if room == nil {
			http.NotFound(w, r) // a process of another version
			return
		}
		if r.Header.Get(roomHeader) == Members {
			r.RemoteAddr = r.Header.Get(fromHeader)
			r.Header.Del(fromHeader)
		}
		r.Header.Del(roomHeader)
		r, done := d.bounded(r)
		defer done()
		room.ServeHTTP(w, r)
	})
}

// stand keeps a process that stands by, until it goes or the node is laid down.
func (d *Door) stand(w http.ResponseWriter, r *http.Request) {
	o := &Other{Process: r.Header.Get(processHeader), Door: r.Header.Get(doorHeader), Since: time.Now()}
	d.mu.Lock()
	d.others[o] = struct{}{}
	d.mu.Unlock()
	d.o.Log.Info("another process stands by", "process", o.Process)
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
	d.mu.Lock()
	delete(d.others, o)
	d.mu.Unlock()
}

// StandBy waits beside the process that holds the node until that one lays it down or dies. process and door are what the others are told of us.
func (d *Door) StandBy(ctx context.Context, process, door string) error {
	conn, err := Dial(ctx, d.o.Socket)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.follows = true // it holds the node, whoever stood by when this process laid it down
	d.mu.Unlock()
	t := over(conn)
	defer t.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://node/", nil)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set(roomHeader, standing)
	r.Header.Set(processHeader, process)
	r.Header.Set(doorHeader, door)
	res, err := t.RoundTrip(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the process that holds the node answers %s", res.Status)
	}
	_, _ = res.Body.Read(make([]byte, 1)) // nothing ever comes: it ends
	return nil
}

// Knock marks a request for a room of the process that holds the node.
func Knock(r *http.Request, room string) { r.Header.Set(roomHeader, room) }

// over speaks HTTP over one connection.
func over(conn net.Conn) *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DisableCompression: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
}
