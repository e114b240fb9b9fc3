package lang

import "testing"

func TestLooksAsksWhenScriptAndTagDisagree(t *testing.T) {
	const (
		en = "Both sides will maintain close dialogue whatever the situation."
		zh = "双方同意，无论两国关系面临何种局面，都应保持密切的对话和沟通。"
		ht = "雙方同意，無論兩國關係面臨何種局面，都應保持密切的對話和溝通。這是請求。"
		ja = "双方は、両国関係がいかなる状況にあっても、緊密な対話を維持することで一致した。"
		ru = "Стороны будут поддерживать тесный диалог независимо от обстановки."
		ar = "سيواصل الجانبان الحوار الوثيق مهما كانت الظروف التي تمر بها العلاقات."
	)
	for _, c := range []struct {
		tag  Tag
		s    string
		want Tag
	}{
		{"en", en, ""}, {"zh-Hans", zh, ""}, {"zh-Hant", ht, ""}, {"ja", ja, ""}, {"ru", ru, ""}, {"ar", ar, ""}, {"fr", en, ""}, // one alphabet: no question
		{"en", zh, "zh-Hans"}, {"en", ja, "ja"}, {"ja", zh, "zh-Hans"}, {"zh-Hans", ja, "ja"}, {"zh-Hans", ht, "zh-Hant"}, {"zh-Hant", zh, "zh-Hans"},
		{"fr", ru, "ru"}, {"ru", ar, "ar"}, {"ar", en, "en"}, {"ja", en, "en"}, {"zh-Hans", ru, "ru"}, {"ko", ja, "ja"},
		{"zh-Hans", "9 km", ""}, {"ja", "王毅", ""}, // too short to ask
		{"zh-Hans", zh + " CPC–LDP–Komeito Ruling Party Exchange", ""}, // names of others
	} {
		if got := Looks(c.tag, c.s); got != c.want {
			t.Errorf("Looks(%s, %.20q) = %q, want %q", c.tag, c.s, got, c.want)
		}
	}
}
