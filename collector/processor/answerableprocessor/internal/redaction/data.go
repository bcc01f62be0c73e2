package redaction

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// The data of the SDK's redactor: a copy, since Go embeds nothing from without its module. A test compares the two.
//
//go:generate cp ../../../../../schemas/redaction.json redaction.json
//go:embed redaction.json
var embedded []byte

// data is schemas/redaction.json; instrumentation/redact/data-shape.ts says what its fields mean.
type data struct {
	Formats struct {
		Gitleaks []formatData `json:"gitleaks"`
		Further  []formatData `json:"further"`
	} `json:"formats"`
	Keys struct {
		Password   string `json:"password"`
		Header     string `json:"header"`
		Place      string `json:"place"`
		ID         string `json:"id"`
		Credential string `json:"credential"`
	} `json:"keys"`
	Values struct {
		Placeholder string   `json:"placeholder"`
		Rule        string   `json:"rule"`
		Scheme      string   `json:"scheme"`
		Unfilled    []string `json:"unfilled"`
		Cookie      string   `json:"cookie"`
	} `json:"values"`
	Looks struct {
		CommonPairs string `json:"commonPairs"`
		NameLike    string `json:"nameLike"`
	} `json:"looks"`
	Names struct {
		InsteadOf   map[string]string `json:"insteadOf"`
		CharsMax    int               `json:"charsMax"`
		ClassOrCode string            `json:"classOrCode"`
		Word        string            `json:"word"`
	} `json:"names"`
	Phrases []phraseData `json:"phrases"`
}

type formatData struct {
	ID       string   `json:"id"`
	Prefixes []string `json:"prefixes"`
	Rest     string   `json:"rest"`
	Where    string   `json:"where"`
}

type phraseData struct {
	Rule    string   `json:"rule"`
	ID      string   `json:"id"`
	Begins  []string `json:"begins"`
	Pattern string   `json:"pattern"`
	Before  string   `json:"before"`
}

func readData() (*data, error) {
	read := &data{}
	if err := json.Unmarshal(embedded, read); err != nil {
		return nil, fmt.Errorf("redaction.json: %w", err)
	}
	return read, nil
}

// What JavaScript's \s and . mean, in the words of RE2.
const (
	spaces    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	notInLine = `[^\n\r\x{2028}\x{2029}]`
)

// compile makes RE2 understand an expression of the data as JavaScript does.
func compile(pattern, flags string) (*regexp.Regexp, error) {
	var out strings.Builder
	out.WriteString(flags)
	inClass := false
	for at := 0; at < len(pattern); at++ {
		char := pattern[at]
		switch {
		case char == '\\':
			at++
			writeEscaped(&out, pattern[at], inClass)
			continue
		case char == '[' && !inClass:
			inClass = true
		case char == ']':
			inClass = false
		case char == '.' && !inClass:
			out.WriteString(notInLine)
			continue
		}
		out.WriteByte(char)
	}
	return regexp.Compile(out.String())
}

func writeEscaped(out *strings.Builder, char byte, inClass bool) {
	switch {
	case char == 's' && inClass:
		out.WriteString(spaces)
	case char == 's':
		out.WriteString("[" + spaces + "]")
	case char == 'S':
		out.WriteString("[^" + spaces + "]")
	default:
		out.WriteByte('\\')
		out.WriteByte(char)
	}
}
