package proof

import (
	"errors"
	"strings"
)

// values are what a credential says: claims or attributes, nil where it says nothing.
type values func(name string) any

// template of an identity: texts, and between them names of values in braces, with `|` between those of which the first
// that is there counts.
type template []piece

type piece struct {
	text  string
	names []string
}

var errTemplate = errors.New("identity is no template such as oauth:{iss}#{sub}")

func parseTemplate(text string) (template, error) {
	var parsed template
	hasName := false
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, errTemplate
		}
		if before != "" {
			parsed = append(parsed, piece{text: before})
		}
		if !open {
			break
		}
		inner, after, closed := strings.Cut(rest, "}")
		names := strings.Split(inner, "|")
		for _, name := range names {
			if !closed || fit(name) == "" || strings.Contains(name, "{") {
				return nil, errTemplate
			}
		}
		parsed = append(parsed, piece{names: names})
		hasName = true
		text = after
	}
	// Without a name, every sender would be the same one.
	if parsed != nil && !hasName {
		return nil, errTemplate
	}
	return parsed, nil
}

func (t template) names() []string {
	var names []string
	for _, part := range t {
		names = append(names, part.names...)
	}
	return names
}

// fill returns the identity, "" where a value is missing or cannot stand in an id.
func (t template) fill(of values) string {
	var id strings.Builder
	for _, part := range t {
		text := part.text
		if part.names != nil {
			text = firstText(of, part.names...)
			if text == "" {
				return ""
			}
		}
		id.WriteString(text)
	}
	return fit(id.String())
}

// matches says whether a text is of a pattern in which `*` stands for any characters.
func matches(pattern, text string) bool {
	first, rest, hasStar := strings.Cut(pattern, "*")
	if !hasStar {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(text, part)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text, rest = text[at+len(part):], after
	}
}
