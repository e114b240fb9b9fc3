package ledger

import (
	"encoding/base64"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// Checkpoint is what a log says of itself: its first Size leaves have this root. C2SP tlog-checkpoint.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
}

// Text is the three lines that are signed.
func (c Checkpoint) Text() string {
	const rest = len("\n9223372036854775807\n") + 44 + len("\n") // 44: a root in base64
	b := make([]byte, 0, len(c.Origin)+rest)
	b = append(append(b, c.Origin...), '\n')
	b = append(strconv.AppendInt(b, c.Size, 10), '\n')
	return string(append(base64.StdEncoding.AppendEncode(b, c.Root[:]), '\n'))
}

// ParseCheckpoint reads Text and refuses any other spelling and extension lines, which ML-DSA cosignatures would not cover.
func ParseCheckpoint(text string) (Checkpoint, error) {
	bad := func() error { return refusal.New(refusal.Unverified, "ledger.bad_checkpoint") }
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || !validName(lines[0]) {
		return Checkpoint{}, bad()
	}
	size, _ := strconv.ParseInt(lines[1], 10, 64)
	root, _ := base64.StdEncoding.DecodeString(lines[2])
	if size < 0 || size > MaxSize || len(root) != 32 {
		return Checkpoint{}, bad()
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if c.Text() != text || size == 0 && c.Root != EmptyRoot {
		return Checkpoint{}, bad()
	}
	return c, nil
}

// validName is the rule of C2SP signed-note for key names, bounded by the one-byte length of an ML-DSA cosignature.
func validName(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for _, c := range s {
		if c <= ' ' || c >= 0x7f || c == '+' {
			return false
		}
	}
	return true
}
