package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/config"
)

// completing is how long a shell waits for what it is to complete.
const completing = time.Second

// complete tells shells what the flags take that every command has.
func (g *globals) complete(root *cobra.Command) {
	for flag, values := range map[string]cobra.CompletionFunc{
		"dir": func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		"lang":      cobra.FixedCompletions([]string{"en", "zh", "ja"}, cobra.ShellCompDirectiveNoFileComp),
		"set":       settingNames,
		"mechanism": g.mechanismNames,
		"as":        cobra.NoFileCompletions,
	} {
		if err := root.RegisterFlagCompletionFunc(flag, values); err != nil {
			panic(err) // there is no such flag
		}
	}
}

func settingNames(_ *cobra.Command, _ []string, begun string) (names []string, _ cobra.ShellCompDirective) {
	if strings.Contains(begun, "=") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all, err := config.Default().Explain("", nil, nil, nil)
	for _, s := range all {
		names = append(names, s.Name+"=")
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// mechanismNames asks the node if it serves. It is not opened for a key that somebody pressed.
func (g *globals) mechanismNames(c *cobra.Command, _ []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completing)
	defer cancel()
	var all []chancery.MechanismStatus
	_ = g.through(g.knock).call(ctx, http.MethodGet, "/mechanisms", nil, &all) // without an answer there is nothing to complete
	for _, m := range all {
		names = append(names, m.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
