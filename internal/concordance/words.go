package concordance

import (
	"strings"
	"unicode"

	"entente.example/lang"
)

// english are numbers in words. What may be no number, as "one" and "second", satisfies another language and asks nothing.
var english = map[string]int64{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
	"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

var englishOrdinals = map[string]int64{"fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
	"sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30}

var englishMaybe = map[string]int64{"one": 1, "once": 1, "first": 1, "single": 1, "second": 2, "both": 2, "twice": 2, "bilateral": 2, "third": 3, "thirds": 3, "trilateral": 3, "quarter": 4, "dozen": 12, "hundred": 100, "hundreds": 100,
	"thousand": 1000, "thousands": 1000, "million": 1000000, "millions": 1000000, "decade": 10, "century": 100, "annual": 1, "annually": 1, "biennial": 2, "half": 2, "double": 2}

// englishUnits multiply what stands before them, by powers of ten.
var englishUnits = map[string]int{"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}

var otherUnits = map[string]int{"mille": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9, "millón": 6, "millones": 6, "тысяч": 3, "тысячи": 3, "тысяча": 3, "миллион": 6, "миллиона": 6, "миллионов": 6, "миллиард": 9, "миллиарда": 9, "миллиардов": 9,
	"Million": 6, "Millionen": 6, "Milliarde": 9, "Milliarden": 9, "ألف": 3, "آلاف": 3, "مليون": 6, "ملايين": 6, "مليار": 9}

// months by language, from January on.
var months = map[string]string{
	"en": "January February March April May June July August September October November December",
	"fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
	"es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
	"de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
	"ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
	"ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}

// named are the same months, by language and name.
var named = func() map[string]map[string]int {
	out := map[string]map[string]int{}
	for tag, names := range months {
		out[tag] = map[string]int{}
		for i, m := range strings.Fields(names) {
			out[tag][m] = i + 1
		}
	}
	return out
}()

// month is the month that a word names in a language, 0 if none.
func month(tag lang.Tag, word string) int { return named[primary(tag)][word] }

// eras of the Japanese calendar: the year before their first.
var eras = map[string]int64{"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}

var hanDigits = digitsOf("〇零一二三四五六七八九", "两2兩2双2雙2両2俩2廿20壹1贰2貳2叁3參3参3肆4伍5陆6柒7捌8玖9壱1弐2")

var hanUnits = map[rune]int{'十': 1, '拾': 1, '百': 2, '佰': 2, '千': 3, '仟': 3, '万': 4, '萬': 4, '亿': 8, '億': 8, '兆': 12}

// hanCounters say that the numeral before them counts something.
const hanCounters = "年月日号號回次届名人个個項项条條章段か箇ヶカ度歳岁周週天点點カ"

func digitsOf(run, more string) map[rune]int64 {
	out := map[rune]int64{}
	for i, r := range []rune(run) {
		out[r] = max(int64(i)-1, 0)
	}
	var last rune
	for _, r := range more {
		if r >= '0' && r <= '9' {
			out[last] = out[last]*10 + int64(r-'0')
			continue
		}
		last = r
	}
	return out
}

// zeros of the scripts whose digits are read.
var zeros = []rune{'0', '０', '٠', '۰', '०', '০', '๐'}

// digit is the value of a decimal digit, or -1.
func digit(r rune) int64 {
	if r < '0' || r > '9' && r <= unicode.MaxLatin1 { // most of a text
		return -1
	}
	for _, z := range zeros {
		if r >= z && r <= z+9 {
			return int64(r - z)
		}
	}
	return -1
}

func primary(tag lang.Tag) string {
	p, _, _ := strings.Cut(string(tag), "-")
	return p
}

// spelled are languages whose numbers in words are read whole. Of others only figures are, so a small or round number may stand there in words.
func spelled(tag lang.Tag) bool {
	switch primary(tag) {
	case "en", "zh", "ja":
		return true
	}
	return false
}

func han(tag lang.Tag) bool { return primary(tag) == "zh" || primary(tag) == "ja" }
