package pressroom

import (
	"context"
	"net/http"
	"net/mail"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/refusal"
)

// Mail writes to readers who asked for it and confirmed that they did. A word is what only a letter holds.
type Mail interface {
	// Ask has a letter sent that asks for confirmation. It answers alike whether the address is known or not.
	Ask(ctx context.Context, w press.Wish) error
	// Wish is what a word of a letter was given for, without the address.
	Wish(ctx context.Context, purpose, word string) (press.Wish, error)
	Confirm(ctx context.Context, word string) error
	End(ctx context.Context, word string) error
}

var (
	perMail = rule{"mail", 5, perReply.every}
	allMail = rule{"mails", 60, perReply.every / 12} // of everybody together: one every ten seconds
)

// mailPage asks whether somebody wants letters.
type mailPage struct {
	frame
	Topics []topicLink
	Topic  string
	Email  string
	Fault  string
	Token  string
}

func (*mailPage) template() string { return "mail" }

// mailWordPage is where the links of letters lead. Nothing happens by looking at it: programs look at links, too.
type mailWordPage struct {
	frame
	Purpose string
	Wish    press.Wish
	Topic   lang.Text
	Done    bool
}

func (*mailWordPage) template() string { return "mailword" }

func (v *visit) mailing() (*mailPage, error) {
	if err := v.spoken(nil); err != nil {
		return nil, err
	}
	f := v.frame(locale.Message(v.ui, "press.mail", nil))
	f.Rest = "mail/"
	return &mailPage{frame: f, Topics: topicLinks(v.Topics()), Topic: v.r.FormValue("topic"), Token: v.site.token(v.address())}, nil
}

func (s *Site) mailPage(v *visit, w http.ResponseWriter) error {
	p, err := v.mailing()
	if err == nil {
		s.send(w, v, http.StatusOK, p)
	}
	return err
}

// plainAddress reports whether this is the address of one person, and nothing else.
func plainAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= maxEmail && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

func (s *Site) askMail(v *visit, w http.ResponseWriter) error {
	if err := v.r.ParseForm(); err != nil {
		return refusal.New(refusal.Invalid, "press.bad_form").Because(err)
	}
	p, err := v.mailing()
	if err != nil {
		return err
	}
	p.Email = strings.TrimSpace(v.r.PostForm.Get("email"))
	if _, known := v.Topics()[p.Topic]; !known {
		p.Topic = ""
	}
	switch {
	case p.Email == "":
		p.Fault = locale.Message(v.ui, "press.need_email", nil)
	case !plainAddress(p.Email):
		p.Fault = locale.Message(v.ui, "press.bad_email", nil)
	}
	if err := s.inTime(v.r.PostForm.Get("form"), v.address()); err != nil {
		p.Problem = locale.Explain(v.ui, err)
	} else if p.Fault == "" && !(s.limits.take(perMail, client(v.r)) && s.limits.take(allMail, "")) {
		p.Problem = locale.Message(v.ui, "press.too_often", nil)
	}
	if p.Fault != "" || p.Problem != "" {
		s.send(w, v, http.StatusBadRequest, p)
		return nil
	}
	if v.r.PostForm.Get(decoy) == "" {
		if err := s.o.Mail.Ask(v.r.Context(), press.Wish{Email: p.Email, Lang: v.tag, Topic: p.Topic}); err != nil {
			return err
		}
	}
	s.send(w, v, http.StatusOK, &donePage{frame: v.frame(locale.Message(v.ui, "press.mail_asked", nil))})
	return nil
}

// onWord is the page of a letter's link, and what its button does. A mail program that ends letters for its reader sends the same POST (RFC 8058).
func (s *Site) onWord(purpose string) func(*visit, http.ResponseWriter) error {
	return func(v *visit, w http.ResponseWriter) error {
		ctx, word := v.r.Context(), v.r.PathValue("word")
		p := &mailWordPage{frame: v.frame(locale.Message(v.ui, "press.mail_"+purpose, nil)), Purpose: purpose, Done: v.r.Method == http.MethodPost}
		p.Alternates = nil
		wish, err := s.o.Mail.Wish(ctx, purpose, word)
		if err == nil {
			p.Wish, p.Topic = wish, v.Topics()[wish.Topic]
		}
		switch {
		case p.Done && purpose == "end":
			err = s.o.Mail.End(ctx, word) // twice is no fault
		case p.Done && err == nil:
			err = s.o.Mail.Confirm(ctx, word)
		}
		if err == nil {
			s.send(w, v, http.StatusOK, p)
		}
		return err
	}
}
