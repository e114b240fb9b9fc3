package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manualCommand writes what packages install. The pages are made from the commands themselves, and so cannot fall behind them.
func manualCommand() *cobra.Command {
	return &cobra.Command{Use: "manual FOLDER", Short: "Write manual pages of all commands into a folder, for man", Hidden: true, Args: args("FOLDER"), RunE: func(c *cobra.Command, a []string) error {
		if err := os.MkdirAll(a[0], 0o755); err != nil {
			return fmt.Errorf("manual pages: %w", err)
		}
		c.Root().DisableAutoGenTag = true // it would name the day
		return doc.GenManTree(c.Root(), &doc.GenManHeader{Section: "1", Source: "Entente " + version, Manual: "Entente"}, a[0])
	}}
}
