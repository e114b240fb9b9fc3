package dialogue

import (
	"reflect"

	"entente.example/lang"
)

// Doubt is wording of an act that does not look like the language that its tag claims. It is a question to whoever writes: nothing is refused for it.
type Doubt struct {
	Language lang.Tag `json:"language"`
	Words    string   `json:"words"`
}

var wordings = reflect.TypeFor[lang.Text]()

// worded is what has wording in a language that it names once, and not under a tag each.
type worded interface{ Wordings() []lang.Text }

// Doubts are the doubtful wordings of an act's body, wherever in it they stand.
func Doubts(body any) []Doubt { return doubtsIn(reflect.ValueOf(body), nil) }

func doubtsIn(v reflect.Value, out []Doubt) []Doubt {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			out = doubtsIn(v.Elem(), out)
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k == reflect.Uint8 || k == reflect.String { // no wording, and there may be much of it
			break
		}
		for i := range v.Len() {
			out = doubtsIn(v.Index(i), out)
		}
	case reflect.Struct:
		if w, ok := v.Interface().(worded); ok {
			for _, words := range w.Wordings() {
				out = doubtsIn(reflect.ValueOf(words), out)
			}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out = doubtsIn(v.Field(i), out)
			}
		}
	case reflect.Map:
		if v.Type() != wordings {
			break
		}
		words := v.Interface().(lang.Text)
		for _, tag := range words.Tags() {
			if tag.Doubts(words[tag]) {
				out = append(out, Doubt{tag, words[tag]})
			}
		}
	}
	return out
}
