package attribution

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// The shape of a URL as schemas/url-shape.ts has it: scheme, host and path; no user, query or fragment, and path
// segments that are ids become `*`. A host that is none becomes `*` and takes the path with it.

var (
	urlParts = regexp.MustCompile(`(?is)^([a-z][a-z0-9+.-]*)://([^/]*)(.*)$`)
	hostname = regexp.MustCompile(`^(?:[\p{L}\p{N}_.~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$`)
	// U+017F and U+212A are word characters to a JavaScript pattern that ignores case.
	id    = regexp.MustCompile(`(?i)^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,})$`)
	wordy = regexp.MustCompile(`^[\w\x{17F}\x{212A}-]{24,}$`)
)

func urlShape(url string) string {
	scheme, host, path, ok := partsOf(url)
	if !ok {
		return pathShape(url)
	}
	return scheme + "://" + host + pathShape(path)
}

func urlHost(url string) string {
	_, host, _, ok := partsOf(url)
	if !ok {
		return pathShape(url)
	}
	return host
}

func pathShape(path string) string {
	segments := strings.Split(bare(path), "/")
	for at, segment := range segments {
		segments[at] = segmentShape(segment)
	}
	return strings.Join(segments, "/")
}

func partsOf(url string) (scheme, host, path string, ok bool) {
	match := urlParts.FindStringSubmatch(bare(url))
	if match == nil {
		return "", "", "", false
	}
	authority := match[2]
	host = lower(authority[strings.LastIndexByte(authority, '@')+1:])
	if host != "" && !hostname.MatchString(host) {
		return lower(match[1]), "*", "", true
	}
	return lower(match[1]), host, match[3], true
}

// bare is without query and fragment.
func bare(url string) string {
	if at := strings.IndexAny(url, "?#"); at >= 0 {
		return url[:at]
	}
	return url
}

// segmentShape leaves out parameters behind a semicolon, which are a query by another name.
func segmentShape(segment string) string {
	name, _, _ := strings.Cut(segment, ";")
	if isID(name) {
		return "*"
	}
	return name
}

func isID(name string) bool {
	if id.MatchString(name) || (strings.ContainsAny(name, "0123456789") && wordy.MatchString(name)) {
		return true
	}
	_, size := utf8.DecodeRuneInString(name)
	return strings.Contains(name[size:], "@") || strings.Contains(name[size:], "%40")
}

// lower is String::toLowerCase: the full mapping of Unicode.
func lower(text string) string {
	for at := range len(text) {
		if text[at] >= utf8.RuneSelf {
			return cases.Lower(language.Und).String(text)
		}
	}
	return strings.ToLower(text)
}
