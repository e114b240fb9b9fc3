// Package api owns the JSON face: every act and every reading of the chancery over HTTP, described by OpenAPI 3.1.
//
// Rules of this face. One operation, one act of the chancery; nothing is decided here. Errors are RFC 9457 problems that name a message key and never repeat what was sent. Who acts is
// known before a handler runs: on the node's socket the operator names the member, on the members' site the session does. Streams and downloads stay outside the description.
package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"

	"entente.example/internal/aside"
	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/replies"
	"entente.example/internal/spans"
	"entente.example/internal/subscribers"
	"entente.example/internal/table"
	"entente.example/lang"
	"entente.example/refusal"
)

// Version of the API, in its path and its description.
const (
	Version = "1"
	Base    = "/api/v1"
	// maxBody bounds a request; a draft's file has its own bound.
	maxBody = 4 << 20
)

// Options are what the API is made of.
type Options struct {
	Chancery    *chancery.Chancery // nil only for writing the description
	Desk        *aside.Desk        // papers off the record; nil only for writing the description
	Ours        *backroom.Store    // what our side says to itself; nil only for writing the description
	Replies     *replies.Store     // what readers wrote to the press room; nil if there is none
	Subscribers *subscribers.Store // whom the press room writes to; nil if to nobody
	// Handover is the pack for a member's successor, by file name.
	Handover func(ctx context.Context, member, mech string, tag lang.Tag) (map[string][]byte, error)
	// Lists is a list of a mechanism as a table.
	Lists func(ctx context.Context, member, mech, name string) (table.Table, error)
	// Forget erases everything that was written to the press room under an e-mail address, and what was to be sent to it, and says how much that was.
	Forget func(ctx context.Context, mech, email string) (int64, error)
	// PressFiles is the whole press room as files, under a public address.
	PressFiles func(ctx context.Context, url string) (map[string][]byte, error)
	// PressPreview is the press room as files with a text that is not public yet, for press officers.
	PressPreview func(ctx context.Context, mech, member, text string) (map[string][]byte, error)
	// Member says who acts. ok false: nobody is signed in. It is the operator's header on the socket, the session on the members' site.
	Member func(*http.Request) (member string, ok bool)
	// Still says whether the request's session goes on, without counting as its use; nil: there is none that could end. Long streams ask it.
	Still func(*http.Request) bool
	// Fresh refuses the use of our keys to a session whose member has to be recognised anew; nil: none has.
	Fresh     func(*http.Request) error
	Heartbeat time.Duration // between two looks at Still; 15 seconds
	// Operator adds what only the node's operator may do: founding, sign-in links, verification. Others see the mechanisms in which they have a mandate.
	Operator bool
	Log      *slog.Logger
	Rand     io.Reader        // for the ids of internal errors
	Now      func() time.Time // for how long an answer is kept for a repeated request
}

type server struct {
	c         *chancery.Chancery
	replies   *replies.Store
	forget    func(ctx context.Context, mech, email string) (int64, error)
	handover  func(ctx context.Context, member, mech string, tag lang.Tag) (map[string][]byte, error)
	lists     func(ctx context.Context, member, mech, name string) (table.Table, error)
	operator  bool
	still     func(*http.Request) bool
	heartbeat time.Duration
	log       *slog.Logger
	rand      io.Reader
	verifying progress
	carrying  progress // pouches
	keyed     []string // paths at which our keys sign
}

type memberKey struct{}

// New makes the handler and its description.
func New(o Options) (http.Handler, huma.API) {
	h, api := answers(o)
	return identify(o.Member, h), api
}

// answers is the handler for who is known already.
func answers(o Options) (http.Handler, huma.API) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = heartbeat
	}
	if o.Still == nil {
		o.Still = func(*http.Request) bool { return true }
	}
	s := &server{c: o.Chancery, replies: o.Replies, forget: o.Forget, handover: o.Handover, lists: o.Lists, operator: o.Operator, still: o.Still, heartbeat: o.Heartbeat, log: o.Log, rand: o.Rand}
	cfg := huma.DefaultConfig("Entente", Version)
	cfg.Info.Description = description
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath, cfg.CreateHooks = describedAt, "", "", nil
	// What a request says is read once and strictly: no name twice, none in other letters, no broken text.
	strict := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v, json.RejectUnknownMembers(true)) }}
	cfg.Formats = map[string]huma.Format{"application/json": strict, "json": strict}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Servers = []*huma.Server{{URL: Base}}
	ownErrors()
	mux := http.NewServeMux()
	api := humago.New(mux, cfg)
	api.UseMiddleware(language)
	s.reads(api)
	s.dialogueReads(api)
	s.guests(api)
	s.searches(api)
	s.sealings(api)
	s.petitions(api)
	s.acts(api)
	s.papers(api, o.Desk)
	s.ours(api, o.Ours)
	s.digests(api)
	s.meetingMails(api)
	s.traces(api)
	s.press(api, o.Replies, o.Subscribers)
	s.hotlines(api)
	s.pouches(api)
	s.attachments(api)
	previewOperation(s, api, o.PressPreview)
	if o.Operator {
		s.operations(api)
		s.settlements(api)
		s.pouchOperations(api)
		pressOperation(s, api, o.PressFiles)
	}
	api.OpenAPI().AddOperation(eventsOperation())
	for _, op := range pouchStreamOperations() {
		api.OpenAPI().AddOperation(op)
	}
	for _, op := range logOperations() {
		api.OpenAPI().AddOperation(op)
	}
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /mechanisms/{mechanism}/lines/{line}/history.csv", s.historyTable)
	whole := http.NewServeMux()
	rest := newRepeats(o.Now, o.Rand).once(known(mux))
	whole.Handle("/", rest)
	for _, path := range s.keyed {
		whole.Handle("POST "+path, fresh(o.Fresh, rest))
	}
	s.pouchStreams(whole)
	s.fileStreams(whole)
	s.logFiles(whole)
	return http.StripPrefix(Base, spans.Routed(Base, whole)), api
}

const description = "One party's node: mechanisms, texts, seals and the record. On the node's socket the header Entente-Member names the acting member; on the members' address the session does. " +
	"Errors are RFC 9457 problems; their sentence is in the language of Accept-Language. A POST may carry an Idempotency-Key: the same request with the same key is carried out once, as long as the node is not started anew: after that, look at the log before you repeat it."

// fresh lets only those use our keys who were recognised lately enough.
func fresh(look func(*http.Request) error, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if look != nil {
			if err := look(r); err != nil {
				refuse(w, r, http.StatusForbidden, refusal.As(err))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// known refuses what is no operation in the same form as everything else.
func known(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			refuse(w, r, http.StatusNotFound, refusal.New(refusal.Missing, "api.no_operation"))
			return
		}
		spans.Routed(Base, mux).ServeHTTP(w, r)
	})
}

// schemaName names a type with its package, so that a text's state and a meeting's are two.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if in, ok := strings.CutPrefix(t.PkgPath(), "entente.example/internal/"); ok && t.Name() != "" && in != "api" && in != "chancery" {
		name = strings.ToUpper(in[:1]) + in[1:] + name
	}
	return name
}

// identify answers who acts before anything else is looked at.
func identify(member func(*http.Request) (string, bool), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if member == nil {
			http.Error(w, "nobody may ask", http.StatusForbidden)
			return
		}
		m, ok := member(r)
		if !ok {
			refuse(w, r, http.StatusUnauthorized, refusal.New(refusal.Denied, "api.sign_in"))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), memberKey{}, m)))
	})
}

// memberOf is who acts; a refusal if an act needs somebody and nobody was named.
func memberOf(ctx context.Context) (string, error) {
	m, _ := ctx.Value(memberKey{}).(string)
	if m == "" {
		return "", refusal.New(refusal.Invalid, "api.no_member")
	}
	return m, nil
}

func (s *server) errorID() string {
	var b [6]byte
	if _, err := io.ReadFull(s.rand, b[:]); err != nil {
		return "-"
	}
	return hex.EncodeToString(b[:])
}

// answer is a JSON answer.
type answer struct{ Body any }

// InMechanism is the path of everything in a mechanism.
type InMechanism struct {
	Mechanism string `path:"mechanism" doc:"Short name, or at least four digits of the id; '-' for the only one"`
}

func (s *server) mech(ctx context.Context, in InMechanism) (string, error) {
	ref := in.Mechanism
	if ref == "-" {
		ref = ""
	}
	mech, err := s.c.Mechanism(ctx, ref)
	if err != nil {
		return "", err
	}
	return mech, s.admitted(ctx, mech)
}

// get registers a reading.
func get[I, O any](s *server, api huma.API, path, id, summary string, f func(context.Context, *I) (O, error)) {
	register(s, api, huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Summary: summary}, f)
}

// post registers an act.
func post[I, O any](s *server, api huma.API, path, id, summary string, f func(context.Context, *I) (O, error)) {
	if usesKeys(reflect.TypeFor[I]()) {
		s.keyed = append(s.keyed, path)
	}
	register(s, api, huma.Operation{Method: http.MethodPost, Path: path, OperationID: id, Summary: summary, MaxBodyBytes: maxBody, Parameters: []*huma.Param{repeatParam}}, f)
}

// usesKeys reports whether a request opens our keys, or brings what they signed.
func usesKeys(request reflect.Type) bool {
	body, there := request.FieldByName("Body")
	if !there || body.Type.Kind() != reflect.Struct {
		return false
	}
	_, opens := body.Type.FieldByName("Passphrases")
	_, brings := body.Type.FieldByName("Signatures")
	return opens || brings
}

// register hands the library what the answer looks like and an answer of no type: huma.Register is compiled anew for each pair of types, and that of our pairs took longer than everything else in this package.
func register[I, O any](s *server, api huma.API, op huma.Operation, f func(context.Context, *I) (O, error)) {
	op.Errors = []int{400, 403, 404, 409, 422, 503}
	looks := huma.SchemaFromField(api.OpenAPI().Components.Schemas, reflect.StructField{Name: "Body", Type: reflect.TypeFor[O]()}, op.OperationID+"Response")
	op.Responses = map[string]*huma.Response{"200": {Content: map[string]*huma.MediaType{"application/json": {Schema: looks}}}}
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &answer{out}, nil
	})
}
