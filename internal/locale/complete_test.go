package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"entente.example/lang"
)

func TestThreeLanguagesSayTheSame(t *testing.T) {
	english := messages(lang.English)
	if len(english) < 100 {
		t.Fatalf("only %d messages: the catalogue was not read", len(english))
	}
	for _, tag := range Languages {
		for key, m := range english {
			other, ok := messages(tag)[key]
			if !ok {
				t.Errorf("%s is missing in %s", key, tag)
				continue
			}
			if want, got := m.placeholders(), other.placeholders(); !slices.Equal(want, got) {
				t.Errorf("%s in %s has the placeholders %q, in English %q", key, tag, got, want)
			}
		}
		for key, m := range messages(tag) {
			if _, ok := english[key]; !ok {
				t.Errorf("%s is in %s and not in English", key, tag)
			}
			if m.format(nil) == "" {
				t.Errorf("%s in %s is empty", key, tag)
			}
		}
	}
}

// A sentence left in English, or a Chinese one pasted into Japanese, has the wrong letters.
func TestMessagesAreInTheirLanguage(t *testing.T) {
	for key, m := range messages(lang.English) {
		if s := m.format(nil); strings.IndexFunc(s, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }) >= 0 {
			t.Errorf("%s in English: %s", key, s)
		}
	}
	for key, m := range messages(lang.Chinese) {
		if s := m.format(nil); strings.IndexFunc(s, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) && r != 'ー' }) >= 0 {
			t.Errorf("%s in Chinese: %s", key, s)
		}
	}
	for key, m := range messages(lang.Japanese) {
		if s := m.format(nil); strings.ContainsAny(s, "这们为对时签发处无进认两应读员语问题") && !strings.ContainsFunc(s, kana) {
			t.Errorf("%s in Japanese looks Chinese: %s", key, s)
		}
	}
}

// Between Chinese characters stand Chinese marks.
func TestChinesePunctuation(t *testing.T) {
	half := regexp.MustCompile(`\p{Han}[,;:!?()]|[,;:()]\p{Han}`)
	for key, m := range messages(lang.Chinese) {
		if s := m.format(nil); half.MatchString(s) {
			t.Errorf("%s in Chinese has a half-width mark: %s", key, s)
		}
	}
}

// What the field calls one thing has one name on every page: a reader who meets two looks for the difference. Left, the words that came in beside it.
func TestATermHasOneName(t *testing.T) {
	for tag, terms := range map[lang.Tag]map[string]string{
		lang.Chinese: {"用印": "签章", "盖印": "签章", "印章": "签章", "签署密钥": "签章密钥", "签署台": "签章台", "基础文件": "政治文件"},
		lang.Japanese: {"封印": "公印（押印する）", "調印": "公印（押印する）", "公印の鍵": "公印鍵", "憲章": "設置要綱", "設立文書": "設置要綱", "受領証": "受領確認", "貴党": "自側", "自党": "自側", "当方": "自側", "委任": "権限", "全党": "全当事者",
			"要約値": "ダイジェスト", "合言葉": "パスフレーズ", "運営者": "運用者", "招待状": "招請状", "公印保管者": "公印管理者", "凍結": "確定"},
	} {
		for key, m := range messages(tag) {
			for other, term := range terms {
				if s := m.format(nil); strings.Contains(s, other) {
					t.Errorf("%s in %s says %s where the rest says %s: %s", key, tag, other, term, s)
				}
			}
		}
	}
}

// A page, its refusals and its letters speak to the same person: whole sentences end politely in Japanese everywhere. Names of things and buttons are no sentences and end as they do in a list.
func TestJapaneseIsPolite(t *testing.T) {
	plain, polite := regexp.MustCompile(`[るたいだうくぐすつぬぶむ]。`), regexp.MustCompile(`(です|ます|でした|ました|ください)。`)
	for _, bad := range []string{"ここにはない。", "保存した。送り直されたい。", "何も残らない。もう一度お試しください。"} {
		if !plain.MatchString(polite.ReplaceAllString(bad, "")) {
			t.Errorf("%s is taken for polite", bad)
		}
	}
	for key, m := range messages(lang.Japanese) {
		if s := m.format(nil); plain.MatchString(polite.ReplaceAllString(s, "")) {
			t.Errorf("%s in Japanese ends a sentence as among friends: %s", key, s)
		}
	}
}

func kana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }

// use is one place that names a message.
type use struct {
	key, where string
	params     []string // names of a refusal's parameters, as far as they are literals
	open       bool     // more of them come from elsewhere
}

const root = "../.."

var keyForm = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// The uses in Go files: what a refusal is made of, what is asked for by Message or a say of some command's, and every other literal that looks like a key. A literal that ends in a dot, an underscore or "%s" is a family of keys.
func goUses(t *testing.T) (refusals, asked, literals []use) {
	t.Helper()
	walk(t, ".go", func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return // someone is writing it; the compiler will say so
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				for i, name := range []string{"say", "Message"} { // the key is its first argument, or its second
					if called(x) == name && len(x.Args) > i {
						if key, ok := literal(x.Args[i]); ok {
							asked = append(asked, use{key: key, where: set.Position(x.Pos()).String()})
						}
					}
				}
				if s, ok := x.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "New" && len(x.Args) > 1 {
					if p, ok := s.X.(*ast.Ident); ok && p.Name == "refusal" {
						if key, ok := literal(x.Args[1]); ok {
							u := use{key: key, where: set.Position(x.Pos()).String(), open: x.Ellipsis.IsValid()}
							for i := 2; i < len(x.Args); i += 2 {
								name, ok := literal(x.Args[i])
								u.params, u.open = append(u.params, name), u.open || !ok
							}
							refusals = append(refusals, u)
						}
					}
				}
			case *ast.BasicLit:
				if key, ok := literal(x); ok {
					literals = append(literals, use{key: key, where: path})
				}
			}
			return true
		})
	})
	return refusals, asked, literals
}

// called is the name of a function that is called, of whatever package.
func called(x *ast.CallExpr) string {
	switch f := x.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

var templateString = regexp.MustCompile(`\b(?:t|printf) "([a-z]+\.[a-z0-9_.]*(?:%s)?)"`)

func templateUses(t *testing.T) []use {
	t.Helper()
	var out []use
	walk(t, ".html", func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range templateString.FindAllStringSubmatch(string(b), -1) {
			out = append(out, use{key: m[1], where: path})
		}
	})
	return out
}

func walk(t *testing.T, ext string, f func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(path, ext):
			f(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryMessageUsedExists(t *testing.T) {
	refusals, asked, _ := goUses(t)
	if len(refusals) < 20 || len(asked) < 20 {
		t.Fatalf("only %d refusals and %d messages found in the code", len(refusals), len(asked))
	}
	for _, u := range refusals {
		if !Has(u.key) {
			t.Errorf("%s: the catalogue has no %q", u.where, u.key)
			continue
		}
		for _, name := range messages(lang.English)[u.key].placeholders() {
			if !u.open && !slices.Contains(u.params, name) {
				t.Errorf("%s: %s wants the parameter %q, which this refusal does not have", u.where, u.key, name)
			}
		}
	}
	for _, u := range slices.Concat(asked, templateUses(t)) {
		if keyForm.MatchString(u.key) && !Has(u.key) {
			t.Errorf("%s: the catalogue has no %q", u.where, u.key)
		}
	}
}

func TestEveryMessageIsUsed(t *testing.T) {
	refusals, _, literals := goUses(t)
	used, families := map[string]bool{}, []string{}
	for _, u := range slices.Concat(refusals, literals, templateUses(t)) {
		used[u.key] = true
		family := strings.TrimSuffix(u.key, "%s")
		if family != u.key || strings.HasSuffix(family, ".") || strings.HasSuffix(family, "_") {
			if strings.Contains(family, ".") && family[0] != '.' {
				families = append(families, family)
			}
		}
	}
	for key := range messages(lang.English) {
		if !used[key] && !slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(key, f) }) {
			t.Errorf("nothing says %s", key)
		}
	}
}

// Every kind of entry has a name that a person can read on the record's pages.
func TestEveryActHasAName(t *testing.T) {
	found := 0
	walk(t, ".go", func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name != "EntryType" || fn.Body == nil || len(fn.Body.List) != 1 {
				continue
			}
			ret, ok := fn.Body.List[0].(*ast.ReturnStmt)
			if !ok || len(ret.Results) != 1 {
				continue
			}
			if typ, ok := literal(ret.Results[0]); ok {
				found++
				if !Has("act." + typ) {
					t.Errorf("%s: no name for %s: add act.%s", path, typ, typ)
				}
			}
		}
	})
	if found < 20 {
		t.Fatalf("only %d kinds of entry found", found)
	}
}
