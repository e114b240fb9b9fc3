package charter

import (
	"testing"

	"entente.example/lang"
)

// Nobody is shown what only another side calls something while there is a name of their own or of everybody, in whatever language. What is sealed names nobody's choice, and stays as it was.
func TestNobodyIsShownTheOthersName(t *testing.T) {
	names := []Name{{Lang: "zh-Hans", UsedBy: "east", Full: "东方所称"}, {Lang: "ja", UsedBy: "west", Full: "西の呼び名"}, {Lang: "ja", UsedBy: "west", Full: "昔の名", To: "2014-01"}, {Lang: "fr", UsedBy: "east", Full: "Nom de l'est"}}
	everybody := append([]Name{{Lang: "fr", UsedBy: "east", Full: "Nom de l'est"}}, Name{Lang: "en", Full: "Mechanism"}, Name{Lang: "zh-Hans", UsedBy: "east", Full: "东方所称"})
	for _, x := range []struct {
		names []Name
		tag   lang.Tag
		side  string
		want  string
	}{
		{names, "zh-Hans", "east", "东方所称"}, {names, "zh-Hans", "west", "西の呼び名"}, {names, "en", "west", "西の呼び名"}, {names, "ja", "east", "东方所称"},
		{everybody, "zh-Hans", "west", "Mechanism"}, {everybody, "zh-Hans", "east", "东方所称"}, {everybody, "fr", "west", "Mechanism"},
		{names[:1], "ja", "west", "东方所称"}, // there is no other
		{names, "zh-Hans", "", "东方所称"}, {everybody, "fr", "", "Nom de l'est"},
	} {
		if got := PickName(x.names, x.tag, x.side).Full; got != x.want {
			t.Errorf("%s for %q: %q, want %q", x.tag, x.side, got, x.want)
		}
	}
}
