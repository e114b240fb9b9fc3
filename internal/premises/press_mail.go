package premises

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/internal/pressroom"
	"entente.example/internal/reminder"
	"entente.example/internal/subscribers"
	"entente.example/lang"
	"entente.example/refusal"
)

// SubscribersFile is whom the press room writes to, in a node's directory. A backup does not have it.
const SubscribersFile = "subscribers.db"

// openSubscribers opens it; nil if the operator lets nobody be written to.
func openSubscribers(ctx context.Context, c *chancery.Chancery, now func() time.Time) (*subscribers.Store, error) {
	if !c.Config().Press.Letters {
		return nil, nil
	}
	return subscribers.Open(ctx, subscribers.Options{Path: filepath.Join(filepath.Dir(c.Socket()), SubscribersFile), Now: now, Rand: rand.Reader, Before: c.BeforeUpgrade(ctx, SubscribersFile)})
}

var _ pressroom.Mail = (*subscribers.Store)(nil)

// herald tells subscribers what has become public, as soon as it has.
type herald struct {
	store   *subscribers.Store
	edition func(context.Context) (*press.Edition, error)
	tell    func(context.Context, reminder.Notice) error
	site    string // public address of the press room
	log     *slog.Logger
}

// heraldEvery is how often it looks for the end of an embargo and for letters that could not be sent.
const heraldEvery = 10 * time.Second

// run announces and sends until ctx ends.
func (h *herald) run(ctx context.Context) {
	watching(ctx, h.store.Soon(), h.look, func(err error) { h.log.WarnContext(ctx, "subscribers could not be told", "error", err) })
}

// watching looks at the press room now and then, and when it is told to, until ctx ends.
func watching(ctx context.Context, soon <-chan struct{}, look func(context.Context) error, failed func(error)) {
	tick := time.NewTicker(heraldEvery)
	defer tick.Stop()
	for {
		if err := look(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-soon:
		}
	}
}

// event names what is announced: a text, or a correction of it.
func event(c *press.Communique, correction string) string {
	if correction == "" {
		return c.Key.String()
	}
	return c.Key.String() + " " + correction
}

// account names a readout that is announced. No mechanism's name begins so.
func account(a *press.Account) string { return "/readout " + a.Name() }

// givenUp names a readout that its party has retracted since. No mechanism's name begins so.
func givenUp(a *press.Account) string { return "/retracted " + a.Name() }

// accounts stands for all readouts that were public when letters began to tell of them.
const accounts = "/readouts"

// superseded stands for a correction's symbol where every party has named another text in a text's place. No symbol begins so.
const superseded = "/superseded"

// look announces what is public now and was not, and sends what is due.
func (h *herald) look(ctx context.Context) error {
	e, err := h.edition(ctx)
	if err != nil {
		return err
	}
	for _, c := range e.All {
		if err := h.store.Announce(ctx, event(c, ""), c.Topics); err != nil {
			return err
		}
		if c.Superseded != nil {
			if err := h.store.Announce(ctx, event(c, superseded), c.Topics); err != nil {
				return err
			}
		}
		for _, k := range c.Corrections {
			if err := h.store.Announce(ctx, event(c, k.Symbol), c.Topics); err != nil {
				return err
			}
		}
	}
	if err := h.announceAccounts(ctx, e.Accounts); err != nil {
		return err
	}
	for ctx.Err() == nil {
		l, ok, err := h.store.Next(ctx)
		if err != nil || !ok {
			return err
		}
		if n, ok := h.notice(e, l); ok {
			if err := h.tell(ctx, n); err != nil {
				h.log.WarnContext(ctx, "a letter to a subscriber could not be sent", "error", withoutAddress(err, l.Email))
				if err := h.store.Failed(ctx, l); err != nil {
					return err
				}
				continue
			}
		}
		if err := h.store.Done(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// announceAccounts announces readouts to whoever follows everything: a readout has no topics. Those that were public before letters told of any are no news.
func (h *herald) announceAccounts(ctx context.Context, all []*press.Account) error {
	var events []string
	for _, a := range all {
		events = append(events, account(a))
		if a.Retracted != nil {
			events = append(events, givenUp(a))
		}
	}
	if err := h.store.Begin(ctx, accounts, events); err != nil {
		return err
	}
	for _, event := range events {
		if err := h.store.Announce(ctx, event, nil); err != nil {
			return err
		}
	}
	return nil
}

// told is a letter about a readout. No sentence of it stands there, where what is said against it would not.
func (h *herald) told(a *press.Account, ui, tag lang.Tag, say func(string, ...string) string) (subject, body, path string) {
	_, title := a.Title.Pick(tag, lang.English)
	_, by := a.By.Pick(ui, lang.English)
	body = title + "\n" + say("press.readout_by", "party", by) + ". " + say("web.readout_is_"+a.As) + "\n"
	if _, of := a.Meeting.Pick(ui, lang.English); of != "" {
		body += of + "\n"
	}
	if a.Retracted != nil {
		body += say("press.retracted", "day", locale.Date(ui, a.Retracted.At)) + "\n"
		if _, other := a.Retracted.Title.Pick(tag, lang.English); a.Retracted.Home != "" {
			body += "\n" + say("press.retracted_for") + " " + other + "\n" + h.site + a.Retracted.Home + "\n"
		}
		return say("press.letter_retracted", "title", title), body, a.Path(tag)
	}
	return say("press.letter_readout", "title", title), body + locale.Instant(ui, a.At.UTC()) + "\n", a.Path(tag)
}

// withoutAddress says why, and to nobody's log to whom: mail servers repeat the address.
func withoutAddress(err error, address string) string {
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(address)).ReplaceAllLiteralString(err.Error(), "…")
}

// notice is a letter in its reader's language; false if what it was about is not public any more.
func (h *herald) notice(e *press.Edition, l subscribers.Letter) (reminder.Notice, bool) {
	ui := locale.Match(string(l.Lang))
	say := func(key string, kv ...string) string {
		p := refusal.Params{}
		for i := 0; i+1 < len(kv); i += 2 {
			p[kv[i]] = kv[i+1]
		}
		return locale.Message(ui, key, p)
	}
	_, room := e.Names.Pick(ui, lang.English)
	at := h.site + "/" + string(l.Lang) + "/"
	if l.Event == "" {
		about := say("press.mail_everything")
		if _, t := e.Topics()[l.Topic].Pick(ui, lang.English); t != "" {
			about = t
		}
		return reminder.Notice{To: l.Email, Subject: say("press.letter_confirm", "room", room),
			Body: say("press.letter_confirm_about", "room", room, "about", about) + "\n\n" + at + "mail-confirm/" + l.Word + "/\n\n" + say("press.letter_confirm_not") + "\n"}, true
	}
	ends := at + "mail-end/" + l.Word + "/"
	letter := func(subject, body, path string) (reminder.Notice, bool) {
		body += "\n" + h.site + path + "\n\n-- \n" + say("press.letter_why", "room", room) + "\n" + ends + "\n"
		return reminder.Notice{To: l.Email, Subject: subject, Body: body, Ends: ends}, true
	}
	name, symbol, _ := strings.Cut(l.Event, " ")
	if name == "/readout" || name == "/retracted" {
		a, found := e.Account(symbol)
		if !found || name == "/readout" && a.Retracted != nil { // there is another letter about it, that it was retracted
			return reminder.Notice{}, false
		}
		return letter(h.told(a, ui, l.Lang, say))
	}
	k, _ := press.ParseKey(name)
	c, found := e.Find(k)
	if !found {
		return reminder.Notice{}, false
	}
	_, title := c.Title(l.Lang)
	subject, body := say("press.letter_text", "title", title), title+"\n"
	if side := c.Alone(); side != nil {
		_, name := side.Pick(ui, lang.English)
		body += say("parallel.public", "side", name) + "\n"
	}
	switch {
	case symbol == superseded && c.Superseded == nil:
		return reminder.Notice{}, false
	case symbol == superseded:
		subject = say("press.letter_superseded", "title", title)
		body += say("press.letter_superseded_about", "day", locale.Days(ui, c.Superseded.At.UTC().Format(time.DateOnly), "")) + "\n"
		if c.Superseded.Public() {
			body += h.site + c.Superseded.By.Path(l.Lang) + "\n"
		}
	case symbol != "":
		subject = say("press.letter_correction", "title", title)
		body += say("press.letter_corrected", "symbol", symbol) + "\n"
	}
	var by []string
	for _, s := range c.Seals {
		_, n := s.Names.Pick(ui, lang.English)
		by = append(by, n)
	}
	body += locale.List(ui, by) + "\n" + locale.Instant(ui, c.Public.UTC()) + "\n"
	if _, lead := c.Lead.Pick(l.Lang); lead != "" && symbol == "" {
		body += "\n" + lead + "\n"
	}
	return letter(subject, body, c.Path(l.Lang))
}
