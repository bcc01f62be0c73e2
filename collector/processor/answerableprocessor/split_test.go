package answerableprocessor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
)

func TestEachPartIsOneKeyGroup(t *testing.T) {
	processor, next := newProcessor(t, nil)
	var identities []string
	for at := range 500 {
		identities = append(identities, fmt.Sprintf("agent:%d", at%37))
	}
	require.NoError(t, processor.ConsumeTraces(context.Background(), request(identities...)))
	names := map[string]bool{}
	for _, part := range next.parts {
		assert.Equal(t, "default", part.tenant)
		assert.Equal(t, []string{groupMetadata, tenantMetadata}, part.metadata)
		for _, resource := range part.traces.ResourceSpans().All() {
			assert.Equal(t, "https://opentelemetry.io/schemas/1.40.0", resource.SchemaUrl())
		}
		for _, span := range spansOf(part.traces) {
			assert.Equal(t, part.group, groupOf("default", text(span, stampID)))
			names[span.Name()] = true
		}
	}
	assert.Len(t, names, 500)
	groups := slices.Collect(func(yield func(string) bool) {
		for _, part := range next.parts {
			if !yield(part.group) {
				return
			}
		}
	})
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(groups))), len(groups), "a group comes once")
}

func TestSpansKeepTheirResourceAndOrder(t *testing.T) {
	processor, next := newProcessor(t, nil)
	require.NoError(t, processor.ConsumeTraces(context.Background(), request("a", "b", "a", "b", "a", "b")))
	for _, part := range next.parts {
		resources := part.traces.ResourceSpans()
		require.Equal(t, 2, resources.Len())
		before := ""
		for _, span := range spansOf(part.traces) {
			assert.Less(t, before, span.Name())
			before = span.Name()
		}
		service, _ := resources.At(1).Resource().Attributes().Get("service.name")
		assert.Equal(t, "service-3", service.Str())
	}
}

func TestASplitThatRepeatsTooMuchIsRefused(t *testing.T) {
	processor, next := newProcessor(t, func(cfg *Config) { cfg.WrapperBytesMax = 1 << 20 })
	var identities []string
	for at := range 2000 {
		identities = append(identities, fmt.Sprintf("agent:%d", at))
	}
	td := request(identities...)
	td.ResourceSpans().At(0).Resource().Attributes().PutStr("large", strings.Repeat("a wide text ", 1000))
	err := processor.ConsumeTraces(context.Background(), td)
	assert.True(t, consumererror.IsPermanent(err))
	assert.ErrorContains(t, err, "wrapper_bytes_max")
	// What the receiver makes a 400 of.
	assert.Equal(t, codes.InvalidArgument, status.Code(err))
	assert.Empty(t, next.parts)
}

// homes says under which service and scope each span lies.
func homes(td ptrace.Traces) map[string]string {
	all := map[string]string{}
	for _, resource := range td.ResourceSpans().All() {
		service, _ := resource.Resource().Attributes().Get("service.name")
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				all[span.Name()] = service.AsString() + " " + scope.Scope().Name()
			}
		}
	}
	return all
}

func TestSpansStayUnderTheirResourceAndScope(t *testing.T) {
	var identities []string
	for at := range 60 {
		identities = append(identities, fmt.Sprintf("agent:%d", at%7))
	}
	td := request(identities...)
	second := td.ResourceSpans().At(1).ScopeSpans().AppendEmpty()
	second.Scope().SetName("second")
	for at := range 10 {
		span := second.Spans().AppendEmpty()
		span.SetName(fmt.Sprintf("further-%d", at))
		span.Attributes().PutStr("nhi.identity.id", identities[at])
	}
	want := homes(td)
	processor, next := newProcessor(t, nil)
	require.NoError(t, processor.ConsumeTraces(context.Background(), td))
	got := map[string]string{}
	for _, part := range next.parts {
		for name, home := range homes(part.traces) {
			got[name] = home
		}
	}
	assert.Equal(t, want, got)
}

func TestPartsAreHalvedUntilTheyFit(t *testing.T) {
	td := request(slices.Repeat([]string{"agent:a"}, 100)...)
	for at, span := range spansOf(td) {
		span.Attributes().PutStr(stampID, "agent:a")
		if at == 70 {
			span.Attributes().PutStr("large", strings.Repeat("x", 5000))
		}
	}
	want := homes(td)
	parts := split(td, "default", 2000)
	assert.Greater(t, len(parts), 5)
	got := map[string]string{}
	before := ""
	for _, part := range parts {
		count := part.traces.SpanCount()
		assert.True(t, count == 1 || sizer.TracesSize(part.traces) <= 2000, "%d spans", count)
		for name, home := range homes(part.traces) {
			got[name] = home
		}
		assert.Equal(t, groupOf("default", "agent:a"), attribution.KeyGroupName(part.group))
		if first := spansOf(part.traces)[0]; before != "" {
			assert.Less(t, ordinal(before), ordinal(first.Name()))
		}
		before = spansOf(part.traces)[count-1].Name()
	}
	assert.Equal(t, want, got)
}

// ordinal of a span of request.
func ordinal(name string) int {
	at, err := strconv.Atoi(strings.TrimPrefix(name, "span-"))
	if err != nil {
		panic(err)
	}
	return at
}
