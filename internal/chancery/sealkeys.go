package chancery

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/refusal"
	"entente.example/seal"
)

// Which seal keys are in force says the record of each mechanism, and which ones sign our settings. After a succession these are others until somebody writes them down: whatever is sealed till then is refused.

// signIn signs a message for a mechanism with our seal keys, unless others are in force there.
func (c *Chancery) signIn(ctx context.Context, mech, namespace string, message []byte, pass Passphrases) ([]string, error) {
	armors, err := c.signWith(ctx, namespace, message, pass)
	if err != nil {
		return nil, err
	}
	return armors, c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		lines, threshold := s.Charter().SealKeys(charter.PartyID(s.Self))
		if by := notOf(lines, armors); by != "" {
			return refusal.New(refusal.Conflict, "keys.not_in_force", "key", by, "want", c.setting(lines), "n", strconv.Itoa(threshold))
		}
		return nil
	})
}

// notOf is the fingerprint of a key that signed and is none of these, "" if each is one.
func notOf(lines, armors []string) string {
	for _, armor := range armors {
		if by := seal.SignedBy(armor); !slices.ContainsFunc(lines, func(line string) bool { return seal.Fingerprint(line) == by }) {
			return by
		}
	}
	return ""
}

// examineSealKeys says whether the seal keys of the settings seal in a mechanism. Of a key on a medium that is not there nothing is said, and nothing of a node whose seals are all made elsewhere.
func (c *Chancery) examineSealKeys(s *node.Snapshot) (out []Examined) {
	lines, threshold := s.Charter().SealKeys(charter.PartyID(s.Self))
	names := c.cfg.Keys.Seal
	wrong, read := len(names) > 0 && c.cfg.Keys.Threshold < threshold, len(names) > 0
	for _, name := range names[:min(len(names), c.cfg.Keys.Threshold)] {
		is := c.fingerprintOf(name)
		read = read && is != ""
		wrong = wrong || is != "" && !slices.ContainsFunc(lines, func(line string) bool { return seal.Fingerprint(line) == is })
	}
	switch {
	case wrong:
		out = append(out, Examined{Grade: Wrong, Key: "doctor.seal_keys", Params: refusal.Params{"have": listed(names), "had": strconv.Itoa(c.cfg.Keys.Threshold), "want": c.setting(lines), "n": strconv.Itoa(threshold)}})
	case read:
		out = append(out, Examined{Grade: Well, Key: "doctor.keys", Params: refusal.Params{"have": listed(names)}})
	}
	return out
}

// fingerprintOf is that of a seal key as the settings name it, "" if it cannot be read now.
func (c *Chancery) fingerprintOf(name string) string {
	if fp, ok := strings.CutPrefix(name, agentPrefix); ok {
		return fp
	}
	line, err := c.sealLine(name)
	if err != nil {
		return ""
	}
	return seal.Fingerprint(line)
}

// setting is what keys.seal has to say for these keys to sign: the names that they have here, and of one that is not here its name in an agent.
func (c *Chancery) setting(lines []string) string {
	names := slices.Clone(c.cfg.Keys.Seal)
	files, _ := os.ReadDir(c.path(KeysDir)) // what cannot be listed is not known by a name
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".pub"); ok {
			names = append(names, name)
		}
	}
	of := map[string]string{}
	for _, name := range slices.Backward(names) {
		of[c.fingerprintOf(name)] = name
	}
	var out []string
	for _, line := range lines {
		fp := seal.Fingerprint(line)
		if name := of[fp]; name != "" {
			out = append(out, name)
		} else {
			out = append(out, agentPrefix+fp)
		}
	}
	return listed(out)
}

// listed is a list as entente.toml spells it.
func listed(names []string) string { return "['" + strings.Join(names, "', '") + "']" }
