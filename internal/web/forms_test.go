package web

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"entente.example/lang"
)

// Whatever a browser sends as a form, it is read or refused, and what was read is in the one spelling that an entry may have.
func FuzzForms(f *testing.F) {
	for _, s := range []string{"", "act=accept&paragraph=1&wording=a-1", "act=propose&text:en=Decide&text:ja=%e6%b1%ba%e5%ae%9a&text:=x", "do=task&due=2025-01-14T09:00&offices=Treaty+office:+a,b%0a%ef%bc%9a", "a=%ff&a=%00&;=%", "paragraphs=1&paragraphs=e%cc%81",
		strings.Repeat("a=b&", 2000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, form string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if a, err := readActForm(r); err == nil {
			for _, s := range append([]string{a.Act, string(a.Paragraph), a.Note, a.Version}, a.Text[lang.English]) {
				if s != lang.Normalise(s) {
					t.Fatalf("%q reads as %q", form, s)
				}
			}
		}
		v, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		a, err := readOurs(v)
		if err != nil {
			return
		}
		for _, o := range a.Offices {
			if o.Name == "" || strings.ContainsAny(o.Name, "\n:") {
				t.Fatalf("%q is an office of %q", o.Name, form)
			}
		}
	})
}
