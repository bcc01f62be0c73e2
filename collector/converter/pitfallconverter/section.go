package pitfallconverter

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// section is a part of the configuration, as YAML has it.
type section map[string]any

// at returns what is under these keys, nil when nothing is.
func (s section) at(keys ...string) any {
	var found any = map[string]any(s)
	for _, key := range keys {
		inner, ok := found.(map[string]any)
		if !ok {
			return nil
		}
		found = inner[key]
	}
	return found
}

func (s section) section(keys ...string) section {
	inner, _ := s.at(keys...).(map[string]any)
	return inner
}

func (s section) has(keys ...string) bool { return s.at(keys...) != nil }

func (s section) isTrue(keys ...string) bool { return s.at(keys...) == true }

// text of a plain value, "" where there is none.
func (s section) text(keys ...string) string {
	switch value := s.at(keys...).(type) {
	case nil, map[string]any, []any:
		return ""
	default:
		return fmt.Sprint(value)
	}
}

// texts of a list; a single text is split at its commas, as the Collector does.
func (s section) texts(keys ...string) []string {
	list, ok := s.at(keys...).([]any)
	if !ok {
		if one := s.text(keys...); one != "" {
			return strings.Split(one, ",")
		}
		return nil
	}
	texts := make([]string, 0, len(list))
	for _, value := range list {
		if value != nil && value != "" {
			texts = append(texts, fmt.Sprint(value))
		}
	}
	return texts
}

// number of a whole number, or `otherwise` where there is none.
func (s section) number(otherwise int64, keys ...string) int64 {
	switch value := s.at(keys...).(type) {
	case int:
		return int64(value)
	case int64:
		return value
	case float64:
		return int64(value)
	}
	return otherwise
}

// isZeroTime says that a duration is written down and is none.
func (s section) isZeroTime(keys ...string) bool {
	length, err := time.ParseDuration(s.text(keys...))
	return err == nil && length == 0
}

func holdsAll(all, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(one string) bool {
		return !slices.ContainsFunc(all, func(other string) bool { return strings.EqualFold(one, other) })
	})
}

// typeOf is the part of a component's name before its slash.
func typeOf(name string) string {
	before, _, _ := strings.Cut(name, "/")
	return strings.TrimSpace(before)
}
