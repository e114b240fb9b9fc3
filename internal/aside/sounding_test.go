package aside

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/refusal"
)

func (s *side) sound(to, text, by string) Paper {
	s.t.Helper()
	p, err := s.Sound("m", to, text, 48*time.Hour, by)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// one is the only paper on a desk, as it is read.
func (s *side) one() Paper {
	s.t.Helper()
	all := s.List("m")
	if len(all) != 1 {
		s.t.Fatalf("%s has %d papers", s.party, len(all))
	}
	p, err := s.Desk.Read("m", all[0].ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// state checks how both sides see the one sounding there is.
func state(t *testing.T, want string, sides ...*side) {
	t.Helper()
	for _, s := range sides {
		if p := s.one(); p.Sounding == nil || p.Sounding.State != want {
			t.Errorf("%s sees %+v instead of %s", s.party, p.Sounding, want)
		}
	}
}

// settled checks that nothing waits to be brought, and that nobody takes anything for not arrived.
func settled(t *testing.T, a, b *side) {
	t.Helper()
	if n := len(a.Due("m", "b")) + len(b.Due("m", "a")); n != 0 {
		t.Errorf("%d pieces are brought though all has arrived", n)
	}
	for _, s := range []*side{a, b} {
		if p := s.one(); p.Waiting || p.Sounding.Waiting {
			t.Errorf("%s takes something for not arrived: %+v %+v", s.party, p, p.Sounding)
		}
	}
}

// A reaction is asked by a day, given once and seen by who asked, also when everything is brought twice and the last first, and after a restart. SPEC sounding-once.
func TestSounding(t *testing.T) {
	a, b := two(t)
	a.sound("b", "a draft", "2023-11-15")
	for range 3 {
		a.bring(b) // the question comes before its paper
		b.bring(a)
	}
	state(t, Awaited, a, b)
	settled(t, a, b)
	before := b.hand
	if err := b.React("m", b.one().ID, "changes", " not the second sentence\n"); err != nil {
		t.Fatal(err)
	}
	if b.hand == before {
		t.Error("the reaction is not brought")
	}
	if err := b.React("m", b.one().ID, "welcome", ""); refusal.As(err).Key != "aside.reacted" {
		t.Errorf("a second reaction: %v", err)
	}
	b.bring(a)
	a.bring(b)
	state(t, "changes", a, b)
	settled(t, a, b)
	again := desk(t, "a", a.dir)
	if p := again.one(); p.Sounding == nil || p.Sounding.Words != "not the second sentence" || p.Sounding.By != "2023-11-15" {
		t.Errorf("after a restart: %+v", p.Sounding)
	}
	if list := again.List("m"); list[0].Sounding.Words != "" {
		t.Error("a list has the words")
	}
}

// Of two reactions that a node made, the first to come stands. SPEC sounding-once.
func TestTheFirstReactionStands(t *testing.T) {
	a, b := two(t)
	p := a.sound("b", "a draft", "2023-11-15")
	a.bring(b)
	b.bring(a)
	key, err := keyOf(Pair{"m", "b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := parseID(p.ID)
	for i, text := range []string{"welcome\nyes", "not_now\nno", "perhaps\nx", "welcome", "changes\na\u202eb", "changes\n" + strings.Repeat("x", MaxWords+1)} {
		if err := a.Arrived("m", "b", key.seal([24]byte{byte(i)}, slip{kind: kindReacts, id: id, text: text})); err != nil {
			t.Fatal(err)
		}
	}
	if s := a.one().Sounding; s.State != "welcome" || s.Words != "yes" {
		t.Errorf("%+v", s)
	}
}

// What is withdrawn asks no more, even where the question comes late; who reads it can react no more, and keeps the paper. SPEC sounding-once.
func TestWithdraw(t *testing.T) {
	a, b := two(t)
	p := a.sound("b", "a draft", "2023-11-15")
	early := a.Due("m", "b")
	if err := b.Arrived("m", "a", early[0]); err != nil { // the paper alone
		t.Fatal(err)
	}
	if err := b.Withdraw("m", p.ID); refusal.As(err).Key != "aside.not_ours_to_withdraw" {
		t.Errorf("who reads it withdraws it: %v", err)
	}
	if err := b.React("m", p.ID, "welcome", ""); refusal.As(err).Key != "aside.not_asked" {
		t.Errorf("nothing was asked: %v", err)
	}
	if err := a.Withdraw("m", p.ID); err != nil {
		t.Fatal(err)
	}
	if err := a.Withdraw("m", p.ID); refusal.As(err).Key != "aside.withdrawn" {
		t.Errorf("twice: %v", err)
	}
	a.bring(b)
	for _, late := range early {
		if err := b.Arrived("m", "a", late); err != nil {
			t.Fatal(err)
		}
	}
	b.bring(a)
	state(t, Withdrawn, a, b)
	settled(t, a, b)
	if err := b.React("m", p.ID, "welcome", ""); refusal.As(err).Key != "aside.withdrawn" {
		t.Errorf("a reaction to what was withdrawn: %v", err)
	}
	if b.one().Text != "a draft" {
		t.Error("the paper is gone from its reader")
	}
}

// Nobody has to answer: the day passes, and the paper lies on until its time is over. Then what was said about it goes too, on both sides, and nothing of it stays in the folder.
func TestSoundingExpires(t *testing.T) {
	a, b := two(t)
	p := a.sound("b", "a draft", "2023-11-15")
	a.bring(b)
	b.bring(a)
	for _, s := range []*side{a, b} {
		s.now = time.Date(2023, 11, 16, 0, 0, 0, 0, time.UTC)
	}
	state(t, Unanswered, a, b)
	if err := b.React("m", p.ID, "not_now", "planted reaction"); err != nil {
		t.Fatal(err)
	}
	b.bring(a)
	state(t, "not_now", a, b)
	for _, s := range []*side{a, b} {
		lies(t, s.dir, "planted reaction", true)
		s.now = s.now.Add(48 * time.Hour)
		if err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(s.dir)
		if err != nil || len(files) != 0 {
			t.Errorf("%d files of %s are left (%v)", len(files), s.party, err)
		}
		if len(s.Due("m", "a"))+len(s.Due("m", "b")) > 1 { // the word that the reaction came is no secret and is gone with the process
			t.Errorf("%s brings something of it", s.party)
		}
	}
}

// Whoever drops the paper drops what was said about it; what is asked later about it is heard, so that it comes no more, and shows nothing.
func TestDropASounding(t *testing.T) {
	a, b := two(t)
	p := a.sound("b", "a draft", "2023-11-15")
	early := a.Due("m", "b")
	a.bring(b)
	b.bring(a)
	if err := b.React("m", p.ID, "changes", "planted reaction"); err != nil {
		t.Fatal(err)
	}
	if err := b.Drop("m", p.ID); err != nil {
		t.Fatal(err)
	}
	lies(t, b.dir, "planted", false)
	for _, late := range early {
		if err := b.Arrived("m", "a", late); err != nil {
			t.Fatal(err)
		}
	}
	b.bring(a)
	if len(b.List("m")) != 0 || len(b.Due("m", "a")) != 0 {
		t.Error("it is back")
	}
	state(t, Awaited, a)
	if again := desk(t, "b", b.dir); len(again.List("m")) != 0 {
		t.Error("it is back after a restart")
	}
}

// A node that does not know soundings leaves them aside and has the paper: its sender sees that the question is not known to have come. What a newer node says beside what we know changes
// nothing here. SPEC sounding-older.
func TestAnOlderNodeHasThePaper(t *testing.T) {
	a, b := two(t)
	a.sound("b", "a draft", "2023-11-15")
	key, err := keyOf(Pair{"m", "a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	for _, sealed := range a.Due("m", "b") {
		s, err := key.open(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if s.kind > kindTaken {
			continue // as the older one does
		}
		if err := b.Arrived("m", "a", sealed); err != nil {
			t.Fatal(err)
		}
	}
	before := a.hand
	b.bring(a)
	if a.hand != before+1 {
		t.Errorf("the question is brought again %d times when the paper is known to be there", a.hand-before)
	}
	if p := a.one(); p.Waiting || !p.Sounding.Waiting || b.one().Sounding != nil || b.one().Text != "a draft" {
		t.Errorf("%+v %+v", p, p.Sounding)
	}
	if err := b.Arrived("m", "a", key.seal([24]byte{7}, slip{kind: kindNoted + 1, id: ID{1}, text: "x"})); err != nil || len(b.Due("m", "a")) != 0 {
		t.Errorf("a newer kind is answered: %v", err)
	}
}

// A third party's node can say nothing of a sounding between two, and none of it can be answered for a paper that nobody asked about. SPEC sounding-once.
func TestNobodyElseReacts(t *testing.T) {
	a, b := two(t)
	p := a.sound("b", "a draft", "2023-11-15")
	plain := a.send("b", "another")
	a.bring(b)
	id, _ := parseID(p.ID)
	other, _ := parseID(plain.ID)
	for _, from := range []string{"b", "c"} {
		key, err := keyOf(Pair{"m", from, "a"})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range []slip{{kind: kindReacts, id: other, text: "welcome\n"}, {kind: kindAsks, id: id, text: "2023-11-15"}, {kind: kindWithdrawn, id: id}, {kind: kindReacts, id: ID{9}, text: "welcome\n"},
			{kind: kindNoted, id: id, keep: time.Duration(kindReacts) * time.Hour}} {
			if err := a.Arrived("m", from, key.seal([24]byte{byte(i)}, s)); err != nil {
				t.Fatal(err)
			}
		}
	}
	key, err := keyOf(Pair{"m", "c", "a"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Arrived("m", "c", key.seal([24]byte{7}, slip{kind: kindReacts, id: id, text: "welcome\n"})); err != nil {
		t.Fatal(err)
	}
	for _, got := range a.List("m") {
		if got.ID == p.ID && (got.Sounding.State != Awaited || !got.Sounding.Waiting) || got.ID == plain.ID && got.Sounding != nil {
			t.Errorf("%+v", got.Sounding)
		}
	}
	if len(a.Due("m", "c")) != 0 {
		t.Error("c is answered")
	}
}

func TestSoundingRefusals(t *testing.T) {
	a, b := two(t)
	for by, key := range map[string]string{"2023-02-30": "aside.no_day", "soon": "aside.no_day", "2023-11-13": "aside.day_past", "2023-11-17": "aside.day_late"} {
		if _, err := a.Sound("m", "b", "x", 48*time.Hour, by); refusal.As(err).Key != key {
			t.Errorf("by %s: %v", by, err)
		}
	}
	a.sound("b", "x", "2023-11-16")
	a.bring(b)
	id := b.one().ID
	for _, tc := range []struct{ reaction, words, key string }{{"perhaps", "", "aside.no_reaction"}, {"welcome", strings.Repeat("x", MaxWords+1), "aside.long_words"}} {
		if err := b.React("m", id, tc.reaction, tc.words); refusal.As(err).Key != tc.key {
			t.Errorf("%s: %v", tc.reaction, err)
		}
	}
	if err := b.React("m", id, "welcome", "a\u202eb"); err == nil {
		t.Error("words that turn round on the page are sent")
	}
	if err := a.React("m", id, "welcome", ""); refusal.As(err).Key != "aside.not_asked" {
		t.Errorf("who asks answers: %v", err)
	}
}

// When the power goes while a reaction is written, the paper is not lost with it; and what is known of a paper that is gone goes, too.
func TestTornSounding(t *testing.T) {
	a, _ := two(t)
	p := a.sound("b", "a draft", "2023-11-15")
	for name, b := range map[string]string{p.ID + soundingSuffix: `{"by":"2023-1`, strings.Repeat("ab", 16) + soundingSuffix: `{"by":"2023-11-15","words":"planted"}`} {
		if err := os.WriteFile(filepath.Join(a.dir, name), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := desk(t, "a", a.dir)
	if got := again.one(); got.Text != "a draft" || got.Sounding != nil {
		t.Errorf("%+v", got)
	}
	files, err := os.ReadDir(a.dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left (%v)", len(files), err)
	}
}
