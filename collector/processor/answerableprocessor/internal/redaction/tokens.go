package redaction

import "math"

// Tokens of HTTP: what begins like a JSON Web Token, and what stands behind the scheme of an Authorization header.

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
