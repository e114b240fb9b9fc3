package chancery

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/config"
	"entente.example/internal/line"
	"entente.example/internal/node"
	"entente.example/internal/store/shelf"
	"entente.example/internal/store/shelf/bucket"
	"entente.example/internal/strongroom"
	"entente.example/refusal"
)

// Examined is one thing that an operator's examination looked at.
type Examined struct {
	Mech   string         `json:"mech,omitempty"` // short name; "" for the node itself
	Grade  string         `json:"grade"`          // "well", "notice" or "wrong"
	Key    string         `json:"key"`            // message
	Params refusal.Params `json:"params,omitempty"`
}

// Grades of a finding.
const (
	Well   = "well"
	Notice = "notice" // somebody should see to it in the next days
	Wrong  = "wrong"  // somebody should see to it now
)

// What an examination finds worth a word.
const (
	fullDisk      = 256 << 20           // bytes free
	nearlyFull    = 2 << 30             // bytes free
	oldBackup     = 7 * 24 * time.Hour  // since the last one
	mandateEnds   = 60 * 24 * time.Hour // until its last day
	longUntested  = 30 * 24 * time.Hour // since a person answered a line check
	lastBackup    = "last-backup"       // when the last backup was made; its own file, since a restore must not bring the time back
	privateMode   = fs.FileMode(0o077)  // bits that nobody else may have
	maxStampBytes = 64
)

// Examine looks at what an operator looks after: files, disk, clocks, backups, mandates, counterparts, line checks. It changes nothing.
func (c *Chancery) Examine(ctx context.Context) ([]Examined, error) {
	out := c.examineFiles()
	out = append(out, c.examineDisk(), c.examineBackups())
	out = append(out, c.examineBodies(ctx)...)
	for _, listens := range []func() (Examined, bool){c.examineProcess, c.examineSite, c.examineNumbers, c.examineTraces, c.examineCopies} {
		if f, ok := listens(); ok {
			out = append(out, f)
		}
	}
	out = append(out, Apart(c.dir, c.cfg)...)
	all, err := c.Mechanisms(ctx)
	for _, m := range all {
		var more []Examined
		more, err = c.examineMechanism(ctx, m)
		for _, f := range more {
			f.Mech = m.Name
			out = append(out, f)
		}
		if err != nil {
			break
		}
	}
	if r := refusal.As(err); err != nil && r.Kind == refusal.Unavailable { // that the record cannot be read is a finding, too, and the others stand beside it
		return append(out, Examined{Grade: Wrong, Key: r.Key, Params: r.Params}), nil
	}
	return out, err
}

// examineFiles finds what others on the machine may read. Of the node's files only the public halves of keys are for them.
func (c *Chancery) examineFiles() (out []Examined) {
	if f, ok := closed(c.dir); !ok {
		out = append(out, f)
	}
	for _, dir := range []string{c.dir, c.path(KeysDir)} {
		files, err := os.ReadDir(dir)
		if err != nil {
			out = append(out, Examined{Grade: Wrong, Key: "doctor.unreadable", Params: refusal.Params{"file": dir}})
		}
		for _, k := range files {
			if f, ok := closed(filepath.Join(dir, k.Name())); !ok && !strings.HasSuffix(k.Name(), ".pub") {
				out = append(out, f)
			}
		}
	}
	for _, file := range c.cfg.Secrets(c.dir) {
		if f, ok := closed(file); !ok {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		out = append(out, Examined{Grade: Well, Key: "doctor.files"})
	}
	return out
}

// Secrets are the files of a node that hold a secret and that it refuses to read if others on the machine can: those that its settings name, and its keys but for their public halves. They need not be there.
func Secrets(dir string, cfg config.Config) (out []string, err error) {
	for _, file := range cfg.Secrets(dir) {
		out = append(out, file)
	}
	keys, err := os.ReadDir(filepath.Join(dir, KeysDir))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, k := range keys {
		if k.Type().IsRegular() && !strings.HasSuffix(k.Name(), ".pub") {
			out = append(out, filepath.Join(dir, KeysDir, k.Name()))
		}
	}
	slices.Sort(out)
	return out, err
}

// closed reports whether a file is there for its owner alone. What has gone meanwhile is.
func closed(path string) (f Examined, ok bool) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, true
	case err != nil:
		return Examined{Grade: Wrong, Key: "doctor.unreadable", Params: refusal.Params{"file": path}}, false
	case st.Mode()&privateMode != 0:
		return Examined{Grade: Wrong, Key: "doctor.open_to_others", Params: refusal.Params{"file": path, "mode": st.Mode().Perm().String()}}, false
	}
	return f, true
}

func (c *Chancery) examineDisk() Examined {
	free, err := strongroom.FreeBytes(c.dir)
	if err != nil {
		return Examined{Grade: Notice, Key: "doctor.unreadable", Params: refusal.Params{"file": c.dir}}
	}
	return roomLeft(free)
}

func roomLeft(free int64) Examined {
	f := Examined{Grade: Well, Key: "doctor.disk", Params: refusal.Params{"free": strconv.FormatInt(free>>20, 10)}}
	switch {
	case free < fullDisk:
		f.Grade, f.Key = Wrong, "doctor.disk_full"
	case free < nearlyFull:
		f.Grade, f.Key = Notice, "doctor.disk_low"
	}
	return f
}

// examineBodies says where attachments lie and how much that is, and whether they can be reached there.
func (c *Chancery) examineBodies(ctx context.Context) (out []Examined) {
	place := nameOfPlace(c.placed.Place)
	away := func(err error) []Examined {
		return append(out, Examined{Grade: Wrong, Key: "doctor.bodies_away", Params: refusal.Params{"place": place, "reason": err.Error()}})
	}
	all, err := c.bodies.List(ctx)
	if err != nil {
		return away(err)
	}
	bytes := int64(0)
	for _, b := range all {
		bytes += b.Bytes
	}
	for _, left := range c.placed.Left {
		out = append(out, Examined{Grade: Notice, Key: "doctor.bodies_left", Params: refusal.Params{"place": nameOfPlace(left.Place), "now": place}})
	}
	s, err := shelfOf(c.dir, c.cfg, c.placed)
	if err == nil && s != nil {
		err = shelf.Try(ctx, s, c.rand)
	}
	if err != nil {
		return away(err)
	}
	if b, ok := s.(*bucket.Bucket); ok {
		if keeps, err := b.KeepsVersions(ctx); err != nil {
			return away(err)
		} else if keeps {
			out = append(out, Examined{Grade: Notice, Key: "doctor.bodies_versions", Params: refusal.Params{"place": place}})
		}
	}
	return append(out, Examined{Grade: Well, Key: "doctor.bodies", Params: refusal.Params{"n": strconv.Itoa(len(all)), "size": strongroom.Measure(bytes), "place": c.seenPlace()}})
}

// seenPlace is where attachments lie, as somebody finds it who looks there.
func (c *Chancery) seenPlace() string {
	switch place := c.placed.Place; place {
	case "":
		return c.path(BodiesFile)
	case config.InDatabase:
		return c.cfg.Store
	default:
		return place
	}
}

// examineProcess says which process holds the node.
func (c *Chancery) examineProcess() (f Examined, ok bool) {
	p := c.held()
	if p == nil {
		return f, false
	}
	return Examined{Grade: Well, Key: "doctor.process", Params: refusal.Params{"process": p.Process, "since": p.Since, "n": strconv.Itoa(len(p.StandBy))}}, true
}

// noteBackup remembers when the last backup was made.
func (c *Chancery) noteBackup(at time.Time) error {
	return os.WriteFile(c.path(lastBackup), []byte(stamp(at)), 0o600)
}

func (c *Chancery) examineBackups() Examined {
	b, err := os.ReadFile(c.path(lastBackup))
	if errors.Is(err, fs.ErrNotExist) {
		return Examined{Grade: Notice, Key: "doctor.no_backup"}
	}
	at, perr := time.Parse(time.RFC3339, string(b[:min(len(b), maxStampBytes)]))
	if err != nil || perr != nil {
		return Examined{Grade: Notice, Key: "doctor.unreadable", Params: refusal.Params{"file": c.path(lastBackup)}}
	}
	f := Examined{Grade: Well, Key: "doctor.backup", Params: refusal.Params{"at": stamp(at)}}
	if c.now().Sub(at) > oldBackup {
		f.Grade, f.Key = Notice, "doctor.backup_old"
	}
	return f
}

// examineSite finds a members' site that is spoken to in the clear from other machines.
func (c *Chancery) examineSite() (f Examined, ok bool) {
	host, _, err := net.SplitHostPort(c.cfg.Web.Listen)
	if err != nil || strings.HasPrefix(c.cfg.Web.URL, "https://") || onLoopback(host) {
		return f, false
	}
	return Examined{Grade: Wrong, Key: "doctor.site_in_clear", Params: refusal.Params{"address": c.cfg.Web.Listen}}, true
}

// examineNumbers finds numbers that other machines may read: nobody has to say a password there.
func (c *Chancery) examineNumbers() (f Examined, ok bool) {
	host, _, err := net.SplitHostPort(c.cfg.Operating.Listen)
	if err != nil || onLoopback(host) {
		return f, false
	}
	return Examined{Grade: Notice, Key: "doctor.numbers_open", Params: refusal.Params{"address": c.cfg.Operating.Listen}}, true
}

func onLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// examineQuota says what waits on either side because there is too much of it, and what soon will.
func (c *Chancery) examineQuota(m MechanismStatus, l LineStatus, add func(grade, key string, params refusal.Params)) {
	var all int64
	for _, x := range m.Logs {
		if x.Party == l.Party {
			all += x.Size
		}
	}
	switch most := c.cfg.Line.AllEntries; {
	case l.OverAll:
		add(Wrong, "line.over_all", refusal.Params{"party": l.Party})
	case l.Over != "":
		add(Notice, "line.over", refusal.Params{"party": l.Party, "at": l.Over})
	case most > 0 && all >= most-most/5:
		add(Notice, "doctor.nearly_all", refusal.Params{"party": l.Party, "n": strconv.FormatInt(all, 10), "most": strconv.FormatInt(most, 10)})
	}
	switch {
	case l.FullAll:
		add(Notice, "line.full_all", refusal.Params{"party": l.Party})
	case l.Full != "":
		add(Notice, "line.full", refusal.Params{"party": l.Party, "at": l.Full})
	}
}

func (c *Chancery) examineMechanism(ctx context.Context, m MechanismStatus) (out []Examined, err error) {
	add := func(grade, key string, params refusal.Params) {
		out = append(out, Examined{Grade: grade, Key: key, Params: params})
	}
	if m.ClockBehind > 0 {
		add(Wrong, "doctor.clock_behind", refusal.Params{"seconds": strconv.FormatInt(m.ClockBehind, 10)})
	}
	for _, e := range m.Evidence {
		add(Wrong, e.Key, e.Params)
	}
	running := false
	for _, l := range m.Lines {
		running = running || l.Connected
		for _, w := range l.Ways {
			switch {
			case w.Ahead != 0:
				add(Notice, "doctor.clocks_apart", refusal.Params{"party": l.Party, "seconds": strconv.FormatInt(max(w.Ahead, -w.Ahead), 10)})
			case w.told:
				add(Well, "doctor.clocks", refusal.Params{"party": l.Party, "seconds": strconv.FormatInt(int64(node.FarOff/time.Second), 10)})
			}
		}
		c.examineQuota(m, l, add)
		if l.Newer {
			add(Notice, "doctor.newer_program", refusal.Params{"party": l.Party})
		}
		if l.Older {
			add(Notice, "doctor.older_program", refusal.Params{"party": l.Party})
		}
		heard, err := time.Parse(time.RFC3339, l.Heard)
		switch {
		case l.Connected:
			add(Well, "doctor.connected", refusal.Params{"party": l.Party, "route": l.Route})
		case err != nil:
			add(Notice, "doctor.never_heard", refusal.Params{"party": l.Party})
		case c.now().Sub(heard) > node.LongSilence:
			add(Notice, "doctor.silent", refusal.Params{"party": l.Party, "at": l.Heard})
		}
	}
	if !running {
		add(Notice, "doctor.no_line", nil)
	}
	err = c.node.Snapshot(ctx, m.Mech, func(s *node.Snapshot) error {
		out = append(append(out, c.examineSealKeys(s)...), examineMandates(s, c.now())...)
		more, err := examineChecks(s, c.now())
		out = append(out, more...)
		return err
	})
	return out, err
}

// examineMandates finds mandates of ours that end soon, and an office that nobody holds.
func examineMandates(s *node.Snapshot, now time.Time) (out []Examined) {
	heads := 0
	today := now.UTC().Format(time.DateOnly)
	for _, m := range s.Charter().Mandates(charter.PartyID(s.Self)) {
		if m.To != "" && m.To < today || m.From > today {
			continue
		}
		for _, r := range m.Roles {
			if r == "head" {
				heads++
			}
		}
		if m.To != "" && m.To <= now.Add(mandateEnds).UTC().Format(time.DateOnly) {
			out = append(out, Examined{Grade: Notice, Key: "doctor.mandate_ends", Params: refusal.Params{"member": m.Member, "day": m.To}})
		}
	}
	if heads == 0 {
		out = append(out, Examined{Grade: Notice, Key: "doctor.no_head"})
	}
	if len(out) == 0 {
		out = append(out, Examined{Grade: Well, Key: "doctor.mandates", Params: refusal.Params{"days": strconv.Itoa(int(mandateEnds / (24 * time.Hour)))}})
	}
	return out
}

// examineChecks finds lines with a schedule that no person has answered on for long, and says which nobody has answered on yet.
func examineChecks(s *node.Snapshot, now time.Time) (out []Examined, err error) {
	ids, err := s.LineIDs()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		v, err := s.Line(id, now)
		if err != nil {
			return out, err
		}
		p := v.Line.InForce(now)
		if p == nil {
			continue
		}
		since := p.Since() // or since the newest answer, if that came later
		f := Examined{Grade: Well, Key: "doctor.line_new", Params: refusal.Params{"line": id, "at": stamp(since)}}
		for _, r := range v.History() {
			if at, err := time.Parse(time.RFC3339, r.Answered); err == nil && r.State == line.Answered {
				f.Key, f.Params["at"] = "doctor.line_tested", stamp(at)
				if at.After(since) {
					since = at
				}
				break // the newest comes first
			}
		}
		if now.Sub(since) > longUntested {
			f.Grade, f.Key, f.Params["at"] = Notice, "doctor.line_untested", stamp(since)
		}
		out = append(out, f)
	}
	return out, nil
}
