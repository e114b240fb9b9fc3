package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/filing"
	"entente.example/internal/markup"
	"entente.example/internal/redline"
	"entente.example/internal/staff"
	"entente.example/internal/table"
	"entente.example/internal/termfile"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
)

// Source is what the pages ask of the house. Every value is shaped for the member who asks: a mechanism the member has no mandate in does not exist for them
// (refusal.Missing). Implementations may be called at once from many goroutines.
type Source interface {
	// Mechanisms is the member's home: cards, what awaits from a place on, what changed.
	Mechanisms(ctx context.Context, member string, at view.At) (view.Home, error)
	// Mechanism resolves ref, the short name or the beginning of the id. Its long lists begin at a place.
	Mechanism(ctx context.Context, member, ref string, at view.At) (view.Mechanism, error)
	Text(ctx context.Context, member, ref, id string) (view.Text, error)
	// Foundation is what a mechanism is: its parties, rules, documents and changes.
	Foundation(ctx context.Context, member, ref string) (view.Foundation, error)
	// Citable is what a new paragraph of a text may rest on.
	Citable(ctx context.Context, member, ref, id string) (view.Citable, error)
	// Matters lists the matters of a kind of the dialogue, such as "concern", from a place on; Matter is one of them, its history up to a place.
	Matters(ctx context.Context, member, ref, kind string, at view.At) (view.Matters, error)
	Matter(ctx context.Context, member, ref, kind, id string, at view.At) (view.Matter, error)
	// Search looks for words in a mechanism; SearchAll in every one that the member has a mandate in.
	Search(ctx context.Context, member, ref string, ask view.Ask) (view.Found, error)
	SearchAll(ctx context.Context, member string, ask view.Ask) ([]view.Found, error)
	// Precedents is agreed language that resembles a wording of a text, in its mechanism and, if that is wanted, in every other one that the member has a mandate in.
	Precedents(ctx context.Context, member, ref, id string, item text.Item, everywhere bool) ([]view.Precedents, error)
	// Calendar is the meetings and due days of a mechanism as an iCalendar file in a language.
	Calendar(ctx context.Context, member, ref string, tag lang.Tag) ([]byte, error)
	// Workdays counts working days of all parties.
	Workdays(ctx context.Context, member, ref, from string, n int) (view.Workdays, error)
	// Invitation is a message for calendar programs about a meeting.
	Invitation(ctx context.Context, member, ref, id string, tag lang.Tag, in Invite) ([]byte, error)
	// Replies takes in what calendar programs answered, for our own side only, and says what became of each answer, also of those before one that is refused.
	Replies(ctx context.Context, member, ref string, files ...[]byte) ([]view.OurGuest, error)
	// GlossaryFile is the glossary, or the adopted texts, as a file for translators' tools.
	GlossaryFile(ctx context.Context, member, ref, format string) ([]byte, error)
	// CompareTerms says what a file has beside the glossary and changes nothing; TakeTerms puts on the record what was chosen of that.
	CompareTerms(ctx context.Context, member, ref string, file []byte) (*termfile.Comparison, error)
	TakeTerms(ctx context.Context, member, ref string, chosen termfile.Chosen) error
	// List is a list as a table, by the name of its page.
	List(ctx context.Context, member, ref, name string) (table.Table, error)
	// TextFile is a text as it stands as a file; CompareFiles says what files have beside it and changes nothing. Amend proposes what was chosen of that; TableFiles tables a new text.
	TextFile(ctx context.Context, member, ref, id, format string, tag lang.Tag) (filing.File, error)
	// TextPDF is a sealed text on paper: the copy that a side signs or, with no side, the copy for the archive.
	TextPDF(ctx context.Context, member, ref, id, side string) (filing.File, error)
	// TextProof is an adopted text as an archive that anybody can check alone.
	TextProof(ctx context.Context, member, ref, id string) (filing.File, error)
	CompareFiles(ctx context.Context, member, ref, id string, files ...[]byte) (*markup.Comparison, error)
	// CompareText says what has changed in a text between two moments.
	CompareText(ctx context.Context, member, ref, id, from, to string, languages []lang.Tag, characters bool) (*redline.Comparison, error)
	// Comment says something about a paragraph to all parties.
	Comment(ctx context.Context, member, ref, id string, paragraph text.ParaID, words lang.Text) error
	Amend(ctx context.Context, member, ref, id string, chosen markup.Chosen) error
	TableFiles(ctx context.Context, member, ref, id string, parallel bool, files ...[]byte) error
	// Record lists entries by falling place in the order, from before (0: the newest).
	Record(ctx context.Context, member, ref string, before int64) (view.Record, error)
	Entry(ctx context.Context, member, ref, id string) (view.Entry, error)
	// Evidence is the file of a piece of evidence.
	Evidence(ctx context.Context, member, ref, id string) ([]byte, error)
	// Act puts acts on the record, all or none, and returns when they are durable.
	Act(ctx context.Context, member, ref, matter string, bodies ...entry.Body) error
	// Sealing is the sealing table of a text that is frozen: exactly what a seal covers.
	Sealing(ctx context.Context, member, ref, id string) (view.Sealing, error)
	// Freeze fixes the exact bytes of a text and opens a round of sealing.
	Freeze(ctx context.Context, member, ref, id string) error
	// Initial marks the frozen text as the one negotiated.
	Initial(ctx context.Context, member, ref, id string) error
	// Seal seals the statement with this digest, and no other: what the member saw is what is sealed.
	Seal(ctx context.Context, member, ref, id, digest string, with Signing) error
	// Decline refuses the round that is open; Withdraw takes our seal back while that is possible.
	Decline(ctx context.Context, member, ref, id, reason string) error
	Withdraw(ctx context.Context, member, ref, id, reason string) error
	// Keys is which keys and mandates were in force when, with the fingerprints that people compare.
	Keys(ctx context.Context, member, ref string) (view.Keys, error)
	// ReadPetition says what a block that came asks of us, and lets it wait for whoever seals; nothing is sealed by it. Consent seals the one with this digest, with our keys; DropPetition sets it aside. Reseal replaces our lost seal keys with the answers of all others.
	ReadPetition(ctx context.Context, member, ref, block string) (view.Petition, error)
	Consent(ctx context.Context, member, ref, text string, with Signing) error
	DropPetition(ctx context.Context, member, ref, text string) error
	Reseal(ctx context.Context, member, ref, petition, consents string) error
	// CompareNote says how a signed checkpoint from elsewhere stands to our copy of its log: "agrees", "ahead" or "contradicts".
	CompareNote(ctx context.Context, member, ref, note string) (finding string, err error)
	// Pouches is what was packed and opened, and what a pouch to each party would hold now.
	Pouches(ctx context.Context, member, ref string, at view.At) (view.Pouches, error)
	// PackPouch writes a pouch to a party, with or without the files of attachments; nothing is written if it is refused. OpenPouch takes one in as it is read, and says what has to come first.
	PackPouch(ctx context.Context, member, ref, party string, without bool, w io.Writer) error
	OpenPouch(ctx context.Context, member, ref string, r io.Reader) ([]view.Earlier, error)
	// Papers are those off the record, for who may handle them; SendPaper sends one to a party, to be kept for a time, and asks for a reaction by a day if there is one; DropPaper makes one
	// vanish from this node. React answers what was asked about one, WithdrawPaper asks no more, and PaperDraft makes a draft of one, which is kept nowhere.
	Papers(ctx context.Context, member, ref string, at view.At) (view.Asides, error)
	SendPaper(ctx context.Context, member, ref, party, text string, keep time.Duration, by string) error
	React(ctx context.Context, member, ref, id, reaction, words string) error
	WithdrawPaper(ctx context.Context, member, ref, id string) error
	PaperDraft(ctx context.Context, member, ref, id string) (string, error)
	DropPaper(ctx context.Context, member, ref, id string) error
	// PackPapers is what waits for a party off the record, sealed for its node, to be carried by hand; OpenPapers takes in what was.
	PackPapers(ctx context.Context, member, ref, party string) (filing.File, error)
	OpenPapers(ctx context.Context, member, ref string, files ...[]byte) error
	// Ours is what our side says to itself; Clearance is one round of its offices, HeldAct an act that waits for a second member. OnOurs is what forms ask for there, and says the id of what it made.
	Ours(ctx context.Context, member, ref string, at view.At) (view.Ours, error)
	Clearance(ctx context.Context, member, ref, id string) (view.ClearancePage, error)
	HeldAct(ctx context.Context, member, ref, id string) (view.HeldPage, error)
	OnOurs(ctx context.Context, member, ref string, do view.OursAct) (id string, err error)
	// Trace is everything that was done about a matter, or a paragraph of it. Handover is the pack for who comes after the reader, by file name.
	Trace(ctx context.Context, member, ref, matter, place string, at view.At) (view.Trace, error)
	Handover(ctx context.Context, member, ref string, tag lang.Tag) (map[string][]byte, error)
	// MakePass makes the address of a guest's one-time link, EndPass ends a guest's link or session.
	MakePass(ctx context.Context, member, ref, id, proposal, person string) (address string, err error)
	EndPass(ctx context.Context, member, ref, id string, pass int64) error
	// AskDigest keeps a member's wish for a letter a day with what awaits them.
	AskDigest(ctx context.Context, d staff.Digest) error
	// AskMeetingMail keeps a member's wish to have the days of meetings sent to their calendar program.
	AskMeetingMail(ctx context.Context, m staff.MeetingMail) error
	// Press is the desk of press officers; OnPress is what they do there beside the record.
	Press(ctx context.Context, member, ref string, at view.At) (view.Press, error)
	OnPress(ctx context.Context, member, ref string, do view.PressAct) error
	// PressPreview is a page of the press room with a text that is not public yet.
	PressPreview(ctx context.Context, member, ref string, p view.PressPreview) (view.PressAnswer, error)
	// Attachments lists the papers of a matter, or all if of is "".
	Attachments(ctx context.Context, member, ref, of string, at view.At) (view.Attachments, error)
	// Attach takes a file in as it streams by. MaxFile is the largest that it takes.
	Attach(ctx context.Context, member, ref string, u Upload, file io.Reader) error
	MaxFile() int64
	// ServeAttachment sends a paper as a file that no browser shows. It has sent nothing if it returns an error.
	ServeAttachment(w http.ResponseWriter, r *http.Request, member, ref, id string) error
	// HotLine is the page of a line: schedule, what is due, and everything that happened on it.
	HotLine(ctx context.Context, member, ref, id string) (view.HotLine, error)
	// CallLine makes a call; without names, to whoever is to answer by the schedule. AnswerLine answers one.
	CallLine(ctx context.Context, member, ref, id string, to []charter.PartyID) error
	AnswerLine(ctx context.Context, member, ref, id, check string, note lang.Text) error
	// Board is the situation board.
	Board(ctx context.Context, member, ref string) (view.Board, error)
	// Subscribe yields the matters that changed and those whose pages show something of them, until ctx ends. A name without a slash is of something that stands on every page, "*" of everything.
	// A slow reader misses names, never the last change.
	Subscribe(ctx context.Context, member, ref string) (<-chan []string, error)
	// Told grows with every change; unchanged between a look and a subscription, it says that nothing was missed.
	Told() int64
}

// Signing is how a seal is made: with our keys on this node, each with its passphrase by name, or by signatures that were made elsewhere.
type Signing struct {
	Passphrases map[string][]byte
	Signatures  []string // SSHSIG in armor
}
