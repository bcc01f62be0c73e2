package attribution

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// repository is where the files that both languages read lie.
const repository = "../../../../.."

func TestEmbeddedTableIsTheSharedOne(t *testing.T) {
	shared, err := os.ReadFile(filepath.Join(repository, "schemas/attribution.json"))
	require.NoError(t, err)
	assert.Equal(t, string(shared), string(shipped), "run `go generate ./...` in collector/")
}

// spanCase is a span as some library emits it, and who did what; the detector's tests read the same file.
type spanCase struct {
	Name string `json:"name"`
	Span struct {
		Name       string         `json:"name"`
		Kind       string         `json:"kind"`
		Attributes map[string]any `json:"attributes"`
		Resource   map[string]any `json:"resource"`
	} `json:"span"`
	Is map[string]any `json:"is"`
}

func TestSpansOfLibraries(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(repository, "test/attribute/spans.json"))
	require.NoError(t, err)
	var cases []spanCase
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.NotEmpty(t, cases)
	table, err := Load()
	require.NoError(t, err)
	reader := table.NewActionReader()
	for _, one := range cases {
		t.Run(one.Name, func(t *testing.T) {
			td := spanOf(t, one)
			reader.Resource(td.ResourceSpans().At(0).Resource().Attributes())
			reader.Scope("")
			reader.Span(td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0))
			action, isAction := reader.Action()
			require.Equal(t, one.Is != nil, isAction)
			assertParts(t, one.Is, action, reader.Identity())
		})
	}
}

func assertParts(t *testing.T, expected map[string]any, action Action, identity Identity) {
	got := map[string]any{
		"rule": action.Rule, "kind": action.Kind, "operation": action.Operation, "mutating": action.Mutating,
		"identityId": identity.ID, "identityKind": identity.Kind, "identityRule": identity.Rule,
		"strength": identity.Strength,
	}
	for part, value := range expected {
		if part == "resources" {
			assertMainResource(t, value.([]any), action)
		} else if known, compared := got[part]; compared {
			assert.Equal(t, value, known, part)
		}
	}
}

func assertMainResource(t *testing.T, expected []any, action Action) {
	if len(expected) == 0 {
		assert.Empty(t, action.Resource)
		return
	}
	first := expected[0].(map[string]any)
	assert.Equal(t, first["id"], action.Resource)
	if kind, told := first["kind"]; told {
		assert.Equal(t, kind, action.ResourceKind)
	}
}

func spanOf(t *testing.T, one spanCase) ptrace.Traces {
	td := ptrace.NewTraces()
	resource := td.ResourceSpans().AppendEmpty()
	require.NoError(t, resource.Resource().Attributes().FromRaw(one.Span.Resource))
	span := resource.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName(one.Span.Name)
	if one.Span.Name == "" {
		span.SetName("work")
	}
	span.SetKind(map[string]ptrace.SpanKind{
		"": ptrace.SpanKindClient, "internal": ptrace.SpanKindInternal,
		"client": ptrace.SpanKindClient, "server": ptrace.SpanKindServer,
	}[one.Span.Kind])
	require.NoError(t, span.Attributes().FromRaw(one.Span.Attributes))
	return td
}
