package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/conversation"
	"entente.example/internal/filing"
	"entente.example/internal/markup"
	"entente.example/internal/redline"
	"entente.example/internal/staff"
	"entente.example/internal/table"
	"entente.example/internal/termfile"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/internal/workdays"
	"entente.example/lang"
	"entente.example/refusal"
)

// source is a house with one mechanism, which only members of cedar may see.
type source struct {
	entryOf     string     // the matter of every entry, in place of the usual one
	boardBreaks bool       // whoever asks for the situation board breaks
	lineRests   bool       // no call is due on the line
	table       *view.Text // in place of the usual one
	g           *gallery
	mu          sync.Mutex
	acts        []entry.Body
	read        text.Known // what the author of the last of them had read
	sealings    []sealed
	ours        []view.OursAct
	again       func(*view.Matter) // what forms begin with
	beside      bool               // our side has written something about everything
	refuse      error
	changes     chan []string
	told        int64
	uploaded    []string
	preview     view.PressPreview
	pressed     view.PressAct // the last deed at the press desk
	chosen      termfile.Chosen
}

func (s *source) knows(member, ref string) error {
	if !strings.HasPrefix(member, "cedar-") || ref != "valley" {
		return refusal.New(refusal.Missing, "web.no_page")
	}
	return nil
}

func (s *source) Mechanisms(_ context.Context, member string, _ view.At) (view.Home, error) {
	if s.knows(member, "valley") != nil {
		return view.Home{Member: member}, nil
	}
	return view.Home{Member: member, Awaits: s.g.awaits()}, nil
}

func (s *source) Mechanism(_ context.Context, member, ref string, at view.At) (view.Mechanism, error) {
	return s.g.mechanism(), s.knows(member, ref)
}

func (s *source) Text(_ context.Context, member, ref, id string) (view.Text, error) {
	if id != "js-9" {
		return view.Text{}, refusal.New(refusal.Missing, "web.no_page")
	}
	t := s.g.text()
	if s.table != nil {
		t = *s.table
	}
	if s.beside {
		t.Ours = s.g.ours().OursOn
	}
	return t, s.knows(member, ref)
}

// Foundation implements Source.
func (s *source) Foundation(_ context.Context, member, ref string) (view.Foundation, error) {
	m := s.g.mechanism()
	out := view.Foundation{Chrome: m.Chrome, Sides: m.Sides, Founded: m.Founded, Languages: m.Languages, Drafting: m.Drafting, Rules: m.Rules, Fingerprint: m.Fingerprint, Documents: m.Documents,
		Witnesses: []view.MatterRow{{ID: "w-1", Title: lang.Text{"en": "University of Eastbridge"}, Status: "witness_agreed"}}, Place: &view.Membership{}}
	for _, p := range s.g.parties {
		out.Parties = append(out.Parties, view.Member{Party: p, Sealed: view.Voice{ID: string(p.ID) + "-1", At: galleryNow}, Keys: 3, Threshold: 2,
			Mandates: []charter.Mandate{{Member: string(p.ID) + "-hod", Roles: []charter.Role{"head"}, Title: lang.Text{"en": "International Department"}, From: "2024-01-01"}}})
	}
	out.Amended = []view.Amendment{{Voice: view.Voice{ID: "cedar-5", Party: s.g.parties[0], Member: "cedar-sec", Key: "act.membership.rename", Day: "2024-09-01", At: galleryNow, Text: lang.Text{"en": "By its congress."}}, Decided: "name-1"}}
	for _, series := range m.Series {
		if out.Breaks = series.Breaks; series.Main {
			break
		}
	}
	return out, s.knows(member, ref)
}

// Citable implements Source: a document with two principles, and an adopted text.
func (s *source) Citable(context.Context, string, string, string) (view.Citable, error) {
	d := s.g.Documents[0]
	return view.Citable{Documents: []view.CitableDocument{{Document: view.Document{ID: d.ID, Date: d.Date, Titles: everybodys(d.Titles)}, Principles: []lang.Text{{"en": "The channel stays open."}, {}}}},
		Texts: []view.CitableText{{ID: "js-8", Title: lang.Text{"en": "Eighth Joint Statement", "zh-Hans": "第八次联合声明"}, Symbol: "VALLEY/8/JS", Paragraphs: []view.CitableParagraph{{ID: "5", Label: "5", Begins: lang.Text{"en": "The parties measure together…"}}}}}}, nil
}

func (s *source) Matters(_ context.Context, member, ref, kind string, at view.At) (view.Matters, error) {
	return s.g.matters(kind), s.knows(member, ref)
}

func (s *source) Matter(_ context.Context, member, ref, kind, id string, at view.At) (view.Matter, error) {
	if id != "x-1" {
		return view.Matter{}, refusal.New(refusal.Missing, "dialogue.unknown", "matter", kind+"/"+id)
	}
	m := s.g.matter(kind)
	if s.again != nil {
		s.again(&m)
	}
	if s.beside {
		m.Ours = s.g.ours().OursOn
	}
	return m, s.knows(member, ref)
}

func (s *source) Search(_ context.Context, member, ref string, ask view.Ask) (view.Found, error) {
	if err := s.knows(member, ref); err != nil {
		return view.Found{}, err
	}
	return s.g.found(ask)
}

func (s *source) SearchAll(_ context.Context, member string, ask view.Ask) ([]view.Found, error) {
	if s.knows(member, "valley") != nil {
		return nil, nil
	}
	f, err := s.g.found(ask)
	return []view.Found{f}, err
}

func (s *source) Workdays(_ context.Context, _, _, from string, n int) (view.Workdays, error) {
	if n < 1 {
		return view.Workdays{}, refusal.New(refusal.Invalid, "holidays.count", "limit", "250")
	}
	return view.Workdays{Counted: workdays.Counted{From: from, Days: n, Due: "2025-10-06", Undeclared: []string{"birch.2025"}}, Left: []view.LeftOut{{Day: "2025-10-04", Parties: s.g.parties}}}, nil
}

func (s *source) Invitation(_ context.Context, member, ref, id string, _ lang.Tag, in Invite) ([]byte, error) {
	if in.Organizer == "" || s.refuse != nil {
		return nil, refusal.New(refusal.Invalid, "calendar.bad_address", "address", in.Organizer)
	}
	return []byte(strings.Join(append([]string{member, ref, id, in.Organizer, in.Offer}, in.Attendees...), " ")), nil
}

func (s *source) Replies(_ context.Context, member, ref string, files ...[]byte) ([]view.OurGuest, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	return []view.OurGuest{{Meeting: "main.10", Who: string(files[0]), Asked: true, Says: "declined", Outdone: true, Sender: "office@example.org"}}, s.knows(member, ref)
}

func (s *source) Calendar(_ context.Context, member, ref string, tag lang.Tag) ([]byte, error) {
	if strings.HasPrefix(ref, "7f3a") { // the id of the mechanism, as an address keeps it
		ref = "valley"
	}
	return []byte("BEGIN:VCALENDAR " + tag), s.knows(member, ref)
}

func (s *source) GlossaryFile(_ context.Context, member, ref, format string) ([]byte, error) {
	return []byte("<" + format + "/>"), s.knows(member, ref)
}

func (s *source) CompareTerms(_ context.Context, member, ref string, file []byte) (*termfile.Comparison, error) {
	f, err := termfile.Read(file)
	if err != nil {
		return nil, err
	}
	return besideGallery(f), s.knows(member, ref)
}

func (s *source) TakeTerms(_ context.Context, member, ref string, chosen termfile.Chosen) error {
	s.chosen = chosen
	return cmp.Or(s.refuse, s.knows(member, ref))
}

func (s *source) List(_ context.Context, member, ref, name string) (table.Table, error) {
	if name != "texts" {
		return table.Table{}, refusal.New(refusal.Missing, "table.no_list", "list", name)
	}
	return table.Table{Name: name, Columns: []table.Value{{Key: "table.id"}}, Rows: [][]table.Cell{{table.Line("=js-9")}}}, s.knows(member, ref)
}

func (s *source) TextPDF(_ context.Context, member, ref, id, side string) (filing.File, error) {
	return filing.File{Name: id + "." + side + ".pdf", Media: "application/pdf", Body: []byte("%PDF-")}, s.knows(member, ref)
}

func (s *source) TextProof(_ context.Context, member, ref, id string) (filing.File, error) {
	return filing.File{Name: id + ".proof.zip", Media: "application/zip", Body: []byte("PK")}, s.knows(member, ref)
}

func (s *source) CompareNote(_ context.Context, member, ref, note string) (string, error) {
	if note == "" {
		return "", refusal.New(refusal.Invalid, "ledger.bad_note")
	}
	return "contradicts", s.knows(member, ref)
}

func (s *source) PackPapers(_ context.Context, member, ref, party string) (filing.File, error) {
	return filing.File{Name: party + ".zip", Media: "application/zip", Body: []byte("PK")}, s.knows(member, ref)
}

func (s *source) OpenPapers(_ context.Context, member, ref string, files ...[]byte) error {
	for _, f := range files {
		s.uploaded = append(s.uploaded, string(f))
	}
	return s.knows(member, ref)
}

func (s *source) TextFile(_ context.Context, member, ref, id, format string, tag lang.Tag) (filing.File, error) {
	return filing.File{Name: id + "." + string(tag) + "." + format, Media: "text/plain", Body: []byte("the file")}, s.knows(member, ref)
}

func (s *source) Precedents(_ context.Context, member, ref, id string, item text.Item, everywhere bool) ([]view.Precedents, error) {
	return s.g.precedents(everywhere), s.knows(member, ref)
}

func (s *source) CompareText(_ context.Context, _, _, _, from, to string, languages []lang.Tag, characters bool) (*redline.Comparison, error) {
	if from == "never" {
		return nil, refusal.New(refusal.Missing, "text.no_moment", "moment", from, "text", "js-9")
	}
	was := text.Reading{Title: lang.Text{"en": "Statement <b>"}, Paragraphs: []text.Read{{ID: "6", Label: "6", Text: lang.Text{"en": "Both sides <b> will talk.", "ja": "対話を維持する。"}}, {ID: "7", Label: "7", Text: lang.Text{"en": "As it was."}}}}
	is := text.Reading{Title: lang.Text{"en": "Joint statement <b>"}, Paragraphs: []text.Read{{ID: "6", Label: "6", Text: lang.Text{"en": "Both sides <b> should talk.", "ja": "対話を継続する。"}}, {ID: "7", Label: "7", Text: lang.Text{"en": "As it was."}}}}
	mark := redline.Words
	if characters {
		mark = redline.Letters
	}
	return redline.Compare(was, is, languages, mark), nil
}

func (s *source) CompareFiles(_ context.Context, member, ref, id string, files ...[]byte) (*markup.Comparison, error) {
	if err := s.knows(member, ref); err != nil {
		return nil, err
	}
	sheet, err := filing.Read(files...)
	if err != nil {
		return nil, err
	}
	p := sheet.Paragraphs[0]
	return &markup.Comparison{Text: id, Comments: []markup.Comment{{Paragraph: p.ID, Language: "en", Author: "Mori", Text: "Is this binding?"}}, Doubts: []markup.Doubt{{Language: "en", Looks: "ja"}}, Ignored: []string{"file.links"},
		Absent: []string{"9"}, Changes: []markup.Change{
			{Kind: markup.Reworded, Paragraph: p.ID, Of: "1", Label: "1 bis", Before: lang.Text{"en": "Both sides shall talk."}, After: lang.Text{"en": p.Wordings[0].Text["en"]}, From: []string{"Li <b>Wei</b>"}},
			{Kind: markup.Opened, Paragraph: p.ID, Label: "1", Stale: true, Bracket: &markup.Bracket{Where: "verb", Options: []text.BracketOption{{Text: lang.Text{"en": "talk"}}, {Text: lang.Text{"en": "meet"}}}}},
			{Kind: markup.Added, Label: "x", After: lang.Text{"en": "More."}, Place: &text.Place{After: "1"}, New: &text.NewParagraph{Kind: text.Operative}},
			{Kind: markup.Omitted, Paragraph: "1", Of: "1", Label: "1", Before: lang.Text{"en": "Both."}, Problem: refusal.New(refusal.Invalid, "text.no_wording", "paragraph", "1")}}}, nil
}

func (s *source) Comment(_ context.Context, member, ref, id string, paragraph text.ParaID, words lang.Text) error {
	if err := cmp.Or(s.knows(member, ref), s.refuse); err != nil {
		return err
	}
	s.acts = append(s.acts, conversation.Open{About: "text/" + id, Paragraph: string(paragraph)}, conversation.Say{Text: words})
	return nil
}

func (s *source) Amend(_ context.Context, member, ref, _ string, chosen markup.Chosen) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	if s.refuse != nil {
		return s.refuse
	}
	first, _ := markup.Bodies(chosen.Changes, chosen.Whole)
	s.acts = append(s.acts, first...)
	for _, k := range chosen.Comments {
		s.uploaded = append(s.uploaded, k.Text)
	}
	return nil
}

func (s *source) TableFiles(_ context.Context, member, ref, id string, _ bool, files ...[]byte) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	sheet, err := filing.Read(files...)
	if err == nil {
		s.uploaded = append(s.uploaded, id+" "+sheet.Paragraphs[0].Label)
	}
	return err
}

func (s *source) Record(_ context.Context, member, ref string, _ int64) (view.Record, error) {
	m := s.g.mechanism()
	return view.Record{Chrome: m.Chrome, Digest: m.Digest, Rows: s.g.rows()}, s.knows(member, ref)
}

func (s *source) Evidence(_ context.Context, member, ref, id string) ([]byte, error) {
	return []byte("evidence " + id), s.knows(member, ref)
}

func (s *source) Entry(_ context.Context, member, ref, id string) (view.Entry, error) {
	if id == "broken-1" {
		return view.Entry{}, io.ErrUnexpectedEOF // a fault of ours
	}
	if id != "cedar-4" {
		return view.Entry{}, refusal.New(refusal.Missing, "web.no_page")
	}
	e := view.Entry{Chrome: s.g.chrome(), Row: s.g.rows()[0]}
	if e.ID = id; s.entryOf != "" {
		e.Matter = s.entryOf
	}
	return e, s.knows(member, ref)
}

func (s *source) Act(_ context.Context, member, ref, _ string, bodies ...entry.Body) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return s.refuse
	}
	for _, b := range bodies {
		if h, is := b.(text.Having); is {
			b, s.read = h.Body, h.Read
		}
		s.acts = append(s.acts, b)
	}
	return nil
}

func (s *source) Sealing(_ context.Context, member, ref, id string) (view.Sealing, error) {
	if id != "js-9" {
		return view.Sealing{}, refusal.New(refusal.Conflict, "text.not_frozen", "text", id)
	}
	return s.g.sealing(), s.knows(member, ref)
}

// sealed is what the pages asked to have done on the sealing table.
type sealed struct {
	act, digest, reason string
	with                Signing
}

func (s *source) sealAct(member, ref string, a sealed) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return s.refuse
	}
	s.sealings = append(s.sealings, a)
	return nil
}

func (s *source) Freeze(_ context.Context, member, ref, _ string) error {
	return s.sealAct(member, ref, sealed{act: "freeze"})
}
func (s *source) Initial(_ context.Context, member, ref, _ string) error {
	return s.sealAct(member, ref, sealed{act: "initial"})
}
func (s *source) Seal(_ context.Context, member, ref, _, digest string, with Signing) error {
	return s.sealAct(member, ref, sealed{act: "seal", digest: digest, with: with})
}
func (s *source) Decline(_ context.Context, member, ref, _, reason string) error {
	return s.sealAct(member, ref, sealed{act: "decline", reason: reason})
}
func (s *source) Withdraw(_ context.Context, member, ref, _, reason string) error {
	return s.sealAct(member, ref, sealed{act: "withdraw", reason: reason})
}

func (s *source) Keys(_ context.Context, member, ref string) (view.Keys, error) {
	k := s.g.keys()
	k.Petition = nil
	return k, s.knows(member, ref)
}

func (s *source) Consent(_ context.Context, member, ref, text string, with Signing) error {
	if string(with.Passphrases["seal1"]) != "open sesame" {
		return refusal.New(refusal.Denied, "keys.passphrase")
	}
	return s.sealAct(member, ref, sealed{act: "consent", digest: text})
}

func (s *source) DropPetition(_ context.Context, member, ref, text string) error {
	return s.sealAct(member, ref, sealed{act: "set_aside", digest: text})
}

func (s *source) ReadPetition(_ context.Context, member, ref, block string) (view.Petition, error) {
	if block != "good" && block != "our own" {
		return view.Petition{}, refusal.New(refusal.Invalid, "party.other_petition", "party", "nobody")
	}
	asks := *s.g.keys().Petition
	asks.Ours = block == "our own"
	return asks, s.knows(member, ref)
}

func (s *source) Reseal(_ context.Context, member, ref, petition, consents string) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	if petition != "ours" || consents != "all" {
		return refusal.New(refusal.Unverified, "party.not_agreed", "party", "millstone")
	}
	return nil
}

func (s *source) Pouches(_ context.Context, member, ref string, _ view.At) (view.Pouches, error) {
	return s.g.pouches(), s.knows(member, ref)
}

func (s *source) PackPouch(_ context.Context, member, ref, party string, without bool, w io.Writer) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	if party != "millstone" {
		return refusal.New(refusal.Missing, "pouch.no_party", "party", party, "parties", "millstone")
	}
	_, err := io.WriteString(w, "sealed for "+party)
	return err
}

func (s *source) OpenPouch(_ context.Context, member, ref string, r io.Reader) ([]view.Earlier, error) {
	if err := s.knows(member, ref); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	switch string(b) {
	case "late":
		return []view.Earlier{{Party: "millstone", From: "millstone-8", To: "millstone-19"}}, nil
	case "good":
		return nil, nil
	}
	return nil, refusal.New(refusal.Unverified, "pouch.not_a_pouch")
}

func (s *source) Papers(_ context.Context, member, ref string, _ view.At) (view.Asides, error) {
	return s.g.asides(), s.knows(member, ref)
}
func (s *source) SendPaper(_ context.Context, member, ref, party, text string, keep time.Duration, by string) error {
	return s.sealAct(member, ref, sealed{act: "paper " + party + " " + keep.String() + " " + by, reason: text})
}
func (s *source) React(_ context.Context, member, ref, id, reaction, words string) error {
	return s.sealAct(member, ref, sealed{act: "react " + id + " " + reaction, reason: words})
}
func (s *source) WithdrawPaper(_ context.Context, member, ref, id string) error {
	return s.sealAct(member, ref, sealed{act: "withdraw " + id})
}
func (s *source) PaperDraft(_ context.Context, member, ref, id string) (string, error) {
	return "---\nlanguage: en\n---\n\n# A draft of " + id + "\n", s.knows(member, ref)
}
func (s *source) DropPaper(_ context.Context, member, ref, id string) error {
	return s.sealAct(member, ref, sealed{act: "drop " + id})
}

func (s *source) Ours(_ context.Context, member, ref string, _ view.At) (view.Ours, error) {
	return s.g.ours(), s.knows(member, ref)
}

func (s *source) Clearance(_ context.Context, member, ref, _ string) (view.ClearancePage, error) {
	return view.ClearancePage{Chrome: s.g.chrome(), Clearance: s.g.ours().Rounds[0]}, s.knows(member, ref)
}

func (s *source) HeldAct(_ context.Context, member, ref, _ string) (view.HeldPage, error) {
	return view.HeldPage{Chrome: s.g.chrome(), HeldAct: s.g.ours().Acts[0]}, s.knows(member, ref)
}

func (s *source) OnOurs(_ context.Context, member, ref string, do view.OursAct) (string, error) {
	if err := s.knows(member, ref); err != nil {
		return "", err
	}
	s.ours = append(s.ours, do)
	return "clearance-2", s.sealAct(member, ref, sealed{act: do.Do})
}

func (s *source) Trace(_ context.Context, member, ref, matter, place string, _ view.At) (view.Trace, error) {
	t := s.g.trace()
	t.Matter, t.Place = matter, place
	return t, s.knows(member, ref)
}

func (s *source) Handover(_ context.Context, member, ref string, tag lang.Tag) (map[string][]byte, error) {
	return map[string][]byte{"handover.md": []byte("# for " + tag)}, s.knows(member, ref)
}

func (s *source) MakePass(_ context.Context, member, ref, id, proposal, person string) (string, error) {
	if person == "" {
		return "", refusal.New(refusal.Invalid, "guest.person")
	}
	return "https://node.example/guest/enter/s3cret", s.sealAct(member, ref, sealed{act: "pass " + id + " " + proposal, reason: person})
}

func (s *source) EndPass(_ context.Context, member, ref, id string, pass int64) error {
	return s.sealAct(member, ref, sealed{act: fmt.Sprint("end ", id, " ", pass)})
}

func (s *source) AskMeetingMail(_ context.Context, m staff.MeetingMail) error {
	return s.sealAct(m.Member, "valley", sealed{act: "meetings " + m.Address + " " + m.Language})
}

func (s *source) AskDigest(_ context.Context, d staff.Digest) error {
	return s.sealAct(d.Member, "valley", sealed{act: "digest " + d.Address + " " + d.Language + " " + d.Zone, reason: fmt.Sprint(d.Hour)})
}

func (s *source) Press(_ context.Context, member, ref string, _ view.At) (view.Press, error) {
	return s.g.press(), s.knows(member, ref)
}
func (s *source) PressPreview(_ context.Context, member, ref string, p view.PressPreview) (view.PressAnswer, error) {
	if err := s.knows(member, ref); err != nil {
		return view.PressAnswer{}, err
	}
	s.preview = p
	return view.PressAnswer{Status: 200, Media: "text/html; charset=utf-8", Body: []byte("as the public sees it")}, nil
}
func (s *source) OnPress(_ context.Context, member, ref string, do view.PressAct) error {
	if do.Do == "decline" && do.Reason == "" {
		return refusal.New(refusal.Invalid, "press.bad_reason")
	}
	s.pressed = do
	return s.sealAct(member, ref, sealed{act: do.Do + " " + do.ID + do.Text, reason: do.Reason})
}

func (s *source) Told() int64 { return s.told }

func (s *source) Subscribe(_ context.Context, member, ref string) (<-chan []string, error) {
	return s.changes, s.knows(member, ref)
}

func (s *source) Attachments(_ context.Context, member, ref, _ string, _ view.At) (view.Attachments, error) {
	if err := s.knows(member, ref); err != nil {
		return view.Attachments{}, err
	}
	return view.Attachments{Chrome: s.g.mechanism().Chrome, Of: "text/js-9", Limit: "1 GiB", May: map[string]bool{"attachment.attach": true}}, nil
}
func (s *source) MaxFile() int64 { return 1 << 20 }
func (s *source) ServeAttachment(http.ResponseWriter, *http.Request, string, string, string) error {
	return refusal.New(refusal.Missing, "attachment.unknown", "attachment", "x")
}
func (s *source) Attach(_ context.Context, member, ref string, u Upload, file io.Reader) error {
	if err := s.knows(member, ref); err != nil {
		return err
	}
	b, err := io.ReadAll(file)
	s.uploaded = append(s.uploaded, fmt.Sprintf("%s %s %s %d", u.Of, u.Name, u.Title["en"], len(b)))
	return err
}
