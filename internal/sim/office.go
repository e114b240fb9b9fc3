package sim

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/goodoffices"
	"entente.example/internal/mailbox"
	"entente.example/internal/sim/disk"
)

// office is good offices in a story: the code that keeps their mail, on a disk and with a power of their own. How they are asked is not simulated.
type office struct {
	w    *world
	disk *disk.Disk
	mail *goodoffices.Mail
	lies map[mailbox.ID]map[mailbox.Name]*letter // what it must have
	gone map[place]bool                          // what it must not have
}

// place is where a message lies. A pair has another mailbox after a key has changed, and may ask for something to be deleted there that lies in the old one.
type place struct {
	box  mailbox.ID
	name mailbox.Name
}

// letter is a message that an office has said it keeps.
type letter struct {
	message []byte
	arrived time.Time
}

const (
	officeName = "office"
	mailFile   = "/mail.db"
	// keeps is for how long an office keeps what nobody collects.
	keeps = 60 * 24 * time.Hour
)

// small are quotas that a story reaches.
func small() goodoffices.Settings {
	s := goodoffices.Standard()
	s.Mailbox.Messages, s.Customer.Messages = 4, 8
	return s
}

func (w *world) openOffice() (*office, error) {
	o := &office{w: w, disk: disk.New(w.Dir, nil), lies: map[mailbox.ID]map[mailbox.Name]*letter{}, gone: map[place]bool{}}
	return o, o.start()
}

func (o *office) start() (err error) {
	o.mail, err = goodoffices.OpenMail(context.Background(), mailFile, o.disk.Name(), small())
	return err
}

func (o *office) close() {
	if o.mail != nil {
		_ = o.mail.Close()
	}
	o.disk.Close()
}

// fall is a power cut: what it has acknowledged lies there afterwards, byte by byte, and what it has deleted does not. G1.
func (o *office) fall() error {
	o.w.OfficeCuts++
	o.w.say("the good offices lose their power")
	files := o.disk.Crashed(o.w.rng)
	o.close()
	o.disk = disk.New(o.w.Dir, files)
	if err := o.start(); err != nil {
		return o.w.broken("G1", "good offices do not start: %v", err)
	}
	return o.check()
}

// check compares what lies there with what was acknowledged.
func (o *office) check() error {
	for _, id := range slices.SortedFunc(maps.Keys(o.lies), func(a, b mailbox.ID) int { return bytes.Compare(a[:], b[:]) }) {
		found, err := o.list(id)
		if err != nil {
			return o.w.broken("G1", "the mail cannot be read: %v", err)
		}
		there := map[mailbox.Name]bool{}
		for _, m := range found {
			name := mailbox.NameOf(m)
			if there[name] = true; o.gone[place{id, name}] {
				return o.w.broken("G1", "good offices have a message that they had deleted")
			}
		}
		for name := range o.lies[id] {
			if !there[name] {
				return o.w.broken("G1", "good offices have lost a message that they had acknowledged")
			}
		}
	}
	return nil
}

// list are the messages of a mailbox, oldest first.
func (o *office) list(id mailbox.ID) (out [][]byte, err error) {
	ids, err := o.mail.Oldest(context.Background(), id, 64)
	for _, at := range ids {
		m, err := o.mail.Get(context.Background(), at)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, err
}

// put deposits a message and reports whether the office has said that it keeps it.
func (o *office) put(id mailbox.ID, customer string, message []byte) (bool, error) {
	_, err := o.mail.Put(context.Background(), id, pinned.Pin(customer), message, o.w.now)
	if o.disk.Dark() {
		return false, o.fall()
	}
	if err != nil {
		o.w.say("the good offices do not take it: %v", err)
		return false, nil
	}
	if o.lies[id] == nil {
		o.lies[id] = map[mailbox.Name]*letter{}
	}
	o.lies[id][mailbox.NameOf(message)] = &letter{message, o.w.now}
	return true, nil
}

// remove deletes messages.
func (o *office) remove(id mailbox.ID, names ...mailbox.Name) error {
	err := o.mail.Remove(context.Background(), id, names)
	for _, n := range names {
		delete(o.lies[id], n) // it may be gone from now on
		if err == nil {
			o.gone[place{id, n}] = true
		}
	}
	if o.disk.Dark() {
		return o.fall()
	}
	return nil
}

// tidy deletes what has lain there too long and moves the write-ahead log into the file.
func (o *office) tidy() error {
	before := o.w.now.Add(-keeps)
	for _, in := range o.lies {
		maps.DeleteFunc(in, func(_ mailbox.Name, l *letter) bool { return l.arrived.Before(before) })
	}
	err := o.mail.Sweep(context.Background(), before)
	if err == nil {
		err = o.mail.Checkpoint(context.Background())
	}
	if o.disk.Dark() {
		return o.fall()
	}
	return err
}

// lose is an office that does not keep what it has promised: nobody may depend on it.
func (o *office) lose(id mailbox.ID, message []byte) error {
	o.w.Losses++
	return o.remove(id, mailbox.NameOf(message))
}
