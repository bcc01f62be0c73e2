package attribution

import (
	"fmt"
	"regexp"
	"strings"
)

// templates are tried in order: the first in which every placeholder has a value makes the text.
type templates []template

type template []part

// part is a literal, or the first of some attributes that is there, filtered.
type part struct {
	literal string
	places  []int
	filter  func(string) string
}

var (
	placeholder = regexp.MustCompile(`\{[^}]*\}`)
	filters     = map[string]func(string) string{
		"host":    urlHost,
		"url":     urlShape,
		"path":    pathShape,
		"rest":    func(text string) string { return text[strings.IndexByte(text, ' ')+1:] },
		"first":   func(text string) string { first, _, _ := strings.Cut(text, " "); return first },
		"dots":    func(text string) string { return strings.ReplaceAll(text, "/", ".") },
		"service": service,
		"lower":   lower,
		"verb":    verb,
	}
)

func service(text string) string {
	if at := strings.LastIndexByte(text, '/'); at > 0 {
		return text[:at]
	}
	return text
}

// verbBytesMax are the letters of the longest verb; a span's name is anybody's text.
const verbBytesMax = 32

// verb is "select" of "SELECT shop.orders", "pg.query:SELECT shop" and "shop.select"; "" where there is no such word.
func verb(text string) string {
	word, _, _ := strings.Cut(text, " ")
	last := word[strings.LastIndexAny(word, ".:")+1:]
	if len(last) > verbBytesMax {
		return ""
	}
	for at := range len(last) {
		if letter := last[at] | 0x20; letter < 'a' || letter > 'z' {
			return ""
		}
	}
	return strings.ToLower(last)
}

func compileTemplates(sources []string, names *names) (templates, error) {
	var all templates
	for _, source := range sources {
		compiled, err := compileTemplate(source, names)
		if err != nil {
			return nil, err
		}
		all = append(all, compiled)
	}
	return all, nil
}

func compileTemplate(source string, names *names) (template, error) {
	var parts template
	from := 0
	for _, span := range placeholder.FindAllStringIndex(source, -1) {
		if from < span[0] {
			parts = append(parts, part{literal: source[from:span[0]]})
		}
		alternatives, filterName, filtered := strings.Cut(source[span[0]+1:span[1]-1], ":")
		filter, known := filters[filterName]
		if filtered && !known {
			return nil, fmt.Errorf("template %q names no known filter", source)
		}
		parts = append(parts, part{places: names.of(alternatives), filter: filter})
		from = span[1]
	}
	if from < len(source) {
		parts = append(parts, part{literal: source[from:]})
	}
	return parts, nil
}

// text is "" when no template has all its values.
func (all templates) text(row *Reader) string {
	for _, one := range all {
		if text := one.text(row); text != "" {
			return text
		}
	}
	return ""
}

func (t template) text(row *Reader) string {
	if len(t) == 1 {
		return t[0].text(row)
	}
	var whole strings.Builder
	for _, one := range t {
		text := one.text(row)
		if text == "" {
			return ""
		}
		whole.WriteString(text)
	}
	return whole.String()
}

func (p part) text(row *Reader) string {
	if p.places == nil {
		return p.literal
	}
	text := row.first(p.places)
	if p.filter == nil || text == "" {
		return text
	}
	return p.filter(text)
}
