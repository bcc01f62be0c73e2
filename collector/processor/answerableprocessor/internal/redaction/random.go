package redaction

import "strings"

type stretch struct{ from, to int }

type segment struct {
	from, to int
	plain    bool
}

// randomParts are the stretches of a run (letters, digits and `_ - + /`) that look generated, each at least 32 characters long.
// Neighbouring segments of a path that are no words belong together, as base64 has slashes too.
func (l *looks) randomParts(run string) []stretch {
	if isIDOrDigest(run) {
		return nil
	}
	var parts []stretch
	from := 0
	closeAt := func(until int) {
		if until-from >= randomCharsMin && l.isRandom(run[from:until]) {
			parts = append(parts, stretch{from, until})
		}
	}
	var few [16]segment
	for _, each := range l.segmentsOf(run, few[:0]) {
		if each.plain {
			closeAt(each.from - 1)
			from = each.to + 1
		}
	}
	closeAt(len(run))
	return parts
}

// isIDOrDigest says so of UUIDs, trace ids and digests, and of what has no digit.
func isIDOrDigest(run string) bool {
	digits, others := false, false
	for at := 0; at < len(run); at++ {
		digits = digits || isDigit(run[at])
		others = others || (!isHex(run[at]) && run[at] != '-')
		if digits && others {
			return isDigest(run)
		}
	}
	return true
}

func isDigest(run string) bool {
	at := 0
	switch {
	case startsFold(run, "sha", 0):
		at = 3
	case startsFold(run, "md", 0):
		at = 2
	default:
		return false
	}
	end := at
	for end < len(run) && end-at < 3 && isDigit(run[end]) {
		end++
	}
	return end > at && end < len(run) && (run[end] == '-' || run[end] == '_')
}

// segmentsOf splits a path; a short word between two that are none may be chance.
func (l *looks) segmentsOf(run string, segments []segment) []segment {
	for from := 0; from <= len(run); {
		to := strings.IndexByte(run[from:], '/')
		if to < 0 {
			to = len(run)
		} else {
			to += from
		}
		segments = append(segments, segment{from, to, l.isPlainSegment(run[from:to])})
		if last := len(segments) - 1; last >= 2 {
			middle := &segments[last-1]
			if !segments[last].plain && !segments[last-2].plain && middle.to-middle.from < 5 {
				middle.plain = false
			}
		}
		from = to + 1
	}
	return segments
}

// isPlainSegment says whether a segment of a path is made of words, numbers and ids in hex.
func (l *looks) isPlainSegment(text string) bool {
	if len(text) < 3 {
		return len(text) == 2 && text[0]|32 == 'v' && isDigit(text[1])
	}
	for part, at := nextPart(text, 0); part != ""; part, at = nextPart(text, at) {
		if !l.isPlainPart(part) {
			return false
		}
	}
	return true
}

func (l *looks) isPlainPart(part string) bool {
	seen := l.traitsOf(part)
	if len(part) > 5 && !isWritten(part, seen) {
		return false
	}
	return isAllHex(part) || (isPlainWord(part) && seen.looksWritten())
}

func (l *looks) isRandom(text string) bool {
	if len(text)-kindOfID(text) < randomCharsMin {
		return false
	}
	all := 0
	odd := traits{}
	for part, at := nextPart(text, 0); part != ""; part, at = nextPart(text, at) {
		all += len(part)
		if seen := l.traitsOf(part); !isWritten(part, seen) {
			odd.add(seen)
		}
	}
	if odd.chars < oddCharsMin || float64(odd.chars) < float64(all)*oddShareMin || odd.randomness() < 0 {
		return false
	}
	return odd.classes == 7 || (odd.classes != 6 && odd.classes&1 == 1 && odd.chars >= 36)
}

// kindOfID is the length of `chatcmpl-` or `call_`: what kind of id it is counts for nothing.
func kindOfID(text string) int {
	end := 0
	for range 3 {
		at := end
		for at < len(text) && text[at] >= 'a' && text[at] <= 'z' {
			at++
		}
		if at-end < 2 || at == len(text) || (text[at] != '-' && text[at] != '_') {
			break
		}
		end = at + 1
	}
	return end
}
