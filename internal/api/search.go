package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/chancery"
	"entente.example/internal/termfile"
	"entente.example/internal/text"
)

type searchIn struct {
	InMechanism
	Words  string `query:"q" required:"true" maxLength:"1000" doc:"Found inside other words, in any language; one character is enough"`
	Scope  string `query:"scope" doc:"agreed: the adopted texts, as sealed; record: everything on the record" enum:"agreed,record" default:"agreed"`
	Kind   string `query:"kind" maxLength:"40" doc:"Only in matters of this kind: text, concern, meeting, …; none: in all"`
	Before int64  `query:"before" minimum:"0" doc:"Only what is older than the passage of this number"`
	Limit  int    `query:"limit" minimum:"0" maximum:"100"`
}

// searches registers the agreed language, the search of the record, and what translators take away.
func (s *server) searches(api huma.API) {
	get(s, api, "/mechanisms/{mechanism}/search", "search", "Passages that hold some words, with their other languages, newest first", func(ctx context.Context, in *searchIn) (chancery.Found, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.Found, error) {
			return s.c.Search(ctx, mech, chancery.SearchQuery{Scope: in.Scope, Words: in.Words, Kind: in.Kind, Before: in.Before, Limit: in.Limit})
		})
	})
	get(s, api, textPath+"precedents", "text.precedents", "Agreed passages that resemble a wording on the table, the likest first", s.precedents)
	get(s, api, "/mechanisms/{mechanism}/glossary-file", "glossary.file", "The glossary, for translators' tools (tbx) or as a table (csv), or the adopted texts beside each other (tmx)", func(ctx context.Context, in *glossaryFileIn) (glossaryFile, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (glossaryFile, error) {
			b, err := s.c.GlossaryFile(ctx, mech, in.Format)
			return glossaryFile{string(b)}, err
		})
	})
	compare := huma.Operation{Method: http.MethodPost, Path: "/mechanisms/{mechanism}/glossary-file/compare", OperationID: "glossary.compare", Summary: "What a file has beside the glossary. Nothing is changed",
		Description:  "The body is TBX-Basic or TBX-Core, or a table (CSV) with a heading for each language, in UTF-8. A file is taken whole or refused, with the line at which it stopped.",
		MaxBodyBytes: termfile.MaxFile + 1, SkipValidateBody: true, Parameters: []*huma.Param{repeatParam}}
	register(s, api, compare, func(ctx context.Context, in *termFileIn) (*termfile.Comparison, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (*termfile.Comparison, error) {
			return s.c.CompareTerms(ctx, mech, in.RawBody)
		})
	})
	take := huma.Operation{Method: http.MethodPost, Path: "/mechanisms/{mechanism}/glossary-file/take", OperationID: "glossary.take", Summary: "Propose, concur in or record as our own what was chosen of a comparison, each by the act that does it for one entry",
		Description: "All of it is compared again first; if the glossary has moved since, nothing is done.", MaxBodyBytes: 2 * termfile.MaxFile, Parameters: []*huma.Param{repeatParam}}
	register(s, api, take, func(ctx context.Context, in *chosenTermsIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.TakeTerms(ctx, mech, member, in.Body)
		if held, _ := wrote(p, err); held.Held != "" {
			return posted{Posted: append(held.Posted, p...), Held: held.Held}, nil
		}
		return posted{Posted: p}, err
	})
}

// termFileIn is a glossary in a file; its first bytes say in which format.
type termFileIn struct {
	InMechanism
	RawBody []byte `contentType:"application/octet-stream"`
}

type chosenTermsIn struct {
	InMechanism
	Body termfile.Chosen
}

type precedentsIn struct {
	InText
	Paragraph text.ParaID    `query:"paragraph" required:"true" doc:"Id of the paragraph"`
	Wording   text.WordingID `query:"wording" doc:"One of its wordings; none: the one that the parties look at first"`
	In        string         `query:"in" doc:"Another mechanism to look in; none: the text's own"`
}

// precedents looks for agreed language in the text's mechanism, or in another one to which whoever asks is admitted as well.
func (s *server) precedents(ctx context.Context, in *precedentsIn) (chancery.Precedents, error) {
	mech, err := s.mech(ctx, in.InMechanism)
	if err != nil {
		return chancery.Precedents{}, err
	}
	where, not := mech, "text/"+in.Text
	if in.In != "" {
		if where, err = s.mech(ctx, InMechanism{Mechanism: in.In}); err != nil {
			return chancery.Precedents{}, err
		}
	}
	if where != mech {
		not = ""
	}
	words, err := s.c.WordsOf(ctx, mech, in.Text, in.Paragraph, in.Wording)
	if err != nil {
		return chancery.Precedents{}, err
	}
	return s.c.Precedents(ctx, where, words, not)
}

type glossaryFileIn struct {
	InMechanism
	Format string `query:"format" required:"true" enum:"tbx,tmx,csv" doc:"tbx: ISO 30042, the glossary with each party's own words; csv: the same as a table (RFC 4180), a column for each language; tmx: TMX 1.4b, every adopted passage in its languages"`
}

type glossaryFile struct {
	File string `json:"file" doc:"XML, or a table"`
}
