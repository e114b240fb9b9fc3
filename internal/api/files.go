package api

import (
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/filing"
	"entente.example/internal/markup"
	"entente.example/internal/redline"
	"entente.example/internal/table"
	"entente.example/internal/text"
	"entente.example/lang"
)

type textFileIn struct {
	InText
	Format   string   `query:"format" required:"true" enum:"json,md,docx,akn" doc:"json: everything, for programs; md: Markdown, one file per language; docx: for office programs, a column for each language; akn: Akoma Ntoso 1.0, one document per language, to read only"`
	Language lang.Tag `query:"language" doc:"Only this language; without it, md and akn are a ZIP of all of them"`
}

type pdfIn struct {
	InText
	Side string `query:"side" doc:"Whose signing copy; the archive copy without it"`
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

type commentIn struct {
	InText
	Body struct {
		Paragraph text.ParaID `json:"paragraph" doc:"Id of the paragraph"`
		Text      lang.Text   `json:"text" doc:"What is said, by language"`
	}
}

type momentsIn struct {
	InText
	From     string     `query:"from" doc:"Where to begin: tabled, a day, an instant, the symbol of a document, or the id of an entry; without it, the draft as it was tabled"`
	To       string     `query:"to" doc:"Likewise, or with: and the id of an entry, which is the text today with what it proposes; without it, the text as it stands"`
	Language []lang.Tag `query:"language" doc:"Only these languages"`

	Characters bool `query:"characters" doc:"Mark characters in every language, where a word is marked otherwise"`
}

const textPath = "/mechanisms/{mechanism}/texts/{text}/"

// draftForms is what a file that is sent may be.
const draftForms = "The body is one file: JSON, .docx, Markdown in one language, or a ZIP of Markdown files in several. Changes that a .docx tracks are read as what stood before, what stands now, and who changed it."

// files registers how texts come in from files and go out as files.
func (s *server) files(api huma.API) {
	op := huma.Operation{Method: http.MethodGet, Path: textPath + "file", OperationID: "text.file", Summary: "A text as it stands as a file: brackets, alternatives, authors",
		Errors: []int{400, 403, 404}, Responses: map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}
	sendFile(s, api, op, func(ctx context.Context, in *textFileIn) (filing.File, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (filing.File, error) {
			return s.c.TextFile(ctx, mech, in.Text, in.Format, in.Language)
		})
	})
	op.Path, op.OperationID, op.Summary = textPath+"pdf", "text.pdf", "A text on paper, as PDF: the copy that a side signs, in the alternat's order, or the archive copy of an adopted text with its proof inside"
	op.Errors = []int{400, 403, 404, 409, 503}
	sendFile(s, api, op, func(ctx context.Context, in *pdfIn) (filing.File, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (filing.File, error) {
			return s.c.TextPDF(ctx, mech, in.Text, in.Side)
		})
	})
	get(s, api, textPath+"compare", "text.changes", "What has changed in a text between two moments: paragraphs that came, went or moved, and words, marked by word or, where a script has no spaces, by character", func(ctx context.Context, in *momentsIn) (*redline.Comparison, error) {
		mech, err := s.mech(ctx, in.InMechanism)
		if err != nil {
			return nil, err
		}
		return s.c.CompareText(ctx, mech, in.Text, in.From, in.To, in.Language, in.Characters)
	})
	register(s, api, fileOperation("table", "Table a draft of any size from a file; its alternatives and brackets follow as our proposals"), s.table)
	register(s, api, fileOperation("compare", "Say what a file has beside the text as it stands. Nothing is changed"), s.compareFile)
	post(s, api, textPath+"comment", "text.comment", "Comment on a paragraph to all parties, in the thread about it; the first comment begins that thread. It binds nobody", func(ctx context.Context, in *commentIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Comment(ctx, mech, member, in.Text, in.Body.Paragraph, in.Body.Text)
		return wrote(p, err)
	})
	post(s, api, textPath+"amend", "text.amend", "Propose what was chosen of a comparison: wordings beside what stands, brackets, language versions; comments in a thread", func(ctx context.Context, in *chosenIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.ProposeChosen(ctx, mech, member, in.Text, in.Body)
		return wrote(p, err)
	})
}

type listIn struct {
	InMechanism
	List string `path:"list" doc:"concerns, commitments, texts, awaiting and so on: what the path of the list in JSON ends with, or timeline, documents, awaiting, checks, attachments, delegations, record, and our side's own: our-notes, our-tasks, our-clearances, our-asked"`
}

// tables registers every list as a table.
func (s *server) tables(api huma.API) {
	op := huma.Operation{Method: http.MethodGet, Path: "/mechanisms/{mechanism}/lists/{list}", OperationID: "list", Summary: "A list as a table for spreadsheet programs (RFC 4180), its headings in the language of Accept-Language, ids and days as the record has them",
		Errors: []int{403, 404}, Responses: map[string]*huma.Response{"200": {Description: "The table", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}}}
	sendFile(s, api, op, func(ctx context.Context, in *listIn) (filing.File, error) {
		mech, err := s.mech(ctx, in.InMechanism)
		if err != nil {
			return filing.File{}, err
		}
		member, _ := ctx.Value(memberKey{}).(string)
		t, err := s.lists(ctx, member, mech, in.List)
		return filing.File{Name: t.Name + ".csv", Media: table.Media, Body: t.CSV(languageOf(ctx))}, err
	})
}

// sendFile registers an operation that answers with a file.
func sendFile[I any](s *server, api huma.API, op huma.Operation, make func(context.Context, *I) (filing.File, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*fileAnswer, error) {
		f, err := make(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &fileAnswer{f.Media, mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}), f.Body}, nil
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
	p, err := s.c.TableFiles(ctx, mech, member, in.Text, false, in.RawBody)
	return wrote(p, err)
}

func (s *server) compareFile(ctx context.Context, in *uploadIn) (*markup.Comparison, error) {
	return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (*markup.Comparison, error) {
		return s.c.CompareFiles(ctx, mech, in.Text, in.RawBody)
	})
}
