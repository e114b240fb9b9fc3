package adoption

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// Rounds are the rounds of sealing of one instrument, oldest first. It is part of its subject's state.
type Rounds struct {
	List []Round `json:"list,omitempty"`
}

// Round is one round.
type Round struct {
	Number  int                        `json:"number"`
	Choices map[charter.PartyID]Choice `json:"choices,omitempty"`
	// Later are choices that a party made in a later generation of its log without knowing of its first, by generation. They count for nothing that the party's others have not
	// agreed to in ignorance, too.
	Later map[charter.PartyID][]Choice     `json:"later,omitempty"`
	Held  map[charter.PartyID]charter.Past `json:"held,omitempty"` // by party: what its acts in this round attest to hold
}

// Choice is what one party did in a round. Places are in its own log; an index of -1 stands for what it has not done.
type Choice struct {
	Statement string `json:"statement,omitzero"` // digest that it sealed; "" if it declined
	Reason    string `json:"reason,omitzero"`
	Member    string `json:"member"`
	At        string `json:"at"`
	Act       string `json:"act"` // act id of the choice
	Gen       int    `json:"gen,omitzero"`
	Index     int64  `json:"index"`
	Ack       int64  `json:"ack"`
	AckGen    int    `json:"ack_gen,omitzero"`
	// Again are acknowledgements of the same seal in generations of the party's log that did not know of the first: whoever lost it acknowledges once more, and either is one.
	Again        []Repeated `json:"again,omitempty"`
	Withdrawn    int64      `json:"withdrawn"`
	WithdrawnGen int        `json:"withdrawn_gen,omitzero"`
	// Anew are withdrawals in generations that did not know of the first.
	Anew []Repeated `json:"anew,omitempty"`
}

// place is where an act stands in its party's logs.
type place struct {
	gen   int
	index int64
}

// Repeated is where a party acknowledged, or withdrew, once more.
type Repeated struct {
	Gen   int   `json:"gen"`
	Index int64 `json:"index"`
}

func (c Choice) choice() place { return place{max(c.Gen, 1), c.Index} }
func (c Choice) ack() place    { return place{max(c.AckGen, 1), c.Ack} }

// withdrawals are all the places where the seal is taken back.
func (c Choice) withdrawals() (out []place) {
	if c.Withdrawn >= 0 {
		out = append(out, place{max(c.WithdrawnGen, 1), c.Withdrawn})
	}
	for _, r := range c.Anew {
		out = append(out, place{r.Gen, r.Index})
	}
	return out
}

// Place is where the choice stands: generation of the party's log, and index.
func (c Choice) Place() (gen int, index int64) { return max(c.Gen, 1), c.Index }

// acks are all the places where the seal is acknowledged.
func (c Choice) acks() []place {
	out := []place{c.ack()}
	for _, r := range c.Again {
		out = append(out, place{r.Gen, r.Index})
	}
	return out
}

// AckIn is where the seal is acknowledged in a generation of the party's log.
func (c Choice) AckIn(gen int) (index int64, ok bool) {
	for _, at := range c.acks() {
		if at.gen == gen {
			return at.index, at.index >= 0
		}
	}
	return 0, false
}

// Declined reports whether the party refused.
func (c Choice) Declined() bool { return c.Statement == "" }

// Outcome of a round.
type Outcome string

const (
	Pending Outcome = "pending"
	Adopted Outcome = "adopted"
	Failed  Outcome = "failed"
)

// Verdict is what a round has come to, as far as is known.
type Verdict struct {
	Outcome   Outcome           `json:"outcome"`
	Statement string            `json:"statement,omitzero"` // digest adopted
	Awaiting  []charter.PartyID `json:"awaiting,omitempty"` // parties whose choice is missing
}

// Parties is what a rule needs to know of the charter.
type Parties interface {
	Document() *charter.Document
	Ordinal(charter.PartyID) int
	Has(past charter.Past, p charter.PartyID, gen int, index int64) bool
	SealKeys(charter.PartyID) (lines []string, threshold int)
}

// Last is the newest round, or nil.
func (r *Rounds) Last() *Round {
	if len(r.List) == 0 {
		return nil
	}
	return &r.List[len(r.List)-1]
}

// Round finds a round by number.
func (r *Rounds) Round(n int) *Round {
	if n < 1 || n > len(r.List) {
		return nil
	}
	return &r.List[n-1]
}

// Chosen reports whether some party has chosen in some round.
func (r *Rounds) Chosen() bool {
	return slices.ContainsFunc(r.List, func(r Round) bool { return len(r.Choices) > 0 })
}

// Open begins the next round.
func (r *Rounds) Open() {
	r.List = append(r.List, Round{Number: len(r.List) + 1, Choices: map[charter.PartyID]Choice{}, Held: map[charter.PartyID]charter.Past{}})
}

// MayOpen refuses a new round while the last has not failed. SPEC failed-round.
func (r *Rounds) MayOpen(c Parties, number int) error {
	if number != len(r.List)+1 {
		return refusal.New(refusal.Conflict, "seal.round_number", "round", fmt.Sprint(len(r.List)+1))
	}
	if last := r.Last(); last != nil && last.Verdict(c, nil).Outcome != Failed {
		return refusal.New(refusal.Conflict, "seal.round_open", "round", fmt.Sprint(last.Number))
	}
	return nil
}

// Statements gives a round's statement with this digest, or what is due instead. Two parties may have frozen a text without knowing of each other; then a round has
// two statements, and sealing different ones fails it.
type Statements func(round int, digest string) (statement []byte, err error)

// Check judges an act of sealing against the state at its past.
func (r *Rounds) Check(c Parties, a *charter.Act, p seal.Policy, statements Statements) error {
	switch a.Entry.Type {
	case "seal.affix":
		var b Affix
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if err := r.free(a, b.Round); err != nil {
			return err
		}
		return checkAffix(c, a, b, p, statements)
	case "seal.decline":
		var b Decline
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		return r.free(a, b.Round)
	case "seal.withdraw":
		var b Withdraw
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		return r.mayWithdraw(a, b)
	case "seal.acknowledge":
		var b Acknowledge
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		return r.mayAcknowledge(c, a, b)
	case "seal.receipt":
		var b Receipt
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if r.Round(b.Round) == nil {
			return refusal.New(refusal.Conflict, "seal.no_round", "round", fmt.Sprint(b.Round))
		}
		return nil
	}
	return refusal.New(refusal.Invalid, "entry.newer")
}

// free demands that the party has not chosen yet in this, the newest, round. SPEC seal-first-choice.
func (r *Rounds) free(a *charter.Act, number int) error {
	round := r.Round(number)
	if round == nil || round != r.Last() {
		return refusal.New(refusal.Conflict, "seal.no_round", "round", fmt.Sprint(number))
	}
	if _, ok := round.Choices[a.Party]; ok {
		return refusal.New(refusal.Conflict, "seal.chosen", "party", string(a.Party))
	}
	return nil
}

func checkAffix(c Parties, a *charter.Act, b Affix, p seal.Policy, statements Statements) error {
	statement, err := statements(b.Round, b.Statement)
	if err != nil {
		return err
	}
	if b.Statement != digest(statement) {
		return refusal.New(refusal.Conflict, "seal.other_digest", "sealed", short(b.Statement), "due", short(digest(statement)))
	}
	lines, threshold := c.SealKeys(a.Party)
	_, err = seal.Signers(b.Signatures, lines, threshold, seal.NamespaceSeal, statement, p)
	return err
}

func short(hexDigest string) string { return fmt.Sprintf("%.12s", hexDigest) }

func (r *Rounds) mayWithdraw(a *charter.Act, b Withdraw) error {
	round := r.Round(b.Round)
	if round == nil {
		return refusal.New(refusal.Conflict, "seal.no_round", "round", fmt.Sprint(b.Round))
	}
	ch, ok := round.known(a)
	switch {
	case !ok || ch.Declined() || ch.Withdrawn >= 0:
		return refusal.New(refusal.Conflict, "seal.nothing_to_withdraw")
	case ch.Ack >= 0:
		return refusal.New(refusal.Conflict, "seal.acknowledged")
	}
	return nil
}

// mayAcknowledge demands that the author's past holds a seal of the same statement by every other party.
func (r *Rounds) mayAcknowledge(c Parties, a *charter.Act, b Acknowledge) error {
	round := r.Round(b.Round)
	if round == nil {
		return refusal.New(refusal.Conflict, "seal.no_round", "round", fmt.Sprint(b.Round))
	}
	own, ok := round.known(a)
	if !ok || own.Statement != b.Statement || own.Withdrawn >= 0 || own.Ack >= 0 || own.Declined() {
		return refusal.New(refusal.Conflict, "seal.no_own_seal")
	}
	seals := round.seals(c, a.Party, b.Statement)
	if seals == nil || !slices.Equal(seals, b.Seals) {
		return refusal.New(refusal.Conflict, "seal.seals_missing")
	}
	return nil
}

// seals lists the act ids of the other parties' seals of a statement, in the charter's order; nil if one is missing or withdrawn.
func (r *Round) seals(c Parties, me charter.PartyID, statement string) []string {
	out := []string{}
	for _, p := range c.Document().Parties {
		if p.ID == me {
			continue
		}
		ch, ok := r.Choices[p.ID]
		if !ok || ch.Statement != statement || ch.Declined() || ch.Withdrawn >= 0 {
			return nil
		}
		out = append(out, ch.Act)
	}
	return out
}

// Apply folds a valid act.
func (r *Rounds) Apply(a *charter.Act) {
	number, ch, ok := choice(a)
	round := r.Round(number)
	if round == nil {
		return
	}
	if round.Choices == nil {
		round.Choices = map[charter.PartyID]Choice{}
	}
	if round.Held == nil {
		round.Held = map[charter.PartyID]charter.Past{}
	}
	switch {
	case ok:
		round.choose(a.Party, ch)
	case a.Entry.Type == "seal.withdraw":
		round.change(a, func(mine *Choice) {
			if mine.Withdrawn >= 0 {
				mine.Anew = append(mine.Anew, Repeated{a.Gen, a.Entry.Index})
				return
			}
			mine.Withdrawn, mine.WithdrawnGen = a.Entry.Index, later(a.Gen)
		})
	case a.Entry.Type == "seal.acknowledge":
		round.change(a, func(mine *Choice) {
			if mine.Ack >= 0 {
				mine.Again = append(mine.Again, Repeated{a.Gen, a.Entry.Index})
				return
			}
			mine.Ack, mine.AckGen = a.Entry.Index, later(a.Gen)
		})
	}
	round.Held[a.Party] = a.Held.Join(round.Held[a.Party])
}

// later is how a state writes a generation: not at all if it is the first.
func later(gen int) int {
	if gen == 1 {
		return 0
	}
	return gen
}

// choose notes a choice. A log has one; that of the oldest generation is the party's first.
func (r *Round) choose(p charter.PartyID, ch Choice) {
	first, ok := r.Choices[p]
	switch {
	case !ok:
		r.Choices[p] = ch
		return
	case ch.Gen < first.Gen:
		r.Choices[p], ch = ch, first
	}
	if r.Later == nil {
		r.Later = map[charter.PartyID][]Choice{}
	}
	r.Later[p] = append(r.Later[p], ch)
	slices.SortFunc(r.Later[p], func(a, b Choice) int { return a.Gen - b.Gen })
}

// at is the index among the choices of a party of the newest that is not of a later generation than this one; the first choice is 0.
func (r *Round) at(p charter.PartyID, gen int) int {
	for i := len(r.Later[p]) - 1; i >= 0; i-- {
		if r.Later[p][i].Gen <= gen {
			return i + 1
		}
	}
	return 0
}

// known is the choice that the author of an act speaks of, as change alters it.
func (r *Round) known(a *charter.Act) (Choice, bool) {
	if i := r.at(a.Party, a.Gen); i > 0 {
		return r.Later[a.Party][i-1], true
	}
	ch, ok := r.Choices[a.Party]
	return ch, ok
}

// newest is the choice of which a party speaks in the newest generation of its log.
func (r *Round) newest(p charter.PartyID) (ch Choice, ok bool) {
	if all := r.choices(p); len(all) > 0 {
		return all[len(all)-1], true
	}
	return Choice{}, false
}

// change alters the choice that an act's author knew.
func (r *Round) change(a *charter.Act, f func(*Choice)) {
	if i := r.at(a.Party, a.Gen); i > 0 {
		f(&r.Later[a.Party][i-1])
		return
	}
	mine := r.Choices[a.Party]
	f(&mine)
	r.Choices[a.Party] = mine
}

// choices are all choices of a party, the first one first.
func (r *Round) choices(p charter.PartyID) []Choice {
	first, ok := r.Choices[p]
	if !ok {
		return nil
	}
	return append([]Choice{first}, r.Later[p]...)
}

// choice reads an act: its round, and the party's first choice if it makes one.
func choice(a *charter.Act) (round int, c Choice, ok bool) {
	c = Choice{Member: a.Entry.Actor.Member, At: a.Entry.At.UTC().Format(time.RFC3339), Act: a.ID(), Gen: later(a.Gen), Index: a.Entry.Index, Ack: -1, Withdrawn: -1}
	switch a.Entry.Type {
	case "seal.affix":
		var b Affix
		_ = entry.DecodeBody(&a.Entry, &b) // Check has read it
		c.Statement = b.Statement
		return b.Round, c, true
	case "seal.decline":
		var b Decline
		_ = entry.DecodeBody(&a.Entry, &b)
		c.Reason = b.Reason
		return b.Round, c, true
	}
	var b struct {
		Round int `json:"round"`
	}
	_ = decodeRound(a, &b)
	return b.Round, Choice{}, false
}

func digest(b []byte) string {
	d := sum(b)
	return hex.EncodeToString(d[:])
}
