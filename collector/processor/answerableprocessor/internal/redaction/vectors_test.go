package redaction

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../../../../../"

var referenceKey = []byte("a key of thirty-two bytes, no less")

// vector is a text and what the redactor in TypeScript makes of it; test/support/redact/vectors.ts says more.
type vector struct {
	Of         string  `json:"of"`
	Max        int     `json:"max"`
	Referenced bool    `json:"referenced"`
	Text       string  `json:"text"`
	Clean      *string `json:"clean"`
	Count      int     `json:"count"`
}

// joined takes out the dots that keep made-up secrets from being taken for real.
func joined(pieces string) string { return strings.ReplaceAll(pieces, "·", "") }

func (v vector) expected() string {
	if v.Clean == nil {
		return joined(v.Text)
	}
	return joined(*v.Clean)
}

func readVectors(t testing.TB, path string) []vector {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var vectors []vector
	require.NoError(t, json.Unmarshal(text, &vectors))
	return vectors
}

func TestDataIsThatOfTheSDK(t *testing.T) {
	theirs, err := os.ReadFile(repository + "schemas/redaction.json")
	require.NoError(t, err)
	assert.Equal(t, string(theirs), string(embedded), "run go generate ./...")
}

func TestTextsLeaveAsTheyLeaveTheSDK(t *testing.T) {
	vectors := readVectors(t, repository+"test/recordings/redaction/vectors.json")
	require.Greater(t, len(vectors), 600)
	for _, each := range vectors {
		assertVector(t, each)
	}
}

func assertVector(t testing.TB, each vector) {
	t.Helper()
	options := Options{TextBytesMax: each.Max}
	if each.Referenced {
		options.Key, options.Tenant = referenceKey, "acme"
	}
	made := newRedactor(t, options)
	text := made.rules.names.wordOf(each.Of, joined(each.Text))
	clean, count := made.Text(text, each.Of)
	assert.Equal(t, each.expected(), clean, "%s of %q", joined(each.Text), each.Of)
	assert.Equal(t, each.Count, count, joined(each.Text))
	if len(clean) < textBytesMaxDefault && each.Max == 0 {
		again, _ := made.Text(clean, each.Of)
		assert.Equal(t, clean, again)
	}
}

func newRedactor(t testing.TB, options Options) *Redactor {
	t.Helper()
	made, err := New(options)
	require.NoError(t, err)
	return made
}
