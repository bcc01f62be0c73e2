package answerableprocessor

import "strings"

// pattern of identities, in which `*` stands for any characters.
type pattern []string

func newPattern(text string) pattern { return strings.Split(text, "*") }

func (p pattern) matches(text string) bool {
	last := len(p) - 1
	if last == 0 {
		return text == p[0]
	}
	if !strings.HasPrefix(text, p[0]) {
		return false
	}
	text = text[len(p[0]):]
	for _, piece := range p[1:last] {
		at := strings.Index(text, piece)
		if at < 0 {
			return false
		}
		text = text[at+len(piece):]
	}
	return strings.HasSuffix(text, p[last])
}

func matchesAny(patterns []pattern, text string) bool {
	for _, one := range patterns {
		if one.matches(text) {
			return true
		}
	}
	return false
}
