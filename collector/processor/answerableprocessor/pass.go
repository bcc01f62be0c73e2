package answerableprocessor

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
)

// pass is one way through the spans of a request.
type pass struct {
	*traces
	from   *sender
	reader *attribution.Reader
	// tenant to stamp; "" for that of the processor.
	tenant string
	tally  tally
	// groups of the resource that is being bound.
	groups map[int]struct{}
	// repeated is how many bytes of resources and scopes a split into key groups comes to: a small request can be made to
	// grow a thousandfold.
	repeated int
	// The identity that was bound last, and to what: neighbours are mostly of one identity.
	named attribution.Identity
	bound binding
}

// numbered is what an SDK of ours puts on each span; a number that is missing is a finding.
const numbered = "nhi.seq"

// clean takes secrets out of everything. It comes first, so that no id is made of one.
func (p *pass) clean(td ptrace.Traces) {
	for _, resource := range td.ResourceSpans().All() {
		p.tally.redactions += p.redactor.Map(resource.Resource().Attributes())
		for _, scope := range resource.ScopeSpans().All() {
			p.tally.redactions += p.redactor.Map(scope.Scope().Attributes())
			for _, span := range scope.Spans().All() {
				p.tally.redactions += p.redactor.Span(span)
			}
		}
	}
}

// bind stamps who acts on everything.
func (p *pass) bind(td ptrace.Traces) {
	for _, resource := range td.ResourceSpans().All() {
		p.resource(resource)
	}
}

func (p *pass) resource(resource ptrace.ResourceSpans) {
	attributes := resource.Resource().Attributes()
	unstamp(attributes)
	p.reader.Resource(attributes)
	clear(p.groups)
	bytes := mapBytes(attributes)
	for _, scope := range resource.ScopeSpans().All() {
		p.reader.Scope(scope.Scope().Name())
		bytes += mapBytes(scope.Scope().Attributes())
		if p.cfg.Keep == KeepAll {
			for _, span := range scope.Spans().All() {
				p.span(span)
			}
		} else {
			scope.Spans().RemoveIf(func(span ptrace.Span) bool { return !p.span(span) })
		}
	}
	p.repeated += len(p.groups) * bytes
}

// span says whether the span goes on.
func (p *pass) span(span ptrace.Span) bool {
	attributes := span.Attributes()
	if p.from.binds {
		if bound, ok := stamped(attributes); ok {
			if bound.client == "" {
				bound.client = p.from.proof.ID
			}
			bound.group = attribution.KeyGroup(p.from.tenant, bound.ID)
			unstamp(attributes)
			p.stamp(attributes, &bound)
			return true
		}
	}
	unstamp(attributes)
	p.reader.Span(span)
	if p.cfg.Keep == KeepActions && !p.isKept(span) {
		p.tally.dropped++
		return false
	}
	if named := p.reader.Identity(); named != p.named || p.bound.ID == "" {
		p.named, p.bound = named, p.from.bind(named)
	}
	p.stamp(attributes, &p.bound)
	return true
}

func (p *pass) isKept(span ptrace.Span) bool {
	if _, isOurs := span.Attributes().Get(numbered); isOurs {
		return true
	}
	_, isAction := p.reader.Action()
	return isAction
}

func (p *pass) stamp(attributes pcommon.Map, bound *binding) {
	bound.stamp(attributes, p.tenant)
	p.groups[bound.group] = struct{}{}
	p.tally.strengths[slices.Index(strengths[:], bound.Strength)]++
	if bound.contradicted != "" {
		p.tally.contradicted++
	}
}
