package premises

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"entente.example/internal/awaiting"
	"entente.example/internal/chancery"
	"entente.example/internal/reminder"
	"entente.example/lang"
)

// programs are told words, and keep how much each said awaits.
type programs struct {
	said      []int
	delivered int
}

func (p *programs) Say(w reminder.Word) error {
	p.said = append(p.said, w.Awaits)
	return nil
}

func (p *programs) Deliver(context.Context) int {
	p.delivered++
	return 0
}

// desk is what awaits a side, and how often somebody looked.
type desk struct {
	items   int
	words   string // of each item
	changes int64
	looks   int
}

func (d *desk) reminders(hear *programs) *reminders {
	return &reminders{hooks: hear, now: time.Now, log: slog.New(slog.DiscardHandler), told: map[string][sha256.Size]byte{}, after: map[string]time.Time{}, lang: lang.English, site: "https://cedar.example",
		changes: func() int64 { return d.changes },
		awaited: func(context.Context) ([]chancery.Awaited, error) {
			d.looks++
			return []chancery.Awaited{{Mech: "m", Name: "valley", Items: slices.Repeat([]awaiting.Item{{What: d.words}}, d.items)}}, nil
		}}
}

// begin lets the loop run in a bubble until stop.
func begin(r *reminders) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		r.run(ctx)
		close(done)
	}()
	synctest.Wait()
	return func() {
		cancel()
		<-done
	}
}

// Nobody looks through all mechanisms for nothing: once at the start, then when something has happened, and now and then because days pass. Words that could not be delivered are
// tried at every turn.
func TestProgramsAreToldOfWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hear, d := new(programs), &desk{items: 2}
		stop := begin(d.reminders(hear))
		defer stop()
		expect := func(when string, looks int, said ...int) {
			t.Helper()
			if d.looks != looks || !slices.Equal(hear.said, said) {
				t.Errorf("%s: %d looks, told %v; want %d, %v", when, d.looks, hear.said, looks, said)
			}
		}
		expect("at the start", 1, 2)
		time.Sleep(2*remindEvery + time.Second)
		synctest.Wait()
		expect("while nothing happens", 1, 2)
		if hear.delivered != 3 {
			t.Errorf("%d tries to deliver in three turns", hear.delivered)
		}
		d.items, d.changes = 3, 1
		time.Sleep(remindEvery)
		synctest.Wait()
		expect("once something has happened", 2, 2, 3)
		d.changes = 2
		time.Sleep(remindEvery)
		synctest.Wait()
		expect("once something has happened that changes nothing for us", 3, 2, 3)
		d.words, d.changes = "awaits.thread_read", 3
		time.Sleep(remindEvery)
		synctest.Wait()
		expect("once other things await, though as many", 4, 2, 3, 3)
		d.items = 4 // a day has come
		time.Sleep(listAnyway + remindEvery)
		synctest.Wait()
		expect("once time has passed", 5, 2, 3, 3, 4)
	})
}

// A word that waited when a node stopped is said again when it starts, though nothing has happened since.
func TestAWordSurvivesTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{items: 5, changes: 7}
		for range 2 {
			hear := new(programs)
			begin(d.reminders(hear))()
			if !slices.Equal(hear.said, []int{5}) || hear.delivered == 0 {
				t.Errorf("told %v, delivered %d times", hear.said, hear.delivered)
			}
		}
	})
}
