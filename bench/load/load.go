// Package load makes entries as parties write them, for whatever is measured: ours, the floor, the programs of others.
package load

import (
	"fmt"
	"time"

	"entente.example/entry"
	"entente.example/ledger"
)

// Mech is the mechanism they belong to.
const Mech = "7f3a9c2e01b4d8aa7f3a9c2e01b4d8aa7f3a9c2e01b4d8aa7f3a9c2e01b4d8aa"

// Origin is the log they stand in.
var Origin = entry.Origin(Mech, "cpc", 1)

// Bundle is a log of n entries of about 600 bytes as parties write them, as one entry bundle. Fifty texts take turns.
func Bundle(n int) ([]byte, error) { return Part(Mech, 0, n) }

// Part is the entries from one index until before another, of such a log in a mechanism.
func Part(mech string, from, to int) ([]byte, error) {
	var bundle []byte
	at, origin := time.Date(2024, 12, 9, 2, 0, 0, 0, time.UTC), entry.Origin(mech, "cpc", 1)
	for i := from; i < to; i++ {
		body, err := entry.Canonical(map[string]any{
			"basis":     fmt.Sprintf("w-%d", i),
			"paragraph": fmt.Sprintf("%d", i%24),
			"text": map[string]string{
				"en":      fmt.Sprintf("The parties will continue their dialogue in good faith and hold meeting %d as agreed.", i),
				"ja":      fmt.Sprintf("双方は、誠意をもって対話を継続し、合意に従い第%d回会合を開催する。", i),
				"zh-Hans": fmt.Sprintf("双方将本着诚意继续对话,并按照商定举行第%d次会议。", i),
			},
		})
		if err != nil {
			return nil, err
		}
		e := entry.Entry{Actor: entry.Actor{Member: "cpc-draft", Role: "drafter"}, At: at.Add(time.Duration(i) * time.Second), Body: body, Index: int64(i), Log: origin,
			Matter: fmt.Sprintf("text/js-%d", i%50), Mech: mech, Type: "text.propose", V: 1}
		leaf, err := e.Encode()
		if err != nil {
			return nil, err
		}
		if bundle, err = ledger.AppendBundle(bundle, leaf); err != nil {
			return nil, err
		}
	}
	return bundle, nil
}
