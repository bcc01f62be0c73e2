package redaction

import (
	"regexp"
	"unicode/utf8"
)

// names are attributes that are names out of a program: classes of errors and names of arguments. A model may call an argument,
// and an error be called, anything at all, a password too; so what isn't written as such a name doesn't leave.
type names struct {
	insteadOf         map[string]string
	charsMax          int
	classOrCode, word *regexp.Regexp
	looks             *looks
}

func newNames(from *data, looks *looks) (*names, error) {
	made := &names{insteadOf: from.Names.InsteadOf, charsMax: from.Names.CharsMax, looks: looks}
	var err error
	if made.classOrCode, err = compile(from.Names.ClassOrCode, ""); err != nil {
		return nil, err
	}
	made.word, err = compile(from.Names.Word, "")
	return made, err
}

// wordOf is the text, or what stands for it where the attribute is a name and the text is none.
func (n *names) wordOf(attribute, text string) string {
	instead, isName := n.insteadOf[attribute]
	if !isName || text == instead || n.isWord(text) {
		return text
	}
	return instead
}

func (n *names) isWord(text string) bool {
	return utf8.RuneCountInString(text) <= n.charsMax && n.word.MatchString(text) &&
		(n.classOrCode.MatchString(text) || !n.looks.looksGenerated(text))
}
