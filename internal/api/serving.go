package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// describedAt is where the description is, in its versions and spellings.
const describedAt = "/openapi"

// Serving is the handler for a node that serves for years. What only the description needs takes megabytes, most of it how answers look, and is made anew for whoever asks for the description.
func Serving(o Options) http.Handler {
	h, described := answers(o)
	undescribed(described.OpenAPI())
	return identify(o.Member, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, Base+describedAt) {
			whole, _ := answers(o)
			whole.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	}))
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
