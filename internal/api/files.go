package api

import (
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/markup"
	"entente.example/internal/redline"
	"entente.example/lang"
)

type textFileIn struct {
	InText
	Format   string   `query:"format" required:"true" enum:"json,md,docx,akn" doc:"json: everything, for programs; md: Markdown, one file per language; docx: for office programs, a column for each language; akn: Akoma Ntoso 1.0, one document per language, to read only"`
	Language lang.Tag `query:"language" doc:"Only this language; without it, md and akn are a ZIP of all of them"`
}

// fileAnswer is a file.
type fileAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// uploadIn is a file in one of the formats; its first bytes say which.
type uploadIn struct {
	InText
	RawBody []byte `contentType:"application/octet-stream"`
}

type chosenIn struct {
	InText
	Body markup.Chosen
}

type momentsIn struct {
	InText
	From     string     `query:"from" doc:"Where to begin: tabled, a day, an instant, the symbol of a document, or the id of an entry; without it, the draft as it was tabled"`
	To       string     `query:"to" doc:"Likewise, or with: and the id of an entry, which is the text today with what it proposes; without it, the text as it stands"`
	Language []lang.Tag `query:"language" doc:"Only these languages"`
}

const textPath = "/mechanisms/{mechanism}/texts/{text}/"

// draftForms is what a file that is sent may be.
const draftForms = "The body is one file: JSON, .docx, Markdown in one language, or a ZIP of Markdown files in several. Changes that a .docx tracks are read as what stood before, what stands now, and who changed it."

// files registers how texts come in from files and go out as files.
func (s *server) files(api huma.API) {
	op := huma.Operation{Method: http.MethodGet, Path: textPath + "file", OperationID: "text.file", Summary: "A text as it stands as a file: brackets, alternatives, authors",
		Errors: []int{400, 403, 404}, Responses: map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}
	huma.Register(api, op, func(ctx context.Context, in *textFileIn) (*fileAnswer, error) {
		mech, err := s.mech(ctx, in.InMechanism)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		f, err := s.c.TextFile(ctx, mech, in.Text, in.Format, in.Language)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &fileAnswer{f.Media, mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), f.Body}, nil
	})
	get(s, api, textPath+"compare", "text.changes", "What has changed in a text between two moments: paragraphs that came, went or moved, and words, marked by word or, where a script has no spaces, by character", func(ctx context.Context, in *momentsIn) (*redline.Comparison, error) {
		mech, err := s.mech(ctx, in.InMechanism)
		if err != nil {
			return nil, err
		}
		return s.c.CompareText(ctx, mech, in.Text, in.From, in.To, in.Language)
	})
	register(s, api, fileOperation("table", "Table a draft of any size from a file; its alternatives and brackets follow as our proposals"), s.table)
	register(s, api, fileOperation("compare", "Say what a file has beside the text as it stands. Nothing is changed"), s.compareFile)
	post(s, api, textPath+"amend", "text.amend", "Propose what was chosen of a comparison: wordings beside what stands, brackets, language versions; comments in a thread", func(ctx context.Context, in *chosenIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.ProposeChosen(ctx, mech, member, in.Text, in.Body)
		return wrote(p, err)
	})
}

func fileOperation(name, summary string) huma.Operation {
	return huma.Operation{Method: http.MethodPost, Path: textPath + name, OperationID: "text." + name, Summary: summary, Description: draftForms,
		MaxBodyBytes: markup.MaxFile, SkipValidateBody: true, Parameters: []*huma.Param{repeatParam}}
}

func (s *server) table(ctx context.Context, in *uploadIn) (posted, error) {
	mech, member, err := s.who(ctx, in.InMechanism)
	if err != nil {
		return posted{}, err
	}
	p, err := s.c.TableFiles(ctx, mech, member, in.Text, in.RawBody)
	return wrote(p, err)
}

func (s *server) compareFile(ctx context.Context, in *uploadIn) (*markup.Comparison, error) {
	return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (*markup.Comparison, error) {
		return s.c.CompareFiles(ctx, mech, in.Text, in.RawBody)
	})
}
