package proof

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mustShow(t *testing.T, p *Prover, token string) {
	t.Helper()
	_, found, err := p.Of(withToken(token))
	require.NoError(t, err)
	require.True(t, found)
}

func unavailable(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "s3cret of the issuer", http.StatusServiceUnavailable)
}

func TestRotatedKeysAreFetched(t *testing.T) {
	issuer, clock := startIssuer(t, "old"), newClock()
	p := proverOf(t, clock, issuer.config())
	mustShow(t, p, issuer.sign(t, "old", nil))
	issuer.rotate("new", ecKey(t))
	token := issuer.sign(t, "new", nil)
	_, _, err := p.Of(withToken(token))
	requireUnavailable(t, err)
	require.EqualValues(t, 1, issuer.asked.Load(), "not asked again so soon")
	clock.forward(keysPause)
	mustShow(t, p, token)
	require.EqualValues(t, 2, issuer.asked.Load())
}

func TestRotatedKeysWithoutIdsAreFetched(t *testing.T) {
	issuer, clock := startIssuer(t, ""), newClock()
	p := proverOf(t, clock, issuer.config())
	mustShow(t, p, issuer.sign(t, "", nil))
	issuer.rotate("", ecKey(t))
	clock.forward(keysPause)
	mustShow(t, p, issuer.sign(t, "", nil))
	clock.forward(keysPause)
	_, _, err := p.Of(withToken(signWith(t, ecKey(t), "", issuer.claims(nil))))
	requireRefused(t, err, ReasonTokenSignature)
}

func TestFloodOfUnknownKeysIsNoFloodOfRequests(t *testing.T) {
	issuer, clock := startIssuer(t, "k1"), newClock()
	p := proverOf(t, clock, issuer.config())
	forger := ecKey(t)
	var flood sync.WaitGroup
	for n := range 8 {
		flood.Go(func() {
			for m := range 50 {
				_, found, err := p.Of(withToken(signWith(t, forger, strings.Repeat("k", 2+n*50+m), issuer.claims(nil))))
				assert.Error(t, err)
				assert.False(t, found)
			}
		})
	}
	flood.Wait()
	require.EqualValues(t, 1, issuer.asked.Load())
	mustShow(t, p, issuer.sign(t, "k1", nil))
	clock.forward(keysPause)
	_, _, err := p.Of(withToken(signWith(t, forger, "k2", issuer.claims(nil))))
	requireRefused(t, err, ReasonTokenKey)
	require.EqualValues(t, 2, issuer.asked.Load())
}

func TestKeysThatWereTakenBackStopCounting(t *testing.T) {
	issuer, clock := startIssuer(t, "k1"), newClock()
	p := proverOf(t, clock, issuer.config())
	stolen := issuer.signer["k1"]
	tries := 0
	try := func() error {
		tries++
		_, _, err := p.Of(withToken(signWith(t, stolen, "k1", issuer.claims(map[string]any{"n": tries}))))
		return err
	}
	require.NoError(t, try())
	issuer.rotate("k2", ecKey(t))
	clock.forward(keysFresh + time.Second)
	// Who finds them old does not wait for the new ones; after those came, the old one counts no more.
	require.Eventually(t, func() bool { return try() != nil }, 5*time.Second, 10*time.Millisecond)
	clock.forward(keysPause)
	requireRefused(t, try(), ReasonTokenKey)
}

func TestKeysAtHandGoOnWhileTheirIssuerIsAway(t *testing.T) {
	issuer, clock := startIssuer(t, "k1"), newClock()
	p := proverOf(t, clock, issuer.config())
	mustShow(t, p, issuer.sign(t, "k1", nil))
	issuer.answerWith(unavailable)
	long := map[string]any{"exp": time.Now().Add(72 * time.Hour).Unix(), "n": 1}
	for range 23 {
		clock.forward(time.Hour)
		mustShow(t, p, issuer.sign(t, "k1", long))
	}
	clock.forward(2 * time.Hour)
	_, _, err := p.Of(withToken(issuer.sign(t, "k1", long)))
	requireUnavailable(t, err)
	issuer.answerWith(nil)
	clock.forward(keysPause)
	mustShow(t, p, issuer.sign(t, "k1", long))
}

func TestWithoutKeysNobodyIsAcceptedOrLost(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a status": unavailable,
		"no keys":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":null}`)) },
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"too long": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[]}` + strings.Repeat(" ", keySetBytesMax)))
		},
		"a redirect":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"a broken end": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"many keys": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[` + strings.Repeat("{},", keysMax) + `{}]}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			issuer, clock := startIssuer(t, "k1"), newClock()
			issuer.answerWith(answer)
			p := proverOf(t, clock, issuer.config())
			token := issuer.sign(t, "k1", nil)
			for range 3 {
				_, found, err := p.Of(withToken(token))
				requireUnavailable(t, err)
				require.False(t, found)
				require.NotContains(t, err.Error(), "s3cret")
				require.NotContains(t, err.Error(), "/keys")
			}
			require.EqualValues(t, 1, issuer.asked.Load(), "asked once in a while, not for each token")
			issuer.answerWith(nil)
			clock.forward(keysPause)
			mustShow(t, p, token)
		})
	}
}

func TestHangingIssuerHoldsARequestNoLongerThanItsContext(t *testing.T) {
	issuer, end := startIssuer(t, "k1"), make(chan struct{})
	issuer.answerWith(func(http.ResponseWriter, *http.Request) { <-end })
	t.Cleanup(func() { close(end) })
	p, err := New(Config{JWT: JWTConfig{Issuers: []IssuerConfig{issuer.config()}}})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(withToken(issuer.sign(t, "k1", nil)), 50*time.Millisecond)
	defer cancel()
	_, _, err = p.Of(ctx)
	requireUnavailable(t, err)
	// And Shutdown ends what is under way.
	started := time.Now()
	require.NoError(t, p.Shutdown(context.Background()))
	require.Less(t, time.Since(started), fetchTimeout/2)
}

func TestKeysOfAFile(t *testing.T) {
	issuer, clock := startIssuer(t, "k1"), newClock()
	cfg := issuer.config()
	cfg.JWKSURL, cfg.JWKSFile = "", writeFile(t, issuer.keySet())
	p := proverOf(t, clock, cfg)
	mustShow(t, p, issuer.sign(t, "k1", nil))
	issuer.rotate("k2", ecKey(t))
	require.NoError(t, os.WriteFile(cfg.JWKSFile, issuer.keySet(), 0o600))
	clock.forward(keysPause)
	mustShow(t, p, issuer.sign(t, "k2", nil))
	require.Zero(t, issuer.asked.Load())

	for _, bad := range []string{cfg.JWKSFile + ".missing", writeFile(t, []byte("no keys"))} {
		cfg.JWKSFile = bad
		_, err := New(Config{JWT: JWTConfig{Issuers: []IssuerConfig{cfg}}})
		require.ErrorContains(t, err, "jwks_file")
	}
}

func TestKeysOfAnAPIServer(t *testing.T) {
	issuer := startIssuer(t, "k1")
	var shown string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown = r.Header.Get("Authorization")
		_, _ = w.Write(issuer.keySet())
	}))
	server.TLS.MinVersion = tls.VersionTLS12
	t.Cleanup(server.Close)
	cfg := issuer.config()
	cfg.JWKSURL = server.URL + "/openid/v1/jwks"
	_, _, err := proverOf(t, newClock(), cfg).Of(withToken(issuer.sign(t, "k1", nil)))
	requireUnavailable(t, err)

	cfg.CAFile = writeFile(t, encodePEM("CERTIFICATE", server.Certificate().Raw))
	cfg.TokenFile = writeFile(t, []byte("pod-token\n"))
	mustShow(t, proverOf(t, newClock(), cfg), issuer.sign(t, "k1", nil))
	require.Equal(t, "Bearer pod-token", shown)
}

func TestKeysThatCannotSignAreLeftOut(t *testing.T) {
	issuer := startIssuer(t, "k1")
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(issuer.keySet(), &set))
	good := set.Keys[0]
	with := func(name string, value any) map[string]any {
		changed := map[string]any{}
		for key, old := range good {
			changed[key] = old
		}
		changed[name] = value
		return changed
	}
	body, err := json.Marshal(map[string]any{"keys": []any{
		good, with("use", "jwt-svid"), with("use", "enc"), with("use", "x509-svid"), with("kty", "OKP"), with("x", "AA"),
		map[string]any{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}, "text", nil,
	}})
	require.NoError(t, err)
	keys, err := parseKeys(body)
	require.NoError(t, err)
	require.Len(t, keys, 2)
}
