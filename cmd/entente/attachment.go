package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"entente.example/enclosure"
	"entente.example/internal/attachment"
	"entente.example/internal/chancery"
	"entente.example/internal/durable"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

// attachCommand attaches a file.
func attachCommand(g *globals) *cobra.Command {
	var titles []string
	q := map[string]*string{"of": new(string), "class": new(string), "retention": new(string), "until": new(string), "under": new(string)}
	var media string
	c := &cobra.Command{Use: "attach FILE --matter MATTER", Short: "Attach a file to a matter; it travels beside the record, in pieces",
		Long: "Attach a file to a matter, such as text/js-9 or meeting/plenary/9. The record holds a commitment to it; the file travels beside, in pieces, and can be erased. Its name goes with it. " +
			"A title is part of the record for ever: put nothing personal into it.",
		Args: args("FILE"), RunE: func(c *cobra.Command, a []string) error {
			v := url.Values{"name": {filepath.Base(a[0])}}
			for name, s := range q {
				if *s != "" {
					v.Set(name, *s)
				}
			}
			words, err := wording(titles)
			if err != nil {
				return err
			}
			for tag, s := range words {
				v.Set("title."+string(tag), s)
			}
			f, err := os.Open(a[0])
			if errors.Is(err, os.ErrNotExist) {
				return refusal.New(refusal.Missing, "cli.no_file", "file", a[0])
			}
			if err != nil {
				return err
			}
			defer f.Close()
			if media == "" {
				media, _, _ = mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(a[0])))
			}
			return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
				answer, err := n.stream(ctx, "POST", n.in("attachments")+"?"+v.Encode(), media, f)
				if err != nil {
					return err
				}
				defer answer.Close()
				var out postedAnswer
				if err := json.NewDecoder(answer).Decode(&out); err != nil {
					return refusal.New(refusal.Unavailable, "node.no_answer").Because(err)
				}
				return g.print(out, func(w io.Writer) {
					for _, p := range out.Posted {
						fmt.Fprintf(w, "%s\t%s\t%s\n", p.ID, p.Matter[len(attachment.Prefix):], p.Ref)
					}
				})
			})
		}}
	f := c.Flags()
	f.StringVar(q["of"], "matter", "", "the matter that it belongs to, as in text/js-9")
	f.StringVar(q["class"], "class", enclosure.Erasable, "erasable, or permanent, as the annex of a sealed text must be")
	f.StringVar(q["retention"], "retention", "", "a retention class of the charter")
	f.StringVar(q["until"], "until", "", "first day on which it may go without further agreement, as in 2030-12-31")
	f.StringVar(q["under"], "under", "", "the matter whose text says so")
	f.StringArrayVar(&titles, "title", nil, "title in a language, LANG=TITLE; repeat")
	f.StringVar(&media, "media", "", "media type (default: by the file's ending)")
	return require(c, "matter")
}

func attachmentCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "attachment", Short: "Papers that travel beside the record: list, get, drop, keep"}
	c.AddCommand(attachmentListCommand(g), attachmentGetCommand(g), attachmentDropCommand(g), attachmentKeepCommand(g))
	return c
}

func attachmentListCommand(g *globals) *cobra.Command {
	var of string
	c := &cobra.Command{Use: "list", Short: "List attachments and how much of each is here", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.listAttachments(c.Context(), func(n *client) string { return n.in("attachments") + "?" + url.Values{"of": {of}}.Encode() })
	}}
	c.Flags().StringVar(&of, "matter", "", "only those of this matter")
	return g.listed("attachments", c)
}

func (g *globals) listAttachments(ctx context.Context, path func(*client) string) error {
	return g.withNode(ctx, func(ctx context.Context, n *client) error {
		var out []chancery.Attachment
		if err := n.call(ctx, "GET", path(n), nil, &out); err != nil {
			return err
		}
		return g.print(out, func(w io.Writer) {
			for _, a := range out {
				_, title := a.Attach.Title.Pick(g.language())
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Attach.Of, a.Size(), g.where(a), a.Until, title)
			}
		})
	})
}

// where says in words where an attachment is, and what is asked of our side.
func (g *globals) where(a chancery.Attachment) string {
	s := locale.Message(g.language(), "attachment.where_"+a.Where, refusal.Params{"percent": strconv.Itoa(a.Percent)})
	if a.Asked {
		s += "; " + locale.Message(g.language(), "attachment.asked", nil)
	}
	return s
}

func attachmentGetCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "get ATTACHMENT FILE", Short: "Write an attachment into a new file", Args: args("ATTACHMENT", "FILE"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			answer, err := n.stream(ctx, "GET", n.in("attachments", a[0], "content"), "", nil)
			if err != nil {
				return err
			}
			defer answer.Close()
			return writeWhole(a[1], answer)
		})
	}}
}

// writeWhole writes what comes into a new file, which has its name only once it is whole and on the disk.
func writeWhole(path string, from io.Reader) error {
	err := durable.Create(path, func(f *os.File) error {
		_, err := f.ReadFrom(from)
		if _, ours := fileOf(err); err != nil && !ours {
			return refusal.New(refusal.Unavailable, "node.no_answer").Because(err)
		}
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return refusal.New(refusal.Conflict, "cli.file_exists", "file", path)
	}
	return err
}

func attachmentDropCommand(g *globals) *cobra.Command {
	var b attachment.Drop
	c := &cobra.Command{Use: "drop ATTACHMENT", Short: "Say that our side wants an attachment gone",
		Long: "Say that our side wants an attachment gone: by agreement, when it goes once every party has said so; by retention, when its time is over; or by law, when our side erases it alone and the others are asked.",
		Args: args("ATTACHMENT"), RunE: func(c *cobra.Command, a []string) error {
			if b.Law != "" {
				b.Ground = attachment.Law
			}
			return g.act(c.Context(), func(n *client) string { return n.in("attachments", a[0], "drop") }, b)
		}}
	c.Flags().StringVar(&b.Ground, "ground", attachment.Agreement, "agreement, retention or law")
	c.Flags().StringVar(&b.Law, "law", "", "the provision under which our side must")
	c.Flags().StringVar(&b.Reason, "reason", "", "why, for the record")
	return c
}

func attachmentKeepCommand(g *globals) *cobra.Command {
	var b attachment.Keep
	c := &cobra.Command{Use: "keep ATTACHMENT --reason WHY", Short: "Say that our side keeps an attachment that others want gone, and why", Args: args("ATTACHMENT"), RunE: func(c *cobra.Command, a []string) error {
		return g.act(c.Context(), func(n *client) string { return n.in("attachments", a[0], "keep") }, b)
	}}
	c.Flags().StringVar(&b.Reason, "reason", "", "why, for the record")
	return c
}

func retentionCommand(g *globals) *cobra.Command {
	var until string
	c := &cobra.Command{Use: "retention", Short: "Show which attachments may go, and from which day on; nothing goes by itself", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.listAttachments(c.Context(), func(n *client) string { return n.in("retention") + "?" + url.Values{"until": {until}}.Encode() })
	}}
	c.Flags().StringVar(&until, "until", "", "only what may go by this day, as in 2030-12-31")
	return c
}
