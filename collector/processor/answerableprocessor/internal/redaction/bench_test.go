package redaction

import (
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sixteen are attributes as the SDK writes them.
func sixteen(nth int) map[string]string {
	return map[string]string{
		"gen_ai.operation.name":  "execute_tool",
		"gen_ai.agent.name":      "triage-agent",
		"gen_ai.tool.name":       fmt.Sprintf("search_tickets_%d", nth%40),
		"gen_ai.tool.call.id":    fmt.Sprintf("call_%d", nth),
		"gen_ai.conversation.id": fmt.Sprintf("conv-%d", nth/8),
		"nhi.identity.id":        fmt.Sprintf("spiffe://acme/ns/prod/sa/agent-%d", nth%500),
		"nhi.identity.kind":      "ai_agent",
		"nhi.action.kind":        "tool_call",
		"nhi.resource":           fmt.Sprintf("/v1/users/%d/orders", nth),
		"nhi.args.digest":        fmt.Sprintf("hmac-sha256:%016x", nth*7_919),
		"server.address":         "api.acme.example",
		"http.request.method":    "GET",
		"url.path":               fmt.Sprintf("/v1/users/%d/orders", nth),
		"service.version":        "1.14.2",
		"k8s.namespace.name":     "prod",
		"user.email":             fmt.Sprintf("user%d@acme.example", nth),
	}
}

func spanOf(attributes map[string]string) ptrace.Span {
	span := ptrace.NewSpan()
	span.SetName("execute_tool search_tickets")
	fill(span.Attributes(), attributes)
	return span
}

func fill(to pcommon.Map, attributes map[string]string) {
	to.EnsureCapacity(len(attributes))
	for key, value := range attributes {
		to.PutStr(key, value)
	}
}

func BenchmarkCleanSpanOfRepeatedValues(b *testing.B) {
	made := newRedactor(b, Options{})
	spans := make([]ptrace.Span, 512)
	for nth := range spans {
		spans[nth] = spanOf(sixteen(nth))
	}
	b.ReportAllocs()
	at := 0
	for b.Loop() {
		if made.Span(spans[at%len(spans)]) > 0 {
			b.Fatal("a clean span was changed")
		}
		at++
	}
}

func BenchmarkCleanSpanOfNewValues(b *testing.B) {
	made := newRedactor(b, Options{})
	spans := make([]ptrace.Span, 100_000)
	for nth := range spans {
		attributes := sixteen(nth)
		for key, value := range attributes {
			attributes[key] = fmt.Sprintf("%s %d", value, nth)
		}
		spans[nth] = spanOf(attributes)
	}
	b.ReportAllocs()
	at := 0
	for b.Loop() {
		if made.Span(spans[at%len(spans)]) > 0 {
			b.Fatal("a clean span was changed")
		}
		at++
	}
}

func BenchmarkDirtySpan(b *testing.B) {
	made := newRedactor(b, Options{Key: referenceKey, Tenant: "acme"})
	attributes := sixteen(1)
	attributes["db.query.text"] = "SELECT * FROM t WHERE password = 'hunter2'"
	attributes["url.full"] = "https://ana:hunter2@api.acme.example/v1?api_key=k9f3h2k1s8"
	source := spanOf(attributes)
	span := ptrace.NewSpan()
	b.ReportAllocs()
	for b.Loop() {
		source.CopyTo(span)
		if made.Span(span) != 3 {
			b.Fatal("not every secret was found")
		}
	}
}

func BenchmarkHostileText(b *testing.B) {
	for _, unit := range hostileUnits {
		b.Run(strings.Trim(fmt.Sprintf("%q", unit), `"`), func(b *testing.B) {
			made := newRedactor(b, Options{})
			text := strings.Repeat(unit, 16_384/len(unit))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				made.read(text, "")
			}
		})
	}
}
