package redaction

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// hostileUnits make a careless search quadratic: those of the TypeScript tests, and some for what is done otherwise here.
var hostileUnits = []string{
	"a", "A1", "=", "password=", `"password":"`, "a_token=", "eyJ", "-eyJaaaaaaaaaaa", "eyJaaaaaaaaaaaa.",
	"-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----a: ", `-----BEGIN PRIVATE KEY-----\\\\\\`, "%", "%41", "%2525", `\`,
	`\"`, "[redacted:", "bearer ", "bearer+", "://", "http://a:", "://a:b", "xoxb-", "/aB3xY9", "Ab1-", "password is ",
	"password for a is ", "-u a:", "--token ", `"name":"value","value":`, "<password>", "cookie: a=", "authorization: ", "1:AA",
	"thin:a/", "identified by ", "identified with a ", "hooks.slack.com/services/", "ghp_", "s.", "pat", "\xed\xa0", "é=", "a=b,",
}

// triesMax is how often a size is timed: a busy machine makes some runs slow, quadratic work makes each of them slow.
const triesMax = 8

// A quadratic search takes a hundred times as long for ten times the text; the best of several runs is compared.
func TestHostileTextsTakeLinearTime(t *testing.T) {
	made := newRedactor(t, Options{TextBytesMax: 1 << 30})
	for _, unit := range hostileUnits {
		assert.True(t, isLinear(func(text string) { made.read(text, "") }, unit), unit)
	}
}

// What the test must not let pass, at a price for each pair of bytes as low as it can be.
func TestQuadraticTimeIsNotTakenForLinear(t *testing.T) {
	assert.False(t, isLinear(func(text string) {
		pairs := 0
		for at := range len(text) {
			pairs += strings.Count(text[at:], "\x00")
		}
		assert.Zero(t, pairs)
	}, "a"))
}

func isLinear(read func(text string), unit string) bool {
	took := func(size int) time.Duration {
		text := strings.Repeat(unit, size/len(unit))
		begun := time.Now()
		read(text)
		return time.Since(begun)
	}
	small, large := took(10_000), took(100_000)
	for tries := 1; tries < triesMax && large >= 40*small; tries++ {
		small, large = min(small, took(10_000)), min(large, took(100_000))
	}
	return large < 40*small
}
