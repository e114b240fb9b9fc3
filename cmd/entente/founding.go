package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

// blockAnswer is an armored block with its fingerprint.
type blockAnswer struct {
	Text        string `json:"text"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

// readMandates reads a JSON list of mandates: [{"member":"cedar-hod","roles":["head"]}, …].
func (g *globals) readMandates(path string) ([]charter.Mandate, error) {
	if path == "" {
		return []charter.Mandate{}, nil
	}
	b, err := g.readFile(path)
	if err != nil {
		return nil, err
	}
	var out []charter.Mandate
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, refusal.New(refusal.Invalid, "cli.bad_json", "file", path).Because(err)
	}
	return out, nil
}

func cardCommand(g *globals) *cobra.Command {
	var mandates string
	c := &cobra.Command{Use: "card --mandates FILE", Short: "Print our calling card for whoever drafts a charter", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		list, err := g.readMandates(mandates)
		if err != nil {
			return err
		}
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out blockAnswer
			if err := n.call(ctx, "POST", "/card", map[string]any{"mandates": list, "passphrases": pass}, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprint(w, out.Text) })
		})
	}}
	c.Flags().StringVar(&mandates, "mandates", "", "JSON file with our members and their roles: [{\"member\":\"cedar-hod\",\"roles\":[\"head\"]}]")
	return c
}

func charterCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "charter", Short: "Draft, read and compare charters"}
	c.AddCommand(charterDraftCommand(g), charterShowCommand(g), successorCommand(g))
	return c
}

func charterDraftCommand(g *globals) *cobra.Command {
	var cards []string
	c := &cobra.Command{Use: "draft FILE --card CARD --card CARD", Short: "Put a charter together and print the invitation to it", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		b, err := g.readFile(a[0])
		if err != nil {
			return err
		}
		var d chancery.Description
		if err := json.Unmarshal(b, &d); err != nil {
			return refusal.New(refusal.Invalid, "cli.bad_json", "file", a[0]).Because(err)
		}
		var texts []string
		for _, path := range cards {
			b, err := g.readFile(path)
			if err != nil {
				return err
			}
			texts = append(texts, string(b))
		}
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out blockAnswer
			if err := n.call(ctx, "POST", "/charter", map[string]any{"description": d, "cards": texts, "passphrases": pass}, &out); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.fingerprint", refusal.Params{"fingerprint": out.Fingerprint}))
			return g.print(out, func(w io.Writer) { fmt.Fprint(w, out.Text) })
		})
	}}
	c.Flags().StringArrayVar(&cards, "card", nil, "a party's calling card; one for each party, ours included, in the charter's order")
	return c
}

func charterShowCommand(g *globals) *cobra.Command {
	var folder string
	c := &cobra.Command{Use: "show [INVITATION]", Short: "Read the charter of an invitation, or of a mechanism we are in", Args: between(0, 1), RunE: func(c *cobra.Command, a []string) error {
		if len(a) == 0 {
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				var raw json.RawMessage
				if err := n.call(ctx, "GET", n.in("charter"), nil, &raw); err != nil {
					return err
				}
				return g.print(raw, func(w io.Writer) { outlineCharter(w, raw) })
			})
		}
		b, err := g.readFile(a[0])
		if err != nil {
			return err
		}
		inv, doc, err := charter.ParseInvitation(b)
		if err != nil {
			return err
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.fingerprint", refusal.Params{"fingerprint": charter.Fingerprint(charter.Digest(inv.Charter))}))
		if folder != "" {
			if err := g.proofOf(doc, folder); err != nil {
				return err
			}
		}
		return g.print(doc, func(w io.Writer) { outlineCharter(w, inv.Charter) })
	}}
	c.Flags().StringVar(&folder, "proof", "", proofHelp)
	return c
}

// outlineCharter shows what a person decides by. The halves of the node keys stay out: they are thousands of letters, and are compared by their fingerprints.
func outlineCharter(w io.Writer, canonical []byte) {
	var doc map[string]any
	if json.Unmarshal(canonical, &doc) != nil {
		return
	}
	parties, _ := doc["parties"].([]any)
	for _, p := range parties {
		if keys, ok := p.(map[string]any)["keys"].(map[string]any); ok {
			for _, half := range []string{"log_ed25519", "log_mldsa44", "witness_ed25519", "witness_mldsa44", "pouch"} {
				delete(keys, half)
			}
		}
	}
	outlineOf(w, "", doc)
}

const proofHelp = "folder with the proof of the text by which a mechanism is continued (an export); it must be the text that the charter names"

func joinCommand(g *globals) *cobra.Command {
	var fingerprint, folder string
	c := &cobra.Command{Use: "join INVITATION", Short: "Join the mechanism of an invitation (a file, or - for pasted text)", Args: args("INVITATION"), RunE: func(c *cobra.Command, a []string) error {
		b, err := g.readFile(a[0])
		if err != nil {
			return err
		}
		if folder != "" {
			_, doc, err := charter.ParseInvitation(b)
			if err == nil {
				err = g.proofOf(doc, folder)
			}
			if err != nil {
				return err
			}
		}
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out chancery.Joined
			if err := n.call(ctx, "POST", "/join", map[string]string{"invitation": string(b), "fingerprint": fingerprint}, &out); err != nil {
				return err
			}
			fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.joined", refusal.Params{"fingerprint": out.Fingerprint}))
			return g.print(out, func(w io.Writer) { fmt.Fprintf(w, "%s\n%s\n", out.Mech, out.Fingerprint) })
		})
	}}
	c.Flags().StringVar(&fingerprint, "fingerprint", "", "the fingerprint as the drafter read it to us; joining is refused if it differs")
	c.Flags().StringVar(&folder, "proof", "", proofHelp)
	return c
}

// matterOf turns what a person writes, "charter" or a text's id, into a matter.
func matterOf(s string) string {
	if s == "charter" {
		return s
	}
	return "text/" + s
}

func sealCommand(g *globals) *cobra.Command {
	var told bool
	cmd := &cobra.Command{Use: "seal charter|TEXT", Short: "Seal the charter, or a frozen text, with our keys", Args: args("INSTRUMENT"), RunE: func(c *cobra.Command, a []string) error {
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.act(c.Context(), func(n *client) string { return n.in("seal") }, map[string]any{"matter": matterOf(a[0]), "told": told, "passphrases": pass})
	}}
	cmd.Flags().BoolVar(&told, "told", false, "seal although parties had agreed to an earlier wording of paragraphs, which are named without it")
	return cmd
}

func affixCommand(g *globals) *cobra.Command {
	var told bool
	cmd := &cobra.Command{Use: "affix charter|TEXT SIGNATURE…", Short: "Put a seal on the record whose signatures ssh-keygen made elsewhere", Args: atLeast(2), RunE: func(c *cobra.Command, a []string) error {
		var sigs []string
		for _, path := range a[1:] {
			b, err := g.readFile(path)
			if err != nil {
				return err
			}
			sigs = append(sigs, string(b))
		}
		return g.act(c.Context(), func(n *client) string { return n.in("affix") }, map[string]any{"matter": matterOf(a[0]), "told": told, "signatures": sigs})
	}}
	cmd.Flags().BoolVar(&told, "told", false, "seal although parties had agreed to an earlier wording of paragraphs, which are named without it")
	return cmd
}

func statementCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "statement charter|TEXT", Short: "Print what is to be sealed, for ssh-keygen -Y sign -n seal-v1@entente", Args: args("INSTRUMENT"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				Statement string `json:"statement"`
				Round     int    `json:"round"`
			}
			if err := n.call(ctx, "GET", n.in("statement")+"?matter="+matterOf(a[0]), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprint(w, out.Statement) })
		})
	}}
}

func refuseCommand(g *globals, verb, short string) *cobra.Command {
	var reason string
	c := &cobra.Command{Use: verb + " charter|TEXT", Short: short, Args: args("INSTRUMENT"), RunE: func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in(verb) }, map[string]any{"matter": matterOf(a[0]), "reason": reason})
	}}
	c.Flags().StringVar(&reason, "reason", "", "why, for the record")
	return c
}

func mandateCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "mandate FILE", Short: "Replace the list of who may act for us, under our seal keys", Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
		list, err := g.readMandates(a[0])
		if err != nil {
			return err
		}
		pass, err := g.passphrases()
		if err != nil {
			return err
		}
		return g.act(c.Context(), func(n *client) string { return n.in("mandates") }, map[string]any{"mandates": list, "passphrases": pass})
	}}
}

func meetingCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "meeting", Short: "Meetings and their agendas"}
	put := func(use, short, tail string) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: args("SERIES", "NUMBER", "FILE"), RunE: func(c *cobra.Command, a []string) error {
			b, err := g.readFile(a[2])
			if err != nil {
				return err
			}
			return g.act(c.Context(), func(n *client) string { return n.in("meetings", a[0], a[1]) + tail }, b)
		}}
	}
	c.AddCommand(put("enter SERIES NUMBER FILE", "Put a meeting on the record", ""), put("agenda SERIES NUMBER FILE", "Put an agenda on the record", "/agenda"), g.reading("list", "List the meetings", "meetings"))
	c.AddCommand(fileCommand(g, "calendar", "Write the meetings and due days as an iCalendar file", func(n *client) string { return n.in("calendar") }))
	if k, ok := dialogue.Find("meeting"); ok {
		c.AddCommand(showMatter(g, k), delegationsCommand(g, k), inviteCommand(g, k), replyCommand(g), comingCommand(g, k))
		for _, a := range k.Acts {
			if a.Type != "meeting.enter" && a.Type != "meeting.agenda" { // from a file, above
				c.AddCommand(actCommand(g, k, a))
			}
		}
	}
	return c
}

// delegationsCommand shows who comes to a meeting.
func delegationsCommand(g *globals, k dialogue.Kind) *cobra.Command {
	return &cobra.Command{Use: "delegations ID", Short: "Show each party's delegation, with the names as far as their file is here", Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out json.RawMessage
			if err := n.call(ctx, "GET", n.in(k.Plural, k.Named(a[0]), "delegations"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { outline(w, out) })
		})
	}}
}

// inviteCommand writes a message that calendar programs take.
func inviteCommand(g *globals, k dialogue.Kind) *cobra.Command {
	var organizer, offer, out string
	var attendees []string
	var sequence int64
	var keep bool
	c := &cobra.Command{Use: "invite ID", Short: "Write a message for calendar programs: a request, a cancellation, or a counter-proposal", Args: args("ID"),
		Long: "Write a message for calendar programs, to go out by mail as text/calendar: a request for the agreed days; a cancellation, if the meeting was put off; a counter-proposal, if an open offer is named. Addresses are used for this message and kept nowhere, unless --keep asks for it.",
		RunE: func(c *cobra.Command, a []string) error {
			v := url.Values{"organizer": {organizer}, "attendee": attendees, "offer": {offer}, "sequence": {strconv.FormatInt(sequence, 10)}}
			err := g.writeFile(c.Context(), func(n *client) string { return n.in(k.Plural, k.Named(a[0]), "invitation") + "?" + v.Encode() }, out)
			if err == nil && keep && offer == "" { // whoever proposes other days asks nobody
				err = g.keepAsked(c.Context(), k, k.Named(a[0]), attendees)
			}
			return err
		}}
	f := c.Flags()
	f.StringVar(&organizer, "organizer", "", "mail address of who asks")
	f.StringArrayVar(&attendees, "attendee", nil, "mail address of who is asked; repeat")
	require(c, "organizer", "attendee")
	f.BoolVar(&keep, "keep", false, "keep on our own side who is asked, so that answers (meeting reply) find them")
	f.StringVar(&offer, "offer", "", "an open offer (id of the act): propose its days instead")
	f.Int64Var(&sequence, "sequence", 0, "sequence of the message that a counter-proposal answers")
	outFlag(c, &out)
	return c
}

// restsCommand shows what rests on a founding document.
func restsCommand(g *globals, k dialogue.Kind) *cobra.Command {
	return g.restsOn(k.Plural, k.Named, "Show the paragraphs that cite a document or one of its principles, and the commitments that come from them")
}

// restsOn shows what rests on something. named reads its id from how somebody names it.
func (g *globals) restsOn(plural string, named func(string) string, short string) *cobra.Command {
	return &cobra.Command{Use: "rests ID", Short: short, Args: args("ID"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []json.RawMessage
			if err := n.call(ctx, "GET", n.in(plural, named(a[0]), "rests"), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printEach(w, out) })
		})
	}}
}

// reading is a command that prints an answer of the API as it is.
func (g *globals) reading(use, short string, path ...string) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out []json.RawMessage
			if err := n.call(ctx, "GET", n.in(path...), nil, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { g.printEach(w, out) })
		})
	}}
}
