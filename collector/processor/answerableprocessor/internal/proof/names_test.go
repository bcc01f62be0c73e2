package proof

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The SDK reads the same file in test/instrumentation/identity-names.test.ts.
func TestNamesAreThoseOfTheSDK(t *testing.T) {
	body, err := os.ReadFile("testdata/names.json")
	require.NoError(t, err)
	var vectors []struct {
		Why, ID, Kind string
		Claims        map[string]any
	}
	require.NoError(t, json.Unmarshal(body, &vectors))
	require.NotEmpty(t, vectors)
	for _, vector := range vectors {
		t.Run(vector.Why, func(t *testing.T) {
			assert.Equal(t, identity{vector.ID, vector.Kind}, nameOf(valuesOf(vector.Claims)))
		})
	}
}

func TestSPIFFEID(t *testing.T) {
	for _, good := range []string{"spiffe://acme/a", "spiffe://acme.example/ns/prod/sa/triage", "spiffe://a_b-c.d/A.b_c-9/..."} {
		assert.Equal(t, good, spiffeID(good))
	}
	for _, bad := range []string{
		"", "spiffe://", "spiffe:///a", "SPIFFE://acme/a", "spiffe://Acme/a", "spiffe://acme/", "spiffe://acme//a", "spiffe://acme/./a",
		"spiffe://acme/../a", "spiffe://acme/a/", "spiffe://acme:80/a", "spiffe://u@acme/a", "spiffe://acme/a?b", "spiffe://acme/a#b",
		"spiffe://acme/%61", "spiffe://acme/é", "spiffe://acme/a b", "https://acme/a", "spiffe://" + strings.Repeat("a", 256) + "/a",
		"spiffe://acme/" + strings.Repeat("a", 512),
	} {
		assert.Empty(t, spiffeID(bad), bad)
	}
}

func TestTextsThatFit(t *testing.T) {
	for _, good := range []string{"a", "é", "名", strings.Repeat("a", 512), strings.Repeat("😀", 256)} {
		assert.Equal(t, good, fit(good))
	}
	for _, bad := range []any{
		"", nil, 7, []string{"a"}, "a b", "a\x00", "a\u007f", "a\u0085", "a\u00a0b", "\ufeffa", "a\u202eb", "a\u2028", "a\xff",
		strings.Repeat("a", 513), strings.Repeat("😀", 257),
	} {
		assert.Empty(t, fit(bad), "%q", bad)
	}
}

func TestTemplates(t *testing.T) {
	claims := valuesOf(map[string]any{"iss": "https://i", "sub": "s", "n": 7, "spaced": "a b", "long": strings.Repeat("a", 512)})
	for text, want := range map[string]string{
		"oauth:{iss}#{sub}": "oauth:https://i#s", "svc:{client|sub}": "svc:s", "{sub}": "s",
		"svc:{n}": "", "svc:{missing}": "", "svc:{spaced}": "", "svc:{long}": "",
	} {
		parsed, err := parseTemplate(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, parsed.fill(claims), text)
	}
	for _, bad := range []string{"fixed", "{", "}", "{}", "{a", "a}", "{a|}", "{a{b}}", "a}{b}", "{a b}"} {
		_, err := parseTemplate(bad)
		assert.Error(t, err, bad)
	}
}

func TestPatterns(t *testing.T) {
	for _, good := range [][2]string{
		{"*", ""}, {"a", "a"}, {"k8s:*", "k8s:a/b"}, {"*b", "ab"}, {"a*b*c", "axbybc"}, {"a**c", "ac"}, {"*a*", "bab"},
	} {
		assert.True(t, matches(good[0], good[1]), good)
	}
	for _, bad := range [][2]string{
		{"", "a"}, {"a", "ab"}, {"k8s:*", "xk8s:a"}, {"*b", "ba"}, {"a*a", "a"}, {"a*b*c", "acb"}, {"K8S:*", "k8s:a"},
	} {
		assert.False(t, matches(bad[0], bad[1]), bad)
	}
}
