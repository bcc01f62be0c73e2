package answerableprocessor

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// A record that is larger than the topic takes would be dropped by the Kafka exporter when its sender has long been
// answered. So what is larger than can be sent is cut before: to these sizes, which fit into spanBytesMaxLowest together.
const (
	cutTextBytes       = 1024
	cutAttributesMax   = 256
	cutNameBytes       = 256
	resourceBytesMax   = 100_000
	spanBytesMaxLowest = cutAttributesMax*(cutTextBytes+cutNameBytes+64) + 8*cutTextBytes
)

var sizer ptrace.ProtoMarshaler

// cutTraces cuts resources, scopes and spans that are too large, and says how many spans were. A request that is small
// as a whole is passed with one look.
func cutTraces(td ptrace.Traces, spanBytesMax int) int {
	if sizer.TracesSize(td) <= spanBytesMax {
		return 0
	}
	cut := 0
	for _, resource := range td.ResourceSpans().All() {
		cutResource(resource)
		for _, scope := range resource.ScopeSpans().All() {
			cutScope(scope)
			for _, span := range scope.Spans().All() {
				if sizer.SpanSize(span) > spanBytesMax {
					cutSpan(span)
					cut++
				}
			}
		}
	}
	return cut
}

// cutResource rebuilds a resource that is too large: what is not attributes is left out.
func cutResource(resource ptrace.ResourceSpans) {
	resource.SetSchemaUrl(cutText(resource.SchemaUrl(), cutTextBytes))
	empty := ptrace.NewResourceSpans()
	resource.Resource().CopyTo(empty.Resource())
	if sizer.ResourceSpansSize(empty) <= resourceBytesMax {
		return
	}
	attributes := pcommon.NewMap()
	resource.Resource().Attributes().MoveTo(attributes)
	cutMap(attributes, resourceBytesMax)
	fresh := pcommon.NewResource()
	attributes.MoveTo(fresh.Attributes())
	fresh.MoveTo(resource.Resource())
}

func cutScope(scope ptrace.ScopeSpans) {
	scope.SetSchemaUrl(cutText(scope.SchemaUrl(), cutTextBytes))
	scope.Scope().SetName(cutText(scope.Scope().Name(), cutTextBytes))
	scope.Scope().SetVersion(cutText(scope.Scope().Version(), cutTextBytes))
	if mapBytes(scope.Scope().Attributes()) > resourceBytesMax {
		cutMap(scope.Scope().Attributes(), resourceBytesMax)
	}
}

// cutSpan leaves out events and links, which nothing is attributed by, and shortens the rest.
func cutSpan(span ptrace.Span) {
	span.SetDroppedEventsCount(span.DroppedEventsCount() + uint32(span.Events().Len()))
	span.Events().RemoveIf(func(ptrace.SpanEvent) bool { return true })
	span.SetDroppedLinksCount(span.DroppedLinksCount() + uint32(span.Links().Len()))
	span.Links().RemoveIf(func(ptrace.SpanLink) bool { return true })
	span.SetName(cutText(span.Name(), cutTextBytes))
	span.TraceState().FromRaw(cutText(span.TraceState().AsRaw(), cutTextBytes))
	span.Status().SetMessage(cutText(span.Status().Message(), cutTextBytes))
	before := span.Attributes().Len()
	cutMap(span.Attributes(), cutAttributesMax*(cutTextBytes+cutNameBytes))
	span.SetDroppedAttributesCount(span.DroppedAttributesCount() + uint32(before-span.Attributes().Len()))
}

// cutMap shortens texts, and leaves out lists and maps that are too large and all that is more than bytesMax.
func cutMap(attributes pcommon.Map, bytesMax int) {
	count, bytes := 0, 0
	attributes.RemoveIf(func(name string, value pcommon.Value) bool {
		if value.Type() == pcommon.ValueTypeStr {
			value.SetStr(cutText(value.Str(), cutTextBytes))
		}
		size := valueBytes(value)
		if len(name) > cutNameBytes || size > cutTextBytes+len(ellipsis) || count == cutAttributesMax {
			return true
		}
		if bytes+len(name)+size > bytesMax {
			return true
		}
		count++
		bytes += len(name) + size
		return false
	})
}

const ellipsis = "…"

// cutText cuts between characters.
func cutText(text string, bytesMax int) string {
	if len(text) <= bytesMax {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:bytesMax], "")) + ellipsis
}
