package proof

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fit returns the text if it can stand in an id, else "": a string of 512 characters at most without spaces and without
// what is not seen where it stands. The SDK's rule; characters are counted as JavaScript does.
func fit(value any) string {
	text, ok := value.(string)
	if !ok || len(text) > 3*idLengthMax {
		return ""
	}
	length := 0
	for _, r := range text {
		length++
		if r > 0xffff {
			length++
		}
		if !isSeen(r) {
			return ""
		}
	}
	if length > idLengthMax {
		return ""
	}
	return text
}

func isSeen(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' ' && r != 0x7f
	}
	return r != utf8.RuneError && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Zs)
}

func firstText(of values, names ...string) string {
	for _, name := range names {
		if text := fit(of(name)); text != "" {
			return text
		}
	}
	return ""
}

func valuesOf(object map[string]any) values {
	return func(name string) any { return object[name] }
}

const trustDomainLengthMax = 255

// spiffeID returns the text if it is a SPIFFE id, else "": a trust domain in lower case and a path without empty or dotted
// parts.
func spiffeID(text string) string {
	rest, ok := strings.CutPrefix(text, spiffeScheme)
	if !ok || len(text) > idLengthMax {
		return ""
	}
	domain, path, hasPath := strings.Cut(rest, "/")
	if domain == "" || len(domain) > trustDomainLengthMax || !only(domain, isOfTrustDomain) {
		return ""
	}
	for hasPath {
		var part string
		part, path, hasPath = strings.Cut(path, "/")
		if part == "" || part == "." || part == ".." || !only(part, isOfPath) {
			return ""
		}
	}
	return text
}

func trustDomain(id string) string {
	domain, _, _ := strings.Cut(strings.TrimPrefix(id, spiffeScheme), "/")
	return domain
}

func only(text string, is func(byte) bool) bool {
	for at := range len(text) {
		if !is(text[at]) {
			return false
		}
	}
	return true
}

func isOfTrustDomain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

func isOfPath(c byte) bool { return isOfTrustDomain(c) || c >= 'A' && c <= 'Z' }

var serviceAccount = regexp.MustCompile(`^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$`)

// serviceAccountID returns `k8s:ns/name` of a subject `system:serviceaccount:ns:name`, else "".
func serviceAccountID(subject string) string {
	parts := serviceAccount.FindStringSubmatch(subject)
	if parts == nil {
		return ""
	}
	return "k8s:" + parts[1] + "/" + parts[2]
}
