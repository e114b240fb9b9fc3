package concordance

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"entente.example/lang"
)

// token is a number or a month as it stands in a wording.
type token struct {
	from, to int      // in runes
	values   []string // what it may be, in decimal digits
	month    int      // of a month in letters
	year     bool     // a year, by what stands around it
	sure     bool     // false: it may be no number at all
	letters  bool     // written in words
}

func (t token) is(low, high int) (int, bool) {
	if len(t.values) != 1 {
		return 0, false
	}
	n, err := strconv.Atoi(t.values[0])
	return n, err == nil && n >= low && n <= high
}

// maxDigits bounds what is calculated with; a longer number is compared as it stands.
const maxDigits = 15

type scanner struct {
	tag lang.Tag
	s   []rune
	out []token
}

// scan finds the numbers and months of a wording.
func scan(tag lang.Tag, words string) *scanner {
	x := &scanner{tag: tag, s: []rune(words)}
	for i := 0; i < len(x.s); {
		switch r := x.s[i]; {
		case digit(r) >= 0 || han(tag) && x.numeral(i):
			i = x.number(i)
		case unicode.IsLetter(r) && !unbroken(r):
			i = x.word(i)
		default:
			i++
		}
	}
	return x
}

func (x *scanner) at(i int) rune {
	if i < 0 || i >= len(x.s) {
		return 0
	}
	return x.s[i]
}

// numeral reports whether a Chinese numeral stands there.
func (x *scanner) numeral(i int) bool {
	_, d := hanDigits[x.at(i)]
	_, u := hanUnits[x.at(i)]
	return d || u
}

// run reads decimal digits.
func (x *scanner) run(i int) (string, int) {
	var b strings.Builder
	for digit(x.at(i)) >= 0 {
		b.WriteByte(byte('0' + digit(x.at(i))))
		i++
	}
	return b.String(), i
}

// number reads a number that begins with a digit or a Chinese numeral.
func (x *scanner) number(i int) int {
	if digit(x.at(i)) < 0 {
		return x.hanNumber(i, i, "")
	}
	whole, to := x.run(i)
	if end, ok := x.iso(i, whole, to); ok {
		return end
	}
	values := []string{whole}
	for grouped := false; ; grouped = true {
		sep := x.at(to)
		if !strings.ContainsRune(",.，．٬٫'\u00a0\u202f ", sep) {
			break
		}
		rest, end := x.run(to + 1)
		if rest == "" {
			break
		}
		next, ok := x.joined(sep, values[0], rest, grouped)
		if !ok {
			break
		}
		values, to = next, end
	}
	if _, unit := hanUnits[x.at(to)]; unit && len(values) == 1 && len(values[0]) <= maxDigits {
		return x.hanNumber(i, to, values[0])
	}
	zeros, end := x.unitAfter(to)
	for k := range values {
		values[k] = shift(values[k], zeros)
	}
	x.out = append(x.out, token{from: i, to: x.ordinal(end), values: values, sure: true})
	return end
}

// joined is a number that goes on behind a separator, as the language may mean it; ok is false if it does not.
func (x *scanner) joined(sep rune, before, rest string, grouped bool) (out []string, ok bool) {
	group := len(rest) == 3 && !strings.Contains(before, ".") && (grouped || len(before) <= 3)
	english := spelled(x.tag)
	switch {
	case strings.ContainsRune(" \u00a0\u202f'", sep):
		return []string{before + rest}, group && !(sep == ' ' && english)
	case strings.ContainsRune(",，٬", sep) && english:
		return []string{before + rest}, group
	case strings.ContainsRune(".．٫", sep) && english:
		return []string{before + "." + rest}, true
	case group:
		return []string{before + rest, before + "." + rest}, true
	}
	return []string{before + "." + rest}, !strings.Contains(before, ".")
}

// unitAfter reads a word such as "million" behind a number: by which power of ten it multiplies.
func (x *scanner) unitAfter(i int) (zeros, end int) {
	from := i
	for unicode.IsSpace(x.at(from)) || x.at(from) == '-' {
		from++
	}
	word, to := x.letters(from)
	units := otherUnits
	if primary(x.tag) == "en" {
		units = englishUnits
	}
	if z, ok := units[word]; ok && from > i {
		return z, to
	}
	return 0, i
}

// ordinal skips the letters that make a number an ordinal.
func (x *scanner) ordinal(i int) int {
	word, end := x.letters(i)
	if slices.Contains([]string{"st", "nd", "rd", "th", "er", "e", "go"}, word) {
		return end
	}
	return i
}

// unbroken is a letter of a script that writes no spaces between words.
func unbroken(r rune) bool {
	return r > unicode.MaxLatin1 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// letters reads a word.
func (x *scanner) letters(i int) (string, int) {
	from := i
	for (unicode.IsLetter(x.at(i)) || unicode.IsMark(x.at(i))) && !unbroken(x.at(i)) {
		i++
	}
	return string(x.s[min(from, len(x.s)):min(i, len(x.s))]), i
}

// iso reads a date such as 2025-01-14 or 2025/1/14.
func (x *scanner) iso(i int, year string, to int) (int, bool) {
	sep := x.at(to)
	if len(year) != 4 || sep != '-' && sep != '/' {
		return 0, false
	}
	month, next := x.run(to + 1)
	if n, _ := strconv.Atoi(month); len(month) > 2 || n < 1 || n > 12 || x.at(next) != sep {
		return 0, false
	}
	day, end := x.run(next + 1)
	if n, _ := strconv.Atoi(day); len(day) > 2 || n < 1 || n > 31 {
		return 0, false
	}
	n, _ := strconv.Atoi(month)
	x.out = append(x.out, token{from: i, to: to, values: []string{year}, sure: true, year: true}, token{from: to + 1, to: next, month: n, sure: true},
		token{from: next + 1, to: end, values: []string{shift(day, 0)}, sure: true})
	return end, true
}

// hanNumber reads Chinese numerals from at on, perhaps behind digits, as in 2万5000.
func (x *scanner) hanNumber(from, at int, before string) int {
	var total, section int64
	current, digits, mixed, units := int64(-1), 0, before != "", 0
	if strings.Contains(before, ".") { // 2.5万
		x.out = append(x.out, token{from: from, to: at + 1, values: []string{shift(before, hanUnits[x.at(at)])}, sure: true})
		return at + 1
	}
	if before != "" {
		current, _ = strconv.ParseInt(before, 10, 64)
	}
	var positional strings.Builder
	i := at
	for ; i < len(x.s) && i-from < 40; i++ {
		r := x.s[i]
		if d, ok := hanDigits[r]; ok {
			if current >= 0 && units > 0 && r != '〇' && r != '零' {
				break // 十二三: what follows is another number
			}
			current, digits = d, digits+1
			positional.WriteString(strconv.FormatInt(d, 10))
			continue
		}
		if z, ok := hanUnits[r]; ok {
			if digits > 1 && units == 0 {
				break // 二〇二五, then a unit: not one number
			}
			power := pow10(z)
			if z >= 4 {
				total, section = total+max(section+max(current, 0), 1)*power, 0
			} else {
				section += max(current, 1) * power
			}
			current, units = -1, units+1
			if total > pow10(maxDigits) || total < 0 {
				i++
				break
			}
			continue
		}
		if run, end := x.run(i); run != "" && units > 0 && len(run) <= maxDigits {
			current, _ = strconv.ParseInt(run, 10, 64)
			mixed, i = true, end-1
			continue
		}
		break
	}
	value := strconv.FormatInt(total+section+max(current, 0), 10)
	if units == 0 && digits > 1 {
		value = shift(positional.String(), 0)
	}
	x.hanToken(from, i, value, digits, units, mixed)
	return max(i, from+1)
}

// hanToken keeps a Chinese numeral. One character alone is a number only if it counts something; 一 seldom is.
func (x *scanner) hanToken(from, to int, value string, digits, units int, mixed bool) {
	first := x.s[from]
	_, begins := hanDigits[first]
	sure := mixed || units > 0 && (digits > 0 || first == '十' && to-from > 1) && (begins || first == '十') || units == 0 && digits > 2
	if to-from == 1 && value != "1" {
		sure = x.at(from-1) == '第' || strings.ContainsRune(hanCounters, x.at(to)) && !strings.ContainsRune("双雙両俩", first)
	}
	if !sure && units == 0 && digits == 2 { // 七八: seven or eight
		for k := from; k < to; k++ {
			x.out = append(x.out, token{from: k, to: k + 1, values: []string{strconv.FormatInt(hanDigits[x.s[k]], 10)}, letters: true})
		}
		return
	}
	x.out = append(x.out, token{from: from, to: to, values: []string{value}, sure: sure, letters: !mixed})
}

func pow10(z int) int64 {
	n := int64(1)
	for range z {
		n *= 10
	}
	return n
}

// shift multiplies decimal digits by a power of ten and writes them in one way.
func shift(v string, zeros int) string {
	whole, fraction, _ := strings.Cut(v, ".")
	for range zeros {
		if fraction == "" {
			whole += "0"
			continue
		}
		whole, fraction = whole+fraction[:1], fraction[1:]
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		return whole + "." + fraction
	}
	return whole
}

// word reads a word in letters: a month, or a number of the English language.
func (x *scanner) word(i int) int {
	word, to := x.letters(i)
	if m := month(x.tag, word); m > 0 {
		x.out = append(x.out, token{from: i, to: to, month: m, sure: word != "May" && word != "March"})
		return to
	}
	if primary(x.tag) != "en" {
		return to
	}
	lower := strings.ToLower(word)
	n, number := english[lower]
	sure := number
	if ten := n; number && ten >= 20 && x.at(to) == '-' {
		if next, end := x.letters(to + 1); english[strings.ToLower(next)] > 0 && english[strings.ToLower(next)] < 10 {
			n, to = ten+english[strings.ToLower(next)], end
		} else if o := englishOrdinals[strings.ToLower(next)]; o > 0 && o < 10 {
			n, to = ten+o, end
		}
	}
	if o, ok := englishOrdinals[lower]; ok {
		n, number, sure = o, true, true
	}
	if m, ok := englishMaybe[lower]; ok {
		n, number = m, true
	}
	if !number {
		return to
	}
	v := strconv.FormatInt(n, 10)
	if sure {
		for range 3 { // two hundred thousand
			zeros, end := x.unitAfter(to)
			v, to = shift(v, zeros), end
		}
	}
	x.out = append(x.out, token{from: i, to: to, values: []string{v}, sure: sure, letters: true})
	return to
}
