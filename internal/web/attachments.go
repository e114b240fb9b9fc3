package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"entente.example/entry"
	"entente.example/internal/attachment"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// Upload is what a form says of the file that follows it.
type Upload struct {
	Of        string
	Name      string
	Media     string
	Class     string
	Title     lang.Text
	Retention string
	Until     string
}

type attachmentsPage struct {
	Frame frame
	A     view.Attachments
}

// Part is the address of a part of the list, without where it ends.
func (p *attachmentsPage) Part() string {
	return "/m/" + p.A.Ref + "/attachments?" + url.Values{"of": {p.A.Of}}.Encode() + "&track="
}

func (p *attachmentsPage) template() string { return "attachments" }
func (p *attachmentsPage) frame() *frame    { return &p.Frame }

func (s *Site) attachments(v *visit) (page, error) {
	return s.attachmentsOf(v, v.r.URL.Query().Get("of"), nil)
}

// attachmentsOf draws the list, with why a form was refused.
func (s *Site) attachmentsOf(v *visit, of string, refused error) (page, error) {
	at := v.at()
	if id := v.r.PathValue("attachment"); id != "" { // a form that came back
		at.Show = id
	}
	a, err := s.o.Source.Attachments(v.r.Context(), v.session.Member, v.r.PathValue("mech"), of, at)
	if err != nil {
		return nil, err
	}
	p := &attachmentsPage{Frame: v.inside(&a.Chrome, ""), A: a}
	p.Frame.Title = locale.Message(v.lang, "web.attachments", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// uploads bounds what comes by the node's limit for files.
func (s *Site) uploads(w http.ResponseWriter, r *http.Request) {
	s.within(s.o.Source.MaxFile()+maxForm, signedIn(s.upload)).ServeHTTP(w, r)
}

// upload takes a file as it streams by: nothing of it is held in memory or in a temporary file. The fields of the form come before it.
func (s *Site) upload(v *visit) (page, error) {
	of, err := s.takeUpload(v)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		err = refusal.New(refusal.Invalid, "web.upload_too_large", "limit", mebibytes(s.o.Source.MaxFile()))
	}
	if err == nil {
		v.back("/m/"+v.r.PathValue("mech")+"/attachments?of="+url.QueryEscape(of), "attach", "")
		return nil, nil
	}
	if refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	if v.r.Header.Get("Accept") == "text/plain" { // the script shows the sentence beside the form, which keeps its file
		http.Error(v.w, locale.Explain(v.lang, err), statusOf[refusal.As(err).Kind])
		return nil, nil
	}
	return s.attachmentsOf(v, of, err)
}

// typed remembers a field of a form with files, so that it comes back with its page like that of any other form.
func (v *visit) typed(name, value string) {
	if v.r.PostForm == nil {
		v.r.PostForm = url.Values{}
	}
	v.r.PostForm.Add(name, value)
}

func (s *Site) takeUpload(v *visit) (of string, err error) {
	bad := refusal.New(refusal.Invalid, "web.bad_form")
	form, err := v.r.MultipartReader()
	if err != nil {
		return "", bad.Because(err)
	}
	u := Upload{Title: lang.Text{}}
	var title string
	for range 16 {
		part, err := form.NextPart()
		if err != nil {
			return u.Of, bad.Because(err)
		}
		if part.FormName() == "file" {
			if title != "" {
				u.Title[v.lang] = title
			}
			return u.Of, s.takeFile(v, u, part)
		}
		b, err := io.ReadAll(io.LimitReader(part, 4096))
		if err != nil {
			return u.Of, bad.Because(err)
		}
		value := lang.Normalise(strings.TrimSpace(string(b)))
		v.typed(part.FormName(), string(b))
		switch part.FormName() {
		case "of":
			u.Of = value
		case "title":
			title = value
		case "class":
			u.Class = value
		case "retention":
			u.Retention = value
		case "until":
			u.Until = value
		}
	}
	return u.Of, bad
}

func (s *Site) takeFile(v *visit, u Upload, part *multipart.Part) error {
	u.Name = part.FileName()
	if u.Name == "" {
		return refusal.New(refusal.Invalid, "web.no_file")
	}
	if media, _, err := mime.ParseMediaType(part.Header.Get("Content-Type")); err == nil {
		u.Media = media
	}
	return s.o.Source.Attach(v.r.Context(), v.session.Member, v.r.PathValue("mech"), u, part)
}

// download serves a paper; it leaves as a file and is never shown here.
func (s *Site) download(v *visit) (page, error) {
	return nil, s.o.Source.ServeAttachment(v.w, v.r, v.session.Member, v.r.PathValue("mech"), v.r.PathValue("attachment"))
}

// attachmentAct takes what our side says about dropping a paper.
func (s *Site) attachmentAct(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	get := func(name string) string { return lang.Normalise(strings.TrimSpace(v.r.PostForm.Get(name))) }
	var body entry.Body = attachment.Keep{Reason: get("reason")}
	done := "keep"
	if get("act") == "drop" {
		done = "drop_paper"
		body = attachment.Drop{Ground: get("ground"), Law: get("law"), Reason: get("reason")}
	}
	if err := s.o.Source.Act(v.r.Context(), v.session.Member, v.r.PathValue("mech"), attachment.Prefix+v.r.PathValue("attachment"), body); err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return s.attachmentsOf(v, get("of"), err)
	}
	id := v.r.PathValue("attachment")
	v.back("/m/"+v.r.PathValue("mech")+"/attachments?of="+url.QueryEscape(get("of"))+"&show="+url.QueryEscape(id), done, "a-"+id)
	return nil, nil
}
