package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/locale"
	"entente.example/internal/reminder"
)

func configCommand(g *globals) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "The node's configuration: file, environment and flags"}
	c.AddCommand(&cobra.Command{Use: "check", Short: "Check the settings in force, and that files with secrets are there for their owner alone", Args: args(), RunE: func(*cobra.Command, []string) error {
		cfg, err := g.config()
		if err != nil {
			return err
		}
		files, err := chancery.Secrets(g.dir, cfg)
		if err != nil {
			return err
		}
		for _, file := range files {
			if _, err := reminder.Secret(file); err != nil {
				return err
			}
		}
		fmt.Fprintln(g.io.err, locale.Message(g.language(), "config.good", nil))
		for _, f := range chancery.Apart(g.dir, cfg) {
			fmt.Fprintln(g.io.err, gradeMarks[f.Grade], locale.Message(g.language(), f.Key, f.Params))
		}
		return nil
	}}, &cobra.Command{Use: "show", Short: "List the settings in force, and where each value comes from: default, file, environment or flag", Args: args(), RunE: func(*cobra.Command, []string) error {
		return g.showConfig()
	}}, &cobra.Command{Use: "example", Short: "Print an example that explains every setting", Args: args(), RunE: func(*cobra.Command, []string) error {
		b, err := config.Example()
		if err == nil {
			_, err = g.io.out.Write(b)
		}
		return err
	}}, &cobra.Command{Use: "print", Short: "Print the settings in force as a file", Args: args(), RunE: func(*cobra.Command, []string) error {
		cfg, err := g.config()
		if err != nil {
			return err
		}
		return g.printConfig(cfg)
	}})
	return c
}

func (g *globals) printConfig(cfg config.Config) error {
	b, err := cfg.Format()
	if err != nil {
		return err
	}
	_, err = g.io.out.Write(b)
	return err
}

func (g *globals) showConfig() error {
	cfg, err := g.config()
	if err != nil {
		return err
	}
	path := filepath.Join(g.dir, chancery.ConfigFile)
	file, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	all, err := cfg.Explain(path, file, os.Environ(), g.set)
	if err != nil {
		return err
	}
	return g.print(all, func(w io.Writer) {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, s := range all {
			value, err := json.Marshal(s.Value)
			if err != nil {
				value = fmt.Append(nil, s.Value)
			}
			fmt.Fprintf(t, "%s\t%s\t%s %s\n", s.Name, value, s.From, s.By)
		}
		_ = t.Flush() // standard output; a closed pipe ends the command anyway
	})
}
