package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"entente.example/internal/backroom"
	"entente.example/internal/calendar"
	"entente.example/internal/chancery"
	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
)

// replyCommand takes in what somebody's calendar program answered.
func replyCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "reply FILE", Short: "Ours only: take in what a calendar program answered to an invitation", Args: args("FILE"),
		Long: "Take in what a calendar program answered (METHOD:REPLY), or the other days that it proposes (METHOD:COUNTER): an .ics file, or a whole mail that has one in it; - reads standard input, so that a mail server can hand over what comes to an address of its own. The answer is kept on our own side, with its meeting. Other days become an offer only if our side offers them.",
		RunE: func(c *cobra.Command, a []string) error {
			b, err := g.readFile(a[0])
			if err != nil {
				return err
			}
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				var out []chancery.Came
				if err := n.call(ctx, http.MethodPost, n.in("ours", "replies"), b, &out); err != nil {
					return err
				}
				return g.print(out, func(w io.Writer) {
					for _, came := range out {
						fmt.Fprintf(w, "%s\t%s\n", came.Matter, locale.Message(g.language(), "calendar.says_"+came.Says, map[string]string{"who": strings.TrimSpace(came.Name + " <" + came.Mail + ">")}))
						g.beside(w, came.Delegate, came.For, came.Proposed)
						for _, mark := range []struct {
							told  bool
							words string
						}{{!came.Kept, g.say("calendar.outdone")}, {came.Kept && came.Old, g.earlier(came.From, came.Until)}, {came.Unasked, g.say("calendar.unasked")}, {came.Sender != "", g.say("calendar.sender", "address", came.Sender)}} {
							if mark.told {
								fmt.Fprintln(w, mark.words)
							}
						}
					}
				})
			})
		}}
}

// earlier says that an earlier request was answered, and for which days, if that is known.
func (g *globals) earlier(from, until string) string {
	if from == "" {
		return g.say("calendar.old")
	}
	return g.say("calendar.old_days", "days", locale.Days(g.language(), from, until))
}

// comingCommand shows who was asked and who comes.
func comingCommand(g *globals, k dialogue.Kind) *cobra.Command {
	var drop string
	c := &cobra.Command{Use: "coming ID", Short: "Ours only: whom we asked to a meeting by mail, and what their calendar programs answered", Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		if drop != "" {
			return g.oursDo(c.Context(), nil, "asked", drop, "drop")
		}
		of := about{matter: k.Matter(k.Named(a[0]))}
		return oursList(c.Context(), g, &of, "asked", func(w io.Writer, a backroom.Asked) {
			says := "calendar.awaited"
			if a.Reply != nil {
				says = "calendar.says_" + a.Reply.Says
			}
			line := []string{a.ID, locale.Message(g.language(), says, map[string]string{"who": strings.TrimSpace(a.Name + " <" + a.Mail + ">")})}
			if a.Ask == nil {
				line = append(line, g.say("calendar.unasked"))
			} else if a.Old() {
				was := a.Answers()
				if was == nil {
					was = &backroom.Ask{}
				}
				line = append(line, g.earlier(was.From, was.Until))
			}
			fmt.Fprintln(w, strings.Join(line, "\t"))
			if r := a.Reply; r != nil {
				g.beside(w, r.Delegate, r.For, r.Proposed)
			}
		})
	}}
	c.Flags().StringVar(&drop, "drop", "", "forget somebody's address and answer, by id")
	return c
}

// beside says who goes instead of whom, and what days are proposed instead.
func (g *globals) beside(w io.Writer, delegate, of string, p *calendar.Proposal) {
	say := func(key string, params map[string]string) {
		fmt.Fprintln(w, "\t"+locale.Message(g.language(), key, params))
	}
	if delegate != "" {
		say("calendar.delegate", map[string]string{"address": delegate})
	}
	if of != "" {
		say("calendar.in_place", map[string]string{"address": of})
	}
	if p != nil {
		say("calendar.proposed", map[string]string{"days": strings.TrimSpace(strings.TrimSuffix(p.From+"/"+p.Until, "/") + " " + p.Clock)})
		say("calendar.no_offer", nil)
	}
}

// keepAsked keeps on our own side whom it asks.
func (g *globals) keepAsked(ctx context.Context, k dialogue.Kind, id string, attendees []string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		return n.call(ctx, http.MethodPost, n.in(k.Plural, id, "asked"), map[string][]string{"attendees": attendees}, nil)
	})
}
