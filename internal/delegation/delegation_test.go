package delegation

import (
	"bytes"
	"fmt"
	"testing"

	"entente.example/lang"
	"entente.example/refusal"
)

func list() []Delegate {
	return []Delegate{
		{Order: 2, Role: "interpreter", Name: lang.Text{"ja": "森 葉子"}, Reading: "もり ようこ", Romanised: "MORI Yoko"},
		{Order: 1, Role: "head", Name: lang.Text{"ja": "渡辺 岸", "zh-Hans": "渡边岸"}, Reading: "わたなべ きし", Romanised: "WATANABE Kishi",
			Capacities: []lang.Text{{"ja": "代表", "en": "President"}, {"ja": "河川委員長", "en": "Chair of the river committee"}}},
		{Order: 2, Role: "deputy", Name: lang.Text{"ar": "ليلى حسن"}, Romanised: "Layla Hasan"},
	}
}

// One spelling, in protocol order, of which nothing is lost. SPEC delegation-paper.
func TestAListKeepsTheOrderThatItsPartyWrote(t *testing.T) {
	d := Draft{Delegates: list()}
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(back[0].Romanised, ", ", back[1].Romanised, ", ", back[2].Romanised); got != "WATANABE Kishi, MORI Yoko, Layla Hasan" {
		t.Errorf("of equal rank, the party's own order goes: %s", got)
	}
	if len(back[0].Capacities) != 2 || back[0].Capacities[1]["en"] != "Chair of the river committee" || back[0].Reading != "わたなべ きし" || back[0].Name["zh-Hans"] != "渡边岸" {
		t.Errorf("lost on the way: %+v", back[0])
	}
	again, err := (&Draft{Delegates: back}).Encode()
	if err != nil || !bytes.Equal(again, b) {
		t.Errorf("another spelling: %s, %v", again, err)
	}
	if d.Delegates[0].Role != "interpreter" {
		t.Error("encoding moves what it was given")
	}
	if head := d.Head(); head["en"] != "President" {
		t.Errorf("the head's first office is %v", head)
	}
}

func TestListsThatAreNone(t *testing.T) {
	change := func(f func(*Delegate)) []Delegate {
		l := list()
		f(&l[1])
		return l
	}
	for key, l := range map[string][]Delegate{
		"dialogue.words_needed":   {},
		"delegation.heads":        change(func(d *Delegate) { d.Role = "member" }),
		"delegation.order":        change(func(d *Delegate) { d.Order = 0 }),
		"delegation.too_long":     make([]Delegate, MaxDelegates+1),
		"delegation.capacities":   change(func(d *Delegate) { d.Capacities = make([]lang.Text, 17) }),
		"dialogue.no_such_choice": change(func(d *Delegate) { d.Role = "guest" }),
	} {
		if err := Check(l); err == nil || refusal.As(err).Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := Check(change(func(d *Delegate) { d.Romanised = "WATANABE\u202e" })); err == nil {
		t.Error("a name that turns the line around is taken")
	}
	for _, s := range []string{``, `{}`, `[]`, `{"format":"entente-delegation/2","delegates":[]}`, `{"format":"entente-delegation/1","delegates":[],"more":1}`, `{"format":"entente-delegation/1"}`} {
		if _, err := Parse([]byte(s)); err == nil {
			t.Errorf("%q is a list", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	b, _ := (&Draft{Delegates: list()}).Encode()
	f.Add(b)
	f.Add([]byte(`{"format":"entente-delegation/1","delegates":[{"order":1,"role":"head","name":{"en":"A"}}]}`))
	f.Add([]byte(`{"delegates":[[[`))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Parse(b)
		if err != nil {
			return
		}
		out, err := (&Draft{Delegates: l}).Encode()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if back, err := Parse(out); err != nil || len(back) != len(l) {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
