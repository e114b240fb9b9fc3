package mailbox

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

var place = Place{Relay: "r", Mech: "m", From: "a", To: "b"}

// A mailbox's key differs with each thing that it is derived from: two relays, mechanisms, parties or directions have nothing in common that shows. SPEC mail-unlinkable.
func TestMailboxesHaveNothingInCommon(t *testing.T) {
	seen := map[ID]bool{}
	for _, shared := range [][32]byte{{1}, {2}} {
		for _, p := range []Place{place, {"s", "m", "a", "b"}, {"r", "n", "a", "b"}, {"r", "m", "b", "a"}, {"r", "m", "a", "c"}, {"r", "m\na", "", "b"}} {
			id := NewKey(shared, p).ID()
			if seen[id] {
				t.Errorf("%v has the mailbox of another place", p)
			}
			seen[id] = true
		}
	}
	if a, b := NewKey([32]byte{1}, place), NewKey([32]byte{1}, place); a.ID() != b.ID() {
		t.Error("the two ends compute different mailboxes")
	}
}

// Lengths fall into few classes, never smaller than what has to go in, and never much larger. SPEC mail-classes.
func TestClasses(t *testing.T) {
	classes := map[int]bool{}
	for n := 1; n <= MaxMessage; n += 1 + n/997 {
		c := Class(n)
		if c < n || c > MaxMessage || Class(c) != c || n > MinMessage && c > n+n/8 {
			t.Fatalf("a message of %d bytes is in the class %d", n, c)
		}
		classes[c] = true
	}
	if Class(0) != MinMessage || Class(MaxMessage) != MaxMessage || len(classes) > 256 {
		t.Errorf("%d classes", len(classes))
	}
}

// What is sealed comes out as it went in, and whatever happens to it on the way makes it unreadable. SPEC mail-sealed.
func TestSealAndOpen(t *testing.T) {
	k := NewKey([32]byte{1}, place)
	for _, n := range []int{0, 1, MinMessage - overhead, MinMessage - overhead + 1, MaxContent} {
		content := bytes.Repeat([]byte{7}, n)
		m, err := k.Seal([24]byte{9}, Parcel, content)
		if err != nil || Class(len(m)) != len(m) {
			t.Fatalf("%d: %v, %d bytes", n, err, len(m))
		}
		kind, got, err := k.Open(m)
		if err != nil || kind != Parcel || !bytes.Equal(got, content) {
			t.Fatalf("%d: %v", n, err)
		}
	}
	if _, err := k.Seal([24]byte{}, Parcel, make([]byte, MaxContent+1)); err == nil {
		t.Error("a message that no office takes is made")
	}
	m, err := k.Seal([24]byte{9}, Aside, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for bit := 0; bit < 8*len(m); bit += 1009 {
		m[bit/8] ^= 1 << (bit % 8)
		if _, _, err := k.Open(m); !errors.Is(err, ErrUnreadable) {
			t.Fatalf("bit %d turned: %v", bit, err)
		}
		m[bit/8] ^= 1 << (bit % 8)
	}
	for _, cut := range [][]byte{nil, m[:1], m[:len(m)-1], append(bytes.Clone(m), 0), make([]byte, MinMessage)} {
		if _, _, err := k.Open(cut); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%d bytes: %v", len(cut), err)
		}
	}
	back := NewKey([32]byte{1}, Place{place.Relay, place.Mech, place.To, place.From})
	if _, _, err := back.Open(m); !errors.Is(err, ErrUnreadable) {
		t.Error("a message that is sent back to its sender is read")
	}
}

// Two parcels of different length, and no parcel at all, look alike.
func TestMessagesLookAlike(t *testing.T) {
	k := NewKey([32]byte{1}, place)
	var sizes []int
	for i, content := range [][]byte{nil, []byte("x"), make([]byte, 20000)} {
		m, err := k.Seal([24]byte{byte(i)}, Kind(i), content)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(m))
		if bytes.Contains(m, make([]byte, 32)) {
			t.Error("the padding shows")
		}
	}
	if sizes[0] != sizes[1] || sizes[1] != sizes[2] {
		t.Errorf("sizes %v", sizes)
	}
}

func TestAnswers(t *testing.T) {
	k := NewKey([32]byte{1}, place)
	m, err := k.Seal([24]byte{}, Cover, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for range 2 {
		if err := WriteMessage(&b, m); err != nil {
			t.Fatal(err)
		}
	}
	whole := b.Bytes()
	r := bytes.NewReader(whole)
	for range 2 {
		if got, err := ReadMessage(r); err != nil || !bytes.Equal(got, m) {
			t.Fatal(err)
		}
	}
	if _, err := ReadMessage(r); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if _, err := ReadMessage(bytes.NewReader(whole[:100])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an answer that breaks off: %v", err)
	}
	for _, head := range [][]byte{{0xff, 0xff, 0xff, 0xff}, {0, 0, 0, 1}, {0, 0, 0x80, 1}} {
		if _, err := ReadMessage(io.MultiReader(bytes.NewReader(head), bytes.NewReader(whole))); err == nil {
			t.Errorf("a message of %x bytes is read", head)
		}
	}
}

func TestAddresses(t *testing.T) {
	pin := "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	for _, good := range []string{"relay:relay.example:443#" + pin, "relay:[2001:db8::1]:443#" + pin} {
		if a, ok := ParseAddress(good); !ok || a.String() != good || a.Pin != pin {
			t.Errorf("%s: %v %v", good, a, ok)
		}
	}
	for _, bad := range []string{"", "relay:", "relay.example:443", "relay:relay.example#" + pin, "relay::443#" + pin, "relay:relay.example:0#" + pin, "relay:relay.example:443#" + pin[1:],
		"relay:relay.example:443#A" + pin[1:], "relay:relay.example:443", "relay:relay.example:443# " + pin} {
		if _, ok := ParseAddress(bad); ok {
			t.Errorf("%q is an address", bad)
		}
	}
}

// Whatever an office answers is read within bounds, and what can be opened was sealed with the mailbox's key.
func FuzzMessages(f *testing.F) {
	k := NewKey([32]byte{1}, place)
	m, err := k.Seal([24]byte{}, Parcel, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteMessage(&b, m); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:200])
	f.Add([]byte{0, 0, 0x80, 0, 1, 2, 3})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, answer []byte) {
		r := bytes.NewReader(answer)
		for {
			got, err := ReadMessage(r)
			if err != nil {
				return
			}
			if len(got) < MinMessage || len(got) > MaxMessage {
				t.Fatalf("%d bytes", len(got))
			}
			if _, content, err := k.Open(got); err == nil && !bytes.Equal(got, m) {
				t.Fatalf("a forged message is read: %x", content)
			}
		}
	})
}

// Whatever stands in a header opens a mailbox only if it is the one token for it.
func FuzzToken(f *testing.F) {
	k := NewKey([32]byte{1}, place)
	right := k.Token("r", "c")
	f.Add(right.String(), k.ID().String(), "relay:h:1#"+k.ID().String())
	f.Add(right.String()+"=", "00", "relay:")
	f.Add("", "zz", "relay:[::1]:443#")
	f.Fuzz(func(t *testing.T, token, id, address string) {
		if Opens(token, "r", "c", k.ID()) && token != right.String() {
			t.Fatalf("%q opens it", token)
		}
		if got, ok := ParseID(id); ok && got.String() != id {
			t.Fatalf("%q is read as %s", id, got)
		}
		if a, ok := ParseAddress(address); ok && a.String() != address {
			t.Fatalf("%q is read as %s", address, a)
		}
	})
}
