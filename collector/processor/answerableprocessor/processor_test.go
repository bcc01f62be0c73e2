package answerableprocessor

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	"answerable/collector/processor/answerableprocessor/internal/proof"
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

func TestASenderCannotStamp(t *testing.T) {
	processor, next := newProcessor(t, nil)
	td := request("agent:mallory")
	span := spansOf(td)[0]
	span.Attributes().PutStr(stampID, "agent:victim")
	span.Attributes().PutStr(stampStrength, "verified")
	span.Attributes().PutStr(stampClient, "agent:victim")
	td.ResourceSpans().At(0).Resource().Attributes().PutStr(stampContradicted, "agent:victim")
	require.NoError(t, processor.ConsumeTraces(context.Background(), td))
	span = spansOf(next.parts[0].traces)[0]
	assert.Equal(t, "agent:mallory", text(span, stampID))
	assert.Equal(t, "claimed", text(span, stampStrength))
	assert.Empty(t, text(span, stampClient))
	_, ok := next.parts[0].traces.ResourceSpans().At(0).Resource().Attributes().Get(stampContradicted)
	assert.False(t, ok)
}

func TestBind(t *testing.T) {
	const me = "spiffe://acme/sa/build"
	from := sender{
		proven: true, proof: proof.Proof{ID: me, Kind: "workload", Method: "mtls"}, tenant: "default",
		mayName: []pattern{newPattern("agent:triage-*")},
	}
	tests := map[string]struct {
		named, want                  attribution.Identity
		wantContradicted, wantClient string
		from                         sender
	}{
		"nobody has proven anything": {
			named: attribution.Identity{ID: "agent:a", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:  attribution.Identity{ID: "agent:a", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			from:  sender{tenant: "default"},
		},
		"it claims what it has proven": {
			named:      attribution.Identity{ID: me, Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:       attribution.Identity{ID: me, Kind: "ai_agent", Strength: "verified", Rule: "proof.mtls"},
			wantClient: me, from: from,
		},
		"it may speak for the one it names": {
			named:      attribution.Identity{ID: "agent:triage-7", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:       attribution.Identity{ID: "agent:triage-7", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			wantClient: me, from: from,
		},
		"what was only inferred gives way": {
			named:      attribution.Identity{ID: "svc:shop", Kind: "workload", Strength: "inferred", Rule: "service"},
			want:       attribution.Identity{ID: me, Kind: "workload", Strength: "verified", Rule: "proof.mtls"},
			wantClient: me, from: from,
		},
		"it claims to be somebody else": {
			named:            attribution.Identity{ID: "agent:victim", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:             attribution.Identity{ID: me, Kind: "workload", Strength: "verified", Rule: "proof.mtls"},
			wantContradicted: "agent:victim", wantClient: me, from: from,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bound := test.from.bind(test.named)
			assert.Equal(t, test.want, bound.Identity)
			assert.Equal(t, test.wantContradicted, bound.contradicted)
			assert.Equal(t, test.wantClient, bound.client)
			assert.Equal(t, attribution.KeyGroup("default", test.want.ID), bound.group)
		})
	}
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

func TestAnEndlessIdentityIsNotStamped(t *testing.T) {
	processor, next := newProcessor(t, nil)
	require.NoError(t, processor.ConsumeTraces(context.Background(), request(strings.Repeat("a", 100_000))))
	assert.Empty(t, text(spansOf(next.parts[0].traces)[0], stampID))
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

func TestATrustedCollectorsStampsAreKept(t *testing.T) {
	from := sender{proven: true, proof: proof.Proof{ID: "collector"}, tenant: "default", binds: true}
	processor, _ := newProcessor(t, nil)
	td := request("agent:a", "agent:b")
	first := spansOf(td)[0]
	(&binding{Identity: attribution.Identity{ID: "agent:real", Kind: "ai_agent", Strength: "verified", Rule: "proof.jwt"}, client: "x"}).stamp(first.Attributes(), "")
	processor.bindAll(context.Background(), td, &from)
	assert.Equal(t, "agent:real", text(first, stampID))
	assert.Equal(t, "verified", text(first, stampStrength))
	second := spansOf(td)[1]
	assert.Equal(t, "collector", text(second, stampID), "without a stamp it is as good as its sender")
	assert.Equal(t, "agent:b", text(second, stampContradicted))
}

func TestPatterns(t *testing.T) {
	for source, texts := range map[string]map[string]bool{
		"*":     {"": true, "anything": true},
		"a":     {"a": true, "ab": false},
		"a*":    {"a": true, "ab": true, "ba": false},
		"a*b*c": {"abc": true, "axbxc": true, "ac": false, "abcx": false},
		"a*a":   {"a": false, "aa": true},
	} {
		for _, text := range slices.Sorted(maps.Keys(texts)) {
			assert.Equal(t, texts[text], newPattern(source).matches(text), "%s on %q", source, text)
		}
	}
}

func partitioned(c *Config) {
	c.Queue.GetOrInsertDefault().Batch.Get().Partition.MetadataKeys = []string{groupMetadata}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"tenant must not be empty":        func(c *Config) { c.Tenant = "" },
		`keep must be "all"`:              func(c *Config) { c.Keep = "some" },
		"span_bytes_max must be":          func(c *Config) { c.SpanBytesMax = 10 },
		"spans_max must be":               func(c *Config) { c.SpansMax = 0 },
		"wrapper_bytes_max must be":       func(c *Config) { c.WrapperBytesMax = 10 },
		"text_bytes_max must be":          func(c *Config) { c.Redaction.TextBytesMax = 1 },
		"subject must not be empty":       func(c *Config) { c.Clients = []ClientConfig{{}} },
		"record_bytes_max must be":        func(c *Config) { c.RecordBytesMax = c.SpanBytesMax },
		"parts_at_once must be":           func(c *Config) { c.PartsAtOnce = 0 },
		"must name a storage extension":   func(c *Config) { c.Queue.GetOrInsertDefault() },
		"enabled with max_elapsed_time 0": func(c *Config) { c.Queue.GetOrInsertDefault(); c.Retry.MaxElapsedTime = 1 },
		"partition must not be set: this": func(c *Config) { partitioned(c) },
	} {
		cfg := createDefaultConfig().(*Config)
		change(cfg)
		assert.ErrorContains(t, cfg.Validate(), want)
	}
}
