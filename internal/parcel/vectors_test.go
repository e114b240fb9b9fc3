package parcel

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/vectors"
)

// parcelVector is one of testdata/vectors/parcel.json: a whole parcel as it comes out of its encryption, and the sender's verifier keys, or a manifest alone.
type parcelVector struct {
	vectors.Header
	Manifest string   `json:"manifest,omitempty"`
	Parcel   string   `json:"parcel,omitempty"` // base64
	Keys     []string `json:"keys,omitempty"`
}

// What must be accepted and what refused, for whoever reads parcels by other means. SPEC parcel-manifest, parcel-archive, parcel-signed.
func TestVectors(t *testing.T) {
	m := sample()
	b, err := m.Format()
	if err != nil {
		t.Fatal(err)
	}
	_, v := sender(t, m)
	keys := v.VKeys()
	whole := packed(t, m)
	parcel := func(name, reason string, bytes []byte) parcelVector {
		h := vectors.Header{Name: name, Expect: "accept", Reason: reason}
		if reason != "" {
			h.Expect = "reject"
		}
		return parcelVector{Header: h, Parcel: base64.StdEncoding.EncodeToString(bytes), Keys: keys[:]}
	}
	altered := slices.Clone(whole)
	altered[strings.Index(string(whole), "entries of a log")] ^= 1
	linked := slices.Clone(whole)
	linked[strings.Index(string(whole), "later/kind\x00")+156] = '2'
	want := []parcelVector{parcel("a parcel of four members, one of a kind that is not known yet", "", whole), parcel("a byte of a member altered", "the digest is another", altered),
		parcel("a symbolic link", "a header of another spelling", linked), parcel("cut off behind the last member", "no end", whole[:len(whole)-2*block]),
		parcel("something behind the end", "bytes behind the end", append(slices.Clone(whole), 0)), {Header: vectors.Header{Name: "its manifest", Expect: "accept"}, Manifest: string(b)}}
	other := spoilt(string(b))
	for _, name := range slices.Sorted(maps.Keys(other)) {
		want = append(want, parcelVector{Header: vectors.Header{Name: name, Expect: "reject", Reason: "not the one spelling"}, Manifest: other[name]})
	}
	vectors.Golden(t, "parcel", "Parcels: docs/protocol.md 10. parcel is the archive inside the encryption, in base64, keys are the sender's log keys under the manifest's name; or a manifest alone.", want)
	for _, c := range vectors.Read[parcelVector](t, "parcel", len(want)) {
		if c.Manifest != "" {
			_, err = ParseManifest([]byte(c.Manifest))
		} else {
			raw, bad := base64.StdEncoding.DecodeString(c.Parcel)
			if bad != nil {
				t.Fatal(bad)
			}
			_, err = unpack(t, raw)
		}
		if (err == nil) != c.Accept() {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}
