package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// hotline is the commands' common flag.
type hotline struct {
	*globals
	id string
}

func lineCommand(g *globals) *cobra.Command {
	h := &hotline{globals: g}
	c := &cobra.Command{Use: "line", Short: "Line checks: schedule, calls, answers, notices and their history"}
	c.PersistentFlags().StringVar(&h.id, "line", line.Main, "which line, if the mechanism has several")
	c.AddCommand(h.showCommand(), h.scheduleCommand(), h.checkCommand(), h.answerCommand(), h.deskCommand(), h.suspendCommand(), h.resumeCommand(), h.historyCommand())
	return c
}

// path of something about the line.
func (h *hotline) path(parts ...string) func(*client) string {
	return func(n *client) string { return n.in(append([]string{"lines", h.id}, parts...)...) }
}

func (h *hotline) showCommand() *cobra.Command {
	return &cobra.Command{Use: "show", Short: "What is agreed and announced, which call is due next, and what waits for us", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return h.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.HotLine
			if err := n.call(ctx, "GET", h.path()(n), nil, &out); err != nil {
				return err
			}
			return h.print(out, func(w io.Writer) { h.printLine(w, out) })
		})
	}}
}

func (h *hotline) say(w io.Writer, key string, kv ...string) {
	p := refusal.Params{}
	for i := 0; i+1 < len(kv); i += 2 {
		p[kv[i]] = kv[i+1]
	}
	fmt.Fprintln(w, locale.Message(h.language(), key, p))
}

func (h *hotline) printLine(w io.Writer, l chancery.HotLine) {
	if l.InForce == nil {
		h.say(w, "line.no_schedule")
	} else {
		h.printProposal(w, *l.InForce)
	}
	for _, n := range l.Notices {
		h.say(w, n.Key(), "party", string(n.Party), "from", h.instant(n.Terms.From), "until", h.instant(n.Terms.To), "notice", n.ID)
	}
	switch {
	case l.Next != nil:
		h.say(w, "line.next_call", "at", h.instant(l.Next.At), "party", string(l.Next.Caller))
	case l.InForce != nil && len(l.Notices) > 0:
		h.say(w, "line.no_next")
	}
	if l.Call != nil {
		h.say(w, "awaits.line_call", "at", h.instant(l.Call.At))
	}
	for _, r := range l.Answers {
		h.say(w, "awaits.line_answer", "party", string(r.Caller), "at", h.instant(r.At))
		fmt.Fprintf(w, "  %s  %s  %s\n", r.Check, r.Sent.Lang, r.Sent.Text)
	}
	for _, p := range l.Agree {
		h.say(w, "awaits.line_agree", "party", string(p.Party), "proposal", p.ID)
		h.printProposal(w, p)
	}
}

func (h *hotline) printProposal(w io.Writer, p line.Proposal) {
	var callers, times []string
	for _, c := range p.Terms.Callers {
		callers = append(callers, string(c))
	}
	for _, t := range p.Terms.Times {
		times = append(times, t.String())
	}
	h.say(w, "line.schedule", "id", p.ID, "from", locale.Day(h.language(), p.Terms.From), "times", strings.Join(times, "; "), "callers", strings.Join(callers, ", "), "minutes", fmt.Sprint(p.Terms.Minutes))
	for _, d := range p.Terms.Holidays {
		_, note := d.Note.Pick(h.language())
		fmt.Fprintf(w, "  – %s  %s\n", locale.Days(h.language(), d.From, d.To), note)
	}
	for _, f := range p.Terms.Pool {
		fmt.Fprintf(w, "  · %s  %s\n", f.Lang, f.Text)
	}
}

func (h *hotline) scheduleCommand() *cobra.Command {
	c := &cobra.Command{Use: "schedule", Short: "Propose a schedule, or agree to one"}
	var b line.Propose
	var callers, times, holidays []string
	var pool string
	propose := &cobra.Command{Use: "propose --caller PARTY … --time 'mon 09:00 +08:00' --minutes N --from DAY", Short: "Propose a schedule; it holds when every caller has agreed", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		for _, p := range callers {
			b.Callers = append(b.Callers, charter.PartyID(p))
		}
		for _, s := range times {
			t, err := line.ParseTime(s)
			if err != nil {
				return err
			}
			b.Times = append(b.Times, t)
		}
		for _, s := range holidays {
			b.Holidays = append(b.Holidays, line.ParseHoliday(s, h.language()))
		}
		if pool != "" {
			raw, err := h.readFile(pool)
			if err != nil {
				return err
			}
			if err := json.Unmarshal(raw, &b.Pool); err != nil {
				return refusal.New(refusal.Invalid, "cli.bad_json", "file", pool).Because(err)
			}
		}
		return h.act(c.Context(), h.path("propose"), b)
	}}
	f := propose.Flags()
	f.StringArrayVar(&callers, "caller", nil, "a party that calls; repeat in the order of turns")
	f.StringArrayVar(&times, "time", nil, "when calls are due: days (or daily), time and zone's offset; repeat")
	f.IntVar(&b.Minutes, "minutes", line.DefaultMinutes, "within how many minutes a person answers")
	f.StringVar(&b.From, "from", "", "first day, as in 2025-02-03")
	f.StringArrayVar(&holidays, "holiday", nil, "days without calls, as in 2025-01-28..2025-02-04=Spring Festival; repeat")
	f.StringVar(&pool, "pool", "", `JSON file with phrases to send instead of the built-in ones: [{"lang": "en", "text": "…"}]`)
	agree := &cobra.Command{Use: "agree PROPOSAL", Short: "Agree to a proposed schedule", Args: args("PROPOSAL"), RunE: func(c *cobra.Command, a []string) error {
		return h.act(c.Context(), h.path("agree"), line.Agree{Proposal: a[0]})
	}}
	c.AddCommand(propose, agree)
	return c
}

func (h *hotline) checkCommand() *cobra.Command {
	var to []string
	c := &cobra.Command{Use: "check", Short: "Call: sends a phrase of the agreed pool in our own language", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return h.act(c.Context(), h.path("check"), map[string]any{"to": append([]string{}, to...)})
	}}
	c.Flags().StringArrayVar(&to, "to", nil, "party to call; repeat (default: all others of the schedule)")
	return c
}

func (h *hotline) answerCommand() *cobra.Command {
	var note []string
	c := &cobra.Command{Use: "answer [CHECK]", Short: "Answer a call; without its id, the newest that waits for us", Args: between(0, 1), RunE: func(c *cobra.Command, a []string) error {
		words, err := wording(note)
		if err != nil {
			return err
		}
		b := map[string]any{"check": strings.Join(a, "")}
		if len(words) > 0 {
			b["note"] = words
		}
		return h.act(c.Context(), h.path("answer"), b)
	}}
	c.Flags().StringArrayVar(&note, "note", nil, "a note for the record, LANG=TEXT; repeat")
	return c
}

// utc reads an instant with any zone.
func utc(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "", refusal.New(refusal.Invalid, "line.no_such_instant", "at", s)
	}
	return line.Stamp(t), nil
}

func (h *hotline) deskCommand() *cobra.Command {
	manned := false
	c := h.announcement("desk --from INSTANT --to INSTANT", "Announce that nobody is at our desk, or with --manned that somebody is", "desk", func(from, to string, note lang.Text) any {
		return line.Desk{From: from, To: to, Manned: manned, Note: note}
	})
	c.Flags().BoolVar(&manned, "manned", false, "somebody is there after all")
	return c
}

func (h *hotline) suspendCommand() *cobra.Command {
	return h.announcement("suspend --from INSTANT [--to INSTANT]", "Give notice that we neither call nor answer for some time", "suspend", func(from, to string, note lang.Text) any {
		return line.Suspend{From: from, To: to, Note: note}
	})
}

// announcement is an act about a time of the line, with words for the record.
func (h *hotline) announcement(use, short, act string, body func(from, to string, note lang.Text) any) *cobra.Command {
	var from, to string
	var note []string
	c := &cobra.Command{Use: use, Short: short, Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		words, err := wording(note)
		if err != nil {
			return err
		}
		began, err := utc(from)
		if err != nil {
			return err
		}
		ends, err := utc(to)
		if err != nil {
			return err
		}
		if len(words) == 0 {
			words = nil
		}
		return h.act(c.Context(), h.path(act), body(began, ends, words))
	}}
	c.Flags().StringVar(&from, "from", "", "from when on, with its zone, as in 2025-02-17T00:00:00+08:00")
	c.Flags().StringVar(&to, "to", "", "until when; a suspension without it holds until further notice")
	c.Flags().StringArrayVar(&note, "note", nil, "words for the record, LANG=TEXT; repeat")
	return c
}

func (h *hotline) resumeCommand() *cobra.Command {
	return &cobra.Command{Use: "resume NOTICE", Short: "End a suspension that we gave notice of", Args: args("NOTICE"), RunE: func(c *cobra.Command, a []string) error {
		return h.act(c.Context(), h.path("resume"), line.Resume{Notice: a[0]})
	}}
}

func (h *hotline) historyCommand() *cobra.Command {
	var csv bool
	c := &cobra.Command{Use: "history", Short: "Every call, notice and time without a call, many of these on end in one line, and what they come to; --csv or --json to export each", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return h.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.LineHistory
			if err := n.call(ctx, "GET", h.path("history")(n), nil, &out); err != nil {
				return err
			}
			if csv {
				_, err := h.io.out.Write(line.CSV(out.Rows))
				return err
			}
			return h.print(out, func(w io.Writer) { h.printHistory(w, out) })
		})
	}}
	c.Flags().BoolVar(&csv, "csv", false, "as a table for other programs")
	return c
}

func (h *hotline) printHistory(w io.Writer, out chancery.LineHistory) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range line.Runs(out.Rows) {
		if r.Times > 1 {
			fmt.Fprintf(t, "%s – %s\t%s\t%s\t\t%s\n", r.First, r.At, locale.Message(h.language(), "line.times", refusal.Params{"n": strconv.Itoa(r.Times)}), h.state(r.Row), r.Notice)
			continue
		}
		to := ""
		if r.Callee != "" {
			to = " → " + string(r.Callee)
		}
		fmt.Fprintf(t, "%s\t%s%s\t%s\t%s\t%s\n", r.At, r.Caller, to, h.state(r.Row), h.route(r.Route), r.Check)
	}
	_ = t.Flush() // standard output; a closed pipe ends the command anyway
	for _, m := range append(out.Statistics.Months, out.Statistics.All) {
		if m.Calls == 0 && m.Of != "" { // a month in which nobody called is in the rows above
			continue
		}
		h.say(w, "line.counts", "of", m.Of, "calls", fmt.Sprint(m.Calls), "answered", fmt.Sprint(m.InTime), "median", m.Typical())
	}
}

// state says what became of a call.
func (h *hotline) state(r line.Row) string {
	out := locale.Message(h.language(), line.StateKey(r.State), nil)
	if r.Late {
		out += ", " + locale.Message(h.language(), "line.late", nil)
	}
	if r.Unmanned {
		out += ", " + locale.Message(h.language(), "line.unmanned", nil)
	}
	return out
}

func (h *hotline) route(route string) string {
	if route == "" {
		return ""
	}
	return locale.Message(h.language(), "line.route_"+route, nil)
}
