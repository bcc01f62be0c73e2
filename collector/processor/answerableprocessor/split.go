package answerableprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// part is what one key group gets of a request.
type part struct {
	group  int
	traces ptrace.Traces
	// Where spans of the resource and scope that are being split go.
	resource ptrace.ResourceSpans
	spans    ptrace.SpanSlice
	// Ordinals of that resource and scope, from 1 on; 0 before the first.
	resourceAt, scopeAt int
}

// splitter moves the spans of a request into parts of one key group each. Resources and scopes are repeated in each part
// that needs them; how many bytes that comes to is counted, as a small request can be made to grow a thousandfold.
type splitter struct {
	parts map[int]*part
	order []*part
	// repeated counts the bytes of resources and scopes in the parts.
	repeated int
}

// split moves all spans; groups holds the key group of each, in order. False when more than bytesMax would be repeated.
func split(td ptrace.Traces, groups []int, bytesMax int) ([]*part, bool) {
	if group, only := onlyGroup(groups); only {
		return []*part{{group: group, traces: td}}, true
	}
	s := splitter{parts: map[int]*part{}}
	at, scopeAt := 0, 0
	for resourceAt := range td.ResourceSpans().Len() {
		resource := td.ResourceSpans().At(resourceAt)
		resourceBytes := mapBytes(resource.Resource().Attributes())
		for scopeIndex := range resource.ScopeSpans().Len() {
			scope := resource.ScopeSpans().At(scopeIndex)
			scopeBytes := mapBytes(scope.Scope().Attributes()) + len(scope.Scope().Name())
			scopeAt++
			for spanAt := range scope.Spans().Len() {
				to := s.part(groups[at])
				at++
				if to.resourceAt != resourceAt+1 {
					to.beginResource(resource, resourceAt+1)
					s.repeated += resourceBytes
				}
				if to.scopeAt != scopeAt {
					to.beginScope(scope, scopeAt)
					s.repeated += scopeBytes
				}
				if s.repeated > bytesMax {
					return nil, false
				}
				scope.Spans().At(spanAt).MoveTo(to.spans.AppendEmpty())
			}
		}
	}
	return s.order, true
}

func onlyGroup(groups []int) (int, bool) {
	for _, group := range groups[1:] {
		if group != groups[0] {
			return 0, false
		}
	}
	return groups[0], true
}

func (s *splitter) part(group int) *part {
	if known := s.parts[group]; known != nil {
		return known
	}
	made := &part{group: group, traces: ptrace.NewTraces()}
	s.parts[group] = made
	s.order = append(s.order, made)
	return made
}

func (p *part) beginResource(from ptrace.ResourceSpans, at int) {
	p.resourceAt = at
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

// mapBytes is about what some attributes take; exact for the texts, which are what can be large.
func mapBytes(attributes pcommon.Map) int {
	bytes := 0
	for name, value := range attributes.All() {
		bytes += len(name) + valueBytes(value) + 8
	}
	return bytes
}

func valueBytes(value pcommon.Value) int {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return len(value.Str())
	case pcommon.ValueTypeBytes:
		return value.Bytes().Len()
	case pcommon.ValueTypeMap:
		return mapBytes(value.Map())
	case pcommon.ValueTypeSlice:
		bytes := 0
		for at := range value.Slice().Len() {
			bytes += valueBytes(value.Slice().At(at)) + 4
		}
		return bytes
	default:
		return 8
	}
}
