package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/refusal"
)

// about are the flags that say what something of ours is about.
type about struct {
	matter, place string
	all           bool
}

func (a *about) flags(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&a.matter, "matter", "", "what it is about, as in text/js-1; without it, the mechanism as a whole")
	c.Flags().StringVar(&a.place, "place", "", "the paragraph")
	return c
}

func (a *about) query() string {
	return "?" + url.Values{"matter": {a.matter}, "place": {a.place}, "all": {strconv.FormatBool(a.all)}}.Encode()
}

// wordsFlag lets a command take words from the command line instead of a file.
func wordsFlag(words *string, c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(words, "words", "", "the words themselves, instead of a file")
	return c
}

// ourWords are those that were given by --words, in a named file, or on standard input. Whoever writes the words where the file's name belongs is told how.
func (g *globals) ourWords(said string, file []string) (string, error) {
	if said != "" && len(file) > 0 {
		return "", refusal.New(refusal.Invalid, "cli.words_twice", "file", file[0])
	}
	if said != "" {
		return said, nil
	}
	words, err := g.textFrom(file)
	if err != nil && refusal.As(err).Key == "cli.no_file" {
		err = refusal.New(refusal.Missing, "cli.no_words_file", "file", file[0]).Because(err)
	}
	return strings.TrimSpace(words), err
}

// oursCommand is what our side says to itself.
func oursCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "ours", Short: "Ours only: notes, tasks, clearances, and acts that wait for a second member"}
	c.AddCommand(g.oursNotes(), g.oursTasks(), g.oursClearances(), g.oursActs())
	return c
}

// oursDo posts and says the id of what came of it.
func (g *globals) oursDo(ctx context.Context, body any, parts ...string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var out struct {
			ID string `json:"id"`
		}
		if body == nil {
			body = struct{}{}
		}
		if err := n.call(ctx, http.MethodPost, n.in(append([]string{"ours"}, parts...)...), body, &out); err != nil {
			return err
		}
		return g.print(out, func(w io.Writer) {
			if out.ID != "" {
				fmt.Fprintln(w, out.ID)
			}
		})
	})
}

// oursList reads a list and prints each line by f.
func oursList[T any](ctx context.Context, g *globals, a *about, name string, f func(io.Writer, T)) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var out []T
		if err := n.call(ctx, http.MethodGet, n.in("ours", name)+a.query(), nil, &out); err != nil {
			return err
		}
		return g.print(out, func(w io.Writer) {
			for _, v := range out {
				f(w, v)
			}
			if len(out) == 0 {
				fmt.Fprintln(w, g.say("cli.none"))
			}
		})
	})
}

// where says what something is about.
func where(a backroom.About) string {
	return strings.TrimSpace(a.Matter + " " + a.Place)
}

func (g *globals) oursNotes() *cobra.Command {
	c := &cobra.Command{Use: "note", Short: "Instructions, briefs, fallback wording, own minutes, comments"}
	var a, of about
	var kind, office, said, now string
	add := wordsFlag(&said, a.flags(&cobra.Command{Use: "add [FILE]", Short: "Keep a note: --words, from a file, or from standard input", Args: between(0, 1), RunE: func(c *cobra.Command, args []string) error {
		words, err := g.ourWords(said, args)
		if err != nil {
			return err
		}
		return g.oursDo(c.Context(), map[string]string{"matter": a.matter, "place": a.place, "kind": kind, "words": words, "office": office}, "notes")
	}}))
	add.Flags().StringVar(&kind, "kind", "comment", strings.Join(backroom.Kinds, ", "))
	add.Flags().StringVar(&office, "office", "", "the office it comes from")
	list := of.flags(&cobra.Command{Use: "list", Short: "What was written", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return oursList(c.Context(), g, &of, "notes", func(w io.Writer, n backroom.Note) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s %s\n%s\n", n.ID, locale.Message(g.language(), "ours.kind_"+n.Kind, nil), where(n.About), n.Member, locale.Instant(g.language(), n.At), n.Words)
		})
	}})
	amend := wordsFlag(&now, &cobra.Command{Use: "amend NOTE [FILE]", Short: "Change one's own note", Args: between(1, 2), RunE: func(c *cobra.Command, args []string) error {
		words, err := g.ourWords(now, args[1:])
		if err != nil {
			return err
		}
		return g.oursDo(c.Context(), map[string]string{"words": words}, "notes", args[0], "amend")
	}})
	revert := &cobra.Command{Use: "revert NOTE", Short: "Let one's own note say again what it said before the last change", Args: args("NOTE"), RunE: func(c *cobra.Command, args []string) error {
		return g.oursDo(c.Context(), nil, "notes", args[0], "revert")
	}}
	c.AddCommand(add, list, amend, revert, &cobra.Command{Use: "drop NOTE", Short: "Forget one's own note", Args: args("NOTE"), RunE: func(c *cobra.Command, args []string) error {
		return g.oursDo(c.Context(), nil, "notes", args[0], "drop")
	}})
	return c
}

func (g *globals) oursTasks() *cobra.Command {
	c := &cobra.Command{Use: "task", Short: "What one of ours is to do"}
	var a, of about
	var member, due string
	add := a.flags(&cobra.Command{Use: "add WORDS", Short: "Ask for something to be done", Args: args("WORDS"), RunE: func(c *cobra.Command, args []string) error {
		return g.oursDo(c.Context(), map[string]string{"matter": a.matter, "place": a.place, "words": args[0], "for": member, "due": due}, "tasks")
	}})
	add.Flags().StringVar(&member, "for", "", "the member; without it, anybody of ours")
	add.Flags().StringVar(&due, "due", "", "the day by which it is to be done")
	list := of.flags(&cobra.Command{Use: "list", Short: "What is to do", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return oursList(c.Context(), g, &of, "tasks", func(w io.Writer, t backroom.Task) {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.For, t.Due, where(t.About), t.Words)
		})
	}})
	list.Flags().BoolVar(&of.all, "all", false, "with what is done")
	c.AddCommand(add, list)
	for verb, short := range map[string]string{"done": "Say that a task is done", "reopen": "Say that a task is not done after all", "drop": "Forget a task that one asked for"} {
		c.AddCommand(&cobra.Command{Use: verb + " TASK", Short: short, Args: args("TASK"), RunE: func(c *cobra.Command, args []string) error {
			return g.oursDo(c.Context(), nil, "tasks", args[0], verb)
		}})
	}
	return c
}

// round is a clearance as the API shows it.
type round struct {
	backroom.Clearance
	Standing string   `json:"standing"`
	Awaiting []string `json:"awaiting"`
	Late     bool     `json:"late"`
}

func (g *globals) printRound(w io.Writer, r round) {
	late := ""
	if r.Late {
		late = locale.Message(g.language(), "ours.late", nil) + " " + locale.Instant(g.language(), r.Due.UTC())
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, locale.Message(g.language(), "ours.verdict_"+r.Standing, nil), where(r.About), r.Title, late)
	for _, s := range r.Stands() {
		fmt.Fprintf(w, "\t%s: %s %s\n", s.Name, locale.Message(g.language(), "ours.verdict_"+s.Verdict, nil), s.Answer.Words)
	}
}

func (g *globals) oursClearances() *cobra.Command {
	c := &cobra.Command{Use: "clearance", Short: "Drafts of what we want to say, on their way round our offices"}
	var a, of about
	var title, due, said, now string
	var offices []string
	circulate := wordsFlag(&said, a.flags(&cobra.Command{Use: "circulate [FILE]", Short: "Send a draft round offices", Args: between(0, 1), RunE: func(c *cobra.Command, args []string) error {
		words, err := g.ourWords(said, args)
		if err != nil {
			return err
		}
		body := map[string]any{"matter": a.matter, "place": a.place, "title": title, "words": words}
		if due != "" {
			if _, err := time.Parse(time.RFC3339, due); err != nil {
				return refusal.New(refusal.Invalid, "text.bad_instant", "write", "2025-01-14T08:00:00Z")
			}
			body["due"] = due
		}
		asked := []backroom.Office{}
		for _, o := range offices {
			name, members, _ := strings.Cut(o, "=")
			asked = append(asked, backroom.Office{Name: name, Members: strings.Split(members, ",")})
		}
		body["offices"] = asked
		return g.oursDo(c.Context(), body, "clearances")
	}}))
	circulate.Flags().StringVar(&title, "title", "", "what it is called among us")
	circulate.Flags().StringVar(&due, "due", "", "when the offices are to have answered, as in 2025-01-14T08:00:00Z")
	circulate.Flags().StringArrayVar(&offices, "office", nil, "an office and who answers for it: NAME=MEMBER,MEMBER; may be repeated")
	list := of.flags(&cobra.Command{Use: "list", Short: "What goes round, and who is awaited", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return oursList(c.Context(), g, &of, "clearances", g.printRound)
	}})
	list.Flags().BoolVar(&of.all, "all", false, "with what has ended")
	c.AddCommand(circulate, list, g.clearanceShow(), g.clearanceAnswer(),
		wordsFlag(&now, &cobra.Command{Use: "revise CLEARANCE [FILE]", Short: "Send other words round; every office is asked again", Args: between(1, 2), RunE: func(c *cobra.Command, args []string) error {
			words, err := g.ourWords(now, args[1:])
			if err != nil {
				return err
			}
			return g.oursDo(c.Context(), map[string]string{"words": words}, "clearances", args[0], "revise")
		}}),
		&cobra.Command{Use: "take-back CLEARANCE", Short: "Take back what you did last in a round, if nobody did anything since", Args: args("CLEARANCE"), RunE: func(c *cobra.Command, args []string) error {
			return g.oursDo(c.Context(), nil, "clearances", args[0], "take-back")
		}},
		&cobra.Command{Use: "end CLEARANCE cleared|withdrawn", Short: "End a round", Args: args("CLEARANCE", "OUTCOME"), RunE: func(c *cobra.Command, args []string) error {
			return g.oursDo(c.Context(), map[string]string{"outcome": args[1]}, "clearances", args[0], "end")
		}})
	return c
}

func (g *globals) clearanceShow() *cobra.Command {
	return &cobra.Command{Use: "show CLEARANCE", Short: "One round, with every draft and every answer", Args: args("CLEARANCE"), RunE: func(c *cobra.Command, args []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var r round
			if err := n.call(ctx, http.MethodGet, n.in("ours", "clearances", args[0]), nil, &r); err != nil {
				return err
			}
			return g.print(r, func(w io.Writer) {
				g.printRound(w, r)
				for i, d := range r.Drafts {
					fmt.Fprintf(w, "\n%s %d · %s\n%s\n", locale.Message(g.language(), "ours.draft", nil), i+1, locale.Instant(g.language(), d.At), d.Words)
					for _, a := range d.Answers {
						fmt.Fprintf(w, "\t%s: %s · %s · %s %s\n", a.Office, locale.Message(g.language(), "ours.verdict_"+a.Verdict, nil), a.Member, locale.Instant(g.language(), a.At), a.Words)
					}
				}
			})
		})
	}}
}

func (g *globals) clearanceAnswer() *cobra.Command {
	var office, words string
	var draft int
	c := &cobra.Command{Use: "answer CLEARANCE cleared|objects|changes", Short: "Answer for an office", Args: args("CLEARANCE", "VERDICT"), RunE: func(c *cobra.Command, args []string) error {
		return g.oursDo(c.Context(), map[string]any{"office": office, "verdict": args[1], "words": words, "draft": draft}, "clearances", args[0], "answer")
	}}
	c.Flags().StringVar(&office, "office", "", "the office")
	c.Flags().StringVar(&words, "words", "", "why not, or what is to be changed")
	c.Flags().IntVar(&draft, "draft", 1, "the number of the draft that was read")
	return c
}

// printHeld shows an act that waits: what will be written, as it reads and to the byte.
func (g *globals) printHeld(w io.Writer, h backroom.Held, about *chancery.TextView) {
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", h.ID, locale.Message(g.language(), "ours.state_"+h.State, nil), h.Member, h.Matter, locale.Instant(g.language(), h.At))
	if h.Second != "" {
		fmt.Fprintf(w, "%s\t%s\t%s\n", h.Second, locale.Instant(g.language(), h.Decided), h.Reason)
	}
	for _, a := range h.Acts {
		fmt.Fprintf(w, "\n%s\n", a.Type)
		outline(w, a.Body)
		if about != nil {
			printNamed(w, *about, a.Body)
		}
		fmt.Fprintf(w, "%s\n", a.Body)
	}
}

// printNamed says what the wordings say that an act on a text names by their ids: nobody can consent to an id.
func printNamed(w io.Writer, t chancery.TextView, body []byte) {
	var of struct {
		text.Item
		Items []text.Item `json:"items"`
	}
	if json.Unmarshal(body, &of) != nil {
		return
	}
	for _, i := range append(of.Items, of.Item) {
		p := t.State.Para(i.Paragraph)
		if p == nil {
			continue
		}
		wd := p.Wording(i.Wording)
		if wd == nil {
			continue
		}
		fmt.Fprintf(w, "[%s] %s\n", p.Label, wd.Label)
		for _, tag := range t.State.Tabled.Languages {
			if v := lastVersion(wd, tag); v != nil {
				fmt.Fprintf(w, "    %s  %s\n", tag, v.Text)
			}
		}
	}
}

func (g *globals) oursActs() *cobra.Command {
	c := &cobra.Command{Use: "act", Short: "Acts that wait for the consent of a second member"}
	var of about
	list := &cobra.Command{Use: "list", Short: "What waits", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return oursList(c.Context(), g, &of, "acts", func(w io.Writer, h backroom.Held) {
			var acts []string
			for _, a := range h.Acts {
				acts = append(acts, a.Type)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", h.ID, locale.Message(g.language(), "ours.state_"+h.State, nil), h.Member, h.Matter, strings.Join(acts, " "))
		})
	}}
	list.Flags().BoolVar(&of.all, "all", false, "with what was decided")
	show := &cobra.Command{Use: "show ACT", Short: "Exactly what will be written", Args: args("ACT"), RunE: func(c *cobra.Command, args []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var h backroom.Held
			if err := n.call(ctx, http.MethodGet, n.in("ours", "acts", args[0]), nil, &h); err != nil {
				return err
			}
			var about *chancery.TextView
			if id, ok := strings.CutPrefix(h.Matter, "text/"); ok {
				if t, err := n.state(ctx, id); err == nil { // one that is to be tabled is not there yet
					about = &t
				}
			}
			return g.print(h, func(w io.Writer) { g.printHeld(w, h, about) })
		})
	}}
	consent := &cobra.Command{Use: "consent ACT", Short: "Consent, as a second member: it is written", Args: args("ACT"), RunE: func(c *cobra.Command, args []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in("ours", "acts", args[0], "consent") }, nil)
	}}
	var reason string
	refuse := &cobra.Command{Use: "refuse ACT", Short: "Refuse, as a second member: it is not written", Args: args("ACT"), RunE: func(c *cobra.Command, args []string) error {
		return g.oursDo(c.Context(), map[string]string{"reason": reason}, "acts", args[0], "refuse")
	}}
	refuse.Flags().StringVar(&reason, "reason", "", "why")
	c.AddCommand(list, show, consent, refuse, &cobra.Command{Use: "take-back ACT", Short: "Take one's own act back", Args: args("ACT"), RunE: func(c *cobra.Command, args []string) error {
		return g.oursDo(c.Context(), nil, "acts", args[0], "take-back")
	}})
	return c
}
