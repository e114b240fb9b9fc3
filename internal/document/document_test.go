package document

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "document/fd-1998", func() subjecttest.State { return &State{ID: "fd-1998"} })
}

// own is a deposit under one title and day, with principles.
func own(title, day string, principles ...string) Deposit {
	d := Deposit{Titles: []Title{{Lang: "en", UsedBy: "", Full: title}}, Date: day, Act: "issued"}
	for _, p := range principles {
		d.Principles = append(d.Principles, lang.Text{"en": p})
	}
	return d
}

// Two parties' deposits stand beside each other, and whoever comes later amends only its own. SPEC document-beside.
func TestADepositIsNeverReplacedByAnotherParty(t *testing.T) {
	p := play(t)
	p.Does("cedar", own("Joint Declaration", "1998-11-26", "Peace", "Good faith"))
	p.Does("birch", own("Declaration of the Autumn", "1998-11-28", "Peace and friendship"))
	s := p.State().(*State)
	if len(s.Deposits) != 2 || s.First().Date != "1998-11-26" || s.By("birch").Document.Date != "1998-11-28" || s.By("willow") != nil {
		t.Fatalf("%+v", s.Deposits)
	}
	if got := s.Conflicts(); len(got) != 1 || got[0].Date != "1998-11-28" || got[0].By != "birch" || got[0].Source != "" {
		t.Errorf("the other party's day is listed as its own: %+v", got)
	}
	p.Does("cedar", own("Joint Declaration", "1998-11-27", "Peace"))
	s = p.State().(*State)
	c := s.By("cedar")
	if len(s.Deposits) != 2 || len(c.Earlier) != 1 || c.Earlier[0].Document.Date != "1998-11-26" || c.Document.Date != "1998-11-27" || s.By("birch").Document.Date != "1998-11-28" {
		t.Errorf("amended: %+v", s.Deposits)
	}
	if titles := s.Titles(); len(titles) != 2 {
		t.Errorf("a title that was there already is there once: %+v", titles)
	}
}

// What a paragraph cites stays to be read: a principle that its party has left out since has its last wording.
func TestACitedPrincipleKeepsItsWording(t *testing.T) {
	p := play(t)
	p.Does("cedar", own("Joint Declaration", "1998-11-26", "Peace", "Good faith"))
	p.Does("cedar", own("Joint Declaration", "1998-11-26", "Peace for all"))
	p.Does("birch", own("Joint Declaration", "1998-11-26", "Peace and friendship"))
	s := p.State().(*State)
	spoken := func(n int) (out []string) {
		for _, w := range s.Principle(n) {
			out = append(out, string(w.Party)+" "+w.Text["en"])
		}
		return out
	}
	for n, want := range map[int][]string{0: nil, 1: {"cedar Peace for all", "birch Peace and friendship"}, 2: {"cedar Good faith"}, 3: nil} {
		if got := spoken(n); !slices.Equal(got, want) {
			t.Errorf("principle %d: %q", n, got)
		}
	}
	if s.Principles() != 2 {
		t.Errorf("%d principles", s.Principles())
	}
}

func TestWhatIsNoDeposit(t *testing.T) {
	p := play(t)
	bad := func(key string, change func(*Deposit)) {
		t.Helper()
		d := own("Joint Declaration", "1998-11-26", "Peace")
		change(&d)
		p.Refuses(key, "cedar", d)
	}
	bad("document.no_title", func(d *Deposit) { d.Titles = nil })
	bad("document.no_title", func(d *Deposit) { d.Titles[0].Full = "" })
	bad("document.no_such_side", func(d *Deposit) { d.Titles[0].UsedBy = "north" })
	bad("document.no_such_day", func(d *Deposit) { d.Date = "1998-11-31" })
	bad("document.no_such_day", func(d *Deposit) { d.OtherDates = []OtherDate{{Date: "1998-02-30", Source: "S25"}} })
	bad("document.date_without_source", func(d *Deposit) { d.OtherDates = []OtherDate{{Date: "1998-11-28"}} })
	for name, change := range map[string]func(*Deposit){
		"a short title": func(d *Deposit) { d.Titles[0].Short = "Decl\u200baration" },
		"an authority":  func(d *Deposit) { d.Titles[0].Authority = "provi\u202esional" },
		"a source":      func(d *Deposit) { d.Sources = []string{"S\u200b25"} },
		"a principle":   func(d *Deposit) { d.Principles[0]["en"] = "Pea\u200bce" },
	} {
		d := own("Joint Declaration", "1998-11-26", "Peace")
		change(&d)
		s := &State{}
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		a := &charter.Act{Party: "cedar"}
		a.Entry.Type, a.Entry.Body = "document.deposit", b
		if s.Check(p.Charter, a) == nil {
			t.Errorf("%s with an invisible character is taken", name)
		}
	}
}

func TestCited(t *testing.T) {
	for cite, want := range map[string]string{"fd-1972": "fd-1972 0", "fd-1972/2": "fd-1972 2", "fd-1972/0": "fd-1972 0", "fd-1972/x": "fd-1972 0", "fd-1972/": "fd-1972 0", "/3": " 3"} {
		if id, n := Cited(cite); fmt.Sprint(id, " ", n) != want {
			t.Errorf("%s: %s %d", cite, id, n)
		}
	}
}
