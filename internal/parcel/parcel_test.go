package parcel

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/link"
	"entente.example/ledger"
	"entente.example/refusal"
)

const mech = "7f3a9c2e01b4d8aa7f3a9c2e01b4d8aa7f3a9c2e01b4d8aa7f3a9c2e01b4d8aa"

// sender holds keys that are made from a seed, so that parcels have one spelling.
func sender(t testing.TB, m *Manifest) (ledger.LogSigner, ledger.LogVerifier) {
	t.Helper()
	ed := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	ml, err := ledger.NewMLDSAKey([32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewLogSigner(m.Name(), ed, ml)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ledger.NewLogVerifier(m.Name(), ed.Public().(ed25519.PublicKey), ml.Public())
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

var contents = []string{"entries of a log", strings.Repeat("x", 1500), "", "a receipt\n"}

func sample() *Manifest {
	m := &Manifest{Mech: mech, From: "komeito", To: "cpc", Sequence: 8, First: 7, Last: 9, Made: time.Date(2025, 12, 11, 6, 28, 21, 0, time.UTC),
		Holds: []link.Head{{Origin: "entente/7f3a9c2e01b4d8aa/cpc/1", Size: 41}, {Origin: "entente/7f3a9c2e01b4d8aa/komeito/1", Size: 12}}}
	for i, path := range []string{LogPath(m.Holds[1].Origin, 0, 12), LogPath(m.Holds[1].Origin, 12, 13), "later/kind", ReceiptPath(m.Holds[0].Origin, "komeito")} {
		m.Members = append(m.Members, NewMember(path, []byte(contents[i])))
	}
	return m
}

// packed is a parcel in bytes. change may alter the archive's parts before they are put together.
func packed(t testing.TB, m *Manifest) []byte {
	t.Helper()
	manifest, err := m.Format()
	if err != nil {
		t.Fatal(err)
	}
	s, _ := sender(t, m)
	note, err := Sign(m, manifest, s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, note, manifest, m.Members, func(i int) ([]byte, error) { return []byte(contents[i]), nil }); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpack reads a parcel to its end, or to where it is refused.
func unpack(t testing.TB, b []byte) (taken int, err error) {
	t.Helper()
	_, v := sender(t, sample())
	return unpackBy(t, b, func(p *Reader) error { return p.Verify(v) })
}

func unpackBy(t testing.TB, b []byte, verify func(*Reader) error) (taken int, err error) {
	t.Helper()
	p, err := Open(bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	if err := verify(p); err != nil {
		return 0, err
	}
	for {
		m, content, err := p.Next()
		if errors.Is(err, io.EOF) {
			return taken, nil
		}
		if err != nil {
			return taken, err
		}
		if m != p.Members[taken] || string(content) != contents[taken] {
			t.Fatalf("member %d is %s with %q", taken, m.Path, content)
		}
		taken++
	}
}

// What was packed comes out again, in order and byte for byte; and plain tar reads it too. SPEC parcel-archive.
func TestAParcelComesOutAsItWentIn(t *testing.T) {
	b := packed(t, sample())
	if n, err := unpack(t, b); err != nil || n != len(contents) {
		t.Fatalf("%d members, %v", n, err)
	}
	var names []string
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil || h.Typeflag != tar.TypeReg || h.Format != tar.FormatUSTAR {
			t.Fatalf("%+v %v", h, err)
		}
		content, err := io.ReadAll(r)
		if err != nil || len(names) >= 2 && string(content) != contents[len(names)-2] {
			t.Errorf("%s: %q %v", h.Name, content, err)
		}
		names = append(names, h.Name)
	}
	want := []string{"manifest.note", "manifest.txt", "log/komeito/1/0-12", "log/komeito/1/12-13", "later/kind", "receipt/cpc/1/komeito"}
	if !slices.Equal(names, want) {
		t.Errorf("tar finds %q", names)
	}
}

// spoilt are manifests that are none, by what is wrong with them.
func spoilt(text string) map[string]string {
	return map[string]string{
		"a newer form":              strings.Replace(text, "parcel v1", "parcel v2", 1),
		"no end of line":            strings.TrimSuffix(text, "\n"),
		"an empty line":             text + "\n",
		"a line of another kind":    text + "note x\n",
		"lines in another order":    strings.Replace(text, "from komeito\nto cpc\n", "to cpc\nfrom komeito\n", 1),
		"holds behind members":      text + "holds entente/7f3a9c2e01b4d8aa/ldp/1 3\n",
		"holds not sorted":          strings.Replace(strings.Replace(text, "cpc/1 41", "x", 1), "komeito/1 12", "cpc/1 41", 1),
		"holds of another":          strings.Replace(text, "7f3a9c2e01b4d8aa/cpc/1 41", "7f3a9c2e01b4d8ab/cpc/1 41", 1),
		"a path upwards":            strings.Replace(text, "later/kind", "later/..", 1),
		"an absolute path":          strings.Replace(text, "later/kind", "/later/kind", 1),
		"a path of one part":        strings.Replace(text, "later/kind", "later", 1),
		"an empty part":             strings.Replace(text, "later/kind", "later//kind", 1),
		"capital letters in a path": strings.Replace(text, "later/kind", "later/Kind", 1),
		"a path that is too long":   strings.Replace(text, "later/kind", "later/"+strings.Repeat("x", 50)+"/"+strings.Repeat("x", 50), 1),
		"a size with a sign":        strings.Replace(text, " 1500 ", " +1500 ", 1),
		"a size with a nought":      strings.Replace(text, " 1500 ", " 01500 ", 1),
		"a negative size":           strings.Replace(text, " 1500 ", " -1500 ", 1),
		"a digest in capitals":      strings.Replace(text, "member sha256:", "member sha256:A", 1),
		"another digest":            strings.Replace(text, "member sha256:", "member sha512:", 1),
		"a time with a zone":        strings.Replace(text, "06:28:21Z", "07:28:21+01:00", 1),
		"to oneself":                strings.Replace(text, "to cpc", "to komeito", 1),
		"a party that is none":      strings.Replace(text, "to cpc", "to CPC", 1),
		"not one of its own":        strings.Replace(text, "of 7 9", "of 9 9", 1),
		"behind its last":           strings.Replace(text, "of 7 9", "of 7 7", 1),
		"CR LF":                     strings.ReplaceAll(text, "\n", "\r\n"),
	}
}

// One spelling: what Format writes is read as the same, and every other line is refused. SPEC parcel-manifest.
func TestManifestHasOneSpelling(t *testing.T) {
	m := sample()
	b, err := m.Format()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseManifest(b)
	if err != nil || fmt.Sprint(back) != fmt.Sprint(m) {
		t.Fatalf("%+v %v", back, err)
	}
	for name, other := range spoilt(string(b)) {
		if _, err := ParseManifest([]byte(other)); refusal.As(err) == nil || other == string(b) {
			t.Errorf("%s is read", name)
		}
	}
}

// What a manifest may not promise is refused before any of it is read. SPEC parcel-limits.
func TestLimits(t *testing.T) {
	m := sample()
	m.Members = []Member{{Path: "log/komeito/1/0-1", Size: MaxMember + 1}}
	if _, err := m.Format(); refusal.As(err).Key != "parcel.too_large" {
		t.Errorf("a member of more than %d bytes: %v", MaxMember, err)
	}
	head, err := sample().Format()
	if err != nil {
		t.Fatal(err)
	}
	line := Member{Path: "log/komeito/1/0-1"}.line()
	for _, n := range []int{MaxMembers + 1, 1_000_000} {
		if _, err := ParseManifest(append(bytes.Clone(head), strings.Repeat(line, n)...)); refusal.As(err).Key != "parcel.too_large" {
			t.Errorf("%d members: %v", n, err)
		}
	}
	// A header that promises gigabytes costs nothing but what comes.
	h := header(noteFile, 1<<32)
	if _, err := Open(bytes.NewReader(h[:])); refusal.As(err).Key != "parcel.too_large" {
		t.Errorf("a note of four gigabytes: %v", err)
	}
}

// Only what its sender's node signed is taken in. SPEC parcel-signed.
func TestOnlyTheSendersWordCounts(t *testing.T) {
	m := sample()
	manifest, err := m.Format()
	if err != nil {
		t.Fatal(err)
	}
	s, v := sender(t, m)
	note, err := Sign(m, manifest, s)
	if err != nil {
		t.Fatal(err)
	}
	open := func(note, manifest []byte) (*Reader, error) {
		var b bytes.Buffer
		if err := Write(&b, note, manifest, m.Members, func(i int) ([]byte, error) { return []byte(contents[i]), nil }); err != nil {
			t.Fatal(err)
		}
		return Open(&b)
	}
	p, err := open(note, manifest)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Next(); err == nil || errors.Is(err, io.EOF) {
		t.Fatal("a member was given out before anybody asked who signs for it")
	}
	other := sample()
	other.Sequence = 9
	otherManifest, err := other.Format()
	if err != nil {
		t.Fatal(err)
	}
	otherNote, err := Sign(other, otherManifest, s)
	if err != nil {
		t.Fatal(err)
	}
	stripped := note[:bytes.LastIndex(note[:len(note)-1], []byte("\n"))+1]
	for name, c := range map[string][2][]byte{
		"another manifest":                 {note, otherManifest},
		"the note of another":              {otherNote, manifest},
		"one signature of two":             {stripped, manifest},
		"a note over another, spelt alike": {bytes.Replace(note, []byte("\n8\n"), []byte("\n9\n"), 1), otherManifest},
	} {
		p, err := open(c[0], c[1])
		if err == nil {
			err = p.Verify(v)
		}
		if refusal.As(err) == nil || refusal.As(err).Key != "parcel.not_signed" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every bit counts: whatever is altered or cut off is refused, and what came before it is what was sent. SPEC parcel-archive.
func TestEveryByteCounts(t *testing.T) {
	whole := packed(t, sample())
	_, v := sender(t, sample())
	first, err := Open(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	quick := func(p *Reader) error { // signatures are verified for every ninetieth byte; in between, that they would be over the same bytes
		if tries++; tries%90 == 0 {
			return p.Verify(v)
		}
		if p.verified = bytes.Equal(p.note, first.note) && p.digest == first.digest; !p.verified {
			return refusal.New(refusal.Unverified, "parcel.not_signed")
		}
		return nil
	}
	for at := range whole {
		b := slices.Clone(whole)
		b[at] ^= 1 << rand.N(8)
		if n, err := unpackBy(t, b, quick); err == nil || n > len(contents) {
			t.Fatalf("byte %d of %d was altered, and nobody noticed", at, len(whole))
		}
		if _, err := unpackBy(t, whole[:at], quick); err == nil || refusal.As(err).Kind != refusal.Unverified {
			t.Fatalf("cut off at %d of %d: %v", at, len(whole), err)
		}
	}
	if _, err := unpack(t, append(slices.Clone(whole), 0)); refusal.As(err) == nil {
		t.Error("something stands behind the end")
	}
}

// Names that lead out, links and devices have no spelling that is read. SPEC parcel-archive.
func TestForeignArchives(t *testing.T) {
	whole := packed(t, sample())
	at := bytes.Index(whole, []byte("later/kind\x00"))
	for name, h := range map[string]tar.Header{
		"a path upwards":   {Name: "../../etc/passwd", Typeflag: tar.TypeReg, Mode: 0o644},
		"an absolute path": {Name: "/etc/passwd", Typeflag: tar.TypeReg, Mode: 0o644},
		"a symbolic link":  {Name: "later/kind", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink, Mode: 0o644},
		"a hard link":      {Name: "later/kind", Linkname: "manifest.txt", Typeflag: tar.TypeLink, Mode: 0o644},
		"a device":         {Name: "later/kind", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, Mode: 0o644},
		"a pipe":           {Name: "later/kind", Typeflag: tar.TypeFifo, Mode: 0o644},
		"a folder":         {Name: "later/kind", Typeflag: tar.TypeDir, Mode: 0o755},
		"a program":        {Name: "later/kind", Typeflag: tar.TypeReg, Mode: 0o4755},
		"an owner":         {Name: "later/kind", Typeflag: tar.TypeReg, Mode: 0o644, Uname: "root"},
		"extensions":       {Name: "later/kind", Typeflag: tar.TypeReg, Mode: 0o644, PAXRecords: map[string]string{"comment": "x"}, Format: tar.FormatPAX},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		other := slices.Concat(whole[:at], b.Bytes(), whole[at+block:])
		if n, err := unpack(t, other); n != 2 || refusal.As(err) == nil || refusal.As(err).Key != "parcel.damaged" {
			t.Errorf("%s: %d members, %v", name, n, err)
		}
	}
}

// A store that gives back other bytes than those that were listed spoils the parcel loudly.
func TestWhatIsWrittenIsWhatIsListed(t *testing.T) {
	m := sample()
	for _, b := range [][]byte{[]byte("something else"), nil} {
		err := Write(io.Discard, nil, nil, m.Members, func(int) ([]byte, error) { return b, nil })
		if err == nil || !strings.Contains(err.Error(), m.Members[0].Path) {
			t.Errorf("%q was written: %v", b, err)
		}
	}
}

func FuzzManifest(f *testing.F) {
	m := sample()
	b, err := m.Format()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(form + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			return
		}
		if back, err := m.Format(); err != nil || !bytes.Equal(back, b) {
			t.Errorf("read as %q, %v", back, err)
		}
	})
}

func FuzzParcel(f *testing.F) {
	whole := packed(f, sample())
	f.Add(whole, 0, byte(0))
	f.Add(whole, block, byte(7))
	f.Add(whole[:3*block], 0, byte(0))
	empty := sample()
	empty.Members = nil
	f.Add(packed(f, empty), 100, byte(1))
	f.Fuzz(func(t *testing.T, b []byte, at int, with byte) {
		if at >= 0 && at < len(b) {
			b = slices.Clone(b)
			b[at] ^= with
		}
		p, err := Open(bytes.NewReader(b))
		if err != nil {
			return
		}
		p.verified = true // the signatures have their own targets; here, that whoever signs cannot spoil the reader
		for read := int64(0); ; {
			m, content, err := p.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && refusal.As(err).Kind != refusal.Unverified {
					t.Errorf("refused with %v", err)
				}
				return
			}
			if NewMember(m.Path, content) != m {
				t.Errorf("%s is not what the manifest says", m.Path)
			}
			if read += m.Size; read > int64(len(b)) {
				t.Error("more came out than went in")
			}
		}
	})
}
