package redaction

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Values nested deeper are replaced.
const depthMax = 16

// Map cleans keys and values, of any depth up to 16, in place, and returns how many secrets were replaced. Read are strings, and those in
// lists and maps; what lies deeper is replaced. Bytes are not read, whatever they hold, nor are numbers. Where keys
// become the same by being cleaned, the last one stays.
func (r *Redactor) Map(attributes pcommon.Map) int {
	return r.mapOf(attributes, "", 0)
}

// Span cleans the name, the attributes, the events, the links, the trace state and the status of a span in place, and returns how
// many secrets were replaced.
func (r *Redactor) Span(span ptrace.Span) int {
	count := r.field(span.Name(), span.SetName)
	count += r.field(span.Status().Message(), span.Status().SetMessage)
	count += r.field(span.TraceState().AsRaw(), span.TraceState().FromRaw)
	count += r.Map(span.Attributes())
	for at := range span.Events().Len() {
		event := span.Events().At(at)
		count += r.field(event.Name(), event.SetName)
		count += r.Map(event.Attributes())
	}
	for at := range span.Links().Len() {
		link := span.Links().At(at)
		count += r.field(link.TraceState().AsRaw(), link.TraceState().FromRaw)
		count += r.Map(link.Attributes())
	}
	return count
}

func (r *Redactor) field(text string, set func(string)) int {
	if text == "" {
		return 0
	}
	clean, count := r.Text(text, "")
	if count > 0 || len(clean) != len(text) {
		set(clean)
	}
	return count
}

// mapOf cleans a map that is the value of a key; "" where it is nobody's.
func (r *Redactor) mapOf(attributes pcommon.Map, of string, depth int) int {
	count := 0
	keysAreClean := true
	for key, value := range attributes.All() {
		hash := r.clean.hash(key)
		if clean, _ := r.hashed(key, "", r.clean.pair(hash, 0)); clean != key {
			keysAreClean = false
		}
		if of != "" {
			key = r.within(of, key)
			hash = r.clean.hash(key)
		}
		count += r.value(value, key, hash, depth)
	}
	if !keysAreClean {
		count += r.renamed(attributes)
	}
	return count
}

// within is the key that says what a value is: its own, or that of the map around it where only that one says secret.
func (r *Redactor) within(of, key string) string {
	if of != "" && r.rules.keys.meaningOf(of).isSecret() && r.rules.keys.meaningOf(key) == nothing {
		return of
	}
	return key
}

func (r *Redactor) renamed(attributes pcommon.Map) int {
	count := 0
	clean := pcommon.NewMap()
	clean.EnsureCapacity(attributes.Len())
	for key, value := range attributes.All() {
		name, replaced := r.Text(key, "")
		count += replaced
		value.MoveTo(clean.PutEmpty(name))
	}
	clean.MoveTo(attributes)
	return count
}

// value cleans the value of a key with this hash.
func (r *Redactor) value(value pcommon.Value, key string, hash uint64, depth int) int {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return r.text(value, key, hash)
	case pcommon.ValueTypeMap:
		if depth >= depthMax {
			value.SetStr(tooDeep)
			return 1
		}
		return r.mapOf(value.Map(), key, depth+1)
	case pcommon.ValueTypeSlice:
		if depth >= depthMax {
			value.SetStr(tooDeep)
			return 1
		}
		count := 0
		for at := range value.Slice().Len() {
			count += r.value(value.Slice().At(at), key, hash, depth+1)
		}
		return count
	default:
		return 0
	}
}

func (r *Redactor) text(value pcommon.Value, key string, hash uint64) int {
	text := value.Str()
	pair := r.clean.pair(hash, r.clean.hash(text))
	if r.clean.has(pair) {
		return 0
	}
	if named := r.rules.names.wordOf(key, text); named != text {
		value.SetStr(named)
		return 1
	}
	clean, count := r.hashed(text, key, pair)
	if count > 0 || len(clean) != len(text) {
		value.SetStr(clean)
	}
	return count
}
