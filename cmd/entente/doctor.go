package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

func doctorCommand(g *globals) *cobra.Command {
	return &cobra.Command{Use: "doctor", Short: "Look at what an operator looks after, and say what to do; fails if something is wrong now", Args: args(), RunE: func(c *cobra.Command, _ []string) error {
		return g.withNode(c.Context(), func(ctx context.Context, n *client) error {
			var found []chancery.Examined
			if err := n.call(ctx, http.MethodGet, "/doctor", nil, &found); err != nil {
				return err
			}
			if err := g.print(found, func(w io.Writer) { g.printFindings(w, found) }); err != nil {
				return err
			}
			wrong := 0
			for _, f := range found {
				if f.Grade == chancery.Wrong {
					wrong++
				}
			}
			if wrong > 0 {
				return refusal.New(refusal.Conflict, "doctor.wrong", "n", strconv.Itoa(wrong))
			}
			return nil
		})
	}}
}

// marks of the grades, so that a reader without colours sees them too.
var gradeMarks = map[string]string{chancery.Well: "✓", chancery.Notice: "→", chancery.Wrong: "!"}

func (g *globals) printFindings(w io.Writer, found []chancery.Examined) {
	mech := ""
	for _, f := range found {
		if f.Mech != mech {
			mech = f.Mech
			fmt.Fprintf(w, "\n%s\n", mech)
		}
		p := refusal.Params{}
		for k, v := range f.Params {
			p[k] = v
		}
		if at, ok := p["at"]; ok {
			p["at"] = g.instant(at)
		}
		if s, err := strconv.ParseInt(p["seconds"], 10, 64); err == nil {
			p["length"] = locale.Apart(g.language(), time.Duration(s)*time.Second)
		}
		if day, ok := p["day"]; ok {
			p["day"] = locale.Day(g.language(), day)
		}
		if route, ok := p["route"]; ok {
			p["route"] = locale.Message(g.language(), "line.route_"+route, nil)
		}
		fmt.Fprintf(w, "%s %s\n", gradeMarks[f.Grade], locale.Message(g.language(), f.Key, p))
	}
}
