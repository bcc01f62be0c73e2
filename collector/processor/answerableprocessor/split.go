package answerableprocessor

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
)

// place is where a span belongs: nothing else may be in its record.
type place struct {
	tenant string
	group  int
}

// part is what one key group gets of a request.
type part struct {
	place
	traces ptrace.Traces
	// Where spans of the resource and scope that are being split go, and the ordinals of these, 0 before the first.
	resource            ptrace.ResourceSpans
	spans               ptrace.SpanSlice
	resourceAt, scopeAt int
}

// splitter moves bound spans into parts of one key group each. Resources and scopes are repeated in each part that needs
// them.
type splitter struct {
	// tenant of spans whose stamp names none.
	tenant string
	parts  map[place]*part
	order  []*part
	// What was read of the last span, and where it went; neighbours are mostly of one identity.
	lastID, lastTenant string
	last               *part
}

// split leaves nothing in td. A part is recordBytesMax large at most, unless it is a single span.
func split(td ptrace.Traces, tenant string, recordBytesMax int) []*part {
	s := splitter{tenant: tenant, parts: map[place]*part{}}
	move(td, s.partOf)
	var fitting []*part
	for _, one := range s.order {
		fitting = append(fitting, one.halves(recordBytesMax)...)
	}
	return fitting
}

// move takes each span to the part that it belongs to; a resource whose spans all belong to one goes as a whole.
func move(td ptrace.Traces, partOf func(ptrace.Span) *part) {
	for at, resource := range td.ResourceSpans().All() {
		if only := onlyPart(resource, partOf); only != nil {
			resource.MoveTo(only.traces.ResourceSpans().AppendEmpty())
		} else {
			moveEach(resource, at+1, partOf)
		}
	}
}

// onlyPart is the part that all spans of a resource belong to, nil where there are several.
func onlyPart(resource ptrace.ResourceSpans, partOf func(ptrace.Span) *part) *part {
	var only *part
	for _, scope := range resource.ScopeSpans().All() {
		for _, span := range scope.Spans().All() {
			if to := partOf(span); only == nil {
				only = to
			} else if to != only {
				return nil
			}
		}
	}
	return only
}

func moveEach(resource ptrace.ResourceSpans, resourceAt int, partOf func(ptrace.Span) *part) {
	for scopeAt, scope := range resource.ScopeSpans().All() {
		for _, span := range scope.Spans().All() {
			to := partOf(span)
			if to.resourceAt != resourceAt {
				to.beginResource(resource, resourceAt)
			}
			if to.scopeAt != scopeAt+1 {
				to.beginScope(scope, scopeAt+1)
			}
			span.MoveTo(to.spans.AppendEmpty())
		}
	}
}

func (s *splitter) partOf(span ptrace.Span) *part {
	id, tenant := stampText(span.Attributes(), stampID), stampText(span.Attributes(), stampTenant)
	if s.last != nil && id == s.lastID && tenant == s.lastTenant {
		return s.last
	}
	s.lastID, s.lastTenant = id, tenant
	if tenant == "" {
		tenant = s.tenant
	}
	at := place{tenant: tenant, group: attribution.KeyGroup(tenant, id)}
	s.last = s.parts[at]
	if s.last == nil {
		s.last = newPart(at)
		s.parts[at] = s.last
		s.order = append(s.order, s.last)
	}
	return s.last
}

func newPart(at place) *part { return &part{place: at, traces: ptrace.NewTraces()} }

func (p *part) beginResource(from ptrace.ResourceSpans, at int) {
	p.resourceAt, p.scopeAt = at, 0
	p.resource = p.traces.ResourceSpans().AppendEmpty()
	from.Resource().CopyTo(p.resource.Resource())
	p.resource.SetSchemaUrl(from.SchemaUrl())
}

func (p *part) beginScope(from ptrace.ScopeSpans, at int) {
	p.scopeAt = at
	scope := p.resource.ScopeSpans().AppendEmpty()
	from.Scope().CopyTo(scope.Scope())
	scope.SetSchemaUrl(from.SchemaUrl())
	p.spans = scope.Spans()
}

// halves cuts a part in two until each fits into a record.
func (p *part) halves(bytesMax int) []*part {
	count := p.traces.SpanCount()
	if count < 2 || sizer.TracesSize(p.traces) <= bytesMax {
		return []*part{p}
	}
	two := [2]*part{newPart(p.place), newPart(p.place)}
	at := 0
	for resourceAt, resource := range p.traces.ResourceSpans().All() {
		moveEach(resource, resourceAt+1, func(ptrace.Span) *part {
			half := two[at*2/count]
			at++
			return half
		})
	}
	return append(two[0].halves(bytesMax), two[1].halves(bytesMax)...)
}
