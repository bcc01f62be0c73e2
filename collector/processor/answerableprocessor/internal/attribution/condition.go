package attribution

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// conditions by the attribute they are about, or by several joined by `|` of which the first that is there counts.
type conditions map[string]condition

// condition on one attribute: it is there, it is one of some words, or a regular expression finds something in it.
type condition struct {
	present    bool
	words      []string
	matches    string
	ignoreCase bool
}

func (c *condition) UnmarshalJSON(raw []byte) error {
	var word string
	if json.Unmarshal(raw, &word) == nil {
		c.present = word == "*"
		c.words = []string{word}
		return nil
	}
	if json.Unmarshal(raw, &c.words) == nil {
		return nil
	}
	var pattern struct {
		Matches    string `json:"matches"`
		IgnoreCase bool   `json:"ignoreCase"`
	}
	if err := json.Unmarshal(raw, &pattern); err != nil {
		return fmt.Errorf("a condition is a word, a list of words or {matches}: %w", err)
	}
	c.matches, c.ignoreCase = pattern.Matches, pattern.IgnoreCase
	return nil
}

// predicate says whether all conditions hold.
type predicate []func(*Reader) bool

func (p predicate) holds(row *Reader) bool {
	for _, test := range p {
		if !test(row) {
			return false
		}
	}
	return true
}

func compileConditions(all conditions, names *names) (predicate, error) {
	var compiled predicate
	for _, alternatives := range slices.Sorted(maps.Keys(all)) {
		test, err := compileTest(all[alternatives])
		if err != nil {
			return nil, err
		}
		places := names.of(alternatives)
		compiled = append(compiled, func(row *Reader) bool {
			text := row.first(places)
			return text != "" && test(text)
		})
	}
	return compiled, nil
}

func compileTest(c condition) (func(string) bool, error) {
	switch {
	case c.present:
		return func(string) bool { return true }, nil
	case c.matches == "":
		return func(text string) bool { return slices.Contains(c.words, text) }, nil
	}
	source := c.matches
	if c.ignoreCase {
		source = "(?i)" + source
	}
	pattern, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	return pattern.MatchString, nil
}
