package gauges

import (
	"context"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// reading asks the node when it is asked itself, and remembers nothing in between.
type reading struct{ node Node }

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("entente_"+name, help, labels, nil)
}

var (
	up          = described("up", "1 if the record could be read for these numbers.")
	queue       = described("queue_events", "Events that wait for the node's core.")
	queueRoom   = described("queue_room_events", "How many events of one mechanism may wait before whoever brings one waits, too.")
	mechQueue   = described("mechanism_queue_events", "Events of a mechanism that wait for the node's core.", "mechanism")
	writes      = described("pen_writes", "1 if our own log in a mechanism is open to our members.", "mechanism")
	entries     = described("entries", "Entries of a log that this node holds.", "mechanism", "party", "generation")
	folded      = described("entries_folded", "Entries of a log that have become state.", "mechanism", "party", "generation")
	connected   = described("counterpart_connected", "1 if a conversation with a counterpart is open.", "mechanism", "party")
	over        = described("counterpart_over_quota", "1 if a counterpart has used up what this node takes of it, in a day or in all, and the rest waits at its side.", "mechanism", "party")
	roomLeft    = described("counterpart_room_entries", "How many more entries of a counterpart this node takes in all; absent: any number.", "mechanism", "party")
	full        = described("counterpart_takes_no_more", "1 if we have used up what a counterpart takes of us, in a day or in all, and the rest waits here.", "mechanism", "party")
	lastContact = described("counterpart_last_contact_timestamp_seconds", "When a counterpart was last heard from, by any route, in Unix time; absent: never.", "mechanism", "party")
	rebuildDone = described("rebuild_done", "How much of what is being made anew is done; absent while nothing is.", "of")
	rebuildAll  = described("rebuild_all", "How much is being made anew; absent while nothing is.", "of")
	traced      = described("trace_spans_total", "Spans of traces, by what became of them; absent unless a collector is named.", "outcome")
	confirmed   = described("counterpart_confirmed_entries", "Entries of our newest log that a counterpart has confirmed.", "mechanism", "party")
)

// shownID is how much of a mechanism's id is shown: enough to tell any two apart, and known to nobody outside.
const shownID = 16

// Describe implements prometheus.Collector.
func (*reading) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{up, queue, queueRoom, mechQueue, writes, entries, folded, connected, over, roomLeft, full, lastContact, confirmed, rebuildDone, rebuildAll, traced} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (r *reading) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tell := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	m, err := r.node.Measure(ctx)
	tell(up, truth(err == nil))
	if err != nil {
		return
	}
	tell(queue, float64(m.Queue))
	tell(queueRoom, float64(m.QueueRoom))
	if s := m.Spans; s != nil {
		for outcome, n := range map[string]int64{"sent": s.Sent, "dropped": s.Dropped, "lost": s.Lost} {
			to <- prometheus.MustNewConstMetric(traced, prometheus.CounterValue, float64(n), outcome)
		}
	}
	if r := m.Rebuilding; r.All > 0 {
		tell(rebuildDone, float64(r.Done), "mechanisms")
		tell(rebuildAll, float64(r.All), "mechanisms")
		tell(rebuildDone, float64(r.Folded), "entries")
		tell(rebuildAll, float64(r.Entries), "entries")
		tell(rebuildDone, float64(r.Indexed), "search")
		tell(rebuildAll, float64(r.Entries), "search")
	}
	for _, x := range m.Mechanisms {
		id := x.Mech[:min(shownID, len(x.Mech))]
		tell(mechQueue, float64(x.Queue), id)
		tell(writes, truth(x.Writes), id)
		for _, l := range x.Logs {
			tell(entries, float64(l.Entries), id, l.Party, strconv.Itoa(l.Generation))
			tell(folded, float64(l.Applied), id, l.Party, strconv.Itoa(l.Generation))
		}
		for _, l := range x.Lines {
			tell(connected, truth(l.Connected), id, l.Party)
			tell(over, truth(l.Over), id, l.Party)
			tell(full, truth(l.Full), id, l.Party)
			if l.Room != nil {
				tell(roomLeft, float64(*l.Room), id, l.Party)
			}
			tell(confirmed, float64(l.Confirmed), id, l.Party)
			if !l.Heard.IsZero() {
				tell(lastContact, float64(l.Heard.Unix()), id, l.Party)
			}
		}
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
