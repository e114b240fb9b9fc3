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
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/readout"
	"entente.example/internal/record"
	"entente.example/internal/text"
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
				if !locale.Has(f.Key()) {
					t.Errorf("%s: the catalogue has no %s", a.Type, f.Key())
				}
				for _, c := range f.Choices {
					if !locale.Has(f.ChoiceKey(c)) {
						t.Errorf("%s: the catalogue has no %s", a.Type, f.ChoiceKey(c))
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

// Rows say in other languages what they say in one, and a form that takes the place of what stands begins with it: sent as it came it says the same.
func TestRowsInSeveralLanguages(t *testing.T) {
	k, _ := Find("minutes")
	body, err := k.Opening().Fill(Values{"title:en": {"Ninth meeting"}, "paragraphs:lang": {"en"}, "paragraphs": {"1 | Opened.\n\n2 | Closed."}, "paragraphs:ja": {"開会した。\n-"}, "paragraphs:zh-Hans": {"开幕。\n闭幕。"}})
	want := []minutes.Paragraph{{ID: "1", Text: lang.Text{"en": "Opened.", "ja": "開会した。", "zh-Hans": "开幕。"}}, {ID: "2", Text: lang.Text{"en": "Closed.", "zh-Hans": "闭幕。"}}}
	if err != nil || !reflect.DeepEqual(body.(*minutes.Circulate).Paragraphs, want) {
		t.Fatalf("%+v, %v", body, err)
	}
	v := k.Opening().Unfill(body, "en")
	if v.one("paragraphs:ja") != "開会した。\n-" || v.one("paragraphs") != "1 | Opened.\n2 | Closed." {
		t.Errorf("%q", v)
	}
	for _, said := range []string{"開会した。", "開会した。\n閉会した。\n散会した。", "開会した。 | 朝\n-"} {
		if _, err := k.Opening().Fill(Values{"title:en": {"x"}, "paragraphs:lang": {"en"}, "paragraphs": {"1 | Opened.\n2 | Closed."}, "paragraphs:ja": {said}}); err == nil {
			t.Errorf("%q is read beside two rows", said)
		}
	}
	for _, b := range []entry.Body{
		&minutes.Circulate{Title: lang.Text{"en": "x"}, Paragraphs: []minutes.Paragraph{{ID: "1", Text: lang.Text{"en": "One | two"}}}},
		&minutes.Circulate{Title: lang.Text{"en": "x"}, Paragraphs: []minutes.Paragraph{{ID: "1", Text: lang.Text{"en": "One\ntwo"}}}},
		&minutes.Circulate{Title: lang.Text{"en": "x"}, Paragraphs: []minutes.Paragraph{{ID: "1", Text: lang.Text{"ja": "-", "en": "One"}}}},
	} {
		if v := k.Opening().Unfill(b, "en"); v != nil {
			t.Errorf("a form that cannot say it begins with %q", v)
		}
	}
	k, _ = Find("meeting")
	agenda, _ := k.Act("meeting.agenda")
	b := &meeting.Agenda{Stage: "annotated", Items: []lang.Text{{"en": "Opening", "ja": "開会"}}, Annotations: []meeting.Annotation{{Item: 1, Text: lang.Text{"ja": "議長"}, Documents: []string{"X/1/L.1", "X/1/L.2"}}},
		Arrangements: []meeting.Arrangement{{Item: 1, Interpretation: "consecutive", Languages: []string{"en", "ja"}, Minutes: 10}}, Nameless: true}
	v = agenda.Unfill(b, "en")
	if again, err := agenda.Fill(v); err != nil || !reflect.DeepEqual(again, entry.Body(b)) {
		t.Errorf("%q is %+v, %v", v, again, err)
	}
	k, _ = Find("readout")
	put, err := k.Opening().Fill(Values{"title:en": {"x"}, "sentences": {"1 | They met."}, "sentences:lang": {"en"}, "until": {"2025-01-14T17:00:00+09:00"}})
	if err != nil || put.(*readout.Put).Until != "2025-01-14T08:00:00Z" {
		t.Errorf("an instant with its distance from UTC: %+v, %v", put, err)
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
				if v := a.Unfill(body, "en"); v != nil {
					same, err := a.Fill(v)
					if err != nil {
						t.Fatalf("%s of %q: what a form begins with is refused: %v", a.Type, form, err)
					}
					if c, err := entry.Canonical(same); err != nil || string(c) != string(b) {
						t.Fatalf("%s of %q: a form begins with %s, where %s stands", a.Type, form, c, b)
					}
				}
				if c, err := entry.Canonical(again); err != nil || string(c) != string(b) {
					t.Fatalf("%s of %q: %s is read as %s (%v)", a.Type, form, b, c, err)
				}
			}
		}
	})
}

// Who amends their deposit begins with it, in every kind of field that it has.
func TestADepositIsWrittenAgain(t *testing.T) {
	k, _ := Find("document")
	want := &document.Deposit{Titles: []document.Title{{Lang: "en", UsedBy: "west", Full: "Joint Statement", Short: "Statement"}, {Lang: "ja", Full: "共同声明", Authority: "仮訳"}},
		Date: "1998-11-26", Place: lang.Text{"en": "Capital", "ja": "都"}, Kind: "joint statement", Act: "issued", InForce: "1999-01-01",
		OtherDates: []document.OtherDate{{Date: "1998-11-28", Source: "White paper, vol. 2"}}, Principles: []lang.Text{{"en": "Peace", "ja": "平和"}, {"en": "Good faith", "ja": "誠実"}},
		Sources: []string{"White paper, vol. 1", "Archive"}, Note: "Two\nlines."}
	values := k.Opening().Unfill(want, "en")
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
	// A form has no way to say a principle that a language lacks: it begins empty, and nothing that stands is lost by sending it as it came.
	if v := k.Opening().Unfill(&document.Deposit{Principles: []lang.Text{{"en": "Peace"}, {"ja": "誠実"}}}, "en"); v != nil {
		t.Errorf("%q", v)
	}
}

// What an act must point at is asked for by its field's name, whether the act came from a form, as a pointer, or from code.
func TestWhatAnActMustPointAt(t *testing.T) {
	for _, b := range []entry.Body{commitment.Concur{}, &commitment.Concur{}} {
		if got := Lacks(b); got != "entered" {
			t.Errorf("%T lacks %q", b, got)
		}
	}
	for _, b := range []entry.Body{commitment.Concur{Entered: "cedar-1"}, &concern.Raise{}, text.Drop{}} {
		if got := Lacks(b); got != "" {
			t.Errorf("%T lacks %q", b, got)
		}
	}
}
