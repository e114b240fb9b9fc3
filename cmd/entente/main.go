// Entente: a party's node for a standing dialogue. This file is the door: arguments in, exit code out.
//
// Rules of this face. Data on standard output, talk on standard error. Every command that touches a node is a client of its API: over the node's socket if it runs, in process if
// it does not. Exit codes by kind of refusal: see exitCodes.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // programmes of meetings name zones, and a small machine may know none

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// streams are what a command talks through.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// exitCodes is the one table of this face: kind of refusal to exit code.
var exitCodes = map[refusal.Kind]int{refusal.Invalid: 2, refusal.Denied: 3, refusal.Missing: 4, refusal.Conflict: 5, refusal.Stale: 6, refusal.Unverified: 7,
	refusal.Unavailable: 8, refusal.Internal: 9}

func run(ctx context.Context, io streams, args []string) int {
	io.err = plain{io.err}
	g := &globals{io: io}
	err := legible(args)
	if err == nil {
		err = g.execute(ctx, args)
	}
	if err == nil && g.serve != nil {
		err = g.serve(ctx)
	}
	if err == nil {
		return 0
	}
	if g.lang == "" {
		g.lang = languageIn(args)
	}
	r, ok := errors.AsType[*refusal.Error](err)
	switch {
	case ok:
		fmt.Fprintf(io.err, "entente: %s\n", locale.Explain(g.language(), r))
		if r.Cause != nil && g.verbose {
			fmt.Fprintf(io.err, "entente: %v\n", r.Cause)
		}
		return exitCodes[r.Kind]
	case errors.Is(err, context.Canceled):
		return 130
	}
	r = fileTrouble(err)
	if r == nil {
		r = chancery.Told(err)
	}
	if r.Kind != refusal.Internal {
		fmt.Fprintf(io.err, "entente: %s\n", locale.Explain(g.language(), r))
		return exitCodes[r.Kind]
	}
	fmt.Fprintf(io.err, "entente: %v\n", err)
	return 1
}

// execute finds the command and runs it.
func (g *globals) execute(ctx context.Context, args []string) error {
	root := command(g)
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

// globals are the flags that every command has.
type globals struct {
	io        streams
	dir       string
	member    string
	mechanism string
	lang      string
	json      bool
	verbose   bool
	passFile  string
	set       []string                    // settings over file and environment
	serve     func(context.Context) error // what goes on for long runs once the tree of commands is forgotten: a node need not carry it
}

func (g *globals) language() lang.Tag {
	if g.lang != "" {
		return locale.Match(g.lang)
	}
	set := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")) // as systems name them: ja_JP.UTF-8, zh_CN.UTF-8@pinyin
	name, _, _ := strings.Cut(set, "@")
	name, _, _ = strings.Cut(name, ".")
	return locale.Match(name)
}

func command(g *globals) *cobra.Command {
	root := &cobra.Command{Use: "entente", Short: "Two sides, one record: a party's node for a standing dialogue", SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true}}
	root.SetIn(g.io.in)
	root.SetOut(g.io.out)
	root.SetErr(g.io.err)
	f := root.PersistentFlags()
	f.StringVar(&g.dir, "dir", envOr("ENTENTE_DIR", "entente-node"), "the node's directory (or ENTENTE_DIR)")
	f.StringVar(&g.member, "as", os.Getenv("ENTENTE_AS"), "the member who acts (or ENTENTE_AS)")
	f.StringVarP(&g.mechanism, "mechanism", "m", "", "the mechanism: short name, or four digits of its id; not needed if there is only one")
	f.StringVar(&g.lang, "lang", "", "language of messages: en, zh or ja")
	f.BoolVar(&g.json, "json", false, "print JSON")
	f.BoolVar(&g.verbose, "verbose", false, "say more about errors")
	f.StringArrayVar(&g.set, "set", nil, "a setting over the file and the environment, as in log.level=debug; repeat")
	f.StringVar(&g.passFile, "passphrase-file", os.Getenv("ENTENTE_PASSPHRASE_FILE"), "file with the seal keys' passphrase, readable by its owner only (or ENTENTE_PASSPHRASE_FILE)")
	root.AddCommand(initCommand(g), serveCommand(g), statusCommand(g), doctorCommand(g), cardCommand(g), charterCommand(g), joinCommand(g), sealCommand(g), affixCommand(g), statementCommand(g),
		refuseCommand(g, "decline", "Refuse the round of sealing that is open"), refuseCommand(g, "withdraw", "Take our seal back, while that is possible"),
		mandateCommand(g), keyCommand(g), pouchCommand(g), backupCommand(g), restoreCommand(g), migrateStoreCommand(g), migrateAttachmentsCommand(g), rebuildCommand(g), relayCommand(g), witnessCommand(g), nonPaperCommand(g), oursCommand(g), digestCommand(g), meetingMailCommand(g), traceCommand(g), handoverCommand(g), pressCommand(g), logCommand(g), searchCommand(g), glossaryCommand(g), verifyCommand(g), exportCommand(g), lineCommand(g), situationCommand(g), evidenceCommand(g), textCommand(g), meetingCommand(g), workdaysCommand(g), attachCommand(g), attachmentCommand(g), retentionCommand(g), signInCommand(g), accountCommand(g), readersCommand(g),
		configCommand(g), openapiCommand(g), demoCommand(g), versionCommand(g), manualCommand())
	root.AddCommand(csvCommand(g))
	root.AddCommand(dialogueCommands(g)...)
	g.complete(root)
	strict(root)
	return root
}

func envOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
