package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/attachment"
	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/node"
	"entente.example/internal/strongroom"
	"entente.example/lang"
	"entente.example/refusal"
)

// InAttachment is the path of everything about one attachment.
type InAttachment struct {
	InMechanism
	Attachment string `path:"attachment" doc:"Id of the attachment"`
}

const (
	attachmentsPath = "/mechanisms/{mechanism}/attachments"
	contentPath     = attachmentsPath + "/{attachment}/content"
)

// attachments registers what concerns attachments. Files stream by outside the library, which would hold them in memory.
func (s *server) attachments(api huma.API) {
	type listIn struct {
		InMechanism
		Of string `query:"of" doc:"Only those of this matter, such as text/js-9"`
	}
	get(s, api, attachmentsPath, "attachments", "Attachments, oldest first, and how much of each is here", func(ctx context.Context, in *listIn) ([]chancery.Attachment, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]chancery.Attachment, error) {
			return s.c.Attachments(ctx, mech, in.Of)
		})
	})
	get(s, api, attachmentsPath+"/{attachment}", "attachment", "One attachment: where it is, who wants it gone, who has erased it", func(ctx context.Context, in *InAttachment) (chancery.Attachment, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.Attachment, error) {
			return s.c.Attachment(ctx, mech, in.Attachment)
		})
	})
	type retentionIn struct {
		InMechanism
		Until string `query:"until" doc:"Only what may go by this day, as in 2030-12-31"`
	}
	get(s, api, "/mechanisms/{mechanism}/retention", "retention", "Attachments that have a day from which on they may go, the nearest first", func(ctx context.Context, in *retentionIn) ([]chancery.Attachment, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]chancery.Attachment, error) {
			return s.c.Retention(ctx, mech, in.Until)
		})
	})
	attachmentAct[attachment.Drop](s, api, "drop", "Say that our side wants an attachment gone: by agreement, by retention or by law")
	attachmentAct[attachment.Keep](s, api, "keep", "Say that our side keeps an attachment, and why")
	api.OpenAPI().AddOperation(attachOperation())
	api.OpenAPI().AddOperation(contentOperation())
}

// fileStreams serves what streams by outside the library.
func (s *server) fileStreams(mux *http.ServeMux) {
	mux.HandleFunc("POST "+attachmentsPath, s.attach)
	mux.HandleFunc("GET "+contentPath, s.content)
}

// attachmentAct registers an act on an attachment.
func attachmentAct[B interface {
	attachment.Drop | attachment.Keep
	EntryType() string
}](s *server, api huma.API, act, summary string) {
	type in struct {
		InAttachment
		Body B
	}
	var zero B
	post(s, api, attachmentsPath+"/{attachment}/"+act, zero.EntryType(), summary, func(ctx context.Context, in *in) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Act(ctx, mech, member, attachment.Prefix+in.Attachment, in.Body)
		return wrote(p, err)
	})
}

func pathParam(name, doc string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
}

var mechanismParam = pathParam("mechanism", "Short name, or at least four digits of the id; '-' for the only one")

// attachOperation describes the upload.
func attachOperation() *huma.Operation {
	op := &huma.Operation{Method: http.MethodPost, Path: attachmentsPath, OperationID: "attachment.attach", Summary: "Attach a file to a matter",
		Description: "The body is the file, its Content-Type the file's. A file over the node's limit is refused before it is read, if its length is given. Nothing is kept of one that breaks off.",
		Parameters:  []*huma.Param{mechanismParam}, RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		Responses: map[string]*huma.Response{"200": {Description: "The act, durable and signed for", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}},
			"413": {Description: "Over the node's limit"}}}
	for _, p := range [][2]string{{"of", "The matter it belongs to, such as text/js-9; required"}, {"name", "Name of the file; it goes when the file is erased"},
		{"class", "erasable, which is the default, or permanent"}, {"title.LANG", "Title in a language, such as title.en; part of the record for ever"},
		{"retention", "A class of the charter's rules"}, {"until", "First day on which it may go without further agreement"}, {"under", "The matter whose text says so"}} {
		op.Parameters = append(op.Parameters, &huma.Param{Name: p[0], In: "query", Description: p[1], Schema: &huma.Schema{Type: huma.TypeString}})
	}
	return op
}

// contentOperation describes the download.
func contentOperation() *huma.Operation {
	return &huma.Operation{Method: http.MethodGet, Path: contentPath, OperationID: "attachment.content", Summary: "The file of an attachment; ranges are served",
		Parameters: []*huma.Param{mechanismParam, pathParam("attachment", "Id of the attachment")},
		Responses:  map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}
}

// streamTime is how long a file may take to stream by: its length at a modem's pace, and a minute.
func streamTime(bytes int64) time.Duration {
	return time.Minute + time.Duration(bytes/4096)*time.Second
}

// attach takes an upload.
func (s *server) attach(w http.ResponseWriter, r *http.Request) {
	mech, member, err := s.who(r.Context(), InMechanism{r.PathValue("mechanism")})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	limit := s.c.MaxFile()
	if r.ContentLength > limit {
		refuse(w, r, http.StatusRequestEntityTooLarge, strongroom.TooLarge(limit))
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(streamTime(limit))) // a recorder in a test has none
	p, err := s.c.Attach(r.Context(), mech, member, said(r), http.MaxBytesReader(w, r.Body, limit+1))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) || err != nil && refusal.As(err).Key == "body.too_large" {
		refuse(w, r, http.StatusRequestEntityTooLarge, strongroom.TooLarge(limit))
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(posted{Posted: []node.Posted{p}}) // the client has gone if this fails
}

// said is what an upload's address says of its file.
func said(r *http.Request) chancery.NewAttachment {
	q := r.URL.Query()
	a := chancery.NewAttachment{Of: q.Get("of"), Name: q.Get("name"), Class: q.Get("class"), Retention: q.Get("retention"), Until: q.Get("until"), Under: q.Get("under"), Title: lang.Text{}}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil {
		a.Media = media
	}
	for name, values := range q {
		if tag, ok := strings.CutPrefix(name, "title."); ok && values[0] != "" {
			a.Title[lang.Tag(tag)] = lang.Normalise(values[0])
		}
	}
	return a
}

// content serves a download.
func (s *server) content(w http.ResponseWriter, r *http.Request) {
	mech, err := s.mech(r.Context(), InMechanism{r.PathValue("mechanism")})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f, a, err := s.c.OpenAttachment(r.Context(), mech, r.PathValue("attachment"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	ServeFile(w, r, f, a)
}

// ServeFile lets a file out that came from elsewhere: it is kept, never shown, runs nowhere, and is what it says and nothing else.
func ServeFile(w http.ResponseWriter, r *http.Request, f *strongroom.File, a chancery.Attachment) {
	name := cmp.Or(f.Name, a.ID)
	h := w.Header()
	h.Set("Content-Type", a.Attach.Body.Media)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("ETag", `"`+a.Attach.Body.Commit+`"`)
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Now().Add(streamTime(f.Size))) // a recorder in a test has none
	http.ServeContent(w, r, "", time.Time{}, f)
	_ = out.SetWriteDeadline(time.Time{})
}

// fail answers a request that the library does not see.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := context.WithValue(r.Context(), languageKey{}, locale.Match(r.Header.Get("Accept-Language")))
	p := s.problem(ctx, err).(*Problem)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client has gone if this fails
}
