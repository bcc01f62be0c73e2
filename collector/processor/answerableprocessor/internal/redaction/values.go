package redaction

import (
	"regexp"
	"strings"
)

const (
	// Cookies are that long.
	valueBytesMax = 4_096
	// By which a value is judged, however long it is.
	judgedBytesMax = 256
	// How far before its value a name is looked for in `{ "name": …, "value": … }`.
	nameBeforeMax = 128
)

// values judges what stands behind a key.
type values struct {
	placeholder, rule, scheme, cookie *regexp.Regexp
	// What stands behind a scheme where there is no secret.
	unfilled []string
	keys     *keys
	looks    *looks
}

func newValues(from *data, keys *keys, looks *looks) (*values, error) {
	made := &values{unfilled: from.Values.Unfilled, keys: keys, looks: looks}
	for pattern, to := range map[string]**regexp.Regexp{
		from.Values.Placeholder: &made.placeholder,
		from.Values.Rule:        &made.rule,
		from.Values.Scheme:      &made.scheme,
		from.Values.Cookie:      &made.cookie,
	} {
		var err error
		if *to, err = compile(pattern, "(?i)"); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// isSecret says whether a value of a key with this meaning is one to hide. prose: it may as well be a sentence going on.
func (v *values) isSecret(of meaning, value string, prose bool) bool {
	if !of.isSecret() || v.placeholder.MatchString(value) {
		return false
	}
	switch {
	case of == password && prose:
		return len(value) >= 4 && v.looks.isHandMade(value)
	case of == password:
		return !v.rule.MatchString(value)
	case of == header && (v.hasScheme(value) || v.cookie.MatchString(value)):
		return true
	}
	return v.looks.looksGenerated(value)
}

func (v *values) hasScheme(value string) bool {
	place := v.scheme.FindStringIndex(value)
	if place == nil || run(value, place[1], 6, notSpace)-place[1] < 6 {
		return false
	}
	for _, begins := range v.unfilled {
		if startsFold(value, begins, place[1]) {
			return false
		}
	}
	return true
}

// secretBehind is the secret that stands behind the separator at a place, in `key=value`, `"key": "value"`, `key => value`,
// `<key>value</key>`, `["key","value"]`, `--key value`, or in the user's part of a URL.
func (v *values) secretBehind(text string, at int) (found, bool) {
	sign := text[at]
	if sign == ':' && startsWith(text, "//", at+1) {
		return v.passwordOfURL(text, at+3)
	}
	if before := charAt(text, at-1); sign == ',' && before != '"' && before != '\'' {
		return found{}, false
	}
	of := v.keys.meaningOf(keyBefore(text, at))
	// Lists of fields name a password among others; lists of headers don't.
	if !of.isSecret() || (sign == ',' && of == password) {
		return found{}, false
	}
	start, end, quoted := valueFrom(text, at+1, of == header)
	if end <= start {
		return found{}, false
	}
	// Not in `login <user> <password>`, nor where an arrow ends in something else.
	if sign == '>' && charAt(text, at-1) != '=' && !startsWith(text, "</", end) {
		return found{}, false
	}
	prose := !quoted && charAt(text, at+1) == ' '
	hit := found{start, end, meaningNames[of]}
	return hit, v.isSecret(of, text[start:min(end, start+judgedBytesMax)], prose)
}

// keyBefore is the name that stands before a separator; "" when there is none.
func keyBefore(text string, at int) string {
	end := at
	for end > 0 && at-end < 4 && strings.IndexByte(" \"'`\\]?:=", text[end-1]) >= 0 {
		end--
	}
	start := end
	for start > 0 && end-start < keyBytesMax && keyChars[text[start-1]] {
		start--
	}
	if start == end {
		return ""
	}
	before := charAt(text, start-1)
	switch sign := text[at]; {
	case sign == ',' && !isHeaderName(text[max(0, start-1):at]),
		sign == '>' && before != '<' && !startsWith(text, "=>", at-1),
		sign == ' ' && (end != at || !startsWith(text, "--", start)),
		// In `arn:…:secret:prod/db` the names are joined by colons, and none is the key of the next.
		sign == ':' && end == at && charAt(text, at+1) != ' ' && before == ':':
		return ""
	}
	// What stands there was a secret itself.
	if startsWith(text, oursBegins, start-len(oursBegins)) {
		return ""
	}
	key := text[start:end]
	if key == "value" || key == "Value" {
		return nameBefore(text, start)
	}
	return key
}

var (
	nameAndValue = regexp.MustCompile(
		`(?i)(?:name|key)\\?["']? {0,4}[:=] {0,4}\\?["']?([\w.-]{1,64})\\?["']?[\s\v]{0,40},?[\s\v]{0,40}\\?["']?$`)
	wordOfHeaderMax  = 20
	wordsOfHeaderMax = 5
)

// nameBefore is, of `{ "name": "password", "value": … }`, the name.
func nameBefore(text string, at int) string {
	groups := nameAndValue.FindStringSubmatchIndex(text[max(0, at-nameBeforeMax):at])
	if groups == nil {
		return ""
	}
	from := max(0, at-nameBeforeMax)
	return text[from+groups[2] : from+groups[3]]
}

// isHeaderName says so of a name in quotes; in a flat list of headers, names and values take turns.
func isHeaderName(text string) bool {
	if last := len(text) - 1; last < 2 || strings.IndexByte(`"'`, text[0]) < 0 || strings.IndexByte(`"'`, text[last]) < 0 {
		return false
	}
	words := 0
	for at := 1; ; at++ {
		end := run(text, at, wordOfHeaderMax, letters)
		if words++; end == at || words > wordsOfHeaderMax {
			return false
		}
		if at = end; at == len(text)-1 {
			return true
		}
		if text[at] != '-' {
			return false
		}
	}
}

var (
	wordValue = allBut("\"'`,;&<>|)}]\\")
	lineValue = allButLineEnds()
	blanks    = setOf(" \t")
)

func allButLineEnds() *charSet {
	set := &charSet{}
	for char := range set {
		set[char] = strings.IndexByte("\n\r\"'`\\", byte(char)) < 0
	}
	return set
}

// valueFrom says where the value behind a separator begins and ends, without its quotes.
func valueFrom(text string, at int, wholeLine bool) (start, end int, quoted bool) {
	if char := charAt(text, at); char == '>' || char == '=' {
		at++
	}
	start = run(text, at, 8, blanks)
	limit := min(len(text), start+valueBytesMax)
	escaped := charAt(text, start) == '\\'
	for charAt(text, start) == '\\' {
		start++
	}
	if mark := charAt(text, start); mark == '"' || mark == '\'' || mark == '`' {
		return start + 1, closingQuote(text, start+1, limit, mark, escaped), true
	}
	if wholeLine {
		return start, bareEnd(text, start, lineValue), false
	}
	return start, bareEnd(text, start, wordValue), false
}

// bareEnd is where a value without quotes ends: with its line or its word; escaped white space and quotes end it as well.
func bareEnd(text string, start int, set *charSet) int {
	limit := min(len(text), start+valueBytesMax)
	at := start
	for at < limit {
		char := text[at]
		if char == '\\' {
			if next := charAt(text, at+1); next != 0 && strings.IndexByte(`"nrt`, next) >= 0 {
				break
			}
		} else if !set[char] || (char >= 0xc2 && set == wordValue && wideSpace(text, at)) {
			break
		}
		at++
	}
	return at
}

func closingQuote(text string, from, limit int, mark byte, escaped bool) int {
	for at := from; at < limit; at++ {
		char := text[at]
		if char == mark && !escaped {
			return at
		}
		if char != '\\' {
			continue
		}
		if escaped && charAt(text, at+1) == mark {
			return at
		}
		// In JSON within JSON the end is `\"`; a quote within the value has three of them.
		if !escaped {
			at++
		}
	}
	return limit
}
