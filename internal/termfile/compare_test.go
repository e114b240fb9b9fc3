package termfile

import (
	"fmt"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/glossary"
	"entente.example/internal/topic"
	"entente.example/lang"
	"entente.example/refusal"
)

func by(party charter.PartyID, act string) charter.By { return charter.By{Party: party, Act: act} }

// valley has an agreed word with a newer proposal of birch, one that birch alone has proposed, one that cedar has, two of one spelling, and an issue.
func valley() map[string][]any {
	entered := func(b charter.By, term lang.Text, concurs ...charter.By) glossary.Entered {
		return glossary.Entered{By: b, Enter: glossary.Enter{Term: term}, Concurs: concurs}
	}
	return map[string][]any{
		"term": {
			&glossary.State{ID: "trust", Entered: []glossary.Entered{entered(by("cedar", "c1"), lang.Text{"en": "trust", "ja": "信頼"}, by("birch", "b1")), entered(by("birch", "b2"), lang.Text{"en": "mutual trust", "ja": "相互信頼"})},
				Own: map[charter.PartyID][]glossary.Word{"cedar": {{Language: "ja", Term: "信義", Note: "n"}}, "birch": {{Language: "en", Term: "faith"}}}},
			&glossary.State{ID: "law", Entered: []glossary.Entered{entered(by("birch", "b3"), lang.Text{"en": "law", "zh-Hans": "法", "ja": "法"})}},
			&glossary.State{ID: "river", Entered: []glossary.Entered{entered(by("cedar", "c4"), lang.Text{"en": "river", "fr": "fleuve"})}},
			&glossary.State{ID: "bank", Entered: []glossary.Entered{entered(by("cedar", "c5"), lang.Text{"en": "bank"})}},
			&glossary.State{ID: "bank-2", Entered: []glossary.Entered{entered(by("cedar", "c6"), lang.Text{"en": "bank", "ja": "銀行"})}},
		},
		"topic": {&topic.State{ID: "weir", Own: map[charter.PartyID]*topic.Corner{"cedar": {Terms: []topic.Termed{{Language: "ja", Term: "締切"}}}}}},
	}
}

func own(words []OwnWord) (out string) {
	for _, w := range words {
		out += fmt.Sprintf(" %s/%s=%s(%s)", w.Party, w.Language, w.Term, w.Was)
	}
	return out
}

func TestWhatAFileHasBesideAGlossary(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"en,ja\nTrust,信頼\n", "differs term/trust c1 map[en:Trust ja:信頼] propose,own instead cedar/en=Trust()"}, // how it is written counts
		{"en,ja\ntrust,信頼\n", "same term/trust c1 map[]"},
		{"en\ntrust\n", "same term/trust c1 map[]"},
		{"en,ja\nmutual trust,\n", "concurs term/trust b2 map[] concur"},
		{"en,ja\ntrust,信用\n", "differs term/trust c1 map[en:trust ja:信用] propose,own instead cedar/ja=信用(信義)"},
		{"en,ja\ntrust,信義\n", "differs term/trust c1 map[en:trust ja:信義] propose"}, // ours already
		{"en,\"own (cedar, ja)\",\"own (birch, en)\"\ntrust,信義,faith\n", "same term/trust c1 map[]"},
		{"en,\"own (cedar, ja)\",\"own (birch, en)\"\ntrust,信用,creed\n", "differs term/trust c1 map[] own own cedar/ja=信用(信義) others birch/en=creed(faith)"},
		{"en,\"own (cedar, ja)\",\"own (cedar, en)\"\nlaw,,rule\n", "concurs term/law b3 map[] concur,own own cedar/en=rule()"},
		{"en,zh-CN\nlaw,法\n", "concurs term/law b3 map[] concur"},
		{"en-GB,zh-TW,de\nriver,河,Fluss\n", "same term/river c4 map[] strange zh-TW,de"},
		{"fr\nfleuve\n", "same term/river c4 map[]"}, // a language of the entry alone
		{"en\nbank\n", "differs  map[] ! termfile.several term/bank, term/bank-2"},
		{"en,ja\nbank,銀行\n", "same term/bank-2 c6 map[]"},
		{"id,en\nterm/bank,bank\n", "same term/bank c5 map[]"},
		{"id,en\nterm/trust,good faith\n", "differs term/trust c1 map[en:good faith ja:信頼] propose,own instead cedar/en=good faith()"},
		{"en,ja\nGood faith!,信\n", "new term/good-faith map[en:Good faith! ja:信] propose"},
		{"ja\n川\n", "new term/word-2 map[ja:川] propose"},
		{"id,en\nterm/stream,Stream\n", "new term/stream map[en:Stream] propose"},
		{"de\nFluss\n", "new term/word-2 map[] ! termfile.no_place strange de"},
		{"id,\"own (cedar, en)\"\nterm/stream,burn\n", "new term/stream map[] own cedar/en=burn() ! termfile.own_only"},
		{"id,\"own (cedar, ja)\"\ntopic/weir,締切\n", "same topic/weir map[]"},
		{"id,\"own (cedar, ja)\"\ntopic/weir,堰\n", "differs topic/weir map[] own own cedar/ja=堰(締切)"},
		{"id,\"own (cedar, ja)\"\ntopic/dam,堰\n", "differs topic/dam map[] ! termfile.issue"},
	} {
		f, err := Read([]byte(c.file))
		if err != nil {
			t.Fatal(err)
		}
		k := compared(t, f, valley())
		r := k.Rows[0]
		got := strings.TrimSuffix(fmt.Sprintf("%s %s %s", r.Kind, r.Matter, r.Seen), " ") + fmt.Sprint(" ", map[lang.Tag]string(r.After.Term))
		if len(r.Can) > 0 {
			got += " " + strings.Join(r.Can, ",")
		}
		for name, words := range map[string][]OwnWord{" own": r.Own} {
			if len(words) > 0 {
				got += name + own(words)
			}
		}
		if len(r.Instead) > 0 {
			got += " instead" + own(r.Instead)
		}
		if len(r.Others) > 0 {
			got += " others" + own(r.Others)
		}
		if r.Problem != nil {
			got += strings.TrimRight(" ! "+r.Problem.Key+" "+r.Problem.Params["matters"], " ")
		}
		if len(k.Languages) > 0 {
			var names []string
			for _, l := range k.Languages {
				names = append(names, l.Name)
			}
			got += " strange " + strings.Join(names, ",")
		}
		if got != c.want {
			t.Errorf("%q:\ngot  %s\nwant %s", c.file, got, c.want)
		}
	}
}

// New things of one file take different ids, one thing is compared once, and more words than a glossary has places for are named.
func TestEntriesOfOneFile(t *testing.T) {
	f, err := Read([]byte("en,ja\nstream,流れ\nStream!,川\nstream,流れ\ntrust,\ntrust,信頼\n"))
	if err != nil {
		t.Fatal(err)
	}
	k := compared(t, f, valley())
	if k.Rows[0].Matter != "term/stream" || k.Rows[1].Matter != "term/stream-2" || k.Rows[2].Problem.Key != "termfile.again" || k.Rows[2].Problem.Params["line"] != "2" || k.Rows[4].Problem == nil || k.Of(New) != 3 || k.Of(Same) != 2 {
		t.Errorf("%+v", k.Rows)
	}
	if f, err = Read([]byte(basic)); err != nil {
		t.Fatal(err)
	}
	r := compared(t, f, valley()).Rows[0]
	if own(r.Left) != " /en=strait()" || r.After.Term["en"] != "narrow waters & more" || r.After.Term["zh-Hans"] != "海峡" || r.After.Definition["en"] == "" {
		t.Errorf("%+v", r)
	}
}

// A choice makes the acts that do it for one entry; what has moved since, or was not offered, makes none.
func TestWhatAChoiceMakes(t *testing.T) {
	row := func(file string) Row {
		f, err := Read([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		return compared(t, f, valley()).Rows[0]
	}
	choose := func(r Row, do string) Choice { return Choice{r.Entry, r.Kind, r.Matter, r.Seen, do} }
	none := func(string) bool { return false }
	differs, concurs, fresh := row("en,ja\ntrust,信用\n"), row("en,\"own (cedar, en)\"\nlaw,rule\n"), row("en,\"own (cedar, en)\"\nstream,burn\n")
	for _, c := range []struct {
		row  Row
		do   string
		want string
	}{
		{differs, Propose, "term/trust [{map[en:trust ja:信用] map[]}]"},
		{differs, Own, "term/trust [{ja 信用 }]"},
		{concurs, Concur, "term/law [{b3} {en rule }]"},
		{concurs, Own, "term/law [{en rule }]"},
		{fresh, Propose, "term/stream [{map[en:stream] map[]} {en burn }]"},
		{row("id,\"own (cedar, ja)\"\ntopic/weir,堰\n"), Own, "topic/weir [{ja 堰 }]"},
	} {
		a, err := choose(c.row, c.do).Acts(c.row, none)
		if got := fmt.Sprint(a.Matter, " ", a.Bodies); err != nil || got != c.want {
			t.Errorf("%s: %s %v, want %s", c.do, got, err, c.want)
		}
	}
	moved := choose(differs, Propose)
	moved.Seen = "c0"
	elsewhere, bad, taken := choose(differs, Own), choose(fresh, Propose), choose(fresh, Propose)
	elsewhere.Matter, bad.Matter = "term/law", "text/js-10"
	again := fresh
	again.Problem = refusal.New(refusal.Invalid, "termfile.again", "line", "1")
	for _, c := range []struct {
		choice Choice
		row    Row
		key    string
	}{
		{moved, differs, "termfile.moved"}, {elsewhere, differs, "termfile.moved"}, {choose(fresh, Propose), differs, "termfile.moved"}, {choose(differs, Concur), differs, "termfile.cannot"}, {choose(differs, ""), differs, "termfile.cannot"},
		{bad, fresh, "dialogue.bad_id"}, {taken, fresh, "dialogue.taken"}, {choose(again, Propose), again, "termfile.again"},
	} {
		if a, err := c.choice.Acts(c.row, func(m string) bool { return c.key == "dialogue.taken" && m == "term/stream" }); err == nil || refusal.As(err).Key != c.key {
			t.Errorf("%s: %+v %v", c.key, a, err)
		}
	}
}
