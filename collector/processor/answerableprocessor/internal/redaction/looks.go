package redaction

import (
	"regexp"
	"strings"
)

// Tells generated text from written text by letters that follow each other as in no language, changes between upper case, lower
// case and digits within a word, and how long that goes on; instrumentation/redact/entropy.ts says more.
const (
	// Shorter ones are ids of things more often than secrets.
	randomCharsMin = 32
	oddCharsMin    = 24
	// Of a text's letters and digits, at least so much has to be in words that nobody would write.
	oddShareMin = 0.6
)

type looks struct {
	// By pairs of letters in either case.
	common   [26 * 26]int8
	nameLike *regexp.Regexp
}

func newLooks(from *data) (*looks, error) {
	made := &looks{}
	for _, pair := range strings.Fields(from.Looks.CommonPairs) {
		made.common[pairCode(pair[0], pair[1])] = 1
	}
	var err error
	made.nameLike, err = compile(from.Looks.NameLike, "(?i)")
	return made, err
}

func pairCode(first, second byte) int { return (int(first|32)-'a')*26 + int(second|32) - 'a' }

// traits is what was counted in some words.
type traits struct {
	chars, changes, pairs, commonPairs int
	// Digits 1, capitals 2, small letters 4.
	classes int
}

func (l *looks) traitsOf(part string) traits {
	seen := traits{chars: len(part)}
	before := 0
	for at := 0; at < len(part); at++ {
		kind := 4
		if part[at] < ':' {
			kind = 1
		} else if part[at] < '[' {
			kind = 2
		}
		seen.classes |= kind
		if at > 0 {
			// A capital before small letters is how every second word begins.
			if kind != before && (before != 2 || kind != 4) {
				seen.changes++
			}
			if kind > 1 && before > 1 {
				seen.pairs++
				seen.commonPairs += int(l.common[pairCode(part[at-1], part[at])])
			}
		}
		before = kind
	}
	return seen
}

func (t *traits) add(more traits) {
	t.chars += more.chars
	t.changes += more.changes
	t.pairs += more.pairs
	t.commonPairs += more.commonPairs
	t.classes |= more.classes
}

// randomness is some 0.3 of generated text, -0.2 of names as developers give them.
func (t traits) randomness() float64 {
	return float64(t.changes)/float64(t.chars) - float64(t.commonPairs)/float64(2*t.pairs+1)
}

// looksWritten says whether the pairs of letters are those of a language.
func (t traits) looksWritten() bool { return float64(t.commonPairs) >= float64(t.pairs)*0.45 }

// nextPart is the next word of letters and digits from a place on; "" where there is none.
func nextPart(text string, from int) (part string, end int) {
	for from < len(text) && !alnum[text[from]] {
		from++
	}
	end = from
	for end < len(text) && alnum[text[end]] {
		end++
	}
	return text[from:end], end
}

// looksGenerated says whether a value behind a key like `token` is generated rather than a word, a name, a path or a
// place-holder.
func (l *looks) looksGenerated(value string) bool {
	if len(value) < 6 || hasSpace(value) || l.nameLike.MatchString(value) {
		return false
	}
	odd := 0
	for part, at := nextPart(value, 0); part != ""; part, at = nextPart(value, at) {
		seen := l.traitsOf(part)
		hexLike := len(part) >= 8 && isAllHex(part) && seen.classes != 1 && seen.classes&1 == 1
		unlikely := len(part) >= 8 && seen.classes != 4 && seen.randomness() > -0.12
		if hexLike || unlikely || !isWritten(part, seen) {
			odd += len(part)
		}
	}
	return odd >= 6 || (odd >= 3 && len(value) >= 12) || (len(value) >= 8 && withSigns(value))
}

// withSigns says whether a value is as people are told to make passwords: letters, a digit, a sign.
func withSigns(value string) bool {
	letter, digit, sign := false, false, false
	for at := 0; at < len(value); at++ {
		letter = letter || isLetter(value[at])
		digit = digit || isDigit(value[at])
		sign = sign || strings.IndexByte("!$^*~#?&%@", value[at]) >= 0
	}
	return letter && digit && sign
}

func isWritten(part string, seen traits) bool {
	if seen.chars <= 3 || isAllHex(part) {
		return true
	}
	lead := 0
	for lead < len(part) && isLetter(part[lead]) {
		lead++
	}
	tail := lead
	for tail < len(part) && isDigit(part[tail]) {
		tail++
	}
	if lead > 0 && tail == len(part) && tail-lead <= 4 {
		return (seen.chars < 8 && isPlainWord(part)) ||
			(float64(seen.changes) <= max(1, float64(seen.chars)/5) && seen.looksWritten())
	}
	if seen.chars >= 20 {
		return false
	}
	if lead > 0 {
		return lead <= 8 && tail > lead && tail == len(part)
	}
	end := tail
	for end < len(part) && isLetter(part[end]) {
		end++
	}
	return end == len(part) && end > tail && end-tail <= 3
}

// isAllHex says whether all are digits and hex letters of one case.
func isAllHex(part string) bool {
	small, big := true, true
	for at := 0; at < len(part); at++ {
		char := part[at]
		if isDigit(char) {
			continue
		}
		if !isHex(char) {
			return false
		}
		small = small && char >= 'a'
		big = big && char <= 'F'
	}
	return len(part) > 0 && (small || big)
}

// isPlainWord says whether letters and digits are put together as in names: one case, or capitals at the beginning of words.
func isPlainWord(part string) bool {
	at := 0
	for at < len(part) && isDigit(part[at]) {
		at++
	}
	if at > 0 {
		return at == len(part) || (at == len(part)-1 && part[at] >= 'a')
	}
	words, bigs, firstBig := 0, 0, part[0] < 'a'
	for at < len(part) && isLetter(part[at]) {
		from := at
		if part[at] < 'a' {
			at++
		}
		for at < len(part) && part[at] >= 'a' {
			at++
		}
		if at-from == 1 && part[from] < 'a' {
			bigs++
		}
		words++
	}
	digits := len(part) - at
	for end := at; end < len(part); end++ {
		if !isDigit(part[end]) {
			return false
		}
	}
	if bigs > 0 {
		return firstBig && bigs == words && digits == 0
	}
	// `aB1` is none of the names, as only those of one form have a number.
	return digits <= 3 && (firstBig || words == 1 || digits == 0)
}
