package attribution

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// The detector's tests read the same files: what real libraries sent, and the corners in which languages differ.
const recordings = repository + "/test/recordings"

// told is what the detector makes of a span.
type told struct {
	Span     string `json:"span"`
	ActionID string `json:"actionId"`
	// TooLong is for an identity of more UTF-16 units than an id may have.
	TooLong  bool `json:"tooLong"`
	Identity struct {
		ID       string `json:"id"`
		Kind     string `json:"kind"`
		Strength string `json:"strength"`
		Rule     string `json:"rule"`
		KeyGroup string `json:"keyGroup"`
	} `json:"identity"`
	Action *struct {
		Rule         string `json:"rule"`
		Kind         string `json:"kind"`
		Operation    string `json:"operation"`
		Resource     string `json:"resource"`
		ResourceKind string `json:"resourceKind"`
		Mutating     bool   `json:"mutating"`
	} `json:"action"`
}

type vectors struct {
	Filters []struct{ Filter, Of, Is string } `json:"filters"`
	// KeyGroups of a tenant and an id.
	KeyGroups []struct{ Tenant, ID, Is string } `json:"keyGroups"`
	Murmur2   []struct {
		Of string
		Is int32
	} `json:"murmur2"`
	Spans []struct {
		Name    string          `json:"name"`
		Request json.RawMessage `json:"request"`
		Is      []told          `json:"is"`
	} `json:"spans"`
}

func TestRecordings(t *testing.T) {
	table, err := Load()
	require.NoError(t, err)
	expected := readJSON[map[string][]told](t, "spans/expected.json")
	files, err := filepath.Glob(filepath.Join(recordings, "spans/*.json"))
	require.NoError(t, err)
	require.Len(t, files, len(expected)+1)
	for name, all := range expected {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join(recordings, "spans", name+".json"))
			require.NoError(t, err)
			require.NotEmpty(t, all)
			assertTold(t, table, raw, all)
		})
	}
}

func TestVectors(t *testing.T) {
	table, err := Load()
	require.NoError(t, err)
	all := readJSON[vectors](t, "attribution/vectors.json")
	known := map[string]bool{}
	for _, one := range all.Filters {
		known[one.Filter] = true
		require.Contains(t, filters, one.Filter)
		assert.Equal(t, one.Is, filters[one.Filter](one.Of), "%s of %q", one.Filter, one.Of)
	}
	assert.Len(t, known, len(filters), "each filter has vectors")
	require.NotEmpty(t, all.KeyGroups)
	for _, one := range all.KeyGroups {
		assert.Equal(t, one.Is, KeyGroupName(KeyGroup(one.Tenant, one.ID)), "%q %q", one.Tenant, one.ID)
	}
	require.NotEmpty(t, all.Murmur2)
	for _, one := range all.Murmur2 {
		bytes, err := hex.DecodeString(one.Of)
		require.NoError(t, err)
		assert.Equal(t, one.Is, int32(murmur2(bytes)), one.Of) //nolint:gosec // the same bits, signed
	}
	require.NotEmpty(t, all.Spans)
	for _, one := range all.Spans {
		t.Run(one.Name, func(t *testing.T) { assertTold(t, table, one.Request, one.Is) })
	}
}

func readJSON[T any](t *testing.T, file string) T {
	raw, err := os.ReadFile(filepath.Join(recordings, file))
	require.NoError(t, err)
	var value T
	require.NoError(t, json.Unmarshal(raw, &value))
	return value
}

// assertTold reads a request with one reader of each sort, as the processor does.
func assertTold(t *testing.T, table *Table, request []byte, expected []told) {
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(request)
	require.NoError(t, err)
	require.Equal(t, len(expected), td.SpanCount())
	identities, actions := table.NewReader(), table.NewActionReader()
	nth := 0
	for _, resource := range td.ResourceSpans().All() {
		for _, scope := range resource.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				got := toldOf(actions, resource, scope, span)
				assert.Equal(t, expected[nth], got, span.Name())
				toldOf(identities, resource, scope, span)
				assert.Equal(t, actions.Identity(), identities.Identity(), span.Name())
				nth++
			}
		}
	}
}

func toldOf(reader *Reader, resource ptrace.ResourceSpans, scope ptrace.ScopeSpans, span ptrace.Span) told {
	reader.Resource(resource.Resource().Attributes())
	reader.Scope(scope.Scope().Name())
	reader.Span(span)
	identity := reader.Identity()
	id := span.SpanID()
	got := told{Span: hex.EncodeToString(id[:]), ActionID: actionID(span)}
	got.TooLong = len(utf16.Encode([]rune(identity.ID))) > idUnitsMax
	got.Identity.ID, got.Identity.Kind = identity.ID, identity.Kind
	got.Identity.Strength, got.Identity.Rule = identity.Strength, identity.Rule
	got.Identity.KeyGroup = KeyGroupName(KeyGroup("default", identity.ID))
	if reader.limit == len(reader.table.names.places) {
		setAction(reader, &got)
	}
	return got
}

func setAction(reader *Reader, got *told) {
	action, found := reader.Action()
	if !found {
		return
	}
	raw, _ := json.Marshal(action)
	_ = json.Unmarshal(raw, &got.Action)
}

// idUnitsMax is identityCharsMax of the detector.
const idUnitsMax = 512

// actionID is part of the contract of every language, though the processor itself stamps none.
func actionID(span ptrace.Span) string {
	phase := "end"
	if said, there := span.Attributes().Get("nhi.phase"); there && said.AsString() == "start" {
		phase = "start"
	}
	traceID, spanID := span.TraceID(), span.SpanID()
	hash := sha256.Sum256(append(append(traceID[:], spanID[:]...), phase...))
	return hex.EncodeToString(hash[:16])
}
