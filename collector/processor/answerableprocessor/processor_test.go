package answerableprocessor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
	"answerable/collector/processor/answerableprocessor/internal/metadatatest"
)

// received is one part as the next consumer gets it.
type received struct {
	group, tenant string
	metadata      []string
	traces        ptrace.Traces
}

type sink struct {
	mutex sync.Mutex
	parts []received
	fail  func(group string) error
}

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *sink) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	metadata := client.FromContext(ctx).Metadata
	group := strings.Join(metadata.Get(groupMetadata), ",")
	if s.fail != nil {
		if err := s.fail(group); err != nil {
			return err
		}
	}
	s.parts = append(s.parts, received{
		group: group, tenant: strings.Join(metadata.Get(tenantMetadata), ","),
		metadata: slices.Sorted(metadata.Keys()), traces: td,
	})
	return nil
}

func newProcessor(t testing.TB, change func(*Config)) (*traces, *sink) {
	cfg := createDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	next := &sink{}
	processor, err := newTraces(context.Background(), metadatatest.NewSettings(componenttest.NewTelemetry()), cfg, next)
	require.NoError(t, err)
	return processor, next
}

// request of spans, each of the identity of that name; "" says nothing. Half of them under a second resource.
func request(identities ...string) ptrace.Traces {
	td := ptrace.NewTraces()
	for at, identity := range identities {
		if at == 0 || at == (len(identities)+1)/2 {
			resource := td.ResourceSpans().AppendEmpty()
			resource.SetSchemaUrl("https://opentelemetry.io/schemas/1.40.0")
			resource.Resource().Attributes().PutStr("service.name", fmt.Sprintf("service-%d", at))
			scope := resource.ScopeSpans().AppendEmpty()
			scope.Scope().SetName("scope")
		}
		spans := td.ResourceSpans().At(td.ResourceSpans().Len() - 1).ScopeSpans().At(0).Spans()
		span := spans.AppendEmpty()
		span.SetName(fmt.Sprintf("span-%d", at))
		span.SetSpanID(pcommon.SpanID{byte(at >> 8), byte(at), 1})
		if identity != "" {
			span.Attributes().PutStr("nhi.identity.id", identity)
		}
	}
	return td
}

func spansOf(td ptrace.Traces) []ptrace.Span {
	var all []ptrace.Span
	for _, resource := range td.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				all = append(all, span)
			}
		}
	}
	return all
}

func text(span ptrace.Span, name string) string {
	value, ok := span.Attributes().Get(name)
	if !ok {
		return ""
	}
	return value.AsString()
}

func groupOf(tenant, identity string) string {
	return attribution.KeyGroupName(attribution.KeyGroup(tenant, identity))
}

func TestARetryableErrorIsHandedBackAndAPermanentOneCostsNoNeighbour(t *testing.T) {
	identities := []string{"a", "b", "c", "d", "e"}
	full := errors.New("the queue is full")
	processor, next := newProcessor(t, nil)
	next.fail = func(group string) error {
		switch group {
		case groupOf("default", "b"):
			return consumererror.NewPermanent(errors.New("broken"))
		case groupOf("default", "d"):
			return full
		}
		return nil
	}
	err := processor.ConsumeTraces(context.Background(), request(identities...))
	require.ErrorIs(t, err, full)
	var some consumererror.Traces
	require.ErrorAs(t, err, &some)
	require.Equal(t, 1, some.Data().SpanCount(), "only what failed and may succeed is sent again")
	assert.Equal(t, "d", text(spansOf(some.Data())[0], stampID))
	assert.False(t, consumererror.IsPermanent(err), "what can be sent again must be")

	next.fail = func(group string) error {
		if group == groupOf("default", "b") {
			return consumererror.NewPermanent(errors.New("broken"))
		}
		return nil
	}
	next.parts = nil
	err = processor.ConsumeTraces(context.Background(), request(identities...))
	assert.True(t, consumererror.IsPermanent(err))
	assert.Len(t, next.parts, 4)
}

func TestARequestOfTooManySpansIsRefused(t *testing.T) {
	processor, next := newProcessor(t, func(cfg *Config) { cfg.SpansMax = 3 })
	require.NoError(t, processor.ConsumeTraces(context.Background(), request("a", "b", "c")))
	next.parts = nil
	err := processor.ConsumeTraces(context.Background(), request("a", "b", "c", "d"))
	assert.True(t, consumererror.IsPermanent(err))
	assert.ErrorContains(t, err, "spans_max")
	assert.Equal(t, codes.InvalidArgument, status.Code(err))
	assert.Empty(t, next.parts)
}

func TestARecordNeverOutgrowsTheTopic(t *testing.T) {
	processor, next := newProcessor(t, nil)
	td := request("agent:a", "agent:b")
	large := strings.Repeat("a wide text ", 100_000)
	for _, resource := range td.ResourceSpans().All() {
		resource.SetSchemaUrl(large)
		resource.ScopeSpans().At(0).Scope().SetName(large)
		resource.ScopeSpans().At(0).Scope().SetVersion(large)
		resource.ScopeSpans().At(0).SetSchemaUrl(large)
		for at := range 1000 {
			resource.Resource().Attributes().PutStr(fmt.Sprintf("r%d", at), large[:2000])
			resource.ScopeSpans().At(0).Scope().Attributes().PutStr(fmt.Sprintf("s%d", at), large[:2000])
		}
	}
	for _, span := range spansOf(td) {
		span.SetName(large)
		span.TraceState().FromRaw(large)
		span.Status().SetMessage(large)
		for at := range 1000 {
			span.Attributes().PutStr(fmt.Sprintf("a%d", at), large[:10_000])
			span.Attributes().PutEmptySlice(fmt.Sprintf("l%d", at)).AppendEmpty().SetStr(large[:10_000])
			span.Events().AppendEmpty().SetName(large[:10_000])
			span.Links().AppendEmpty().TraceState().FromRaw(large[:10_000])
		}
	}
	require.NoError(t, processor.ConsumeTraces(context.Background(), td))
	require.Len(t, next.parts, 2)
	for _, part := range next.parts {
		assert.Less(t, sizer.TracesSize(part.traces), 900_000)
		span := spansOf(part.traces)[0]
		assert.NotZero(t, span.DroppedEventsCount())
		assert.Equal(t, text(span, "nhi.identity.id"), text(span, stampID), "what names it is still there")
	}
}

func TestKeepActions(t *testing.T) {
	processor, next := newProcessor(t, func(cfg *Config) { cfg.Keep = KeepActions })
	td := request("a", "a", "a", "a")
	spans := spansOf(td)
	spans[1].Attributes().PutStr("nhi.action.kind", "exec")
	spans[2].Attributes().PutInt("nhi.seq", 7)
	require.NoError(t, processor.ConsumeTraces(context.Background(), td))
	require.Len(t, next.parts, 1)
	var kept []string
	for _, span := range spansOf(next.parts[0].traces) {
		kept = append(kept, span.Name())
	}
	assert.Equal(t, []string{"span-1", "span-2"}, kept)
}

func TestARequestWithoutSpansIsAnswered(t *testing.T) {
	processor, next := newProcessor(t, nil)
	require.NoError(t, processor.ConsumeTraces(context.Background(), ptrace.NewTraces()))
	assert.Empty(t, next.parts)
}

func TestSecretsAreTakenOutOfEverything(t *testing.T) {
	processor, next := newProcessor(t, nil)
	td := request("agent:password=hunter2-is-long")
	resource := td.ResourceSpans().At(0)
	resource.Resource().Attributes().PutStr("db.password", "swordfish-9!")
	resource.ScopeSpans().At(0).Scope().Attributes().PutStr("api_password", "swordfish-8!")
	span := spansOf(td)[0]
	span.SetName("login --password swordfish-7!")
	span.Attributes().PutStr("password", "swordfish-6!")
	span.Events().AppendEmpty().Attributes().PutStr("password", "swordfish-5!")
	require.NoError(t, processor.ConsumeTraces(context.Background(), td))
	raw, err := sizer.MarshalTraces(next.parts[0].traces)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "swordfish")
	assert.NotContains(t, string(raw), "hunter2", "nor is an id made of one")
	assert.Contains(t, string(raw), "[redacted:password]")
}
