package store

import "encoding/binary"

// AppendPast writes a past as varints, the form in which grounds keep it. ReadPast reads it.
func AppendPast(b []byte, past []int64) []byte {
	for _, n := range past {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

// ReadPast reads what AppendPast wrote.
func ReadPast(b []byte) []int64 {
	var out []int64
	for len(b) > 0 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			break
		}
		out = append(out, int64(n))
		b = b[w:]
	}
	return out
}
