package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/spans"
	"entente.example/refusal"
)

// describedAt is where the description is, in its versions and spellings.
const describedAt = "/openapi"

// spellings are how the description is written, by the ending of its address.
var spellings = map[string]struct {
	kind string
	of   func(*huma.OpenAPI) ([]byte, error)
}{
	".json":     {"application/openapi+json", func(d *huma.OpenAPI) ([]byte, error) { return json.Marshal(d) }},
	"-3.0.json": {"application/openapi+json", (*huma.OpenAPI).Downgrade},
	".yaml":     {"application/openapi+yaml", (*huma.OpenAPI).YAML},
	"-3.0.yaml": {"application/openapi+yaml", (*huma.OpenAPI).DowngradeYAML},
}

// Serving is the handler for a node that serves for years. What only the description needs takes megabytes, most of it how answers look, and half a second: it is made once for each spelling that somebody asks
// for, one at a time, and only what is said is kept.
func Serving(o Options) http.Handler {
	h, whole := answers(o)
	undescribed(whole.OpenAPI())
	d := &descriptions{packed: map[string][]byte{}, make: func() *huma.OpenAPI {
		_, whole := answers(o)
		return whole.OpenAPI()
	}}
	mux := http.NewServeMux()
	for ending := range spellings {
		mux.HandleFunc("GET "+Base+describedAt+ending, func(w http.ResponseWriter, r *http.Request) { d.say(w, r, ending) })
	}
	described := spans.Routed("", mux)
	return identify(o.Member, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, here := mux.Handler(r); here != "" {
			described.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	}))
}

// descriptions are those that somebody has asked for so far.
type descriptions struct {
	make func() *huma.OpenAPI

	mu     sync.Mutex
	packed map[string][]byte // by spelling
}

// say answers with one spelling.
func (d *descriptions) say(w http.ResponseWriter, r *http.Request, ending string) {
	packed, err := d.spelt(ending)
	var z *gzip.Reader
	if err == nil {
		z, err = gzip.NewReader(bytes.NewReader(packed))
	}
	if err != nil {
		refuse(w, r, http.StatusInternalServerError, refusal.As(err))
		return
	}
	w.Header().Set("Content-Type", spellings[ending].kind)
	_, _ = io.Copy(w, z) // the client has gone if this fails
}

// spelt is one spelling, packed. Whoever asks while one is made waits for it.
func (d *descriptions) spelt(ending string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b, ok := d.packed[ending]; ok {
		return b, nil
	}
	words, err := spellings[ending].of(d.make())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(words); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	d.packed[ending] = bytes.Clone(out.Bytes())
	return d.packed[ending], nil
}

// undescribed lets go of everything but what requests are held against.
func undescribed(d *huma.OpenAPI) {
	needed := map[string]bool{}
	for _, item := range d.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Options, item.Head, item.Patch, item.Trace} {
			if op != nil {
				op.Responses = nil
				checks(d.Components.Schemas, op, needed)
			}
		}
	}
	all := d.Components.Schemas.Map()
	for name := range all {
		if !needed[name] {
			delete(all, name)
		}
	}
	d.Paths = nil
}

// checks notes the schemas that an operation holds requests against, by name.
func checks(all huma.Registry, op *huma.Operation, needed map[string]bool) {
	for _, p := range op.Parameters {
		named(all, p.Schema, needed)
	}
	if op.RequestBody == nil {
		return
	}
	for _, m := range op.RequestBody.Content {
		if op.SkipValidateBody {
			m.Schema = nil
		}
		named(all, m.Schema, needed)
	}
}

// named notes the names of all schemas that one refers to, and that those refer to.
func named(all huma.Registry, s *huma.Schema, needed map[string]bool) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		if !needed[name] {
			needed[name] = true
			named(all, all.SchemaFromRef(s.Ref), needed)
		}
	}
	more, _ := s.AdditionalProperties.(*huma.Schema)
	for _, of := range [][]*huma.Schema{{s.Items, more, s.Not}, s.OneOf, s.AnyOf, s.AllOf} {
		for _, one := range of {
			named(all, one, needed)
		}
	}
	for _, one := range s.Properties {
		named(all, one, needed)
	}
}
