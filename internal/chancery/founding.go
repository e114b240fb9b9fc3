package chancery

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/keys"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/spans"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// Passphrases gives the passphrase of a seal key by its name in the configuration. Keys in an agent need none.
type Passphrases map[string][]byte

// Own is our party as the charter lists it: names, keys, addresses and mandates.
func (c *Chancery) Own() (charter.Party, error) {
	pub := c.nodeKey().Public()
	p := charter.Party{ID: charter.PartyID(c.cfg.Party), Names: []charter.Name{}, Addresses: c.cfg.Line.Addresses, Mandates: []charter.Mandate{}}
	tag, err := lang.ParseTag(c.cfg.Language)
	if err != nil {
		return p, err
	}
	p.Language = tag
	for name, full := range c.cfg.Names {
		tag, err := lang.ParseTag(name)
		if err != nil {
			return p, err
		}
		p.Names = append(p.Names, charter.Name{Lang: tag, Full: lang.Normalise(full)})
	}
	slices.SortFunc(p.Names, func(a, b charter.Name) int { return strings.Compare(string(a.Lang), string(b.Lang)) })
	p.Keys = charter.Keys{LogEd25519: pub.LogEd25519, LogMLDSA44: pub.LogMLDSA44, WitnessEd25519: pub.WitnessEd25519, WitnessMLDSA44: pub.WitnessMLDSA44, TLS: pub.TLS, Pouch: pub.Pouch,
		Seal: []string{}, Threshold: c.cfg.Keys.Threshold}
	for _, name := range c.cfg.Keys.Seal {
		line, err := c.sealLine(name)
		if err != nil {
			return p, err
		}
		p.Keys.Seal = append(p.Keys.Seal, line)
	}
	return p, nil
}

// sealPath is where a seal key's file lies.
func (c *Chancery) sealPath(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return c.path(KeysDir, name)
}

// Signing is how a seal is made: with our keys on this node, or by signatures that were made elsewhere.
type Signing struct {
	Passphrases Passphrases
	Signatures  []string
}

// SealKey is one of our seal keys as the configuration names it. One in an agent needs no passphrase.
type SealKey struct {
	Name  string
	Agent bool
}

// SealKeys lists our seal keys.
func (c *Chancery) SealKeys() []SealKey {
	var out []SealKey
	for _, name := range c.cfg.Keys.Seal {
		out = append(out, SealKey{Name: name, Agent: strings.HasPrefix(name, agentPrefix)})
	}
	return out
}

// SealShown seals the statement with this digest and no other. If the instrument has changed since somebody looked at it, nothing is signed.
func (c *Chancery) SealShown(ctx context.Context, mech, member, matter, digest string, how Signing) ([]node.Posted, error) {
	body := adoption.Affix{Statement: digest, Signatures: how.Signatures}
	if _, err := c.actor(ctx, mech, member, []entry.Body{body}); err != nil {
		return nil, err
	}
	statement, round, err := c.toSeal(ctx, mech, matter, true)
	if err != nil {
		return nil, err
	}
	if due := seal.FileOf("", statement).Hex(); digest != due {
		return nil, refusal.New(refusal.Conflict, "seal.changed")
	}
	body.Round = round
	if len(how.Signatures) == 0 {
		if body.Signatures, err = c.signIn(ctx, mech, seal.NamespaceSeal, statement, how.Passphrases); err != nil {
			return nil, err
		}
	}
	return c.Act(ctx, mech, member, matter, body)
}

// agentPrefix marks a seal key that an SSH agent holds.
const agentPrefix = "agent:"

func (c *Chancery) sealLine(name string) (string, error) {
	if fp, ok := strings.CutPrefix(name, agentPrefix); ok {
		s, err := keys.AgentSeal(os.Getenv("SSH_AUTH_SOCK"), fp)
		if err != nil {
			return "", err
		}
		return s.Line, s.Close()
	}
	return keys.PublicLine(c.sealPath(name))
}

// signWith signs a message with as many of our seal keys as the threshold asks for.
func (c *Chancery) signWith(ctx context.Context, namespace string, message []byte, pass Passphrases) (out []string, err error) {
	_, span := c.Spans().Begin(ctx, spans.Seal)
	defer func() { span.End(err) }()
	for _, name := range c.cfg.Keys.Seal {
		if len(out) == c.cfg.Keys.Threshold {
			break
		}
		armor, err := c.signOne(name, namespace, message, pass[name])
		if err != nil {
			return nil, err
		}
		out = append(out, armor)
	}
	if len(out) < c.cfg.Keys.Threshold {
		return nil, refusal.New(refusal.Unavailable, "keys.too_few")
	}
	return out, nil
}

func (c *Chancery) signOne(name, namespace string, message, passphrase []byte) (armor string, err error) {
	var s *keys.Sealer
	if fp, ok := strings.CutPrefix(name, agentPrefix); ok {
		s, err = keys.AgentSeal(os.Getenv("SSH_AUTH_SOCK"), fp)
	} else {
		s, err = keys.LoadSeal(c.sealPath(name), passphrase)
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = s.Close() }()
	return s.Sign(namespace, message)
}

// Card is our calling card for whoever drafts a charter, with the members who may act for us.
func (c *Chancery) Card(ctx context.Context, mandates []charter.Mandate, pass Passphrases) ([]byte, error) {
	p, err := c.Own()
	if err != nil {
		return nil, err
	}
	if mandates != nil {
		p.Mandates = mandates
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	message, err := entry.Canonical(p)
	if err == nil {
		err = lang.Visible(string(message))
	}
	if err != nil {
		return nil, err
	}
	sigs, err := c.signWith(ctx, seal.NamespaceCard, message, pass)
	if err != nil {
		return nil, err
	}
	return (&charter.Card{Party: p, Signatures: sigs}).Format()
}

// Description is a charter without its parties: what the drafter writes. Parties come from their cards, in the order of the cards.
type Description struct {
	ID           string         `json:"id"`
	Illustration bool           `json:"illustration,omitzero"`
	Founded      string         `json:"founded,omitzero"`
	Names        []charter.Name `json:"names"`
	Languages    []lang.Tag     `json:"languages"`
	Drafting     lang.Tag       `json:"drafting"`
	Sides        []charter.Side `json:"sides"`
	Rules        charter.Rules  `json:"rules"`
	// Succeeds is the mechanism of ours that this one continues; From says of a party in whose place it stands, or beside which.
	Succeeds *Ground                               `json:"succeeds,omitempty"`
	From     map[charter.PartyID][]charter.PartyID `json:"from,omitempty"`
}

// invitationLife is how long an invitation may be used.
const invitationLife = 30 * 24 * time.Hour

// Draft puts a charter together from its description and the parties' cards, and makes the invitation for the others.
func (c *Chancery) Draft(ctx context.Context, d Description, cards [][]byte, pass Passphrases) (invitation []byte, fingerprint string, err error) {
	doc := &charter.Document{Format: charter.Format, ID: d.ID, Illustration: d.Illustration, Founded: d.Founded, Names: d.Names, Languages: d.Languages,
		Drafting: d.Drafting, Sides: d.Sides, Rules: d.Rules}
	for _, b := range cards {
		card, err := charter.ParseCard(b)
		if err != nil {
			return nil, "", err
		}
		p := card.Party
		p.From = d.From[p.ID]
		for _, s := range d.Sides {
			for _, id := range s.Parties {
				if id == p.ID {
					p.Side = s.ID
				}
			}
		}
		doc.Parties = append(doc.Parties, p)
	}
	if d.Succeeds != nil {
		if doc.Succeeds, err = c.succession(ctx, *d.Succeeds); err != nil {
			return nil, "", err
		}
	}
	if err := doc.Validate(); err != nil {
		return nil, "", err
	}
	inv, err := charter.NewInvitation(doc, charter.PartyID(c.cfg.Party), c.now().Add(invitationLife))
	if err != nil {
		return nil, "", err
	}
	if err := lang.Visible(string(inv.Charter)); err != nil { // as of every act that leaves: node/visible.go
		return nil, "", err
	}
	message, err := inv.Message()
	if err != nil {
		return nil, "", err
	}
	if inv.Signature, err = c.signWith(ctx, seal.NamespaceInvite, message, pass); err != nil {
		return nil, "", err
	}
	invitation, err = inv.Format()
	return invitation, charter.Fingerprint(charter.Digest(inv.Charter)), err
}

// Joined is what Join came to.
type Joined struct {
	Mech        string `json:"mech"`
	Fingerprint string `json:"fingerprint"`
}

// Join enters the mechanism of an invitation, if it is whole, still valid, and lists our own keys. A fingerprint that was compared by voice may be given and must fit.
func (c *Chancery) Join(ctx context.Context, invitation []byte, fingerprint string) (Joined, error) {
	inv, doc, err := charter.ParseInvitation(invitation)
	if err != nil {
		return Joined{}, err
	}
	if err := inv.Expired(c.now()); err != nil {
		return Joined{}, err
	}
	if err := lang.Visible(string(inv.Charter)); err != nil {
		return Joined{}, err
	}
	own, err := c.Own()
	if err != nil {
		return Joined{}, err
	}
	if err := doc.CheckOwn(own); err != nil {
		return Joined{}, err
	}
	out := Joined{Mech: charter.Digest(inv.Charter)}
	out.Fingerprint = charter.Fingerprint(out.Mech)
	if fingerprint != "" && strings.ReplaceAll(fingerprint, " ", "") != strings.ReplaceAll(out.Fingerprint, " ", "") {
		return Joined{}, refusal.New(refusal.Unverified, "charter.fingerprint_differs", "here", out.Fingerprint)
	}
	if err := c.notAnother(ctx, doc, out.Mech); err != nil {
		return Joined{}, err
	}
	if err := c.mayJoin(ctx, doc, out.Mech); err != nil {
		return Joined{}, err
	}
	if _, err := c.node.Join(ctx, inv.Charter, c.cfg.Party); err != nil {
		return Joined{}, err
	}
	if c.ctx != nil {
		return out, c.lines.reach(c.ctx, out.Mech)
	}
	return out, nil
}

// notAnother refuses a second charter under a short name that we have joined already, and says in what they differ.
func (c *Chancery) notAnother(ctx context.Context, doc *charter.Document, mech string) error {
	all, err := c.node.Names(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Name != doc.ID || m.ID == mech {
			continue
		}
		err := c.node.Snapshot(ctx, m.ID, func(s *node.Snapshot) error {
			differ, err := charter.Diff(s.Charter().Document(), doc)
			if err != nil {
				return err
			}
			return refusal.New(refusal.Conflict, "charter.another", "mechanism", doc.ID, "differs", strings.Join(differ, ", "))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Statement is what a party seals next on an instrument: the charter, or a text.
func (c *Chancery) Statement(ctx context.Context, mech, matter string) (statement []byte, round int, err error) {
	return c.statement(ctx, mech, matter, true)
}

// statement is that for whoever was told who had agreed to an earlier wording; whoever was not is refused, and told by that. SPEC agreed-frozen
func (c *Chancery) statement(ctx context.Context, mech, matter string, told bool) (statement []byte, round int, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if matter == founding.Matter {
			st, err := founding.Statement(s.Charter().Document())
			statement, round = st.Format(), 1
			return err
		}
		t, err := s.Text(strings.TrimPrefix(matter, "text/"))
		if err != nil {
			return err
		}
		f := t.Frozen(s.Charter())
		if f == nil {
			return refusal.New(refusal.Conflict, "text.not_frozen", "text", t.ID)
		}
		if !told {
			if err := t.WhyNotSeal(s.Charter()); err != nil {
				return err
			}
		}
		round = f.Round
		statement, err = t.Statement(s.Charter(), f.Round, f.Manifest)
		return err
	})
	return statement, round, err
}

// Seal signs the statement with our keys and puts the seal on the record. Who had agreed to an earlier wording is told first: told says that whoever seals knows.
func (c *Chancery) Seal(ctx context.Context, mech, member, matter string, told bool, pass Passphrases) ([]node.Posted, error) {
	statement, round, err := c.toSeal(ctx, mech, matter, told)
	if err != nil {
		return nil, err
	}
	sigs, err := c.signIn(ctx, mech, seal.NamespaceSeal, statement, pass)
	if err != nil {
		return nil, err
	}
	return c.affix(ctx, mech, member, matter, statement, round, sigs)
}

// Affix puts a seal on the record whose signatures were made elsewhere, by ssh-keygen on another machine or with a hardware key.
func (c *Chancery) Affix(ctx context.Context, mech, member, matter string, told bool, armors []string) ([]node.Posted, error) {
	statement, round, err := c.toSeal(ctx, mech, matter, told)
	if err != nil {
		return nil, err
	}
	return c.affix(ctx, mech, member, matter, statement, round, armors)
}

func (c *Chancery) affix(ctx context.Context, mech, member, matter string, statement []byte, round int, armors []string) ([]node.Posted, error) {
	return c.Act(ctx, mech, member, matter, adoption.Affix{Round: round, Statement: seal.FileOf("", statement).Hex(), Signatures: armors})
}

// Decline refuses the round that is open.
func (c *Chancery) Decline(ctx context.Context, mech, member, matter, reason string) ([]node.Posted, error) {
	_, round, err := c.Statement(ctx, mech, matter)
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, matter, adoption.Decline{Round: round, Reason: reason})
}

// Withdraw takes our seal back, which is possible until our node has acknowledged the others'.
func (c *Chancery) Withdraw(ctx context.Context, mech, member, matter, reason string) ([]node.Posted, error) {
	_, round, err := c.Statement(ctx, mech, matter)
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, matter, adoption.Withdraw{Round: round, Reason: reason})
}

// Mandate replaces the list of who may act for us, under our seal keys.
func (c *Chancery) Mandate(ctx context.Context, mech, member string, list []charter.Mandate, pass Passphrases) ([]node.Posted, error) {
	message, err := party.Message(mech, charter.PartyID(c.cfg.Party), list)
	if err != nil {
		return nil, err
	}
	sigs, err := c.signIn(ctx, mech, seal.NamespaceMandate, message, pass)
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, "party/"+c.cfg.Party, party.Mandates{Mandates: list, Signatures: sigs})
}
