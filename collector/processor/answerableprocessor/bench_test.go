package answerableprocessor

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// A span as agents send it: 16 attributes, some 650 bytes.
func realistic(spans, identities int) []byte {
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	for _, pair := range [][2]string{
		{"service.name", "support-triage"}, {"service.namespace", "shop"}, {"k8s.namespace.name", "prod"},
		{"k8s.deployment.name", "triage"}, {"telemetry.sdk.language", "nodejs"},
	} {
		resource.Resource().Attributes().PutStr(pair[0], pair[1])
	}
	scope := resource.ScopeSpans().AppendEmpty()
	for at := range spans {
		span := scope.Spans().AppendEmpty()
		span.SetName("execute_tool tickets.update")
		span.SetTraceID([16]byte{byte(at), byte(at >> 8), 1})
		span.SetSpanID([8]byte{byte(at), byte(at >> 8), 1})
		span.SetKind(ptrace.SpanKindClient)
		span.SetStartTimestamp(1_780_000_000_000_000_000)
		span.SetEndTimestamp(1_780_000_000_100_000_000)
		for _, pair := range [][2]string{
			{"nhi.identity.id", fmt.Sprintf("agent:triage-%d", at%identities)}, {"nhi.identity.kind", "ai_agent"},
			{"nhi.identity.owner", "team-support"}, {"nhi.action.kind", "tool_call"}, {"nhi.action.name", "tickets.update"},
			{"nhi.resource.id", fmt.Sprintf("ticket/%d", at)}, {"nhi.resource.kind", "ticket"},
			{"nhi.session.id", "5f0c9e7a-5b1d-4866-9a5c-1f0c9e7a5b1d"}, {"nhi.task.id", "TASK-4711"},
			{"nhi.grant.id", "grant-support-42"}, {"nhi.credential.id", "cred-7"}, {"gen_ai.operation.name", "execute_tool"},
			{"gen_ai.tool.name", "tickets.update"}, {"server.address", "tickets.acme.example"},
		} {
			span.Attributes().PutStr(pair[0], pair[1])
		}
		span.Attributes().PutInt("nhi.seq", int64(at))
		span.Attributes().PutInt("nhi.step", int64(at%20))
	}
	raw, err := sizer.MarshalTraces(td)
	if err != nil {
		panic(err)
	}
	return raw
}

// BenchmarkSpan gives the time of one span; reading and writing the bytes, which the receiver and the exporter do in any
// case, stand beside it.
func BenchmarkSpan(b *testing.B) {
	const spans = 500
	var unmarshaler ptrace.ProtoUnmarshaler
	for _, identities := range []int{1, 10, 100} {
		raw := realistic(spans, identities)
		b.Run(fmt.Sprintf("identities=%d", identities), func(b *testing.B) {
			processor, next := newProcessor(b, nil)
			b.ReportAllocs()
			for done := 0; done < b.N; done += spans {
				b.StopTimer()
				td, err := unmarshaler.UnmarshalTraces(raw)
				require.NoError(b, err)
				next.parts = nil
				b.StartTimer()
				_ = processor.ConsumeTraces(context.Background(), td)
			}
		})
	}
	b.Run("read-and-write", func(b *testing.B) {
		raw := realistic(spans, 1)
		b.ReportAllocs()
		for done := 0; done < b.N; done += spans {
			td, err := unmarshaler.UnmarshalTraces(raw)
			require.NoError(b, err)
			_, err = sizer.MarshalTraces(td)
			require.NoError(b, err)
		}
	})
}
