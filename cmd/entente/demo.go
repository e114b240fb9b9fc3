package main

import (
	"github.com/spf13/cobra"

	"entente.example/internal/demo"
)

func demoCommand(g *globals) *cobra.Command {
	var o demo.Options
	c := &cobra.Command{Use: "demo", Short: "Play the worked example: three nodes, one record, one adopted text", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		o.Out, o.Language = g.io.out, g.language()
		if c.Flags().Changed("dir") {
			o.Dir = g.dir
		}
		return demo.Run(c.Context(), o)
	}}
	c.Flags().BoolVar(&o.Exit, "exit", false, "end after the play instead of serving on")
	c.Flags().StringVar(&o.Profile, "profile", "report", "report: the mechanism of the public report, marked as an illustration; fictional: invented names")
	return c
}
