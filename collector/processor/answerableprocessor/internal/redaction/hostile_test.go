package redaction

import (
	"fmt"
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

// Of a quadratic search each of these would take minutes.
func TestHostileTextsTakeLinearTime(t *testing.T) {
	made := newRedactor(t, Options{TextBytesMax: 1 << 30})
	for _, unit := range hostileUnits {
		took := func(size int) time.Duration {
			text := strings.Repeat(unit, size/len(unit))
			begun := time.Now()
			made.read(text, "")
			return time.Since(begun)
		}
		took(10_000)
		small, large := took(10_000), took(100_000)
		assert.Less(t, large, 40*small+time.Second, fmt.Sprintf("%q: %v for a tenth", unit, small))
		assert.Less(t, large, 20*time.Second, unit)
	}
}
