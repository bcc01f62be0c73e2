package redaction

import (
	"regexp"
	"strings"
)

const (
	// How far behind its first line the base64 of a private key begins at most: headers stand between.
	pemHeadersMax     = 1_024
	pemHeaderNameMax  = 20
	pemHeaderValueMax = 80
	pemEscapesMax     = 16
	pemLineMin        = 16
	pemFirstLineMax   = 160
	pemEndMax         = 100
)

var (
	pemBegin  = regexp.MustCompile(`^-----BEGIN[ +A-Z0-9_-]{0,100}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----`)
	pemEnd    = regexp.MustCompile(`^-----END[^-]{0,100}-----`)
	pemName   = setOf(letterChars + "-")
	pemGapSet = setOf("\t\n\v\f\r \"'+,>|")
)

// privateKey finds a private key in PEM. Without its end where the text was cut: then as far as lines of base64 go. Many
// places may end one header and begin the next; each is looked at once.
func privateKey(text string, at int) (found, bool) {
	place := pemBegin.FindStringIndex(text[at:min(len(text), at+pemFirstLineMax)])
	if place == nil {
		return found{}, false
	}
	body := pemBody(text, at+place[1])
	if body < 0 {
		return found{}, false
	}
	return found{start: at, end: pemBodyEnd(text, body)}, true
}

// pemBody is the last place at which the base64 may begin, behind any headers; -1 where there is none.
func pemBody(text string, from int) int {
	last := -1
	// Places up to which headers and gaps may go, as distances from the first line.
	var reached [pemHeadersMax + pemHeaderNameMax + pemHeaderValueMax + pemEscapesMax + 8]bool
	reached[0] = true
	for distance := 0; distance < pemHeadersMax && from+distance < len(text); distance++ {
		if !reached[distance] {
			continue
		}
		at := from + distance
		if run(text, at, pemLineMin, base64Line)-at == pemLineMin {
			last = at
		}
		if next := pemGap(text, at, pemEscapesMax); next > at {
			reached[next-from] = true
		}
		name := run(text, at, pemHeaderNameMax, pemName)
		if name == at || !startsWith(text, ": ", name) {
			continue
		}
		value := name + 2
		for end := value; ; end++ {
			reached[end-from] = true
			if end == len(text) || end-value == pemHeaderValueMax || text[end] == '\n' || text[end] == '\\' {
				break
			}
		}
	}
	return last
}

// pemGap skips one thing that may stand between lines: white space, escaped or not, and what joins texts.
func pemGap(text string, at, escapesMax int) int {
	if at >= len(text) {
		return at
	}
	if pemGapSet[text[at]] {
		return at + 1
	}
	if wideSpace(text, at) {
		return at + 2 + int(text[at]>>5&1)
	}
	end := at
	for end < len(text) && text[end] == '\\' && end-at < escapesMax {
		end++
	}
	if end > at && strings.IndexByte("nrt", charAt(text, end)) >= 0 {
		return end + 1
	}
	return at
}

func pemGaps(text string, at int) int {
	for {
		next := pemGap(text, at, len(text))
		if next == at {
			return at
		}
		at = next
	}
}

func pemBodyEnd(text string, at int) int {
	for {
		next := pemGaps(text, at)
		end := run(text, next, len(text), base64Line)
		if end-next < pemLineMin {
			break
		}
		at = end
	}
	at = pemGaps(text, at)
	at = pemGaps(text, run(text, at, pemLineMin-1, base64Line))
	if place := pemEnd.FindStringIndex(text[at:min(len(text), at+pemEndMax+16)]); place != nil {
		at += place[1]
	}
	return at
}
