package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/gauges"
	"entente.example/internal/keys"
	"entente.example/internal/locale"
	"entente.example/internal/premises"
	"entente.example/refusal"
)

type initFlags struct {
	party, language, listen, web, press string
	store, secret                       string
	names, addresses, sealKeys          []string
	newKeys, threshold                  int
}

func initCommand(g *globals) *cobra.Command {
	var f initFlags
	c := &cobra.Command{Use: "init --party ID --name LANG=NAME", Short: "Make a node for one party in an empty directory", Args: args(), RunE: func(c *cobra.Command, _ []string) error { return g.initNode(c.Context(), f) }}
	c.Flags().StringVar(&f.party, "party", "", "our party's id, as in cedar; it cannot change later")
	c.Flags().StringVar(&f.language, "language", "en", "our own language")
	c.Flags().StringArrayVar(&f.names, "name", nil, "our full name in a language, as in en=Cedar Party; repeat for each language")
	c.Flags().StringVar(&f.listen, "listen", "", "address of the line, host:port (default 127.0.0.1:7443)")
	c.Flags().StringArrayVar(&f.addresses, "address", nil, "address under which the others reach us (default: --listen)")
	c.Flags().StringVar(&f.web, "web", "", "address of the members' site (default 127.0.0.1:8443)")
	c.Flags().StringVar(&f.press, "press", "", "address of the press room, the public site (default: none)")
	c.Flags().StringVar(&f.store, "store", "", "keep the record in this PostgreSQL database, postgres://USER@HOST/DATABASE, instead of a file")
	c.Flags().StringVar(&f.secret, "store-password-file", "", "file with the database's password, readable by you alone (default: what PostgreSQL's environment says)")
	c.Flags().IntVar(&f.newKeys, "seal-keys", 1, "how many new seal keys to make, each encrypted with a passphrase")
	c.Flags().StringArrayVar(&f.sealKeys, "seal-key", nil, "use this SSH private key file, or agent:SHA256:… for one in an SSH agent, instead of new keys")
	c.Flags().IntVar(&f.threshold, "threshold", 0, "how many keys must sign for a seal to count (default: all)")
	return require(c, "party", "name")
}

func (g *globals) initNode(ctx context.Context, f initFlags) error {
	if err := vacant(g.dir); err != nil {
		return err
	}
	cfg := config.Default()
	cfg.Party, cfg.Language = f.party, f.language
	for _, n := range f.names {
		tag, name, ok := strings.Cut(n, "=")
		if !ok {
			return refusal.New(refusal.Invalid, "cli.wording", "given", n)
		}
		cfg.Names[tag] = name
	}
	if f.listen != "" {
		cfg.Line.Listen, cfg.Line.Addresses = f.listen, []string{f.listen}
	}
	if len(f.addresses) > 0 {
		cfg.Line.Addresses = f.addresses
	}
	if f.web != "" {
		cfg.Web.Listen = f.web
	}
	cfg.Press.Listen = f.press
	cfg.Store, cfg.Secret = f.store, f.secret
	sealKeys, err := sealKeysAt(f.sealKeys)
	if err != nil {
		return err
	}
	cfg.Keys.Seal = sealKeys
	for i := 1; len(f.sealKeys) == 0 && i <= f.newKeys; i++ {
		cfg.Keys.Seal = append(cfg.Keys.Seal, fmt.Sprintf("seal%d", i))
	}
	if cfg.Keys.Threshold = f.threshold; f.threshold == 0 {
		cfg.Keys.Threshold = len(cfg.Keys.Seal)
	}
	if err := cfg.Check(); err != nil {
		return err
	}
	if err := chancery.LookAtStore(ctx, g.dir, cfg); err != nil {
		return err
	}
	made := cfg.Keys.Seal
	if len(f.sealKeys) > 0 {
		made = nil
	}
	words, err := g.newPassphrases(made) // before anything is made: it can take a while
	if err != nil {
		return err
	}
	if err := g.furnish(cfg, words); err != nil {
		return err
	}
	fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.init_done", refusal.Params{"dir": g.dir}))
	return nil
}

// sealKeysAt are the seal keys as the configuration names them, files by their whole path. A file that is not there, or whose key cannot seal, is refused here: the node would be in the way of a right one.
func sealKeysAt(names []string) (out []string, err error) {
	for _, name := range names {
		if !strings.HasPrefix(name, "agent:") {
			if name, err = filepath.Abs(name); err != nil {
				return nil, fmt.Errorf("a seal key's file: %w", err)
			}
			if _, err := keys.SealLine(name); err != nil {
				return nil, err
			}
		}
		out = append(out, name)
	}
	return out, nil
}

func serveCommand(g *globals) *cobra.Command {
	standBy := false
	c := &cobra.Command{Use: "serve", Short: "Run the node: its line, its members' site and its API", Args: args(), RunE: func(*cobra.Command, []string) error {
		g.serve = func(ctx context.Context) error { return g.runNode(ctx, standBy) }
		return nil
	}}
	c.Flags().BoolVar(&standBy, "stand-by", false, "if another process serves this directory, pass on to it what is asked here, and take its place when it ends")
	return c
}

func (g *globals) runNode(ctx context.Context, standBy bool) error {
	cfg, err := g.config()
	if err != nil {
		return err
	}
	log := slog.New(gauges.Counted(logger(g.screen(), cfg.Log).Handler()))
	o := chancery.Options{Dir: g.dir, Config: cfg, Log: log}
	open := func(ctx context.Context) (*chancery.Chancery, error) {
		if standBy {
			return chancery.Open(ctx, o)
		}
		return g.openToServe(ctx, o)
	}
	return premises.InTurn(ctx, g.dir, cfg, standBy, open, func(ch *chancery.Chancery) {
		g.sayServing(log, cfg, ch.SiteURL())
		for _, after := range settling { // a node is idle most of its life
			later := time.AfterFunc(after, settle)
			context.AfterFunc(ctx, func() { later.Stop() })
		}
	}, log)
}

// sayServing says where the node serves: in a sentence, or as one more JSON object to whoever reads those.
func (g *globals) sayServing(log *slog.Logger, cfg config.Config, site string) {
	if cfg.Log.JSON {
		log.Info("the node serves", "party", cfg.Party, "line", cfg.Line.Listen, "site", site)
		return
	}
	fmt.Fprintln(g.io.err, locale.Message(g.language(), "cli.serving", refusal.Params{"party": cfg.Party, "line": cfg.Line.Listen, "site": site}))
}

// settling is when pages can be asked for, when a start is over, lines and all, and when the search index has caught up with what came while the node was away.
var settling = []time.Duration{time.Second, 5 * time.Second, time.Minute}

// openToServe opens the node; if a command is just at work on the directory, it waits a moment for it. Another node that serves is recognised by its socket.
func (g *globals) openToServe(ctx context.Context, o chancery.Options) (*chancery.Chancery, error) {
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c, err := chancery.Open(ctx, o)
		if err == nil || refusal.As(err).Key != "node.directory_in_use" || time.Now().After(deadline) {
			return c, err
		}
		if conn, dialErr := (&net.Dialer{}).DialContext(ctx, "unix", chancery.SocketIn(o.Dir)); dialErr == nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
}

// logger writes for people on a terminal, plain text or JSON otherwise.
func logger(w io.Writer, cfg config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo
	}
	f, ok := w.(*os.File)
	return slog.New(handler(w, level, cfg.JSON, ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""))
}

func handler(w io.Writer, level slog.Level, json, coloured bool) slog.Handler {
	switch {
	case json:
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	case coloured:
		return tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, ReplaceAttr: printable})
	}
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})
}

// printable takes from an attribute what would speak to a terminal instead of its reader.
func printable(_ []string, a slog.Attr) slog.Attr {
	a.Key = shown(a.Key)
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(shown(v.String()))
	case slog.KindAny:
		if _, level := v.Any().(slog.Level); !level {
			a.Value = slog.StringValue(shown(fmt.Sprint(v.Any())))
		}
	}
	return a
}

// shown is s with what cannot be printed as its number.
func shown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<%U>", r)
		}
	}
	return b.String()
}

func statusCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "status", Short: "Who we are, which mechanisms, who holds what of whose log, what awaits us", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var st chancery.Status
			if err := n.call(ctx, "GET", "/status", nil, &st); err != nil {
				return err
			}
			return g.print(st, func(w io.Writer) { g.printStatus(w, st) })
		})
	}}
}

func (g *globals) printStatus(w io.Writer, st chancery.Status) {
	fmt.Fprintf(w, "%s\t%s\n", st.Party, st.Dir)
	if p := st.Process; p != nil {
		fmt.Fprintln(w, locale.Message(g.language(), "doctor.process", refusal.Params{"process": p.Process, "since": p.Since, "n": fmt.Sprint(len(p.StandBy))}))
	}
	if r := st.Rebuilding; r != nil && !r.Folding() { // while state is made anew, every mechanism says so
		fmt.Fprintln(w, locale.Message(g.language(), "cli.rebuild_going", refusal.Params{"indexed": locale.Number(r.Indexed), "entries": locale.Number(r.Entries)}))
	}
	if len(st.Mechanisms) == 0 {
		fmt.Fprintln(w, locale.Message(g.language(), "cli.no_mechanism", nil))
	}
	for _, m := range st.Mechanisms {
		fmt.Fprintf(w, "\n%s\t%s\t%s\n  id           %s\n  fingerprint  %s\n  record       %s\n", m.Name, m.Title.Full, m.State, m.Mech, m.Fingerprint, m.Digest)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "  log\tentries\tconfirmed by\n")
		for _, l := range m.Logs {
			fmt.Fprintf(t, "  %s\t%d\t", l.Party, l.Size)
			for _, o := range m.Logs {
				if o.Party != l.Party {
					fmt.Fprintf(t, "%s %d  ", o.Party, l.Confirmed[o.Party])
				}
			}
			fmt.Fprintln(t)
		}
		_ = t.Flush() // standard output; a closed pipe ends the command anyway
		for _, s := range g.kinSentences(m) {
			fmt.Fprintf(w, "  %s\n", s)
		}
		for _, x := range m.Witnesses {
			g.printWitnessed(w, x)
		}
		if m.ClockBehind > 0 {
			fmt.Fprintf(w, "  ! %s\n", locale.Message(g.language(), "node.clock_behind", refusal.Params{"length": locale.Apart(g.language(), time.Duration(m.ClockBehind)*time.Second)}))
		}
		for _, e := range m.Evidence {
			fmt.Fprintf(w, "  ! %s  %s\n", e.ID, locale.Message(g.language(), e.Key, e.Params))
		}
		for _, l := range m.Logs {
			if l.Contested {
				fmt.Fprintf(w, "  ! %s\n", locale.Message(g.language(), "cli.contested", refusal.Params{"party": l.Party, "n": fmt.Sprint(l.Common)}))
			}
		}
		if m.Pen.Why != "" && m.Pen.State != "rests" { // what rests stands among what awaits us
			fmt.Fprintf(w, "  ! %s\n", locale.Message(g.language(), m.Pen.Why, m.Pen.Params))
		}
		for _, l := range m.Lines {
			key := "cli.line_down"
			if l.Connected {
				key = "cli.line_up"
			}
			fmt.Fprintf(w, "  %s\n", locale.Message(g.language(), key, refusal.Params{"party": l.Party}))
			for _, s := range g.lineSentences(l) {
				fmt.Fprintf(w, "    %s\n", s)
			}
			g.printRoutes(w, l)
		}
		for _, a := range m.Awaiting {
			fmt.Fprintf(w, "  → %s\n", a.Say(g.language()))
		}
	}
}

func signInCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "sign-in MEMBER", Short: "Make a one-time sign-in link for a member", Args: args("MEMBER"), RunE: func(c *cobra.Command, a []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var out struct {
				URL string `json:"url"`
			}
			if err := n.call(ctx, "POST", "/sign-in-links", map[string]string{"member": a[0]}, &out); err != nil {
				return err
			}
			return g.print(out, func(w io.Writer) { fmt.Fprintln(w, out.URL) })
		})
	}}
}
