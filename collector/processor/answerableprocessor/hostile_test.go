package answerableprocessor

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
)

// hostileRequest is a broken request of the corpus that the decoder's tests use, and what the detector makes of its spans:
// nil where it refuses the request, else ordinal, identity, key group and action of each span that it takes.
type hostileRequest struct {
	Body  []byte  `json:"body"`
	Spans [][]any `json:"spans"`
}

func hostileRequests(t testing.TB) []hostileRequest {
	raw, err := os.ReadFile(filepath.Join("../../..", "test/recordings/hostile.jsonl"))
	require.NoError(t, err)
	var all []hostileRequest
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one hostileRequest
		require.NoError(t, json.Unmarshal(lines.Bytes(), &one))
		all = append(all, one)
	}
	require.NotEmpty(t, all)
	return all
}

func TestBrokenRequestsAreReadAsTheDetectorReadsThem(t *testing.T) {
	table, err := attribution.Load()
	require.NoError(t, err)
	reader := table.NewActionReader()
	compared, refusedHere := 0, 0
	for at, request := range hostileRequests(t) {
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(request.Body)
		if err != nil {
			refusedHere++
			continue
		}
		judged := judge(reader, td)
		for _, span := range request.Spans {
			index := int(span[0].(float64))
			require.Less(t, index, len(judged), "request %d", at)
			assert.Equal(t, span[1:], judged[index], "request %d, span %d", at, index)
			compared++
		}
	}
	assert.Greater(t, compared, 100)
	t.Logf("%d spans compared, %d requests can't be read here", compared, refusedHere)
}

func judge(reader *attribution.Reader, td ptrace.Traces) [][]any {
	var all [][]any
	for _, resource := range td.ResourceSpans().All() {
		reader.Resource(resource.Resource().Attributes())
		for _, scope := range resource.ScopeSpans().All() {
			reader.Scope(scope.Scope().Name())
			for _, span := range scope.Spans().All() {
				reader.Span(span)
				who := reader.Identity()
				var what any
				if found, ok := reader.Action(); ok {
					mutating := map[bool]string{true: "true", false: "false"}[found.Mutating]
					what = strings.Join([]string{found.Rule, found.Kind, found.Operation, found.Resource, found.ResourceKind, mutating}, "\n")
				}
				id := strings.Join([]string{who.ID, who.Kind, who.Strength, who.Rule}, "\n")
				group := attribution.KeyGroupName(attribution.KeyGroup("default", who.ID))
				all = append(all, []any{id, group, what})
			}
		}
	}
	return all
}

// FuzzConsume: no bytes make the processor panic, lose a span, or put two key groups into one part.
func FuzzConsume(f *testing.F) {
	for _, request := range hostileRequests(f) {
		f.Add(request.Body)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			return
		}
		sent := td.SpanCount()
		processor, next := newProcessor(t, nil)
		require.NoError(t, processor.ConsumeTraces(context.Background(), td))
		got := 0
		seen := map[string]bool{}
		for _, part := range next.parts {
			require.False(t, seen[part.group])
			seen[part.group] = true
			got += part.traces.SpanCount()
			for _, span := range spansOf(part.traces) {
				if id := text(span, stampID); id != "" {
					require.Equal(t, part.group, groupOf("default", id))
				}
			}
		}
		require.Equal(t, sent, got)
	})
}
