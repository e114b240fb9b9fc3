package node

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/ledger"
)

// storedHead is a signed checkpoint as the store has it, and who must have signed it.
type storedHead struct {
	origin string
	note   []byte
	by     ledger.LogVerifier
}

// heads are the stored checkpoints of a mechanism. unfold takes them at their word; nothing may be done with the mechanism before they are proven.
func (m *mechanism) heads() (out []storedHead) {
	for _, l := range m.logs {
		if len(l.note) > 0 {
			out = append(out, storedHead{l.Origin, l.note, l.verifier})
		}
	}
	return out
}

// headName is what only the same note of the same log has.
type headName [sha256.Size]byte

// named are the names of heads.
func named(heads []storedHead) map[headName]bool {
	out := map[headName]bool{}
	for _, h := range heads {
		out[h.name()] = true
	}
	return out
}

func (h storedHead) name() headName {
	return sha256.Sum256(append([]byte(h.origin+"\n"), h.note...))
}

// proven checks the signatures of heads.
func proven(heads []storedHead) error {
	for _, h := range heads {
		if _, err := ledger.OpenCheckpoint(h.note, h.by); err != nil {
			return fmt.Errorf("stored checkpoint of %s: %w", h.origin, err)
		}
	}
	return nil
}

// prover checks heads while whoever hands them over reads on: two fifths of opening a mechanism are signatures.
type prover struct {
	heads chan []storedHead
	done  chan error
}

func newProver() *prover {
	p := &prover{heads: make(chan []storedHead, 16), done: make(chan error, 1)}
	go func() {
		var first error
		for heads := range p.heads {
			if first == nil {
				first = proven(heads)
			}
		}
		p.done <- first
	}()
	return p
}

// end says whether everything that was handed over is proven.
func (p *prover) end() error {
	close(p.heads)
	return <-p.done
}

// verifying remembers the keys of parties as they are made ready for verifying. A party has the same in most mechanisms, and making them ready takes half as long as a signature.
var verifying = struct {
	sync.Mutex
	logs      map[[2]string]ledger.LogVerifier // by both keys, as charters have them
	witnesses map[[2]string]ledger.WitnessVerifier
}{logs: map[[2]string]ledger.LogVerifier{}, witnesses: map[[2]string]ledger.WitnessVerifier{}}

// mostVerifying bounds how many are remembered of either kind. One takes 20 KB.
const mostVerifying = 64

// verifiers are the keys that speak for a generation of a party's log, and for its receipts.
func verifiers(mech, party string, gen int, k charter.NodeKeys) (log ledger.LogVerifier, witness ledger.WitnessVerifier, err error) {
	origin, name := entry.Origin(mech, party, gen), entry.WitnessName(mech, party)
	if log, err = ready(verifying.logs, [2]string{k.LogEd25519, k.LogMLDSA44}, k, func(raw charter.RawKeys) (ledger.LogVerifier, error) {
		return ledger.NewLogVerifier(origin, raw.LogEd25519, raw.LogMLDSA44)
	}); err == nil {
		log, err = log.Named(origin)
	}
	if err != nil {
		return log, witness, err
	}
	if witness, err = ready(verifying.witnesses, [2]string{k.WitnessEd25519, k.WitnessMLDSA44}, k, func(raw charter.RawKeys) (ledger.WitnessVerifier, error) {
		return ledger.NewWitnessVerifier(name, raw.WitnessEd25519, raw.WitnessMLDSA44)
	}); err == nil {
		witness, err = witness.Named(name)
	}
	return log, witness, err
}

// ready finds keys that are ready, or makes them so.
func ready[V any](known map[[2]string]V, keys [2]string, k charter.NodeKeys, make func(charter.RawKeys) (V, error)) (V, error) {
	verifying.Lock()
	defer verifying.Unlock()
	if v, ok := known[keys]; ok {
		return v, nil
	}
	raw, err := k.Raw()
	if err != nil {
		var none V
		return none, err
	}
	v, err := make(raw)
	if err == nil {
		if len(known) >= mostVerifying {
			clear(known)
		}
		known[keys] = v
	}
	return v, err
}
