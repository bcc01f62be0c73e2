package redaction

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const planted = "password=hunter2"

func TestSpanIsCleanedEverywhere(t *testing.T) {
	span := ptrace.NewSpan()
	span.SetName("call " + planted)
	span.Status().SetMessage("failed: " + planted)
	span.TraceState().FromRaw("a=1," + planted)
	require.NoError(t, span.Attributes().FromRaw(map[string]any{
		"db.password": "tiger",
		"note":        planted,
		"list":        []any{"x", planted, int64(7), map[string]any{"pwd": "tiger"}},
		planted:       "y",
		"count":       int64(3),
		"credentials": map[string]any{"password": map[string]any{"v": "tiger"}},
	}))
	event := span.Events().AppendEmpty()
	event.SetName("event " + planted)
	event.Attributes().PutStr("exception.message", planted)
	link := span.Links().AppendEmpty()
	link.TraceState().FromRaw(planted)
	link.Attributes().PutStr("note", planted)

	assert.Equal(t, 13, newRedactor(t, Options{}).Span(span))
	assert.Equal(t, map[string]any{
		"db.password":                  "[redacted:password]",
		"note":                         "password=[redacted:password]",
		"list":                         []any{"x", "password=[redacted:password]", int64(7), map[string]any{"pwd": "[redacted:password]"}},
		"password=[redacted:password]": "y",
		"count":                        int64(3),
		"credentials":                  map[string]any{"password": map[string]any{"v": "[redacted:password]"}},
	}, span.Attributes().AsRaw())
	marshaled, err := (&ptrace.JSONMarshaler{}).MarshalTraces(tracesOf(span))
	require.NoError(t, err)
	assert.NotContains(t, string(marshaled), "hunter2")
	assert.NotContains(t, string(marshaled), "tiger")
	assert.Zero(t, newRedactor(t, Options{}).Span(span), "what is clean stays")
}

func tracesOf(span ptrace.Span) ptrace.Traces {
	traces := ptrace.NewTraces()
	span.CopyTo(traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty())
	return traces
}

func TestNamesThatAreNoneDoNotLeave(t *testing.T) {
	made := newRedactor(t, Options{})
	// Asked of as a text before: that must not count for the attribute.
	made.Text("the password hunter2 is wrong", "error.type")
	attributes := pcommon.NewMap()
	require.NoError(t, attributes.FromRaw(map[string]any{
		"error.type":          "the password hunter2 is wrong",
		"nhi.args.name":       []any{"user", "Hunter2022!"},
		"nhi.args.instructed": "filter[0].user-id",
		"nhi.args.digest":     "hmac-sha256:0123456789abcdef",
	}))
	assert.Equal(t, 2, made.Map(attributes))
	clean := map[string]any{
		"error.type":          "_OTHER",
		"nhi.args.name":       []any{"user", "[redacted:name]"},
		"nhi.args.instructed": "filter[0].user-id",
		"nhi.args.digest":     "hmac-sha256:0123456789abcdef",
	}
	assert.Equal(t, clean, attributes.AsRaw())
	assert.Zero(t, made.Map(attributes))
	assert.Equal(t, clean, attributes.AsRaw())
}

func TestWhatIsTooDeepIsReplaced(t *testing.T) {
	attributes := pcommon.NewMap()
	inner := attributes
	for range 10_000 {
		inner = inner.PutEmptyMap("a")
	}
	inner.PutStr("note", planted)
	assert.Equal(t, 1, newRedactor(t, Options{}).Map(attributes))
	value, depth := attributes.AsRaw()["a"], 1
	for ; depth < 100; depth++ {
		next, isMap := value.(map[string]any)
		if !isMap {
			break
		}
		value = next["a"]
	}
	assert.Equal(t, "[redacted:deep]", value)
	assert.Equal(t, depthMax+1, depth)
}

func TestBytesAreNotRead(t *testing.T) {
	attributes := pcommon.NewMap()
	attributes.PutEmptyBytes("body").FromRaw([]byte(planted))
	assert.Zero(t, newRedactor(t, Options{}).Map(attributes))
}

func TestLongTextsAreCutAtACharacter(t *testing.T) {
	made := newRedactor(t, Options{TextBytesMax: 100})
	clean, count := made.Text(strings.Repeat("x", 99)+"😀"+strings.Repeat("y", 99), "")
	assert.Equal(t, strings.Repeat("x", 99)+"…", clean)
	assert.Zero(t, count)
	attributes := pcommon.NewMap()
	attributes.PutStr("note", strings.Repeat("x ", 100))
	assert.Zero(t, made.Map(attributes))
	assert.Equal(t, strings.Repeat("x ", 50)+"…", attributes.AsRaw()["note"])
}

func TestCleanSpansCostNoMemory(t *testing.T) {
	made := newRedactor(t, Options{})
	span := spanOf(sixteen(3))
	made.Span(span)
	assert.Zero(t, testing.AllocsPerRun(100, func() { made.Span(span) }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { made.read("GET /v1/users/17/orders?limit=5 of ana, again", "url.path") }))
}

func TestWhatCannotBeReadIsReplaced(t *testing.T) {
	broken := newRedactor(t, Options{})
	broken.rules = nil
	clean, count := broken.Text(planted, "")
	assert.Equal(t, unreadable, clean)
	assert.Equal(t, 1, count)
}

func TestReferencesAreOfATenant(t *testing.T) {
	here, _ := newRedactor(t, Options{Key: referenceKey, Tenant: "acme"}).Text(planted, "")
	there, _ := newRedactor(t, Options{Key: referenceKey, Tenant: "other"}).Text(planted, "")
	none, _ := newRedactor(t, Options{Tenant: "acme"}).Text(planted, "")
	assert.Regexp(t, `^password=\[redacted:password:hmac-sha256:[0-9a-f]{16}\]$`, here)
	assert.NotEqual(t, here, there)
	assert.Equal(t, "password=[redacted:password]", none)
}
