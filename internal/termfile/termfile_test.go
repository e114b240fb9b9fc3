package termfile

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/glossary"
	"entente.example/internal/termbase"
	"entente.example/internal/topic"
	"entente.example/lang"
	"entente.example/refusal"
)

// basic is TBX-Basic as term banks write it since 2019: the standard's core with data categories as types.
const basic = `<?xml version="1.0" encoding="UTF-8"?>
<?xml-model href="https://example.org/TBXcoreStructV03.rng" type="application/xml"?>
<tbx style="dca" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2">
<tbxHeader><fileDesc><sourceDesc><p>A term bank</p></sourceDesc></fileDesc></tbxHeader>
<text><body>
<conceptEntry id="c5">
 <descrip type="subjectField">law of the sea</descrip>
 <langSec xml:lang="EN_gb">
  <descripGrp><descrip type="definition">Water between
   two shores.</descrip><admin type="source">Handbook</admin></descripGrp>
  <termSec><term>strait</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></termSec>
  <termSec><term>narrow <hi>waters</hi> &amp; more</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termSec>
  <termSec><term>gut</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec>
 </langSec>
 <langSec xml:lang="zh-CN"><termSec><term> 海峡 </term><note>formal</note></termSec></langSec>
 <langSec xml:lang="fr"><termSec><term>détroit</term></termSec></langSec>
</conceptEntry>
</body></text></tbx>`

// martif is the older form, with a document type that is only named, and with groups around terms.
const martif = `<?xml version='1.0'?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><martifHeader><fileDesc><sourceDesc><p/></sourceDesc></fileDesc></martifHeader>
<text><front/><body><termEntry id="IATE-1"><descrip type="definition">At the level of the entry.</descrip>
<langSet xml:lang="en"><ntig><termGrp><term>strait</term><termNote type="partOfSpeech">noun</termNote></termGrp></ntig></langSet>
<langSet xml:lang="ja"><tig><term>海峡</term><admin type="customerSubset">birch</admin><note>n</note></tig></langSet>
</termEntry></body></text></martif>`

// modules is TBX whose data categories are elements of their own.
const modules = `<tbx style="dct" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2" xmlns:basic="http://www.tbxinfo.net/ns/basic" xmlns:min="http://www.tbxinfo.net/ns/min">
<tbxHeader/><text><body><conceptEntry id="1"><langSec xml:lang="en"><basic:definition>Water.</basic:definition>
<termSec><term>strait</term><min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus></termSec></langSec></conceptEntry></body></text></tbx>`

func said(f *File) string {
	var b strings.Builder
	for _, e := range f.Entries {
		fmt.Fprintf(&b, "%d %s %s", e.Line, e.ID, e.Matter)
		for _, w := range e.Words {
			fmt.Fprintf(&b, " | %s %s", w.Language, w.Term)
			if w.Whose != "" || w.Note != "" {
				fmt.Fprintf(&b, " (%s: %s)", w.Whose, w.Note)
			}
		}
		for _, tag := range e.Definition.Tags() {
			fmt.Fprintf(&b, " | = %s %q", tag, e.Definition[tag])
		}
		b.WriteString("\n")
	}
	for _, p := range f.Passed {
		fmt.Fprintf(&b, "- %s %d\n", p.Name, p.Times)
	}
	return b.String()
}

func TestWhatTermBanksWrite(t *testing.T) {
	for name, c := range map[string][2]string{
		"basic":   {"\ufeff" + basic, "6 c5  | en-GB narrow waters & more | zh-CN 海峡 (: formal) | fr détroit | en-GB strait | = en-GB \"Water between\\ntwo shores.\"\n- subjectField 1\n- source 1\n- deprecatedTerm 1\n"},
		"martif":  {martif, "4 IATE-1  | en strait | ja 海峡 (birch: n) | = en \"At the level of the entry.\"\n- partOfSpeech 1\n"},
		"modules": {modules, "2 1  | en strait | = en \"Water.\"\n"},
		"table":   {"\ufeffid;English;term_zh-hans;日本語;definition (en);Field\r\n1;strait;海峡;;\"Water;\n narrow\";sea\r\n;;;;;\r\nterm/x;law;;法;;\r\n", "2 1  | en strait | zh-Hans 海峡 | = en \"Water;\\nnarrow\"\n5 term/x term/x | en law | ja 法\n- Field 1\n"},
		"tabs":    {"term_en\tzh-Hans\tja\tshort definition\nside\t方\t側\tOne of the two.\n", "2   | en side | zh-Hans 方 | ja 側\n- short definition 1\n"},
		"formula": {"en,ja\n'=1+1,'plain\n", "2   | en =1+1 | ja 'plain\n"},
	} {
		f, err := Read([]byte(c[0]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := said(f); got != c[1] {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, c[1])
		}
	}
}

// What cannot be taken whole is refused, and the refusal names the line and, where there is one, the entry.
func TestWhatIsRefused(t *testing.T) {
	body := func(s string) string {
		return "<tbx xmlns=\"urn:iso:std:iso:30042:ed-2\" xml:lang=\"en\"><text><body>\n<conceptEntry id=\"c1\">\n" + s + "\n</conceptEntry></body></text></tbx>"
	}
	term := `<langSec xml:lang="en"><termSec><term>a</term></termSec></langSec>`
	for _, c := range []struct{ name, file, key, line, entry string }{
		{"nothing", " \n", "termfile.empty", "", ""},
		{"too large", strings.Repeat(" ", MaxFile+1), "termfile.large", "", ""},
		{"UTF-16", "\xff\xfee\x00n\x00", "termfile.form", "", ""},
		{"a picture", "\x89PNG\r\n\x1a\n\x00", "termfile.form", "", ""},
		{"other XML", "<html><body/></html>", "termfile.form", "", ""},
		{"one word", "strait", "termfile.form", "", ""},
		{"an entity", "<!DOCTYPE tbx [\n<!ENTITY a \"aaaa\">\n]><tbx/>", "termfile.dtd", "3", "–"},
		{"an entity that nobody declared", body(`<langSec xml:lang="en"><termSec><term>&a;</term></termSec></langSec>`), "termfile.xml", "3", "c1"},
		{"a declaration within", body("<!ELEMENT a ANY>"), "termfile.dtd", "3", "c1"},
		{"another encoding", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<tbx/>", "termfile.xml", "1", "–"},
		{"cut off", body(term)[:150], "termfile.xml", "3", "c1"},
		{"behind the root", body(term) + "\n<", "termfile.xml", "5", "–"},
		{"no word", body(`<langSec xml:lang="en"><termSec><term> </term></termSec></langSec>`), "termfile.no_word", "3", "c1"},
		{"an entry without words", body(""), "termfile.no_word", "2", "c1"},
		{"no language", body("\n" + strings.Replace(term, `xml:lang="en"`, "", 1)), "termfile.language", "4", "c1"},
		{"a language that is none", body(strings.Replace(term, `"en"`, `"english please"`, 1)), "termfile.language", "3", "c1"},
		{"two terms in one", body(`<langSec xml:lang="en"><termSec><term>a</term><term>b</term></termSec></langSec>`), "termfile.element", "3", "c1"},
		{"a strange element", body("<script/>" + term), "termfile.element", "3", "c1"},
		{"stray words", body("words" + term), "termfile.stray", "3", "c1"},
		{"too deep", body(`<langSec xml:lang="en"><termSec><term>` + strings.Repeat("<hi>", 30)), "termfile.deep", "3", "c1"},
		{"groups too deep", body(strings.Repeat("<descripGrp>", 30)), "termfile.deep", "3", "c1"},
		{"too long", body(`<langSec xml:lang="en"><termSec><term>` + strings.Repeat("a", maxWording+1) + `</term></termSec></langSec>`), "termfile.long", "3", "c1"},
		{"an invisible character", body(strings.Replace(term, ">a<", ">a\u200bb<", 1)), "termfile.character", "3", "c1"},
		{"no entries", "<tbx><text><body/></text></tbx>", "termfile.empty", "", ""},
		{"too many entries", "en,ja\n" + strings.Repeat("a,b\n", MaxEntries+1), "termfile.entries", "5002", "–"},
		{"too many columns", strings.Repeat("en,", maxColumns) + "en\n", "termfile.columns", "1", "–"},
		{"no column of a language", "term,meaning\na,b\n", "termfile.no_language", "", ""},
		{"a language twice", "en,English\na,b\n", "termfile.twice", "1", "–"},
		{"a quotation that is not closed", "en,ja\na,b\nc,\"d\n", "termfile.table", "3", "–"},
		{"a field too many", "en,ja\na,b\na,b,c\n", "termfile.fields", "3", "–"},
		{"a line without a word", "id,en,definition en\nx,,meaning\n", "termfile.no_word", "2", "x"},
		{"bytes that are no characters", "en,ja\na,\xff\n", "termfile.character", "2", "–"},
	} {
		f, err := Read([]byte(c.file))
		if err == nil {
			t.Errorf("%s: %s", c.name, said(f))
			continue
		}
		if r := refusal.As(err); r.Kind != refusal.Invalid || r.Key != c.key || r.Params["line"] != c.line || r.Params["entry"] != c.entry {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// sound checks what every reader promises of a file that it takes.
func sound(t *testing.T, b []byte) {
	f, err := Read(b)
	if err != nil {
		if refusal.As(err).Kind != refusal.Invalid {
			t.Errorf("%v", err)
		}
		return
	}
	if len(f.Entries) == 0 || len(f.Entries) > MaxEntries {
		t.Errorf("%d entries", len(f.Entries))
	}
	for _, e := range f.Entries {
		if len(e.Words) == 0 || len(e.Words) > maxWords || e.Line < 1 {
			t.Errorf("%+v", e)
		}
		for _, w := range e.Words {
			if w.Term == "" || lang.CheckLine(w.Term) != nil || lang.CheckText(w.Note) != nil || lang.CheckLine(w.Whose) != nil || w.Language.Check() != nil {
				t.Errorf("%+v", w)
			}
		}
		if err := e.Definition.Check(); err != nil {
			t.Error(err)
		}
	}
	k := compared(t, &File{Entries: f.Entries}, nil)
	if len(k.Rows) != len(f.Entries) {
		t.Errorf("%d rows of %d entries", len(k.Rows), len(f.Entries))
	}
}

func FuzzReadTBX(f *testing.F) {
	for _, s := range []string{basic, martif, modules, "<tbx>", "<!DOCTYPE tbx [<!ENTITY a 'b'>]><tbx>&a;</tbx>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sound(t, []byte("<tbx"+strings.TrimPrefix(s, "<tbx")))
		sound(t, []byte(s))
	})
}

func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"en,ja\na,b\n", "\ufeffid;en;own (cedar, ja);note (cedar, ja)\r\nterm/x;'=a;b;c\r\n", "definition (en)\ten\n\"a\nb\"\tc\n", "en\n\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sound(t, []byte(s)) })
}

var parties = &charter.Document{ID: "valley", Languages: []lang.Tag{"en", "zh-Hans", "ja"}, Drafting: "en", Sides: []charter.Side{{ID: "east", Parties: []charter.PartyID{"cedar"}}, {ID: "west", Parties: []charter.PartyID{"birch"}}},
	Parties: []charter.Party{{ID: "cedar", Side: "east"}, {ID: "birch", Side: "west"}}}

func compared(t *testing.T, f *File, states map[string][]any) *Comparison {
	t.Helper()
	out, err := Compare(charter.NewAs("m", parties), "cedar", f, func(kind string) ([]any, error) { return states[kind], nil })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What we write and read again is all the same, whatever the glossary holds.
func TestOurOwnFilesAreTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 13))
	tags := []lang.Tag{"en", "zh-Hans", "ja", "fr"}
	words := []string{"mutual trust", "互信", "相互信頼", "=1+1", "'=2", "''=3", "-x", "a, \"b\"; c", "<x> & y", "détente", "１+１"}
	any1 := func() string { return words[rng.IntN(len(words))] + fmt.Sprint(rng.IntN(1000)) }
	text := func(n int) lang.Text {
		out := lang.Text{}
		for _, i := range rng.Perm(len(tags))[:n] {
			out[tags[i]] = any1()
		}
		return out
	}
	for range 200 {
		states := map[string][]any{}
		for i := range 1 + rng.IntN(6) {
			s := &glossary.State{ID: fmt.Sprintf("w.%d-x", i), Own: map[charter.PartyID][]glossary.Word{}}
			for v := range 1 + rng.IntN(2) {
				e := glossary.Entered{By: charter.By{Party: "cedar", Act: fmt.Sprint("cedar-", v)}, Enter: glossary.Enter{Term: text(1 + rng.IntN(4)), Definition: text(rng.IntN(3))}}
				if rng.IntN(2) == 0 {
					e.Concurs = []charter.By{{Party: "birch"}}
				}
				s.Entered = append(s.Entered, e)
			}
			for _, p := range []charter.PartyID{"cedar", "birch"} {
				if rng.IntN(2) == 0 {
					s.Own[p] = append(s.Own[p], glossary.Word{Language: tags[rng.IntN(4)], Term: any1(), Note: any1() + "\n" + any1()})
				}
			}
			states["term"] = append(states["term"], s)
		}
		states["topic"] = []any{&topic.State{ID: "weir", Raised: []topic.Raised{{Title: lang.Text{"en": "Works"}}}, Own: map[charter.PartyID]*topic.Corner{"cedar": {Terms: []topic.Termed{{Language: "ja", Term: any1()}}}}}}
		concepts, err := termbase.Gather(charter.NewAs("m", parties), func(kind string) ([]any, error) { return states[kind], nil })
		if err != nil {
			t.Fatal(err)
		}
		xml, err := termbase.TBX("valley", "en", concepts)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{xml, termbase.Table("valley", "en", concepts).CSV("en")} {
			f, err := Read(b)
			if err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			k := compared(t, f, states)
			if k.Of(Same) != len(concepts) || len(k.Passed) > 0 || len(k.Languages) > 0 {
				t.Fatalf("%+v\n%s", k, b)
			}
			for _, r := range k.Rows {
				if r.Problem != nil || len(r.Can)+len(r.Own)+len(r.Others)+len(r.Left) > 0 {
					t.Fatalf("%+v\n%s", r, b)
				}
			}
		}
	}
}
