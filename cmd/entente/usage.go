package main

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entente.example/refusal"
)

// A mistake in the command line itself is a refusal like any other: in the reader's language, with what to write instead. What the libraries that read it say of it is in English, and is never shown.

// mistake is a refusal of what was written behind a command.
func mistake(c *cobra.Command, key string, kv ...string) error {
	return refusal.New(refusal.Invalid, key, append(kv, "help", c.CommandPath()+" --help")...)
}

// args demands a number of arguments and says which.
func args(names ...string) cobra.PositionalArgs { return between(len(names), len(names)) }

// atLeast demands arguments, and takes more of the last kind.
func atLeast(n int) cobra.PositionalArgs { return between(n, -1) }

// between demands some arguments, of which the last may be left out; most is -1 if there is no end of them.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		switch {
		case len(given) < least:
			return mistake(c, "cli.argument_missing", "write", c.UseLine())
		case most >= 0 && len(given) > most:
			return mistake(c, "cli.argument_over", "argument", given[most], "write", c.UseLine())
		}
		return nil
	}
}

// strict has a whole tree of commands refuse what it does not know, and speak of it in our own words.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetFlagErrorFunc(badFlag)
	root.PersistentPreRunE = needed
	each(root, func(c *cobra.Command) {
		switch {
		case c.HasSubCommands() && !c.Runnable(): // whose help an unknown command would get, as if it had been done
			c.Args, c.RunE = known, func(c *cobra.Command, _ []string) error { return c.Help() }
		case c.Name() == "help" && c.Parent() == root:
			c.Args = topic
		case c.Parent() != nil && c.Parent().Name() == "completion":
			c.Args = args()
		}
	})
}

func each(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		each(sub, do)
	}
}

// known refuses a command that there is not.
func known(c *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = cmp.Or(c.SuggestionsMinimumDistance, 2)
	if like := c.SuggestionsFor(given[0]); len(like) > 0 {
		slices.Sort(like)
		return mistake(c, "cli.unknown_command_like", "command", c.CommandPath()+" "+given[0], "like", c.CommandPath()+" "+strings.Join(slices.Compact(like), ", "+c.CommandPath()+" "))
	}
	return mistake(c, "cli.unknown_command", "command", c.CommandPath()+" "+given[0])
}

// topic refuses to help with a command that there is not.
func topic(c *cobra.Command, given []string) error {
	found, rest, _ := c.Root().Find(given) // which finds what there is of it
	if found.HasSubCommands() {
		return known(found, rest)
	}
	return nil
}

// needed refuses to go on without the flags that a command cannot do without.
func needed(c *cobra.Command, _ []string) error {
	var missing []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, must := f.Annotations[cobra.BashCompOneRequiredFlag]; must && (!f.Changed || f.Value.String() == "") {
			missing = append(missing, "--"+f.Name)
		}
	})
	if len(missing) == 0 {
		return nil
	}
	return mistake(c, "cli.flag_missing", "flags", strings.Join(missing, ", "), "write", c.UseLine())
}

// require names flags that a command cannot do without.
func require(c *cobra.Command, flags ...string) *cobra.Command {
	for _, name := range flags {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err) // there is no such flag
		}
	}
	return c
}

// badFlag says what is wrong with a flag.
func badFlag(c *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		short := e.GetSpecifiedShortnames()
		if whole := c.Flags().Lookup(short); whole != nil {
			return mistake(c, "cli.flag_hyphens", "flag", "--"+short)
		}
		if short != "" {
			return mistake(c, "cli.unknown_flag", "command", c.CommandPath(), "flag", "-"+short)
		}
		return mistake(c, "cli.unknown_flag", "command", c.CommandPath(), "flag", "--"+e.GetSpecifiedName())
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return mistake(c, "cli.flag_empty", "flag", "--"+e.GetFlag().Name)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		key := "cli.flag_value"
		if strings.Contains(e.GetFlag().Value.Type(), "int") {
			key = "cli.flag_number"
		}
		return mistake(c, key, "flag", "--"+e.GetFlag().Name, "value", e.GetValue())
	}
	if e, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return mistake(c, "cli.unknown_flag", "command", c.CommandPath(), "flag", e.GetSpecifiedFlag())
	}
	return err
}

// legible refuses words that are not in UTF-8, which would come onto the record mangled. Names of files may be in whatever a disk has.
func legible(args []string) error {
	for _, a := range args {
		if utf8.ValidString(a) {
			continue
		}
		if _, err := os.Stat(a); err != nil {
			return refusal.New(refusal.Invalid, "cli.argument_not_utf8", "argument", strings.ToValidUTF8(a, "\ufffd"))
		}
	}
	return nil
}

// languageIn finds the language that a command line asks for, for a mistake in it that kept it from being read to the end.
func languageIn(args []string) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		if tag, ok := strings.CutPrefix(a, "--lang="); ok {
			return tag
		}
		if a == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}
