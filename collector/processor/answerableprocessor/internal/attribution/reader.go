package attribution

import (
	"encoding/hex"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Reader reads one span after the other. What a span does not say comes from its resource; of a repeated attribute the
// first counts, so that nobody can override one by appending to a span.
type Reader struct {
	table *Table
	// limit is how many places are read: those of identities, or all.
	limit    int
	resource []pcommon.Value
	span     []pcommon.Value
	own      [ownCount]string
	current  ptrace.Span
	// inSpan says in which turn a place was said, so that nothing need be cleared between spans.
	inSpan []uint32
	turn   uint32
	// spanSays is whether the span itself says something that rules on identities read.
	spanSays bool
	// ofResource is the identity of spans that say nothing themselves.
	ofResource Identity
	isNamed    bool
}

// NewReader makes a reader that tells identities alone.
func (t *Table) NewReader() *Reader { return t.newReader(t.names.identityCount) }

// NewActionReader makes a reader that tells identities and actions.
func (t *Table) NewActionReader() *Reader { return t.newReader(len(t.names.places)) }

func (t *Table) newReader(limit int) *Reader {
	return &Reader{
		table:    t,
		limit:    limit,
		resource: make([]pcommon.Value, limit),
		span:     make([]pcommon.Value, limit),
		inSpan:   make([]uint32, limit),
	}
}

// Resource begins the spans of a resource: nothing of its neighbour is left.
func (r *Reader) Resource(attributes pcommon.Map) {
	clear(r.resource)
	r.isNamed = false
	r.read(attributes, r.resource)
}

// Scope begins the spans of a scope.
func (r *Reader) Scope(name string) { r.own[scopeName] = name }

// Span reads a span.
func (r *Reader) Span(span ptrace.Span) {
	r.current = span
	r.own[spanName] = span.Name()
	r.own[traceID] = ""
	r.spanSays = r.read(span.Attributes(), r.span)
}

// Identity says who acts; unknown when nothing says.
func (r *Reader) Identity() Identity {
	if r.spanSays || r.table.perSpan {
		return r.identify()
	}
	if !r.isNamed {
		r.ofResource, r.isNamed = r.identify(), true
	}
	return r.ofResource
}

// Action says what was done; false when the span is no action.
func (r *Reader) Action() (Action, bool) {
	for at := range r.table.actions {
		if found, ok := r.table.actions[at].recognise(r); ok {
			return found, true
		}
	}
	return Action{}, false
}

func (r *Reader) identify() Identity {
	for at := range r.table.identities {
		if found, ok := r.table.identities[at].identify(r); ok {
			return found
		}
	}
	return Identity{ID: Unknown, Kind: Unknown, Strength: Inferred, Rule: "none"}
}

// read fills in what some attributes say; null leaves what was said before. It tells whether rules on identities read
// any of them.
func (r *Reader) read(attributes pcommon.Map, into []pcommon.Value) bool {
	r.turn++
	if r.turn == 0 {
		clear(r.inSpan)
		r.turn = 1
	}
	says := false
	for name, value := range attributes.All() {
		place, known := r.table.names.places[name]
		if !known || place >= r.limit || place < ownCount || r.inSpan[place] == r.turn {
			continue
		}
		r.inSpan[place] = r.turn
		into[place] = value
		says = says || place < r.table.names.identityCount
	}
	return says
}

// first gives the value of the first of some attributes that is there and isn't empty, as text.
func (r *Reader) first(places []int) string {
	for _, place := range places {
		if text := r.text(place); text != "" {
			return text
		}
	}
	return ""
}

var noValue pcommon.Value

func (r *Reader) text(place int) string {
	if place < ownCount {
		return r.ownText(place)
	}
	if r.inSpan[place] == r.turn {
		if value := r.span[place]; value != noValue && value.Type() != pcommon.ValueTypeEmpty {
			return textOf(value)
		}
	}
	if value := r.resource[place]; value != noValue {
		return textOf(value)
	}
	return ""
}

var kindNames = [...]string{"unspecified", "internal", "server", "client", "producer", "consumer"}

func (r *Reader) ownText(place int) string {
	switch place {
	case spanKind:
		if kind := int(r.current.Kind()); kind >= 0 && kind < len(kindNames) {
			return kindNames[kind]
		}
		return kindNames[0]
	case traceID:
		if r.own[traceID] == "" {
			id := r.current.TraceID()
			r.own[traceID] = hex.EncodeToString(id[:])
		}
	}
	return r.own[place]
}
