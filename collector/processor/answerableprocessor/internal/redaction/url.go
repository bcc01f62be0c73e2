package redaction

const (
	urlUserMax     = 256
	urlPasswordMax = 512
	portDigitsMax  = 5
)

var (
	urlUser     = allBut(`/?#:@"'<>[]`)
	urlPassword = allBut(`?#"'<>`)
	webPassword = allBut(`/?#"'<>`)
)

// passwordOfURL is the password in the user's part of a URL that begins at a place. Userinfo may hold `/` and `@` where nobody
// encoded it; a port, or a digest after the `@`, is none.
func (v *values) passwordOfURL(text string, from int) (found, bool) {
	colon := run(text, from, urlUserMax, urlUser)
	if charAt(text, colon) != ':' {
		return found{}, false
	}
	start := colon + 1
	end := 0
	// Paths on the web may hold an `@`; those of databases don't, so there the last one counts.
	if startsWith(text, "http", from-7) || startsWith(text, "https", from-8) {
		end = lastAt(text, start, webPassword)
	}
	if end == 0 && !isPort(text, start) {
		end = lastAt(text, start, urlPassword)
	}
	if end == 0 {
		end = lastAt(text, start, webPassword)
	}
	if end == 0 || v.placeholder.MatchString(text[start:end]) {
		return found{}, false
	}
	return found{start, end, meaningNames[password]}, true
}

// lastAt is the place of the last `@` behind a password made of a set, unless a digest follows; 0 where there is none.
func lastAt(text string, start int, set *charSet) int {
	end := run(text, start, urlPasswordMax, set)
	for at := min(end, len(text)-1); at > start; at-- {
		if text[at] == '@' && at-start <= urlPasswordMax && !isDigestBehind(text, at+1) {
			return at
		}
	}
	return 0
}

func isDigestBehind(text string, at int) bool {
	return startsWith(text, "sha", at) && charAt(text, at+6) == ':' &&
		isDigit(text[at+3]) && isDigit(text[at+4]) && isDigit(text[at+5])
}

func isPort(text string, at int) bool {
	end := at
	for end < len(text) && end-at < portDigitsMax && isDigit(text[end]) {
		end++
	}
	if end == at {
		return false
	}
	return end == len(text) || text[end] == '/' || text[end] == '?' || text[end] == '#'
}
