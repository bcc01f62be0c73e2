package redaction

import (
	"math"
	"regexp"
	"regexp/syntax"
	"strings"
)

// found is a secret in a text, from start up to end.
type found struct {
	start, end int
	format     string
}

// What a byte can be: part of a word of base64, the first of something known, between a key and a value, `[`.
const (
	wordChar = 1 << iota
	first
	separator
	bracket
)

type findFunc func(text string, at int) (found, bool)

// beginning is something that may begin where two certain characters stand.
type beginning struct {
	text string
	// Its third character, small, to rule out most at once; 0 where there is none.
	third   byte
	anyCase bool
	// Only where no letter or digit stands before: it is too short, or a word of its own.
	bounded bool
	find    findFunc
}

type beginnings struct {
	kinds [256]uint8
	// A bit for each pair of first characters: by the first, then by the second.
	pairs [128][2]uint64
	// By pair of characters.
	of map[uint16][]beginning
}

func newBeginnings(from *data, phrases map[string]findFunc) (*beginnings, error) {
	made := &beginnings{of: map[uint16][]beginning{}}
	for char := range 128 {
		switch {
		case wordDash[char] || char == '+' || char == '/':
			made.kinds[char] = wordChar
		case strings.IndexByte(":=>, ", byte(char)) >= 0:
			made.kinds[char] = separator
		case char == '[':
			made.kinds[char] = bracket
		}
	}
	for _, list := range [][]formatData{from.Formats.Gitleaks, from.Formats.Further} {
		for _, format := range list {
			if err := made.addFormat(format); err != nil {
				return nil, err
			}
		}
	}
	for _, phrase := range from.Phrases {
		find, err := finderOf(phrase, phrases)
		if err != nil {
			return nil, err
		}
		for _, text := range phrase.Begins {
			made.add(beginning{text: text, anyCase: true, bounded: isLetter(text[0]) && isLetter(text[1]), find: find})
		}
	}
	return made, nil
}

func (b *beginnings) addFormat(format formatData) error {
	rest, err := compile("^(?:"+format.Rest+")", "")
	if err != nil {
		return err
	}
	lead, leadMin, err := leadOf(format.Rest)
	if err != nil {
		return err
	}
	fits := formatChecks[format.Where]
	for _, prefix := range format.Prefixes {
		find := func(text string, at int) (found, bool) {
			from := at + len(prefix)
			if run(text, from, leadMin, lead)-from < leadMin {
				return found{}, false
			}
			place := rest.FindStringIndex(text[from:])
			if place == nil || (fits != nil && !fits(text[from:from+place[1]])) {
				return found{}, false
			}
			end := run(text, from+place[1], math.MaxInt, alnum)
			return found{at, end, format.ID}, true
		}
		b.add(beginning{text: prefix, bounded: len(prefix) < 4 || run(prefix, 0, len(prefix), alnum) == len(prefix), find: find})
	}
	return nil
}

// formatChecks are those that no regular expression shared with JavaScript says.
var formatChecks = map[string]func(string) bool{
	"not-hex": func(rest string) bool {
		return strings.Trim(rest, "0123456789abcdef") != ""
	},
	"digit-and-capital": func(rest string) bool {
		return strings.ContainsAny(rest, digitChars) && strings.ContainsAny(rest, bigChars)
	},
}

// leadOf is the set that an expression begins with, and how many of it there are at least: most texts fail there.
func leadOf(pattern string) (*charSet, int, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, 0, err
	}
	lead := tree
	if lead.Op == syntax.OpConcat {
		lead = lead.Sub[0]
	}
	if lead.Op != syntax.OpRepeat || lead.Sub[0].Op != syntax.OpCharClass {
		return &charSet{}, 0, nil
	}
	set := &charSet{}
	class := regexp.MustCompile("^" + lead.Sub[0].String() + "$")
	for char := range 128 {
		set[char] = class.MatchString(string(rune(char)))
	}
	return set, lead.Min, nil
}

func (b *beginnings) add(described beginning) {
	if len(described.text) > 2 {
		described.third = described.text[2] | 32
	}
	for _, one := range casesOf(described.text[0], described.anyCase) {
		b.kinds[one] |= first
		for _, two := range casesOf(described.text[1], described.anyCase) {
			b.pairs[one][two>>6] |= 1 << (two & 63)
			pair := uint16(one)<<8 | uint16(two)
			b.of[pair] = append(b.of[pair], described)
		}
	}
}

func casesOf(char byte, anyCase bool) []byte {
	if anyCase && isLetter(char) {
		return []byte{char, char &^ 32}
	}
	return []byte{char}
}

// mayBegin says whether there is a reason to look closer: most letters begin something, and few pairs of letters do.
func (b *beginnings) mayBegin(text string, at int, kind uint8) bool {
	if kind&^(wordChar|first) != 0 {
		return true
	}
	if at+1 >= len(text) {
		return false
	}
	next := text[at+1]
	return next < 128 && b.pairs[text[at]&127][next>>6]&(1<<(next&63)) != 0
}

// begunAt is what begins at a place and is a secret whole.
func (b *beginnings) begunAt(text string, at int) (found, bool) {
	if at+1 >= len(text) {
		return found{}, false
	}
	third := charAt(text, at+2) | 32
	list := b.of[uint16(text[at])<<8|uint16(text[at+1])]
	for nth := range list {
		each := &list[nth]
		if each.third != third && each.third != 0 {
			continue
		}
		fits := !each.anyCase && startsWith(text, each.text, at) || each.anyCase && startsFold(text, each.text, at)
		if !fits || (each.bounded && !isApart(text, at)) {
			continue
		}
		if hit, ok := each.find(text, at); ok {
			return hit, true
		}
	}
	return found{}, false
}

// isApart says whether a word may begin at a place. The `n` of an escaped line break, and what ends a colour code, is no letter
// before it.
func isApart(text string, at int) bool {
	if at == 0 || !alnum[text[at-1]] {
		return true
	}
	if at > 1 && text[at-2] == '\\' && strings.IndexByte("nrtbfNRTBF", text[at-1]) >= 0 {
		return true
	}
	for _, escape := range [...]struct {
		begins string
		digits int
	}{{`\u`, 4}, {`\x`, 2}} {
		from := at - escape.digits - 2
		if startsFold(text, escape.begins, from) && hexRun(text, from+2) >= escape.digits {
			return true
		}
	}
	return endsColour(text, at)
}

const colourBytesMax = 8

func endsColour(text string, at int) bool {
	if text[at-1]|32 != 'm' {
		return false
	}
	from := at - 2
	for from > 0 && at-from < colourBytesMax && (isDigit(text[from]) || text[from] == ';') {
		from--
	}
	return from > 0 && at-from < colourBytesMax && text[from] == '[' && text[from-1] == 0x1b
}

func hexRun(text string, from int) int {
	at := from
	for at < len(text) && isHex(text[at]) {
		at++
	}
	return at - from
}
