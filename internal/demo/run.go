package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/filing"
	"entente.example/internal/locale"
	"entente.example/internal/premises"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// Options of a run.
type Options struct {
	Dir      string // data; a temporary one, removed at the end, if empty
	Profile  string // worked.Report or worked.Fictional
	Exit     bool   // end after the play
	Out      io.Writer
	Language lang.Tag
}

// cutBefore is the event that is played while the first party's line is cut.
const cutBefore = 9

// officesBefore is the event that is played while the first party's line is cut and there is nothing but good offices.
const officesBefore = 12

// run is one run of the demo.
type run struct {
	Options
	*Stage
	offices *Offices
	started time.Time
}

// say prints one line that a person can follow.
func (r *run) say(key string, kv ...string) {
	p := refusal.Params{}
	for i := 0; i+1 < len(kv); i += 2 {
		p[kv[i]] = kv[i+1]
	}
	r.line(locale.Message(r.Language, "demo."+key, p))
}

func (r *run) line(s string) {
	fmt.Fprintf(r.Out, "%5.1fs  %s\n", time.Since(r.started).Seconds(), s)
}

// Run plays the example, prints what happens, and goes on serving until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	ex, err := worked.Load(o.Profile)
	if err != nil {
		return err
	}
	if o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "entente-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(o.Dir)
	}
	r := &run{Options: o, started: time.Now()}
	if err := sameProfile(o.Dir, o.Profile); err != nil {
		return err
	}
	if r.offices, err = NewOffices(filepath.Join(o.Dir, "offices")); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if r.Stage, err = Set(ctx, o.Dir, ex, log, premises.Serve, r.offices.Address.String()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close(), r.offices.Close()) }()
	if err := r.offices.Admit(r.Stage); err != nil {
		return err
	}
	r.say("notice")
	for _, a := range r.Actors {
		r.say("node", "party", ex.Short(a.Party, o.Language), "site", a.SiteURL(), "line", a.Config().Line.Listen)
		r.say("press", "party", ex.Short(a.Party, o.Language), "url", a.PressURL()+"/")
	}
	if err := r.perform(ctx); err != nil {
		return err
	}
	r.clock.set(time.Time{})
	if err := r.conclude(ctx); err != nil {
		return err
	}
	if o.Exit {
		return nil
	}
	if err := r.invite(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// sameProfile refuses to mix real and invented names in one directory.
func sameProfile(dir, profile string) error {
	path := filepath.Join(dir, "profile")
	if b, err := os.ReadFile(path); err == nil {
		if string(b) != profile+"\n" {
			return refusal.New(refusal.Conflict, "demo.other_profile", "dir", dir, "profile", string(b[:len(b)-1]))
		}
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return os.WriteFile(path, []byte(profile+"\n"), 0o644)
}

// perform founds the mechanism and plays the script, unless the directory holds a finished play.
func (r *run) perform(ctx context.Context) error {
	mechs, err := r.Actors[0].Node().Mechanisms(ctx)
	if err != nil {
		return err
	}
	if len(mechs) > 0 {
		r.Mech = mechs[0]
		r.say("again")
		for _, a := range r.Actors {
			if t, err := a.Text(ctx, r.Mech, r.Example.TextID()); err != nil || !t.Status.Adopted {
				return refusal.New(refusal.Conflict, "demo.unfinished", "dir", r.Dir)
			}
		}
		return nil
	}
	fingerprint, err := r.Found(ctx)
	if err != nil {
		return err
	}
	r.say("founded", "fingerprint", fingerprint)
	script, err := r.Example.Script()
	if err != nil {
		return err
	}
	for i, step := range script {
		play := r.play
		if step.Seq == pouchOut || step.Seq == pouchBack {
			play = r.playByPouch
		}
		if err := play(ctx, step, i, len(script)-1); err != nil {
			return err
		}
	}
	if err := r.pressRooms(ctx); err != nil {
		return fmt.Errorf("the press rooms: %w", err)
	}
	for _, step := range r.Example.After() {
		if err := r.Do(ctx, step); err != nil {
			return fmt.Errorf("what follows: %w", err)
		}
		_, sentence := step.Say.Pick(r.Language)
		r.line(sentence)
	}
	if err := r.oneSided(ctx); err != nil {
		return fmt.Errorf("each side's own text: %w", err)
	}
	if err := r.endings(ctx); err != nil {
		return fmt.Errorf("drafts that end: %w", err)
	}
	if err := r.course(ctx); err != nil {
		return fmt.Errorf("the course of texts: %w", err)
	}
	if err := r.ours(ctx); err != nil {
		return fmt.Errorf("our side only: %w", err)
	}
	if err := r.search(ctx); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := r.hotline(ctx); err != nil {
		return fmt.Errorf("line checks: %w", err)
	}
	return r.papers(ctx)
}

// play plays one step; the line of the first party is cut during one, so that the record is seen to come together again.
func (r *run) play(ctx context.Context, step worked.Step, i, of int) error {
	cut := r.Actors[0]
	rest := r.Actors[1:]
	if step.Seq == officesBefore {
		if err := r.offices.Open(ctx, slog.New(slog.DiscardHandler)); err != nil {
			return err
		}
	}
	if step.Seq == cutBefore || step.Seq == officesBefore {
		key := "cut"
		if step.Seq == officesBefore {
			key = "offices"
		}
		r.say(key, "party", r.Example.Short(cut.Party, r.Language))
		for _, a := range rest {
			cut.Cut(string(a.Party))
		}
	}
	if err := r.Do(ctx, step); err != nil {
		return fmt.Errorf("event %d: %w", step.Seq, err)
	}
	if step.Seq == cutBefore {
		if err := r.Expect(ctx, step, rest...); err != nil {
			return err
		}
		for _, a := range rest {
			cut.Mend(string(a.Party))
		}
	}
	if err := r.Expect(ctx, step); err != nil {
		return err
	}
	r.tell(step, i, of)
	if step.Seq == officesBefore {
		for _, a := range rest {
			cut.Mend(string(a.Party))
		}
		if err := r.offices.Close(); err != nil { // what follows shows other roads
			return err
		}
	}
	switch party := r.Example.Short(cut.Party, r.Language); step.Seq {
	case cutBefore:
		r.say("mended", "party", party)
	case officesBefore:
		r.say("offices_met", "party", party)
	}
	return nil
}

// tell prints what an event was.
func (r *run) tell(step worked.Step, i, of int) {
	_, sentence := step.Say.Pick(r.Language)
	r.line(fmt.Sprintf("%2d/%d  %s", i, of, sentence))
}

// conclude exports, lets a stranger verify, and compares the nodes.
func (r *run) conclude(ctx context.Context) error {
	digests, err := r.Digests(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.Dir, "export")
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		files, err := r.export(ctx)
		if err != nil {
			return err
		}
		if err := chancery.WriteFolder(dir, files); err != nil {
			return err
		}
	}
	report, err := proof.Verify(os.DirFS(dir))
	if err != nil {
		return err
	}
	r.say("exported", "dir", dir, "files", fmt.Sprint(report.Files), "checks", fmt.Sprint(len(report.Checks)))
	if err := r.paper(ctx); err != nil {
		return err
	}
	for _, a := range r.Actors {
		if _, err := a.Verify(ctx, nil); err != nil {
			return err
		}
		r.say("digest", "party", string(a.Party), "digest", digests[a.Party])
	}
	return nil
}

// export waits until every receipt has come round.
func (r *run) export(ctx context.Context) (files map[string][]byte, err error) {
	a := r.Actors[len(r.Actors)-1]
	err = r.await(ctx, "every receipt has come round", func(*Actor) (bool, string, error) {
		files, err = a.Export(ctx, r.Mech, r.Example.TextID())
		if err != nil && refusal.As(err).Kind == refusal.Stale {
			return false, err.Error(), nil
		}
		return err == nil, "", err
	})
	return files, err
}

// paper writes the copy for the archive, unless the directory has it, or says which font this machine lacks for it.
func (r *run) paper(ctx context.Context) error {
	path := filepath.Join(r.Dir, r.Example.TextID()+".pdf")
	if _, err := os.Stat(path); err == nil {
		r.say("paper", "file", path)
		return nil
	}
	var f filing.File
	a := r.Actors[len(r.Actors)-1]
	err := r.await(ctx, "every receipt has come round", func(*Actor) (bool, string, error) {
		var err error
		if f, err = a.TextPDF(ctx, r.Mech, r.Example.TextID(), ""); err != nil && refusal.As(err).Kind == refusal.Stale {
			return false, err.Error(), nil
		}
		return err == nil, "", err
	})
	if ref := refusal.As(err); ref != nil && ref.Kind == refusal.Unavailable {
		r.line(locale.Explain(r.Language, ref))
		return nil
	}
	if err != nil {
		return err
	}
	r.say("paper", "file", path)
	return os.WriteFile(path, f.Body, 0o644)
}

// invite prints a sign-in link for each node.
func (r *run) invite(ctx context.Context) error {
	for _, a := range r.Actors {
		url, err := a.SignInLink(ctx, string(a.Party)+"-hod")
		if err != nil {
			return err
		}
		r.say("sign_in", "party", r.Example.Short(a.Party, r.Language), "url", url)
	}
	r.say("serving")
	return nil
}
