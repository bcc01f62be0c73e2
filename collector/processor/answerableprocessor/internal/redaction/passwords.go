package redaction

import "strings"

// Passwords that are told: in a sentence, in SQL, in a flag of a command, in an address of Oracle.

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
