package marks

import (
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The file begins with header. Then every commit is one line: CRC-32C of the rest of the line in hex, a space, and the records of the commit, separated by semicolons.
// One line a commit, so that a power cut damages at most the last line, wherever in it sectors got lost.
const header = "entente-marks v1\n"

const (
	kindOwn      = "own"
	kindCosigned = "cosigned"
	kindChoice   = "choice"
)

var table = crc32.MakeTable(crc32.Castagnoli)

func frame(records string) string {
	return fmt.Sprintf("%08x %s\n", crc32.Checksum([]byte(records), table), records)
}

// unframe takes the records out of a line without its newline.
func unframe(line string) (string, bool) {
	_, records, _ := strings.Cut(line, " ")
	return records, frame(records) == line+"\n"
}

func (m Mark) record(kind string) string {
	return fmt.Sprintf("%s %s %d %x", kind, m.Origin, m.Size, m.Root)
}

func (c Choice) record() string {
	return fmt.Sprintf("%s %s %s %d %s", kindChoice, c.Mech, c.Matter, c.Round, c.Chosen)
}

var errRecord = errors.New("a record of another form")

// take applies the records of one commit. A record in any but its one spelling is refused, and so is one that goes back.
func (c content) take(records string) error {
	for r := range strings.SplitSeq(records, ";") {
		f := strings.Split(r, " ")
		var err error
		switch {
		case (f[0] == kindOwn || f[0] == kindCosigned) && len(f) == 4:
			m := Mark{Origin: f[1]}
			m.Size, _ = strconv.ParseInt(f[2], 10, 64)
			_, _ = hex.Decode(m.Root[:], []byte(f[3][:min(64, len(f[3]))]))
			if m.record(f[0]) != r {
				return errRecord
			}
			_, err = c.mark(f[0], m)
		case len(f) == 5:
			x := Choice{Mech: f[1], Matter: f[2], Chosen: f[4]}
			x.Round, _ = strconv.Atoi(f[3])
			if x.record() != r {
				return errRecord
			}
			_, err = c.choose(x)
		default:
			return errRecord
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// image is a whole file with the newest of everything, in one order.
func (c content) image() []byte {
	b := []byte(header)
	for _, k := range slices.Sorted(maps.Keys(c.own)) {
		b = append(b, frame(c.own[k].record(kindOwn))...)
	}
	for _, k := range slices.Sorted(maps.Keys(c.cosigned)) {
		b = append(b, frame(c.cosigned[k].record(kindCosigned))...)
	}
	var choices []string
	for at, chosen := range c.choices {
		choices = append(choices, Choice{at.mech, at.matter, at.n, chosen}.record())
	}
	slices.Sort(choices)
	for _, r := range choices {
		b = append(b, frame(r)...)
	}
	return b
}
