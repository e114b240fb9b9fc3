package pressroom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"slices"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/refusal"
)

// Limits of a reply, in bytes.
const (
	maxName  = 80
	maxEmail = 254
	maxWords = 8000
)

// A form is older than this when it comes back from a person, and younger than that.
const (
	tooFast = 4 * time.Second
	tooOld  = 24 * time.Hour
)

// token says when a form was handed out, and for which page, in a way that nobody else can say.
func (s *Site) token(address string) string {
	at := binary.BigEndian.AppendUint64(nil, uint64(s.o.Now().Unix()))
	return base64.RawURLEncoding.EncodeToString(append(at, s.mac(at, address)...))
}

func (s *Site) mac(at []byte, address string) []byte {
	m := hmac.New(sha256.New, s.key[:])
	m.Write(at)
	m.Write([]byte(address))
	return m.Sum(nil)[:16]
}

// inTime refuses a form that was filled in faster than anybody types, or lay too long.
func (s *Site) inTime(token, address string) error {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 24 || !hmac.Equal(b[8:], s.mac(b[:8], address)) {
		return refusal.New(refusal.Invalid, "press.form_old")
	}
	switch age := s.o.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(b)), 0)); {
	case age < tooFast:
		return refusal.New(refusal.Invalid, "press.form_fast")
	case age > tooOld:
		return refusal.New(refusal.Invalid, "press.form_old")
	}
	return nil
}

// replyPage is the form of a reply. It comes back with what was written if something has to be mended.
type replyPage struct {
	frame
	C      *press.Communique
	To     *press.Reply
	Token  string
	Name   string
	Email  string
	Words  string
	Faults map[string]string // by field: what to mend
	Until  time.Time
}

func (*replyPage) template() string { return "reply" }

func (v *visit) replying() (*replyPage, error) {
	c, err := v.about()
	if err == nil {
		err = v.spoken(c)
	}
	if err != nil {
		return nil, err
	}
	if !v.site.open(v.Edition, c.Key) {
		return nil, refusal.New(refusal.Conflict, "press.closed")
	}
	f := v.frame(locale.Message(v.ui, "press.reply", nil))
	f.Tag, f.Rest, f.Alternates, f.Invented = v.tag, c.Key.String()+"/reply/", nil, c.Content.Illustration
	p := &replyPage{frame: f, C: c, Token: v.site.token(v.address()), Until: v.Until[c.Key]}
	to := v.r.FormValue("to")
	if i := slices.IndexFunc(v.Replies[c.Key], func(r press.Reply) bool { return r.ID == to }); i >= 0 {
		p.To = &v.Replies[c.Key][i]
	}
	return p, nil
}

func (s *Site) replyPage(v *visit, w http.ResponseWriter) error {
	p, err := v.replying()
	if err == nil {
		s.send(w, v, http.StatusOK, p)
	}
	return err
}

// letter reads a form. Each fault stands at its field.
func (p *replyPage) letter(v *visit) (press.Letter, bool) {
	get := func(name string) string {
		return strings.TrimSpace(lang.Normalise(strings.ToValidUTF8(v.r.PostForm.Get(name), "\ufffd")))
	}
	p.Name, p.Email, p.Words, p.Faults = get("name"), get("email"), get("words"), map[string]string{}
	fault := func(field, key string, err error) {
		if err != nil {
			p.Faults[field] = locale.Explain(v.ui, err)
		} else if key != "" {
			p.Faults[field] = locale.Message(v.ui, key, nil)
		}
	}
	switch {
	case p.Name == "":
		fault("name", "press.need_name", nil)
	case len(p.Name) > maxName:
		fault("name", "press.long_name", nil)
	default:
		fault("name", "", lang.CheckNewLine(p.Name))
	}
	switch {
	case p.Email == "":
		fault("email", "press.need_email", nil)
	case !plainAddress(p.Email):
		fault("email", "press.bad_email", nil)
	}
	switch {
	case p.Words == "":
		fault("words", "press.need_words", nil)
	case len(p.Words) > maxWords:
		fault("words", "press.long_words", nil)
	default:
		fault("words", "", lang.CheckNew(p.Words))
	}
	l := press.Letter{Key: p.C.Key, Name: p.Name, Email: p.Email, Words: p.Words, Lang: v.tag}
	if p.To != nil {
		l.To = p.To.ID
	}
	return l, len(p.Faults) == 0
}

// decoy is a field that nobody sees and that only programs fill in.
const decoy = "website"

func (s *Site) reply(v *visit, w http.ResponseWriter) error {
	if err := v.r.ParseForm(); err != nil {
		return refusal.New(refusal.Invalid, "press.bad_form").Because(err)
	}
	p, err := v.replying()
	if err != nil {
		return err
	}
	l, good := p.letter(v)
	if err := s.inTime(v.r.PostForm.Get("form"), v.address()); err != nil {
		p.Problem = locale.Explain(v.ui, err)
	} else if good && !(s.limits.take(perReply, client(v.r)) && s.limits.take(allReply, "")) {
		p.Problem = locale.Message(v.ui, "press.too_often", nil)
	}
	if !good || p.Problem != "" {
		s.send(w, v, http.StatusBadRequest, p)
		return nil
	}
	if v.r.PostForm.Get(decoy) != "" {
		s.send(w, v, http.StatusOK, &donePage{frame: v.frame(locale.Message(v.ui, "press.received", nil)), C: p.C})
		return nil
	}
	secret, err := s.o.Letters.Submit(v.r.Context(), l)
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return err
		}
		p.Problem = locale.Explain(v.ui, err)
		s.send(w, v, statuses[refusal.As(err).Kind], p)
		return nil
	}
	http.Redirect(w, v.r, "/"+string(v.tag)+"/my-reply/"+secret+"/", http.StatusSeeOther)
	return nil
}

// donePage says that something came.
type donePage struct {
	frame
	C *press.Communique
}

func (*donePage) template() string { return "done" }

// ownPage is a reply as only its writer sees it.
type ownPage struct {
	frame
	Own press.Own
}

func (*ownPage) template() string { return "own" }

func (s *Site) own(v *visit, w http.ResponseWriter) error {
	o, err := s.o.Letters.Own(v.r.Context(), v.r.PathValue("secret"))
	if err != nil {
		return err
	}
	f := v.frame(locale.Message(v.ui, "press.my_reply", nil))
	f.Alternates = nil
	s.send(w, v, http.StatusOK, &ownPage{frame: f, Own: o})
	return nil
}

func (s *Site) onOwn(v *visit, w http.ResponseWriter) error {
	if err := v.r.ParseForm(); err != nil {
		return refusal.New(refusal.Invalid, "press.bad_form").Because(err)
	}
	secret, ctx := v.r.PathValue("secret"), v.r.Context()
	if v.r.PostForm.Get("do") == "appeal" {
		if err := s.o.Letters.Appeal(ctx, secret, lang.Normalise(v.r.PostForm.Get("words"))); err != nil {
			return err
		}
		http.Redirect(w, v.r, v.address(), http.StatusSeeOther)
		return nil
	}
	if err := s.o.Letters.Erase(ctx, secret); err != nil {
		return err
	}
	s.send(w, v, http.StatusOK, &donePage{frame: v.frame(locale.Message(v.ui, "press.erased", nil))})
	return nil
}

// reportPage is the form by which a reader points at a reply.
type reportPage struct {
	frame
	C     *press.Communique
	Reply press.Reply
	Token string
}

func (*reportPage) template() string { return "report" }

func (v *visit) reporting() (*reportPage, error) {
	c, err := v.about()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(v.Replies[c.Key], func(r press.Reply) bool { return r.ID == v.r.PathValue("id") })
	if i < 0 {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	f := v.frame(locale.Message(v.ui, "press.report", nil))
	f.Alternates = nil
	return &reportPage{frame: f, C: c, Reply: v.Replies[c.Key][i], Token: v.site.token(v.address())}, nil
}

func (s *Site) reportPage(v *visit, w http.ResponseWriter) error {
	p, err := v.reporting()
	if err == nil {
		s.send(w, v, http.StatusOK, p)
	}
	return err
}

func (s *Site) report(v *visit, w http.ResponseWriter) error {
	if err := v.r.ParseForm(); err != nil {
		return refusal.New(refusal.Invalid, "press.bad_form").Because(err)
	}
	p, err := v.reporting()
	if err != nil {
		return err
	}
	if err := s.inTime(v.r.PostForm.Get("form"), v.address()); err != nil {
		p.Problem = locale.Explain(v.ui, err)
		s.send(w, v, http.StatusBadRequest, p)
		return nil
	}
	if !s.limits.take(perReport, client(v.r)) {
		return refusal.New(refusal.Unavailable, "press.too_often")
	}
	reason := []rune(lang.Normalise(strings.ToValidUTF8(v.r.PostForm.Get("words"), "\ufffd")))
	if err := s.o.Letters.Report(v.r.Context(), p.Reply.ID, string(reason[:min(len(reason), 500)])); err != nil {
		return err
	}
	s.send(w, v, http.StatusOK, &donePage{frame: v.frame(locale.Message(v.ui, "press.reported", nil)), C: p.C})
	return nil
}
