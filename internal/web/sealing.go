package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// sealingPage is the sealing table: the head of delegation reads exactly what is sealed, and seals.
type sealingPage struct {
	Frame  frame
	S      view.Sealing
	Opened string // the form that came back refused
	Anew   bool   // the directory has to recognise the reader first
	Reason string // as it was filled in; passphrases never come back
}

func (p *sealingPage) template() string { return "sealingroom" }
func (p *sealingPage) frame() *frame    { return &p.Frame }

func (s *Site) sealing(v *visit) (page, error) { return s.sealingWith(v, "", "", nil) }

func (s *Site) sealingWith(v *visit, opened, reason string, refused error) (page, error) {
	t, err := s.o.Source.Sealing(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	p := &sealingPage{Frame: v.inside(&t.Chrome, "text/"+t.ID), S: t, Opened: opened, Anew: s.stale(v.session), Reason: reason}
	slices.SortStableFunc(t.Papers, func(a, b view.Paper) int { // the reader's own language is read first
		switch {
		case (a.Lang == v.lang) == (b.Lang == v.lang):
			return 0
		case a.Lang == v.lang:
			return -1
		}
		return 1
	})
	p.Frame.Live = "" // nothing moves under somebody who reads what they are about to seal
	_, title := t.Title.Pick(v.lang, t.Drafting)
	p.Frame.Title = locale.Message(v.lang, "web.sealing_of", refusal.Params{"title": title})
	p.Frame.refused(v, refused)
	return p, nil
}

// statement hands out the bytes that are signed, for a key that is not on this node.
func (s *Site) statement(v *visit) (page, error) {
	t, err := s.o.Source.Sealing(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	v.attach("seal-statement.txt", []byte(t.Statement))
	return nil, nil
}

// attach answers with a plain text to be kept as a file.
func (v *visit) attach(name string, b []byte) {
	h := v.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(b)
}

// evidence gives proof that somebody signed two histories of one log, as a file that anybody can check.
func (s *Site) evidence(v *visit) (page, error) {
	b, err := s.o.Source.Evidence(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	v.attach("evidence.entente-fork", b)
	return nil, nil
}

// freeze fixes the bytes of a text and leads to its sealing table.
func (s *Site) freeze(v *visit) (page, error) {
	mech, id := v.r.PathValue("mech"), v.r.PathValue("text")
	if err := s.o.Source.Freeze(v.r.Context(), v.session.Member, mech, id); err != nil {
		if noForm(err) {
			return nil, err
		}
		return s.textWith(v, nil, err)
	}
	v.back("/m/"+mech+"/texts/"+id+"/sealing", "freeze", "")
	return nil, nil
}

// passphraseField begins the names of the fields that hold passphrases; the name of the key follows.
const passphraseField = "passphrase:"

// seals takes the forms of the sealing table.
func (s *Site) seals(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form, ctx, member, mech, id := v.r.PostForm, v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text")
	act, reason := form.Get("act"), strings.TrimSpace(form.Get("reason"))
	var err error
	if (act == "seal" || act == "affix") && s.stale(v.session) {
		return s.sealingWith(v, act, reason, refusal.New(refusal.Denied, "staff.sign_on_stale"))
	}
	switch act {
	case "initial":
		err = s.o.Source.Initial(ctx, member, mech, id)
	case "seal":
		err = s.o.Source.Seal(ctx, member, mech, id, form.Get("digest"), opened(form))
	case "affix":
		armors := armored(form.Get("signatures"))
		if len(armors) == 0 {
			err = refusal.New(refusal.Invalid, "web.no_signature")
			break
		}
		err = s.o.Source.Seal(ctx, member, mech, id, form.Get("digest"), Signing{Signatures: armors})
	case "decline":
		err = s.o.Source.Decline(ctx, member, mech, id, reason)
	case "withdraw":
		err = s.o.Source.Withdraw(ctx, member, mech, id, reason)
	default:
		err = refusal.New(refusal.Invalid, "web.unknown_act", "act", act)
	}
	if err != nil {
		if noForm(err) {
			return nil, err
		}
		return s.sealingWith(v, act, reason, err)
	}
	v.back("/m/"+mech+"/texts/"+id+"/sealing", act, "")
	return nil, nil
}

// opened are the passphrases that open our keys.
func opened(form url.Values) Signing {
	with := Signing{Passphrases: map[string][]byte{}}
	for name := range form {
		if key, ok := strings.CutPrefix(name, passphraseField); ok {
			with.Passphrases[key] = []byte(form.Get(name))
		}
	}
	return with
}

// armored finds the signatures in what somebody pasted, whatever stands between them.
func armored(pasted string) []string {
	const begin, end = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
	var out []string
	rest := strings.ReplaceAll(pasted, "\r\n", "\n")
	for {
		from := strings.Index(rest, begin)
		to := strings.Index(rest, end)
		if from < 0 || to < from {
			return out
		}
		out = append(out, rest[from:to+len(end)]+"\n")
		rest = rest[to+len(end):]
	}
}
