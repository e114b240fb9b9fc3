package reminder

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"entente.example/internal/outbound"
)

// Hubs tell WebSub hubs which feeds have changed; a hub then asks for the feed itself. What one hub is still owed waits together, so that a hub which does not answer costs one try, and nothing is given up.
type Hubs struct {
	o    HubOptions
	http *http.Client
	owed map[string]*debt // by hub
}

// HubOptions are what hubs are spoken to with.
type HubOptions struct {
	Hubs    []string
	Private bool // whether they may be in private networks
	Now     func() time.Time
	Log     *slog.Logger
}

// debt is what a hub has not been told yet. It is never longer than the list of feeds.
type debt struct {
	feeds map[string]bool
	tries int
	next  time.Time
}

// longestPause is between two tries, as a power of two in minutes: some four hours.
const longestPause = 8

// NewHubs prepares them. Nothing is sent before Deliver.
func NewHubs(o HubOptions) *Hubs {
	h := &Hubs{o: o, http: outbound.New(o.Private, hookTimeout), owed: map[string]*debt{}}
	for _, hub := range o.Hubs {
		h.owed[hub] = &debt{feeds: map[string]bool{}}
	}
	return h
}

// Say notes for every hub that the feed at an address has changed.
func (h *Hubs) Say(feed string) {
	for _, d := range h.owed {
		d.feeds[feed] = true
	}
}

// Deliver tells every hub whose time has come, and says how much is left to tell.
func (h *Hubs) Deliver(ctx context.Context) (left int) {
	for _, hub := range slices.Sorted(maps.Keys(h.owed)) {
		d := h.owed[hub]
		for _, feed := range slices.Sorted(maps.Keys(d.feeds)) {
			if ctx.Err() != nil || h.o.Now().Before(d.next) {
				break
			}
			if err := h.publish(ctx, hub, feed); err != nil {
				d.tries = min(d.tries+1, longestPause)
				d.next = h.o.Now().Add(time.Minute << d.tries)
				h.o.Log.WarnContext(ctx, "a hub was not told that feeds changed", "hub", hub, "feeds", len(d.feeds), "again", d.next.UTC().Format(time.RFC3339), "error", err)
				break
			}
			delete(d.feeds, feed)
			d.tries, d.next = 0, time.Time{}
		}
		left += len(d.feeds)
	}
	return left
}

// publish says that one feed has changed, in the words that hubs have understood since before there was a standard; WebSub leaves them open.
func (h *Hubs) publish(ctx context.Context, hub, feed string) error {
	form := url.Values{"hub.mode": {"publish"}, "hub.url": {feed}, "hub.topic": {feed}}
	return post(ctx, h.http, hub, "application/x-www-form-urlencoded", []byte(form.Encode()), nil)
}
