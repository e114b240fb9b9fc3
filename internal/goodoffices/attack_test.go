package goodoffices_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/goodoffices"
	"entente.example/internal/mailbox"
)

// A customer without a mailbox's key can neither read it nor empty nor fill it: not with a token of its own making, not with one that was given to the owner, not with one of another
// office. Attack 39, with the tests below. SPEC mail-token.
func TestForeignMailbox(t *testing.T) {
	o := found(t, small())
	owner, mallory, box := o.admit(o.customer(1)), o.admit(o.customer(2)), o.box(1)
	m := sealed(t, box, "x")
	deposit(t, owner, box, m)
	own := o.box(2)
	name := mailbox.NameOf(m)
	other := mailbox.NewKey([32]byte{1}, mailbox.Place{Relay: strings.Repeat("0", 64), Mech: "m", From: "a", To: "b"})
	for what, token := range map[string]string{
		"a token of another mailbox": own.Token(o.address.Pin, mallory.Customer()).String(),
		"the owner's token":          box.Token(o.address.Pin, owner.Customer()).String(),
		"a token of another office":  box.Token(other.ID().String(), mallory.Customer()).String(),
		"no token":                   "",
		"nonsense":                   "ⓧ",
		"a token that is too long":   box.Token(o.address.Pin, mallory.Customer()).String() + "=",
	} {
		for method, body := range map[string][]byte{http.MethodGet: nil, http.MethodPut: sealed(t, box, "y"), http.MethodDelete: name[:]} {
			if got := o.raw(mallory, method, box.ID(), token, int64(len(body)), bytes.NewReader(body)); got != http.StatusUnauthorized && got != 0 {
				t.Errorf("%s with %s: %d", method, what, got)
			}
		}
	}
	if got := lying(t, owner, box); !same(got, m) {
		t.Errorf("the mailbox has %d messages now", len(got))
	}
}

// No token that differs in one bit opens anything.
func TestGuessedTokens(t *testing.T) {
	id, relay, customer := mailbox.NewKey([32]byte{1}, mailbox.Place{}).ID(), strings.Repeat("a", 64), strings.Repeat("b", 64)
	right := mailbox.NewKey([32]byte{1}, mailbox.Place{}).Token(relay, customer)
	if !mailbox.Opens(right.String(), relay, customer, id) {
		t.Fatal("the right token opens nothing")
	}
	for bit := range 8 * len(right) {
		wrong := right
		wrong[bit/8] ^= 1 << (bit % 8)
		if mailbox.Opens(wrong.String(), relay, customer, id) {
			t.Fatalf("a token with bit %d turned opens the mailbox", bit)
		}
	}
}

// Who is not on the list is refused and told so; who is taken off it is refused on the connection that is open; and whoever is put on it is let in at once. SPEC mail-customer.
func TestStrangers(t *testing.T) {
	o := found(t, small())
	a, box := o.customer(1), o.box(1)
	if err := a.Deposit(t.Context(), box, sealed(t, box, "x")); key(err) != "relay.not_admitted" {
		t.Errorf("a stranger: %v", err)
	}
	huge := &endless{}
	if got := o.raw(a, http.MethodPut, box.ID(), box.Token(o.address.Pin, a.Customer()).String(), 1<<30, huge); got != http.StatusUnauthorized && got != 0 || huge.read.Load() > 64<<20 {
		t.Errorf("a stranger's gigabyte: %d, %d bytes of it read", got, huge.read.Load())
	}
	o.admit(a)
	deposit(t, a, box, sealed(t, box, "x"))
	if ok, err := goodoffices.Dismiss(o.dir, a.Customer()); err != nil || !ok {
		t.Fatal(err)
	}
	if err := a.Collect(t.Context(), box, 0, func([]byte) error { return nil }); key(err) != "relay.not_admitted" {
		t.Errorf("a customer who was dismissed: %v", err)
	}
	wrong := o.address
	wrong.Pin = strings.Repeat("0", 64)
	if err := (customer{Office: newOffice(a, wrong)}).Deposit(t.Context(), box, nil); key(err) != "relay.wrong_key" {
		t.Errorf("an office with another key: %v", err)
	}
}

// A flood ends at the mailbox's own bound. Neither another mailbox of the same customer nor another customer feels it.
func TestFloodStaysInItsMailbox(t *testing.T) {
	o := found(t, small())
	a, b := o.admit(o.customer(1)), o.admit(o.customer(2))
	flooded, quiet, foreign := o.box(1), o.box(2), o.box(3)
	taken := 0
	for range 40 {
		switch err := a.Deposit(t.Context(), flooded, sealed(t, flooded, "x")); key(err) {
		case "":
			taken++
		case "relay.mailbox_full":
		default:
			t.Fatal(err)
		}
	}
	if taken != 4 {
		t.Errorf("a mailbox for 4 messages took %d", taken)
	}
	deposit(t, a, quiet, sealed(t, quiet, "x"))
	deposit(t, b, foreign, sealed(t, foreign, "x"))
	if err := a.Discard(t.Context(), flooded, mailbox.NameOf(lying(t, a, flooded)[0])); err != nil {
		t.Fatal(err)
	}
	deposit(t, a, flooded, sealed(t, flooded, "room again"))
}

// A flood over many mailboxes ends at the customer's share, and by rate; another customer does not feel it.
func TestFloodStaysWithItsCustomer(t *testing.T) {
	s := small()
	s.Mailbox.PerMinute, s.Customer.PerMinute = 6, 40
	o := found(t, s)
	a, b := o.admit(o.customer(1)), o.admit(o.customer(2))
	seen := map[string]int{}
	for n := range 60 {
		box := o.box(byte(n / 4))
		seen[key(a.Deposit(t.Context(), box, sealed(t, box, "x")))]++
	}
	if seen[""] != 8 || seen["relay.mailbox_full"] == 0 || seen["relay.too_often"] == 0 || len(seen) != 3 {
		t.Errorf("answers to the flood: %v", seen)
	}
	for n := range 6 {
		box := o.box(200 + byte(n%2))
		deposit(t, b, box, sealed(t, box, "x"))
	}
	o.ahead.Store(60)
	if got := lying(t, a, o.box(0)); len(got) != 4 {
		t.Errorf("a minute later the customer reads %d of its messages", len(got))
	}
}

// endless is a body without end. Whoever sends it may still read from it when the answer is there.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read.Add(int64(len(p)))
	return len(p), nil
}

// What is too large is refused by its length, before it is read; what has no length, or another than it says, or one that no message has, is not stored. SPEC mail-classes.
func TestOversizedAndCutShort(t *testing.T) {
	o := found(t, small())
	a, box := o.admit(o.customer(1)), o.box(1)
	token := box.Token(o.address.Pin, a.Customer()).String()
	huge := &endless{}
	if got := o.raw(a, http.MethodPut, box.ID(), token, 1<<30, huge); got != http.StatusRequestEntityTooLarge && got != 0 {
		t.Errorf("a gigabyte: %d", got)
	}
	if n := huge.read.Load(); n > 64<<20 {
		t.Errorf("%d bytes of it were read", n)
	}
	if got := o.raw(a, http.MethodDelete, box.ID(), token, 1<<30, &endless{}); got != http.StatusRequestEntityTooLarge && got != 0 {
		t.Errorf("a gigabyte of names: %d", got)
	}
	m := sealed(t, box, "x")
	for what, tc := range map[string]struct {
		length int64
		body   io.Reader
		want   int
	}{
		"no length":             {-1, bytes.NewReader(m), http.StatusLengthRequired},
		"nothing":               {0, nil, http.StatusBadRequest},
		"one byte less":         {int64(len(m) - 1), bytes.NewReader(m[1:]), http.StatusBadRequest},
		"one byte more":         {int64(len(m) + 1), bytes.NewReader(append(m, 0)), http.StatusBadRequest},
		"less than it says":     {int64(len(m)), bytes.NewReader(m[1:]), 0},
		"the longest, plus one": {mailbox.MaxMessage + 1, &endless{}, http.StatusRequestEntityTooLarge},
	} {
		if got := o.raw(a, http.MethodPut, box.ID(), token, tc.length, tc.body); got != tc.want && got != 0 {
			t.Errorf("%s: %d", what, got)
		}
	}
	if got := lying(t, a, box); len(got) != 0 {
		t.Errorf("%d of these were stored", len(got))
	}
	deposit(t, a, box, m)
}

// Words that are planted in what the customers send, who they are and what they speak of stand nowhere in the office's directory. SPEC mail-sealed.
func TestNothingToReadInTheOffice(t *testing.T) {
	o := found(t, small())
	a := o.admit(o.customer(1))
	place := mailbox.Place{Relay: o.address.Pin, Mech: strings.Repeat("c0ffee42", 8), From: "cedar-party", To: "birch-party"}
	box := mailbox.NewKey([32]byte{7}, place)
	deposit(t, a, box, sealed(t, box, "the planted word"))
	o.stop()
	for _, word := range []string{"planted", place.From, place.To, place.Mech[:16], a.key.Public().TLS, "entente/", "age-encryption"} {
		if found1(t, o.dir, []byte(word)) {
			t.Errorf("the office's files hold %q", word)
		}
	}
	if !found1(t, o.dir, []byte(a.Customer())) {
		t.Error("this test finds nothing even where something lies")
	}
}

// A hundred slow uploads of one customer leave the office to the others.
func TestSlowDrip(t *testing.T) {
	o := found(t, small())
	a, b, box := o.admit(o.customer(1)), o.admit(o.customer(2)), o.box(1)
	token := box.Token(o.address.Pin, a.Customer()).String()
	end := make(chan struct{})
	done := make(chan int, 100)
	for range cap(done) {
		go func() { done <- o.raw(a, http.MethodPut, box.ID(), token, mailbox.MinMessage, drip{end}) }()
	}
	for range cap(done) - 4 { // so many at once are let in; the others are refused
		<-done
	}
	quiet := o.box(2)
	tried := make(chan error, 1)
	go func() { tried <- b.Deposit(t.Context(), quiet, sealed(t, quiet, "x")) }()
	select {
	case err := <-tried:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("the others wait")
	}
	close(end)
}

type drip struct{ end chan struct{} }

func (d drip) Read([]byte) (int, error) {
	<-d.end
	return 0, io.ErrUnexpectedEOF
}
