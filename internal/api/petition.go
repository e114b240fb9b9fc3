package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/chancery"
	"entente.example/internal/node"
)

type petitionIn struct {
	InMechanism
	Body struct {
		Keys        []string    `json:"keys" minItems:"1" doc:"New seal keys as the configuration would name them"`
		Threshold   int         `json:"threshold,omitempty" doc:"How many of them must sign; all if left out"`
		Lost        string      `json:"lost" doc:"What was lost, in our words; everybody sees it" maxLength:"2000"`
		Passphrases passphrases `json:"passphrases,omitempty" doc:"Of the new keys"`
	}
}

type readPetitionIn struct {
	InMechanism
	Body struct {
		Petition string `json:"petition" doc:"The block as it was received" maxLength:"1048576"`
	}
}

type consentIn struct {
	InMechanism
	Body struct {
		Petition    string      `json:"petition" doc:"The block as it was received" maxLength:"1048576"`
		Text        string      `json:"text" doc:"SHA-256 of the text that was read, as reading the petition gave it"`
		Passphrases passphrases `json:"passphrases,omitempty"`
	}
}

type dropPetitionIn struct {
	InMechanism
	Body struct {
		Text string `json:"text" doc:"SHA-256 of the text that it asks to seal" maxLength:"64"`
	}
}

type resealIn struct {
	InMechanism
	Body struct {
		Petition string   `json:"petition" doc:"Our petition" maxLength:"1048576"`
		Consents []string `json:"consents" doc:"One block from every other party" maxItems:"100"`
	}
}

// petitions registers how seal keys that are lost are replaced by the word of all other parties.
func (s *server) petitions(api huma.API) {
	const at = "/mechanisms/{mechanism}/petitions"
	post(s, api, at, "party.petition", "Ask the other parties to seal that new seal keys of ours replace lost ones", func(ctx context.Context, in *petitionIn) (block, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return block{}, err
		}
		b, err := s.c.MakePetition(ctx, mech, member, chancery.Succession{Keys: in.Body.Keys, Threshold: in.Body.Threshold, Passphrases: pass(in.Body.Passphrases)}, in.Body.Lost)
		return block{Text: string(b)}, err
	})
	post(s, api, at+"/read", "party.petition.read", "What a petition or a settlement of another party asks", func(ctx context.Context, in *readPetitionIn) (chancery.Petition, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return chancery.Petition{}, err
		}
		return s.c.ReadPetition(ctx, mech, member, []byte(in.Body.Petition))
	})
	get(s, api, at, "party.petitions", "Ours only: what other parties ask us to seal, as far as members of ours have read it, and our answers", func(ctx context.Context, in *InMechanism) ([]chancery.AskedOfUs, error) {
		mech, err := s.mech(ctx, *in)
		if err != nil {
			return nil, err
		}
		return s.c.Petitions(ctx, mech)
	})
	post(s, api, at+"/drop", "party.petition.drop", "Ours only: set aside a petition that our side will not seal", func(ctx context.Context, in *dropPetitionIn) (done, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return done{}, err
		}
		err = s.c.DropPetition(ctx, mech, member, in.Body.Text)
		return done{err == nil}, err
	})
	post(s, api, at+"/consent", "party.consent", "Seal another party's petition or settlement with our seal keys", func(ctx context.Context, in *consentIn) (block, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return block{}, err
		}
		b, err := s.c.Consent(ctx, mech, member, []byte(in.Body.Petition), in.Body.Text, pass(in.Body.Passphrases))
		return block{Text: string(b)}, err
	})
	post(s, api, "/mechanisms/{mechanism}/seal-keys/replace", "party.succeed.agreed", "Replace our lost seal keys, with the consent of every other party", func(ctx context.Context, in *resealIn) (posted, error) {
		return s.sealing(ctx, in.InMechanism, func(mech, member string) ([]node.Posted, error) {
			return s.c.Reseal(ctx, mech, member, []byte(in.Body.Petition), blocks(in.Body.Consents))
		})
	})
}

type settlementIn struct {
	InMechanism
	Body struct {
		Words       string      `json:"words" doc:"How it came about, in our words; everybody sees it" maxLength:"2000"`
		Passphrases passphrases `json:"passphrases,omitempty"`
	}
}

type settleIn struct {
	InMechanism
	Body struct {
		Settlement string   `json:"settlement" doc:"Our settlement" maxLength:"1048576"`
		Consents   []string `json:"consents" doc:"One block from every other party" maxItems:"100"`
	}
}

// settlements registers how two histories of our log are settled by the word of all parties. It is the operator's, as every change of the node key is.
func (s *server) settlements(api huma.API) {
	const at = "/mechanisms/{mechanism}/settlements"
	post(s, api, at, "settlement.make", "Ask the other parties to seal where our log ends that has two histories", func(ctx context.Context, in *settlementIn) (block, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (block, error) {
			b, err := s.c.MakeSettlement(ctx, mech, in.Body.Words, pass(in.Body.Passphrases))
			return block{Text: string(b)}, err
		})
	})
	post(s, api, at+"/settle", "settlement.settle", "Go on with our log under a new key, with the consent of every other party", func(ctx context.Context, in *settleIn) (chancery.Renewed, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.Renewed, error) {
			return s.c.Settle(ctx, mech, []byte(in.Body.Settlement), blocks(in.Body.Consents))
		})
	})
}

// blocks are what was pasted, as the chancery reads it.
func blocks(texts []string) [][]byte {
	out := make([][]byte, len(texts))
	for i, t := range texts {
		out[i] = []byte(t)
	}
	return out
}
