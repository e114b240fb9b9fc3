package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/seal"
)

// adopted is a text of one paragraph that every party has sealed.
func adopted(t testing.TB) (*universe, []*replica) {
	t.Helper()
	u, rs := ready(t)
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	return u, rs
}

// slip is a correction of the English wording that table wrote.
func slip(defective, corrected string) text.Rectify {
	return text.Rectify{Symbol: "T/1/Corr.1", Items: []text.Erratum{{Paragraph: "1", Language: "en", Defective: defective, Corrected: corrected}}}
}

func (r *replica) stands(tag lang.Tag) (now, sealed string) {
	return r.text().StandsAs(r.fold.Charter(), "1", tag)
}

func (r *replica) lastRectification() string {
	all := r.text().Rectifications
	return all[len(all)-1].Act
}

// Scenario a08: when every party has attested, the corrected wording is the current one; what was sealed stays readable, and its statement and manifest are the same bytes; only the language concerned changes. Two of
// three change nothing, and neither does time. SPEC rectify-attested, rectify-adopted, rectify-time.
func TestA08ARectifiedTextStandsCorrectedAndStaysAsSealed(t *testing.T) {
	u, rs := ready(t)
	if err := rs[2].write(rs[2].all(), theText, slip("1", "one")); key(err) != "text.rectify_not_adopted" {
		t.Fatalf("a text under negotiation is rectified: %v", err)
	}
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	before, err := rs[0].text().Statement(rs[0].fold.Charter(), 1, "")
	must(t, err)
	en, _ := rs[0].stands("en")
	ja, _ := rs[0].stands("ja")
	if err := rs[2].write(rs[2].all(), theText, slip("not there", "x")); key(err) != "text.rectify_passage" {
		t.Fatalf("what does not stand in the text is corrected: %v", err)
	}
	must(t, rs[2].write(rs[2].all(), theText, slip(en, "Corrected;")))
	settle(rs)
	attest := text.Attest{Rectification: rs[2].lastRectification()}
	if err := rs[0].write(rs[0].all(), theText, attest); key(err) != "text.rectify_early" {
		t.Fatalf("attested within the time for objection: %v", err)
	}
	u.at = u.at.AddDate(0, 0, 15)
	for _, r := range rs[:2] {
		must(t, r.write(r.all(), theText, attest))
	}
	u.at = u.at.AddDate(30, 0, 0)
	settle(rs)
	for _, r := range rs {
		if now, _ := r.stands("en"); now != en || len(r.text().Corrections(r.fold.Charter())) != 0 {
			t.Fatalf("replica %d: corrected without the third party: %q", r.me, now)
		}
	}
	must(t, rs[2].write(rs[2].all(), theText, attest))
	settle(rs)
	for _, r := range rs {
		now, sealed := r.stands("en")
		if now != "Corrected;" || sealed != en {
			t.Errorf("replica %d: stands as %q, sealed as %q", r.me, now, sealed)
		}
		if now, _ := r.stands("ja"); now != ja {
			t.Errorf("replica %d: the Japanese is now %q", r.me, now)
		}
		after, err := r.text().Statement(r.fold.Charter(), 1, "")
		must(t, err)
		if seal.FileOf("", after).Hex() != seal.FileOf("", before).Hex() || r.outcome() != "adopted" {
			t.Errorf("replica %d: what the seals cover has changed", r.me)
		}
		if k := r.text().Corrections(r.fold.Charter()); len(k) != 1 || k[0].Symbol != "T/1/Corr.1" || len(k[0].Changes) != 1 || k[0].Changes[0].Before != en {
			t.Errorf("replica %d: %+v", r.me, k)
		}
	}
}

// One objection ends it, at any time before that party's own attestation, and each party has one word. SPEC rectify-one-word.
func TestAnObjectionEndsARectification(t *testing.T) {
	u, rs := adopted(t)
	en, _ := rs[0].stands("en")
	must(t, rs[0].write(rs[0].all(), theText, slip(en, "Corrected;")))
	settle(rs)
	id := rs[0].lastRectification()
	u.at = u.at.AddDate(1, 0, 0)
	must(t, rs[0].write(rs[0].all(), theText, text.Attest{Rectification: id}))
	if err := rs[0].write(rs[0].all(), theText, text.Object{Rectification: id}); key(err) != "text.rectify_said" {
		t.Fatalf("objects to what it attested: %v", err)
	}
	must(t, rs[1].write(rs[1].all(), theText, text.Object{Rectification: id}))
	must(t, rs[2].write(rs[2].all(), theText, text.Attest{Rectification: id})) // it had not heard of the objection
	settle(rs)
	for _, r := range rs {
		if now, _ := r.stands("en"); now != en || r.text().Rectification(id).Status(r.fold.Charter()) != text.RectificationObjected {
			t.Errorf("replica %d: %q", r.me, now)
		}
	}
	must(t, rs[0].write(rs[0].all(), theText, slip(en, "Corrected again;")))
	settle(rs)
	if err := rs[2].write(rs[2].all(), theText, text.Attest{Rectification: id}); key(err) != "text.rectify_said" {
		t.Errorf("speaks twice: %v", err)
	}
}

// Two corrections of one passage cannot both be attested without one being made first: whoever attests the second knows the text with the first. SPEC rectify-in-turn.
func TestRectificationsOfOneParagraphComeInTurn(t *testing.T) {
	u, rs := adopted(t)
	en, _ := rs[0].stands("en")
	must(t, rs[0].write(rs[0].all(), theText, slip(en, "First;")))
	must(t, rs[1].write(rs[1].all(), theText, slip(en, "Second;")))
	settle(rs)
	first, second := rs[0].text().Rectifications[0].Act, rs[0].text().Rectifications[1].Act
	u.at = u.at.AddDate(1, 0, 0)
	must(t, rs[0].write(rs[0].all(), theText, text.Attest{Rectification: first}))
	if err := rs[0].write(rs[0].all(), theText, text.Attest{Rectification: second}); key(err) != "text.rectify_other_first" {
		t.Fatalf("attests two at once: %v", err)
	}
	settle(rs)
	for _, r := range rs[1:] {
		must(t, r.write(r.all(), theText, text.Attest{Rectification: first}))
	}
	settle(rs)
	if err := rs[0].write(rs[0].all(), theText, text.Attest{Rectification: second}); key(err) != "text.rectify_passage" {
		t.Errorf("the passage is gone, and is corrected again: %v", err)
	}
	must(t, rs[2].write(rs[2].all(), theText, slip("First;", "Third;")))
	settle(rs)
	third := rs[2].lastRectification()
	u.at = u.at.AddDate(1, 0, 0)
	for _, r := range rs {
		must(t, r.write(r.all(), theText, text.Attest{Rectification: third}))
	}
	settle(rs)
	for _, r := range rs {
		if now, sealed := r.stands("en"); now != "Third;" || sealed != en {
			t.Errorf("replica %d: stands as %q, sealed as %q", r.me, now, sealed)
		}
	}
}

// Whatever parties propose, attest and object to without knowing of each other, and in whatever order it arrives: every replica comes to the same corrections, and no correction that one has shown is ever taken back by
// what arrives later.
func TestCorrectionsDoNotDependOnArrival(t *testing.T) {
	made := 0
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 8))
			u, rs := adopted(t)
			shown := []map[string]bool{{}, {}, {}}
			for range 160 {
				r := rs[rng.IntN(3)]
				switch rng.IntN(3) {
				case 0:
					r.receive(rng.IntN(3), 1+rng.Int64N(12))
				case 1:
					u.at = u.at.AddDate(0, 0, rng.IntN(20))
				default:
					_ = r.write(r.all(), theText, r.correction(rng)) // many are refused
				}
				for id := range shown[r.me] {
					if !slices.Contains(r.text().Corrected, id) {
						t.Fatalf("replica %d has taken %s back", r.me, id)
					}
				}
				for _, id := range r.text().Corrected {
					shown[r.me][id] = true
				}
			}
			settle(rs)
			want := rs[0].states()
			for _, k := range rs[0].text().Corrections(rs[0].fold.Charter()) {
				made++
				if len(k.Changes) == 0 {
					t.Errorf("%s is in force and changes nothing", k.Act)
				}
			}
			for i := range 6 {
				if got := u.replay(i%3, rand.New(rand.NewPCG(seed, uint64(i)))).states(); !maps.Equal(got, want) {
					t.Errorf("replay %d comes to another state", i)
				}
			}
		})
	}
	if made == 0 {
		t.Error("no correction was ever made, so nothing was tested")
	}
}

// correction is some act about a correction.
func (r *replica) correction(rng *rand.Rand) interface{ EntryType() string } {
	var open []*text.Rectification
	for _, x := range r.text().Rectifications {
		if x.Status(r.fold.Charter()) == text.RectificationProposed {
			open = append(open, x)
		}
	}
	if len(open) == 0 || rng.IntN(16) == 0 {
		tag := []lang.Tag{"en", "ja"}[rng.IntN(2)]
		now, _ := r.stands(tag)
		b := slip(now, fmt.Sprintf("Wording %d;", rng.IntN(1000)))
		b.Items[0].Language = tag
		return b
	}
	id := open[0].Act
	if rng.IntN(3) == 0 {
		id = open[rng.IntN(len(open))].Act
	}
	if rng.IntN(6) == 0 {
		return text.Object{Rectification: id}
	}
	return text.Attest{Rectification: id}
}

// The table of docs/dialogue.md is what the code does with a rectification.
func TestRectificationIsAsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/dialogue.md")
	must(t, err)
	_, doc, _ := strings.Cut(string(b), "\n## rectification\n")
	doc, _, _ = strings.Cut(doc, "\n## ")
	rows := map[string]bool{}
	for choice := range 8 { // each party in turn attests or objects
		u, rs := adopted(t)
		en, _ := rs[0].stands("en")
		must(t, rs[0].write(rs[0].all(), theText, slip(en, "Corrected;")))
		id := rs[0].lastRectification()
		u.at = u.at.AddDate(1, 0, 0)
		for i, r := range rs {
			settle(rs)
			x := r.text().Rectification(id)
			from, act := x.Status(r.fold.Charter()), "attest"
			var body entry.Body = text.Attest{Rectification: id}
			if choice>>i&1 == 1 {
				act, body = "object", text.Object{Rectification: id}
			}
			if err := r.write(r.all(), theText, body); err == nil {
				rows[fmt.Sprintf("| %s | %s | any party | %s |", from, act, r.text().Rectification(id).Status(r.fold.Charter()))] = true
			} else if key(err) != "text.rectify_ended" || from != text.RectificationObjected {
				t.Errorf("%s by party %d in %s: %v", act, i, from, err)
			}
		}
	}
	for line := range strings.Lines(doc) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| from ") && !rows[line] {
			t.Errorf("the code does not do %s", line)
		}
		delete(rows, line)
	}
	for row := range rows {
		t.Errorf("not in docs/dialogue.md: %s", row)
	}
}
