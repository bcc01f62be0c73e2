package redaction

import (
	"math"
	"strings"
)

// Secrets that are known by what stands before them, where that is no `key: value`. Those that no regular expression shared
// with JavaScript finds are walked by hand, as the expressions in instrumentation/redact/phrases.ts have it.

const (
	secretBytesMax = 4_096
	// By which a bearer token is judged, however long it is: one that is generated shows it sooner.
	bearerJudgedMax = 1_024
	// How much before its place a phrase of the data may ask for.
	beforeBytesMax = 16
)

func finderOf(phrase phraseData, byHand map[string]findFunc) (findFunc, error) {
	if phrase.Pattern == "" {
		find := byHand[phrase.Rule]
		return func(text string, at int) (found, bool) {
			hit, ok := find(text, at)
			hit.format = phrase.ID
			return hit, ok && !isLeft(text, hit)
		}, nil
	}
	pattern, err := compile("^(?:"+phrase.Pattern+")", "")
	if err != nil {
		return nil, err
	}
	before, err := compile("(?:"+phrase.Before+")$", "")
	if err != nil {
		return nil, err
	}
	group := 2 * pattern.SubexpIndex("secret")
	return func(text string, at int) (found, bool) {
		if !before.MatchString(text[max(0, at-beforeBytesMax):at]) {
			return found{}, false
		}
		place := pattern.FindStringSubmatchIndex(text[at:])
		if place == nil {
			return found{}, false
		}
		hit := found{at + place[group], at + place[group+1], phrase.ID}
		return hit, !isLeft(text, hit)
	}, nil
}

// isLeft says whether a secret is what is left of one that was taken out before.
func isLeft(text string, hit found) bool {
	return startsWith(text, oursBegins, hit.end) && startsWith(text, hit.format, hit.end+len(oursBegins))
}

func (l *looks) phrasesByHand() map[string]findFunc {
	return map[string]findFunc{
		"private-key":   privateKey,
		"jwt":           jwt,
		"bearer":        l.bearer,
		"basic":         basic,
		"password-told": l.passwordTold,
		"identified-by": l.identifiedBy,
		"user-flag":     userFlag,
		"oracle-thin":   oracleThin,
	}
}

func jwt(text string, at int) (found, bool) {
	if !startsWith(text, "eyJ", at) {
		return found{}, false
	}
	body := run(text, at+3, 600, wordDash)
	if body-at-3 < 10 {
		return found{}, false
	}
	end, parts := body, 0
	for parts < 4 && charAt(text, end) == '.' {
		next := run(text, end+1, math.MaxInt, wordDash)
		if next == end+1 {
			break
		}
		end, parts = next, parts+1
	}
	if parts >= 2 {
		return found{start: at, end: end}, true
	}
	if !startsWith(text, ".eyJ", body) {
		return found{}, false
	}
	end = run(text, body+4, math.MaxInt, wordDash)
	return found{start: at, end: end}, end-body-4 >= 6
}

var (
	bearerChars = setOf(alnumChars + "_.~+/-")
	basicChars  = setOf(alnumChars + "+/_-")
	spaceChar   = setOf(" ")
)

// spacesFrom skips the blanks at a place.
func spacesFrom(text string, at int) int { return run(text, at, math.MaxInt, spaceChar) }

// quoteFrom skips a quote that opens, which may be escaped.
func quoteFrom(text string, at int) int {
	if charAt(text, at) == '\\' {
		at++
	}
	if char := charAt(text, at); char == '"' || char == '\'' {
		at++
	}
	return at
}

// paddingFrom skips what fills base64 up.
func paddingFrom(text string, at int) int {
	for range 2 {
		if charAt(text, at) == '=' {
			at++
		}
	}
	return at
}

func (l *looks) bearer(text string, at int) (found, bool) {
	for _, word := range [...]string{"bearer", "apikey", "token"} {
		if startsFold(text, word, at) {
			at += len(word)
			break
		}
	}
	switch next := spacesFrom(text, at); {
	case next > at:
		at = next
	case startsWith(text, "%20", at):
		at += 3
	case charAt(text, at) == '+':
		at++
	default:
		return found{}, false
	}
	if startsFold(text, "token=", at) {
		at += len("token=")
	}
	start := quoteFrom(text, at)
	end := run(text, start, secretBytesMax, bearerChars)
	if end-start < 8 {
		return found{}, false
	}
	end = paddingFrom(text, end)
	return found{start: start, end: end}, l.looksGenerated(text[start:min(end, start+bearerJudgedMax)])
}

func basic(text string, at int) (found, bool) {
	start := quoteFrom(text, spacesFrom(text, at+len("basic")))
	end := run(text, start, 1_024, basicChars)
	if end-start < 4 || !isUserAndPassword(text[start:end]) {
		return found{}, false
	}
	return found{start: start, end: paddingFrom(text, end)}, true
}

// isUserAndPassword says whether base64 holds two printable texts with a colon between.
func isUserAndPassword(encoded string) bool {
	plain := fromBase64(encoded)
	colon := false
	for _, char := range plain {
		if char < ' ' || char > '~' {
			return false
		}
		colon = colon || char == ':'
	}
	return colon
}

// fromBase64 decodes either alphabet, or both mixed, and passes over what is in neither; the last bits that make no byte are left
// out.
func fromBase64(encoded string) []byte {
	plain := make([]byte, 0, len(encoded)*3/4)
	bits, held := 0, 0
	for at := 0; at < len(encoded); at++ {
		value := base64Values[encoded[at]]
		if value < 0 {
			continue
		}
		bits, held = bits<<6|int(value), held+6
		if held >= 8 {
			held -= 8
			plain = append(plain, byte(bits>>held))
			bits &= 1<<held - 1
		}
	}
	return plain
}

var base64Values = func() (values [256]int8) {
	for char := range values {
		values[char] = -1
	}
	for value, char := range []byte(bigChars + smallChars + digitChars) {
		values[char] = int8(value)
	}
	values['+'], values['-'], values['/'], values['_'] = 62, 62, 63, 63
	return values
}()

var (
	toldChars       = allBut(`"',;)<>`)
	identifiedChars = allBut(";`")
	quotedWord      = setOf(alnumChars + `_"'`)
	userChars       = allBut(`:"'`)
	flagChars       = allBut(`"'`)
	thinUserChars   = allBut("/@")
	thinChars       = allBut("@")
)

func (l *looks) passwordTold(text string, at int) (found, bool) {
	for text[at] != ' ' {
		at++
	}
	at = afterVerb(text, spacesFrom(text, at))
	if sign := charAt(text, at); sign == ':' || sign == '=' {
		start := spacesFrom(text, at+1)
		if end := toldEnd(text, start); end > start {
			return found{start: start, end: end}, l.isQuotedOrHandMade(text[start:end])
		}
	}
	end := toldEnd(text, at)
	return found{start: at, end: end}, end > at && l.isQuotedOrHandMade(text[at:end])
}

// afterVerb skips `is`, `set to` and the like before a password that is told.
func afterVerb(text string, at int) int {
	for _, verb := range [...]string{"is", "was", "set to", "of", "to"} {
		if startsFold(text, verb+" ", at) {
			return spacesFrom(text, at+len(verb))
		}
	}
	if startsFold(text, "for ", at) {
		name := run(text, at+4, 64, notSpace)
		if name > at+4 && startsFold(text, " is ", name) {
			return spacesFrom(text, name+3)
		}
	}
	return at
}

// toldEnd is where a password ends that is told in a sentence; its beginning where there is none.
func toldEnd(text string, start int) int {
	open := start
	if charAt(text, open) == '\\' {
		open++
	}
	switch charAt(text, open) {
	case '\'':
		if end := quotedEnd(text, open, "'"); end > 0 {
			return end
		}
	case '"':
		end := open + 1
		for end < len(text) && end-open <= secretBytesMax && text[end] != '"' && text[end] != '\\' {
			end++
		}
		if end > open+1 && charAt(text, end) == '\\' {
			end++
		}
		if end > open+1 && charAt(text, end) == '"' {
			return end + 1
		}
	case '`':
		if end := quotedEnd(text, open, "`"); end > 0 && open == start {
			return end
		}
	}
	if end := run(text, start, secretBytesMax, toldChars); end-start >= 6 {
		return end
	}
	return start
}

// quotedEnd is the place behind the quote that closes; 0 where none does.
func quotedEnd(text string, open int, quote string) int {
	inside := text[open+1:]
	if len(inside) > secretBytesMax+1 {
		inside = inside[:secretBytesMax+1]
	}
	if length := strings.Index(inside, quote); length > 0 {
		return open + 1 + length + 1
	}
	return 0
}

func (l *looks) identifiedBy(text string, at int) (found, bool) {
	at += len("identified ")
	if startsFold(text, "with ", at) {
		name := run(text, at+5, 64, quotedWord)
		if name == at+5 || charAt(text, name) != ' ' {
			return found{}, false
		}
		at = name + 1
	}
	if (!startsFold(text, "by", at) && !startsFold(text, "as", at)) || charAt(text, at+2) != ' ' {
		return found{}, false
	}
	start := spacesFrom(text, at+2)
	if startsFold(text, "password ", start) {
		if later := spacesFrom(text, start+8); identifiedEnd(text, later) > later {
			start = later
		}
	}
	end := identifiedEnd(text, start)
	return found{start: start, end: end}, end > start && l.isQuotedOrHandMade(text[start:end])
}

func identifiedEnd(text string, start int) int {
	if char := charAt(text, start); char == '\'' || char == '"' {
		if end := quotedEnd(text, start, string(char)); end > 0 {
			return end
		}
	}
	return run(text, start, secretBytesMax, identifiedChars)
}

func userFlag(text string, at int) (found, bool) {
	switch {
	case startsWith(text, "-u ", at):
		at += 2
	case startsWith(text, "--user ", at):
		at += 6
	default:
		return found{}, false
	}
	at = spacesFrom(text, at)
	if char := charAt(text, at); char == '"' || char == '\'' {
		at++
	}
	user := run(text, at, 128, userChars)
	if user == at || charAt(text, user) != ':' {
		return found{}, false
	}
	end := run(text, user+1, secretBytesMax, flagChars)
	return found{start: user + 1, end: end}, end > user+1
}

func oracleThin(text string, at int) (found, bool) {
	if !startsWith(text, "thin:", at) {
		return found{}, false
	}
	user := run(text, at+5, 128, thinUserChars)
	if user == at+5 || charAt(text, user) != '/' {
		return found{}, false
	}
	end := run(text, user+1, 256, thinChars)
	return found{start: user + 1, end: end}, end > user+1 && charAt(text, end) == '@'
}

func (l *looks) isQuotedOrHandMade(secret string) bool {
	inside := strings.TrimPrefix(secret, `\`)
	if last := len(inside) - 1; last > 0 && strings.IndexByte("'\"`", inside[0]) >= 0 && inside[0] == inside[last] {
		if !strings.ContainsAny(inside[1:last], "\n\r\u2028\u2029") {
			return true
		}
	}
	return l.isHandMade(strings.TrimRight(secret, ".!?"))
}

// isHandMade says whether a password may be what it is; words alone are a sentence going on: `password authentication failed`.
func (l *looks) isHandMade(secret string) bool {
	if l.looksGenerated(secret) {
		return true
	}
	letter, other := false, false
	for at := 0; at < len(secret); at++ {
		char := secret[at]
		letter = letter || isLetter(char)
		plain := isLetter(char) || strings.IndexByte("_./:-", char) >= 0 || !notSpace[char]
		other = other || (!plain && (char < 0xc2 || !wideSpace(secret, at)))
	}
	if !letter || !other {
		return false
	}
	for _, begins := range [...]string{"[redacted", "${", "{{", "%s", "%d"} {
		if strings.HasPrefix(secret, begins) {
			return false
		}
	}
	return true
}
