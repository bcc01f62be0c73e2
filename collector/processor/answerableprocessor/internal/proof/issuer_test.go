package proof

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
)

// testIssuer is an issuer on loopback: real keys, a real key set over HTTP.
type testIssuer struct {
	url   string
	asked atomic.Int64

	mu     sync.Mutex
	signer map[string]crypto.Signer
	// answer stands in for the key set while it is set.
	answer http.HandlerFunc
}

func startIssuer(t testing.TB, kids ...string) *testIssuer {
	t.Helper()
	i := &testIssuer{signer: map[string]crypto.Signer{}}
	for _, kid := range kids {
		i.signer[kid] = ecKey(t)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		i.mu.Lock()
		answer := i.answer
		i.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		_, _ = w.Write(i.keySet())
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func ecKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func (i *testIssuer) answerWith(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

// rotate replaces all keys by one.
func (i *testIssuer) rotate(kid string, key crypto.Signer) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signer = map[string]crypto.Signer{kid: key}
}

func (i *testIssuer) keySet() []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for kid, key := range i.signer {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: kid, Use: "sig"})
	}
	body, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return body
}

// sign gives a token of it, valid for an hour, unless claims say otherwise; a nil claim is left out.
func (i *testIssuer) sign(t testing.TB, kid string, claims map[string]any) string {
	i.mu.Lock()
	key := i.signer[kid]
	i.mu.Unlock()
	return signWith(t, key, kid, i.claims(claims))
}

func (i *testIssuer) claims(more map[string]any) map[string]any {
	all := map[string]any{
		"iss": i.url, "sub": "triage", "aud": "collector", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
	}
	for name, value := range more {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	return all
}

func signWith(t testing.TB, key any, kid string, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	return signRaw(t, key, kid, payload)
}

func signRaw(t testing.TB, key any, kid string, payload []byte) string {
	t.Helper()
	algorithm := jose.HS256
	switch key.(type) {
	case *rsa.PrivateKey:
		algorithm = jose.RS256
	case *ecdsa.PrivateKey:
		algorithm = jose.ES256
	case ed25519.PrivateKey:
		algorithm = jose.EdDSA
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		options = options.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	require.NoError(t, err)
	signed, err := signer.Sign(payload)
	require.NoError(t, err)
	text, err := signed.CompactSerialize()
	require.NoError(t, err)
	_, err = jwt.ParseSigned(text, append([]jose.SignatureAlgorithm{jose.HS256}, algorithmsKnown...))
	require.NoError(t, err)
	return text
}

func (i *testIssuer) config() IssuerConfig {
	return IssuerConfig{Issuer: i.url, Audiences: []string{"other", "collector"}, JWKSURL: i.url + "/keys"}
}

// testClock is set by hand.
type testClock struct{ at atomic.Int64 }

func newClock() *testClock {
	c := &testClock{}
	c.at.Store(time.Now().UnixNano())
	return c
}

func (c *testClock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *testClock) forward(d time.Duration) { c.at.Add(int64(d)) }

func proverOf(t testing.TB, clock *testClock, issuers ...IssuerConfig) *Prover {
	t.Helper()
	p, err := newProver(Config{JWT: JWTConfig{Issuers: issuers}}, clock.now)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p
}

func withHeader(name string, values ...string) context.Context {
	return client.NewContext(context.Background(), client.Info{Metadata: client.NewMetadata(map[string][]string{name: values})})
}

func withToken(token string) context.Context { return withHeader("Authorization", "Bearer "+token) }

func writeFile(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}
