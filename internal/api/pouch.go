package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

// maxPouch bounds a pouch that comes in one request.
const maxPouch = 65 << 30

type packIn struct {
	InMechanism
	Party string `path:"party" doc:"Whom it is for"`
	Body  struct {
		Folder    string `json:"folder" doc:"Absolute path of a folder on the node's machine" maxLength:"4096"`
		Name      string `json:"name,omitempty" doc:"File name; one that says nothing if left out" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"`
		Size      int64  `json:"size,omitempty" minimum:"0" doc:"Largest size of a file in bytes; 0: one file"`
		SinceLast bool   `json:"since_last,omitempty" doc:"Leave out what earlier pouches carry that are on their way"`
		Without   bool   `json:"without_attachments,omitempty" doc:"Leave out the files of attachments"`
	}
}

type openIn struct {
	Body struct {
		Paths []string `json:"paths" doc:"Absolute paths of files and folders on the node's machine" minItems:"1" maxItems:"1000"`
	}
}

// pouches registers what members may know of pouches.
func (s *server) pouches(api huma.API) {
	get(s, api, "/mechanisms/{mechanism}/pouch", "pouch", "Pouches packed and opened, and what one to each party would hold now", func(ctx context.Context, in *InMechanism) (chancery.Pouches, error) {
		return with(ctx, s, *in, s.c.Pouches)
	})
}

// pouchOperations registers packing and opening on the node's own machine.
func (s *server) pouchOperations(api huma.API) {
	post(s, api, "/mechanisms/{mechanism}/pouch/{party}/pack", "pouch.pack", "Write a pouch to a party into a folder of this machine", func(ctx context.Context, in *packIn) ([]chancery.PouchFile, error) {
		mech, err := s.mech(ctx, in.InMechanism)
		if err != nil {
			return nil, err
		}
		defer s.carrying.begin()()
		return s.c.PackPouch(ctx, mech, in.Party, in.Body.Folder, in.Body.Name, chancery.PackOptions{MaxBytes: in.Body.Size, SinceLast: in.Body.SinceLast, WithoutAttachments: in.Body.Without, Progress: s.carrying.set})
	})
	post(s, api, "/pouch/open", "pouch.open", "Take in pouches that lie on this machine, of any mechanism", func(ctx context.Context, in *openIn) ([]chancery.PouchFile, error) {
		defer s.carrying.begin()()
		return s.c.OpenPouch(ctx, in.Body.Paths, chancery.OpenOptions{Progress: s.carrying.set})
	})
	get(s, api, "/pouch/progress", "pouch.progress", "How far a packing or opening that is going on has come, in bytes", func(context.Context, *struct{}) (advance, error) {
		return s.carrying.get(), nil
	})
}

// pouchStreams are pouches as bytes, which the library would hold in memory, and which no repeated request may hold either.
func (s *server) pouchStreams(mux *http.ServeMux) {
	mux.HandleFunc("POST /mechanisms/{mechanism}/pouch/{party}/stream", s.packStream)
	mux.HandleFunc("POST /mechanisms/{mechanism}/pouch", s.openStream)
}

func pouchStreamOperations() []*huma.Operation {
	binary := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	path := func(name string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return []*huma.Operation{
		{Method: http.MethodPost, Path: "/mechanisms/{mechanism}/pouch/{party}/stream", OperationID: "pouch.pack.stream", Summary: "Pack a pouch to a party and send it as the answer",
			Description: "For members on duty. The answer is one encrypted file of any size; one that ends early is refused by whoever opens it, and nothing is lost.",
			Parameters:  []*huma.Param{path("mechanism"), path("party"), {Name: "attachments", In: "query", Description: "false leaves out the files of attachments", Schema: &huma.Schema{Type: huma.TypeBoolean, Default: true}}},
			Responses:   map[string]*huma.Response{"200": {Description: "The pouch", Content: binary}}},
		{Method: http.MethodPost, Path: "/mechanisms/{mechanism}/pouch", OperationID: "pouch.open.stream", Summary: "Take in a pouch that is the request's body",
			Description: "For members on duty. The body is one encrypted file. What was taken in stays, also if the rest does not come; sending it again goes on.",
			Parameters:  []*huma.Param{path("mechanism")}, RequestBody: &huma.RequestBody{Required: true, Content: binary},
			Responses: map[string]*huma.Response{"200": {Description: "What was taken in", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}}},
	}
}

// onDuty is the mechanism of a stream's path, for whoever may carry its pouches.
func (s *server) onDuty(r *http.Request) (string, error) {
	mech, err := s.mech(r.Context(), InMechanism{Mechanism: r.PathValue("mechanism")})
	if err != nil || s.operator {
		return mech, err
	}
	member, err := memberOf(r.Context())
	if err != nil {
		return "", err
	}
	return mech, s.c.Carries(r.Context(), mech, member)
}

// answerRefused answers an operation that the library does not serve.
func (s *server) answerRefused(w http.ResponseWriter, r *http.Request, err error) {
	ctx := context.WithValue(r.Context(), languageKey{}, locale.Match(r.Header.Get("Accept-Language")))
	p := refusal.As(err)
	if problem, ok := s.problem(ctx, err).(*Problem); ok {
		p = &refusal.Error{Kind: problem.Kind, Key: problem.Key, Params: problem.Params}
	}
	refuse(w, r, statuses[p.Kind], p)
}

func (s *server) packStream(w http.ResponseWriter, r *http.Request) {
	mech, err := s.onDuty(r)
	if err != nil {
		s.answerRefused(w, r, err)
		return
	}
	out := &begun{w: w}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="pouch.age"`)
	if _, err := s.c.PackParcel(r.Context(), mech, r.PathValue("party"), out, chancery.PackOptions{Via: chancery.ByPouch, WithoutAttachments: r.URL.Query().Get("attachments") == "false"}); err != nil {
		if out.yes {
			s.log.Warn("a pouch was not sent to its end", "error", err)
			panic(http.ErrAbortHandler) // the only way to tell the client that this is not the end
		}
		w.Header().Del("Content-Disposition")
		s.answerRefused(w, r, err)
	}
}

func (s *server) openStream(w http.ResponseWriter, r *http.Request) {
	mech, err := s.onDuty(r)
	if err != nil {
		s.answerRefused(w, r, err)
		return
	}
	p, err := s.c.OpenParcel(r.Context(), http.MaxBytesReader(w, r.Body, maxPouch), chancery.OpenOptions{Via: chancery.ByPouch, Mech: mech})
	if err != nil {
		s.answerRefused(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p) // the client has gone if this fails
}

// begun notices that an answer has begun.
type begun struct {
	w   io.Writer
	yes bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.w.Write(p)
}
