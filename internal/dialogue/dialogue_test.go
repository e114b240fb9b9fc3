package dialogue

import (
	"net/url"
	"reflect"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/delegation"
	"entente.example/internal/document"
	"entente.example/internal/locale"
	"entente.example/internal/record"
	"entente.example/lang"
	"entente.example/refusal"
)

// Every act of the table is one that the fold knows, that some role may write, and that has its names in three languages.
func TestTheTableIsWhole(t *testing.T) {
	for _, k := range Kinds {
		state, err := record.State(k.ID+"/x", []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := state.(Offering); !ok {
			t.Errorf("%s offers no acts", k.ID)
		}
		for _, key := range []string{"kind." + k.ID, "kind." + k.ID + "_about", "kind." + k.ID + "_none"} {
			if !locale.Has(key) {
				t.Errorf("the catalogue has no %s", key)
			}
		}
		for _, a := range k.Acts {
			err := state.Check(nil, &charter.Act{Entry: entry.Entry{Type: a.Type, Body: []byte(`{"unheard_of":1}`)}})
			if err == nil || refusal.As(err).Key == "entry.newer" {
				t.Errorf("the fold does not know %s: %v", a.Type, err)
			}
			if !locale.Has("do." + a.Type) {
				t.Errorf("the catalogue has no do.%s", a.Type)
			}
			for _, f := range a.Fields {
				if !locale.Has("field." + f.Name) {
					t.Errorf("%s: the catalogue has no field.%s", a.Type, f.Name)
				}
				for _, c := range f.Choices {
					if !locale.Has("choice." + c) {
						t.Errorf("%s: the catalogue has no choice.%s", a.Type, c)
					}
				}
			}
		}
	}
}

func TestFill(t *testing.T) {
	k, _ := Find("concern")
	body, err := k.Opening().Fill(Values{"text:ja": {" 日程を求める。 "}, "text:en": {""}, "to": {"east", ""}, "due": {"2025-03-15"}, "topic": {"t-1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := &concern.Raise{Text: lang.Text{"ja": "日程を求める。"}, Topic: "t-1", To: []string{"east"}, Due: "2025-03-15"}
	if !reflect.DeepEqual(body, want) {
		t.Errorf("%+v", body)
	}
	k, _ = Find("commitment")
	body, err = k.Opening().Fill(Values{"title:en": {"Meet"}, "words_only": {"on"}, "milestones:lang": {"en"}, "milestones": {"m1 | Invite | 2025-06-30\r\n\r\nm2|Meet\n"}})
	if err != nil {
		t.Fatal(err)
	}
	e := body.(*commitment.Enter)
	if !e.WordsOnly || !reflect.DeepEqual(e.Milestones, []commitment.Milestone{{ID: "m1", Title: lang.Text{"en": "Invite"}, Due: "2025-06-30"}, {ID: "m2", Title: lang.Text{"en": "Meet"}}}) {
		t.Errorf("%+v", e)
	}
	if _, err := k.Opening().Fill(Values{"milestones": {"a|b|c|d"}}); err == nil {
		t.Error("a row with too many columns is read")
	}
	k, _ = Find("meeting")
	names, _ := k.Act("meeting.delegation")
	body, err = names.Fill(Values{"delegates:lang": {"ja"}, "delegates": {"1 | head | 渡瀬 岸 | わたせ きし | WATASE Kishi | 代表団長; 調査会長"}})
	if d := body.(*delegation.Draft); err != nil || len(d.Delegates[0].Capacities) != 2 || d.Delegates[0].Capacities[1]["ja"] != "調査会長" || d.Delegates[0].Order != 1 {
		t.Errorf("several capacities in one cell: %+v, %v", d, err)
	}
	k, _ = Find("programme")
	if _, err := k.Opening().Fill(Values{"per_side": {"ten"}}); err == nil {
		t.Error("a number in words is read")
	}
}

// What a form makes of whatever is sent is a body that every node reads back as it was, or it is refused with a reason.
func FuzzFill(f *testing.F) {
	for _, s := range []string{"", "title:en=Water&title:ja=水&note:en=a%0d%0ab", "items:en=One%0aTwo&items:ja=一%0a二&stage=adopted", "number=9999999999999999999", "owners=east&owners=&due=x",
		"paragraphs.id=1&paragraphs.text=They%20met&lang=en", "title:=x&title:xx-yy-zz=%ff%00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, form string) {
		v, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		for _, k := range Kinds {
			for _, a := range k.Acts {
				body, err := a.Fill(Values(v))
				if err != nil {
					if refusal.As(err).Kind == refusal.Internal {
						t.Fatalf("%s: %v", a.Type, err)
					}
					continue
				}
				b, err := entry.Canonical(body)
				if err != nil {
					continue // signs that no entry may have: the node refuses them by name
				}
				again := a.New()
				if err := entry.DecodeBody(&entry.Entry{Type: a.Type, Body: b}, again); err != nil {
					t.Fatalf("%s of %q: %s: %v", a.Type, form, b, err)
				}
				if c, err := entry.Canonical(again); err != nil || string(c) != string(b) {
					t.Fatalf("%s of %q: %s is read as %s (%v)", a.Type, form, b, c, err)
				}
			}
		}
	})
}

// A form that amends begins with what stands: what it spells is read back as the same.
func TestSpell(t *testing.T) {
	k, _ := Find("document")
	want := &document.Deposit{Titles: []document.Title{{Lang: "en", UsedBy: "west", Full: "Joint Statement", Short: "Statement"}, {Lang: "ja", Full: "共同声明", Authority: "仮訳"}},
		Date: "1998-11-26", Place: lang.Text{"en": "Capital", "ja": "都"}, Kind: "joint statement", Act: "issued", InForce: "1999-01-01",
		OtherDates: []document.OtherDate{{Date: "1998-11-28", Source: "White paper, vol. 2"}}, Principles: []lang.Text{{"en": "Peace", "ja": "平和"}, {"en": "Good faith", "ja": "誠実"}},
		Sources: []string{"White paper, vol. 1", "Archive"}, Note: "Two\nlines."}
	values := k.Opening().Spell(want)
	if got := values["titles"]; len(got) != 1 || got[0] != "en | west | Joint Statement | Statement\nja |  | 共同声明 |  | 仮訳" {
		t.Errorf("titles: %q", got)
	}
	body, err := k.Opening().Fill(values)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(body, want) {
		t.Errorf("%+v", body)
	}
	// An item that a language lacks keeps its line, so that no other takes its place.
	gap := k.Opening().Spell(&document.Deposit{Principles: []lang.Text{{"en": "Peace"}, {"ja": "誠実"}}})
	if gap["principles:en"][0] != "Peace\n…" || gap["principles:ja"][0] != "…\n誠実" {
		t.Errorf("%q", gap)
	}
}
