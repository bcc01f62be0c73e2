package redaction

import "strings"

const (
	// What we put in place of a secret, so that a text is left as it is the second time.
	ours         = "redacted"
	oursBegins   = "[redacted:"
	oursBytesMax = 128
	randomFormat = "random"
	// So much of what looks generated is decoded, to know a text in base64.
	harmlessBytesMax = 4_096
	segmentBytesMax  = 12
	namedBeforeMax   = 80
)

// rules are the data, compiled.
type rules struct {
	*beginnings
	*values
	names *names
}

func newRules() (*rules, error) {
	from, err := readData()
	if err != nil {
		return nil, err
	}
	looks, err := newLooks(from)
	if err != nil {
		return nil, err
	}
	keys, err := newKeys(from)
	if err != nil {
		return nil, err
	}
	made := &rules{}
	if made.values, err = newValues(from, keys, looks); err != nil {
		return nil, err
	}
	if made.beginnings, err = newBeginnings(from, looks.phrasesByHand()); err != nil {
		return nil, err
	}
	made.names, err = newNames(from, looks)
	return made, err
}

// scan finds the secrets in a text, in order and apart from each other. One pass, and what is tried at a place has a bound, so the
// time is linear whatever the text is. key is what the text is the value of, "" where that is not known.
func (r *rules) scan(text, key string) []found {
	var hits []found
	flags := strings.Contains(text, "--")
	from := 0
	for at := 0; at < len(text); {
		kind := r.kinds[text[at]]
		if kind > wordChar && (text[at] != ' ' || flags) && r.mayBegin(text, at, kind) {
			if hit, ok := r.hitAt(text, at, kind); ok {
				hits = r.addRandom(hits, text, key, from, hit.start)
				if hit.format != ours {
					hits = append(hits, hit)
				}
				at = hit.end
				from = at
				continue
			}
		}
		at++
		if kind&wordChar == 0 {
			if at-1-from >= randomCharsMin {
				hits = r.addRandom(hits, text, key, from, at-1)
			}
			from = at
		}
	}
	return r.addRandom(hits, text, key, from, len(text))
}

func (r *rules) hitAt(text string, at int, kind uint8) (found, bool) {
	if kind&bracket != 0 {
		if !startsWith(text, oursBegins, at) {
			return found{}, false
		}
		length := strings.IndexByte(text[at:min(len(text), at+oursBytesMax+1)], ']')
		return found{at, at + length + 1, ours}, length >= 0
	}
	if kind&first != 0 {
		if hit, ok := r.begunAt(text, at); ok {
			return r.known(text, at, hit), true
		}
	}
	if kind&separator != 0 {
		if hit, ok := r.secretBehind(text, at); ok {
			return r.known(text, at, hit), true
		}
	}
	return found{}, false
}

// known gives what is known by its own looks that name, if it is all of the value.
func (r *rules) known(text string, at int, behind found) found {
	if behind.start == at {
		return behind
	}
	if isOurs(text[behind.start:behind.end]) {
		behind.format = ours
		return behind
	}
	if hit, ok := r.begunAt(text, behind.start); ok && hit.end >= behind.end {
		return hit
	}
	return behind
}

func isOurs(secret string) bool {
	return strings.HasPrefix(secret, oursBegins) && len(secret)-len(oursBegins) <= oursBytesMax+1 &&
		strings.IndexByte(secret, ']') == len(secret)-1 && len(secret) > len(oursBegins)+1
}

func (r *rules) addRandom(hits []found, text, key string, start, end int) []found {
	if end-start < randomCharsMin {
		return hits
	}
	parts := r.looks.randomParts(text[start:end])
	if len(parts) == 0 || r.isWholeID(text, start, end, key) {
		return hits
	}
	for _, part := range parts {
		from, to := start+part.from, start+part.to
		before := start
		// The beginning of base64 may look like a segment of a path; so short a one doesn't part it from its key.
		if part.from > segmentBytesMax {
			before = from
		}
		if !r.isNamed(text, before) && !r.isHarmless(text[from:min(to, from+harmlessBytesMax)]) {
			hits = append(hits, found{from, paddingFrom(text, to), randomFormat})
		}
	}
	return hits
}

// isWholeID says whether the text is the value of a key like `version_id`, and nothing else.
func (r *rules) isWholeID(text string, start, end int, key string) bool {
	if key == "" || start > 1 || end < len(text)-2 || isPath(text) {
		return false
	}
	return r.keys.meaningOf(key) == id
}

// isPath says whether a text begins with a segment in small letters between slashes.
func isPath(text string) bool {
	at := 1
	for at < len(text) && text[at] >= 'a' && text[at] <= 'z' {
		at++
	}
	return text[0] == '/' && at > 1 && charAt(text, at) == '/'
}

// isNamed says whether the key before a place says that it is a name for something.
func (r *rules) isNamed(text string, start int) bool {
	window := text[max(0, start-namedBeforeMax):start]
	end := back(window, len(window), 2, `"'[`)
	end = back(window, end, 1, `\`)
	end = back(window, end, 2, " \t\n\v\f\r")
	if end == 0 || strings.IndexByte(":=-", window[end-1]) < 0 {
		return false
	}
	end = back(window, end-1, 2, " \t\n\v\f\r")
	if quote := back(window, end, 1, `"'`); quote < end {
		end = back(window, quote, 1, `\`)
	}
	begin := end
	for begin > 0 && end-begin < keyBytesMax && keyChars[window[begin-1]] {
		begin--
	}
	return begin < end && r.keys.meaningOf(window[begin:end]) == id
}

// back goes before at most so many of these characters.
func back(text string, end, most int, chars string) int {
	for end > 0 && most > 0 && strings.IndexByte(chars, text[end-1]) >= 0 {
		end, most = end-1, most-1
	}
	return end
}

// isHarmless says so of text in base64 with no secret in it.
func (r *rules) isHarmless(encoded string) bool {
	plain := fromBase64(encoded)
	for nth, char := range plain {
		if nth < len(plain)-2 && (char < 9 || (char > 13 && char < 32) || char > 126) {
			return false
		}
	}
	return len(r.scan(string(plain), "")) == 0
}
