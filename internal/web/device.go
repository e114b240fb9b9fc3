package web

import (
	"strings"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
)

// Marks by which browsers and systems are told from what a browser calls itself. The first that is there counts: all of them also name others, whose pages they want to be given.
var (
	browserMarks = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi/", "Vivaldi"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systemMarks  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// browserOf names a browser and its system as people know them, from what the browser calls itself, which stands for itself if nothing in it is known.
func browserOf(agent string) string {
	var names []string
	for _, marks := range [][][2]string{browserMarks, systemMarks} {
		for _, m := range marks {
			if strings.Contains(agent, m[0]) {
				names = append(names, m[1])
				break
			}
		}
	}
	if len(names) == 0 {
		return agent
	}
	return strings.Join(names, " · ")
}

// beside is what stands beside a step of the trail, for a reader: how somebody signed in, and with what.
func (p printer) beside(s staff.Step) string {
	means, agent, ok := strings.Cut(s.Detail, ": ")
	key := "staff.means_" + means
	if s.What != staff.SignedIn || !ok || !locale.Has(key) {
		return browserOf(s.Detail)
	}
	return locale.Message(p.tag, key, nil) + " · " + browserOf(agent)
}
