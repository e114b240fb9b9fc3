package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/staff"
)

// sealings registers what seals an instrument. Passphrases are used once and kept nowhere.
func (s *server) sealings(api huma.API) {
	post(s, api, "/mechanisms/{mechanism}/seal", "seal.affix", "Seal an instrument with our keys", func(ctx context.Context, in *sealIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Seal(ctx, mech, member, in.Body.Matter, in.Body.Told, pass(in.Body.Passphrases))
		})
	})
	post(s, api, "/mechanisms/{mechanism}/affix", "seal.affix.made", "Put a seal on the record whose signatures were made elsewhere", func(ctx context.Context, in *affixIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Affix(ctx, mech, member, in.Body.Matter, in.Body.Told, in.Body.Signatures)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/decline", "seal.decline", "Refuse the round that is open", func(ctx context.Context, in *reasonIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Decline(ctx, mech, member, in.Body.Matter, in.Body.Reason)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/withdraw", "seal.withdraw", "Take our seal back while that is possible", func(ctx context.Context, in *reasonIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Withdraw(ctx, mech, member, in.Body.Matter, in.Body.Reason)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/seal-keys", "party.succeed", "Replace our seal keys: those in force sign for their successors", func(ctx context.Context, in *succeedIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Succeed(ctx, mech, member, chancery.Succession{Keys: in.Body.Keys, Threshold: in.Body.Threshold, Passphrases: pass(in.Body.Passphrases)})
		})
	})
	post(s, api, "/mechanisms/{mechanism}/mandates", "party.mandate", "Replace the list of who may act for us, under our seal keys", func(ctx context.Context, in *mandateIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Mandate(ctx, mech, member, in.Body.Mandates, pass(in.Body.Passphrases))
		})
	})
}

type renewIn struct {
	Body struct {
		Reason      string      `json:"reason" enum:"rotation,loss,theft,restore" doc:"Why: rotation in good time, the old key is lost, somebody else has it, or entries are lost and nobody can be asked"`
		Lost        string      `json:"lost,omitempty" doc:"What was lost, in our words; everybody sees it" maxLength:"2000"`
		Member      string      `json:"member,omitempty" doc:"Who announces a rotation: a member with the role custodian"`
		Confirm     string      `json:"confirm,omitempty" doc:"Our party's id, to confirm that entries which nobody else holds are given up; needed with restore"`
		Passphrases passphrases `json:"passphrases,omitempty"`
	}
}

type succeedIn struct {
	InMechanism
	Body struct {
		Keys        []string    `json:"keys" minItems:"1" doc:"New seal keys as the configuration would name them"`
		Threshold   int         `json:"threshold,omitempty" doc:"How many of them must sign; all if left out"`
		Passphrases passphrases `json:"passphrases,omitempty" doc:"Of old and new keys"`
	}
}

type backupIn struct {
	Body struct {
		Folder string `json:"folder" doc:"Absolute path of a folder that does not exist yet" maxLength:"4096"`
	}
}

// operations registers what only the operator may do: found and join mechanisms, let members in, look at the whole node.
func (s *server) operations(api huma.API) {
	get(s, api, "/status", "status", "Who we are, which mechanisms, who holds what of whose log, what awaits us", func(ctx context.Context, _ *struct{}) (chancery.Status, error) {
		return s.c.Status(ctx)
	})
	get(s, api, "/doctor", "doctor", "What an operator looks after: files, disk, clocks, backups, mandates, counterparts, line checks", func(ctx context.Context, _ *struct{}) ([]chancery.Examined, error) {
		return s.c.Examine(ctx)
	})
	post(s, api, "/verify", "verify", "Re-verify the whole record from its bytes", func(ctx context.Context, _ *struct{}) ([]chancery.Verified, error) {
		defer s.verifying.begin()()
		return s.c.Verify(ctx, s.verifying.set)
	})
	get(s, api, "/verify", "verify.progress", "How far a verification that is going on has come", func(context.Context, *struct{}) (advance, error) {
		return s.verifying.get(), nil
	})
	post(s, api, "/card", "card", "Our calling card for whoever drafts a charter", func(ctx context.Context, in *cardIn) (block, error) {
		b, err := s.c.Card(ctx, in.Body.Mandates, pass(in.Body.Passphrases))
		return block{Text: string(b)}, err
	})
	post(s, api, "/charter", "charter.draft", "Put a charter together and make the invitation to it", s.draft)
	post(s, api, "/join", "join", "Join the mechanism of an invitation", func(ctx context.Context, in *joinIn) (chancery.Joined, error) {
		return s.c.Join(ctx, []byte(in.Body.Invitation), in.Body.Fingerprint)
	})
	post(s, api, "/backup", "backup", "Copy the whole node into a new folder of this machine, while it serves", func(ctx context.Context, in *backupIn) (chancery.Backup, error) {
		return s.c.Backup(ctx, in.Body.Folder)
	})
	post(s, api, "/rebuild", "rebuild", "Make the state of every mechanism and the search index again from the entries, while the node serves; pages and searches show what was before until each is done", func(ctx context.Context, _ *struct{}) (chancery.Rebuilding, error) {
		return s.c.Rebuild(ctx)
	})
	get(s, api, "/rebuild", "rebuild.progress", "How far a rebuilding that is going on has come", func(context.Context, *struct{}) (chancery.Rebuilding, error) {
		return s.c.Rebuilding(), nil
	})
	post(s, api, "/node-key", "node-key.renew", "Make a new node key and open the next generation of our log under it, in every mechanism", func(ctx context.Context, in *renewIn) (chancery.Renewed, error) {
		return s.c.Renew(ctx, chancery.Renewal{Reason: party.Reason(in.Body.Reason), Lost: in.Body.Lost, Member: in.Body.Member, Confirm: in.Body.Confirm, Passphrases: pass(in.Body.Passphrases)})
	})
	post(s, api, "/sign-in-links", "sign-in-link", "A one-time address for a member's browser", func(ctx context.Context, in *signInIn) (link, error) {
		url, err := s.c.SignInLink(ctx, in.Body.Member)
		return link{url}, err
	})
	get(s, api, "/accounts", "accounts", "Our members' accounts: by what each can be opened, and when it last was", func(ctx context.Context, _ *struct{}) ([]staff.Account, error) {
		return s.c.Staff().Accounts(ctx)
	})
	post(s, api, "/accounts/shut", "account.shut", "Take from a member everything that opens the account; a new sign-in link opens it again", func(ctx context.Context, in *signInIn) (done, error) {
		err := s.c.Staff().Shut(ctx, in.Body.Member)
		return done{err == nil}, err
	})
	post(s, api, "/accounts/unbind", "account.unbind", "Unbind a member's account from the house's directory; its member may bind it again", func(ctx context.Context, in *signInIn) (done, error) {
		err := s.c.Staff().EndSignOn(ctx, in.Body.Member)
		return done{err == nil}, err
	})
	get(s, api, "/accounts/trail", "accounts.trail", "Who signed in and how, which keys and addresses were made and ended; the newest first", func(ctx context.Context, in *trailIn) ([]staff.Step, error) {
		return s.c.Staff().Trail(ctx, in.Member, in.Before, in.Limit)
	})
}

// passphrases are by the key's name in the configuration.
type passphrases map[string]string

func pass(p passphrases) chancery.Passphrases {
	out := chancery.Passphrases{}
	for name, s := range p {
		out[name] = []byte(s)
	}
	return out
}

type block struct {
	Text        string `json:"text" doc:"Armored block for a file or an e-mail"`
	Fingerprint string `json:"fingerprint,omitempty" doc:"To be compared by voice"`
}

type link struct {
	URL string `json:"url"`
}

type cardIn struct {
	Body struct {
		Mandates    []charter.Mandate `json:"mandates,omitempty"`
		Passphrases passphrases       `json:"passphrases,omitempty"`
	}
}

type draftIn struct {
	Body struct {
		Description chancery.Description `json:"description"`
		Cards       []string             `json:"cards"`
		Passphrases passphrases          `json:"passphrases,omitempty"`
	}
}

func (s *server) draft(ctx context.Context, in *draftIn) (block, error) {
	cards := make([][]byte, len(in.Body.Cards))
	for i, c := range in.Body.Cards {
		cards[i] = []byte(c)
	}
	b, fingerprint, err := s.c.Draft(ctx, in.Body.Description, cards, pass(in.Body.Passphrases))
	return block{string(b), fingerprint}, err
}

type joinIn struct {
	Body struct {
		Invitation  string `json:"invitation"`
		Fingerprint string `json:"fingerprint,omitempty" doc:"If it was compared before"`
	}
}

type sealIn struct {
	InMechanism
	Body struct {
		Matter      string      `json:"matter"`
		Told        bool        `json:"told,omitempty" doc:"Seal although parties had agreed to an earlier wording of paragraphs: without it that is refused, and the refusal names them"`
		Passphrases passphrases `json:"passphrases,omitempty"`
	}
}

type affixIn struct {
	InMechanism
	Body struct {
		Matter     string   `json:"matter"`
		Told       bool     `json:"told,omitempty" doc:"Seal although parties had agreed to an earlier wording of paragraphs: without it that is refused, and the refusal names them"`
		Signatures []string `json:"signatures"`
	}
}

type reasonIn struct {
	InMechanism
	Body struct {
		Matter string `json:"matter"`
		Reason string `json:"reason"`
	}
}

type mandateIn struct {
	InMechanism
	Body struct {
		Mandates    []charter.Mandate `json:"mandates"`
		Passphrases passphrases       `json:"passphrases,omitempty"`
	}
}

type trailIn struct {
	Member string `query:"member" doc:"Of one member; without it, of all"`
	Before int64  `query:"before" doc:"Go on from this line: its id" minimum:"0"`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

type signInIn struct {
	Body struct {
		Member string `json:"member"`
	}
}

// sealing resolves who acts where.
func (s *server) sealing(ctx context.Context, in InMechanism, f func(mech, member string) ([]node.Posted, error)) (posted, error) {
	mech, member, err := s.who(ctx, in)
	if err != nil {
		return posted{}, err
	}
	p, err := f(mech, member)
	return wrote(p, err)
}
