package proof

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func requireRefused(t *testing.T, err error, reason string) {
	t.Helper()
	var refused Refused
	require.ErrorAs(t, err, &refused)
	require.Equal(t, reason, refused.Reason)
	require.Equal(t, codes.Unauthenticated, status.Code(err))
}

func requireUnavailable(t *testing.T, err error) {
	t.Helper()
	var unavailable Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, codes.Unavailable, status.Code(err))
}

func TestTokenOfEveryKindOfKeyShowsItsBearer(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	issuer := startIssuer(t, "ec")
	issuer.signer["rsa"], issuer.signer["ed"] = rsaKey, edKey
	p := proverOf(t, newClock(), issuer.config())
	for _, kid := range []string{"ec", "rsa", "ed"} {
		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER  "} {
			proof, found, err := p.Of(withHeader("authorization", scheme+issuer.sign(t, kid, nil)))
			require.NoError(t, err)
			require.True(t, found)
			require.Equal(t, Proof{ID: "oauth:" + issuer.url + "#triage", Kind: "oauth_client", Method: "jwt"}, proof)
		}
	}
	require.EqualValues(t, 1, issuer.asked.Load(), "the keys are fetched once")
}

func TestWrongTokensAreRefused(t *testing.T) {
	issuer, stranger := startIssuer(t, "k1"), startIssuer(t, "k1")
	now := time.Now()
	good := issuer.sign(t, "k1", nil)
	head, rest, _ := strings.Cut(good, ".")
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims, err := json.Marshal(issuer.claims(nil))
	require.NoError(t, err)
	public, _ := json.Marshal(issuer.signer["k1"].Public())
	raw := func(format string) string {
		return signRaw(t, issuer.signer["k1"], "k1", fmt.Appendf(nil, format, issuer.url, now.Add(time.Hour).Unix()))
	}
	for name, test := range map[string]struct{ token, reason string }{
		"nothing":             {"", ReasonTokenMalformed},
		"no token":            {"s3cret", ReasonTokenMalformed},
		"three empty parts":   {"..", ReasonTokenAlgorithm},
		"a JSON form":         {`{"payload":"e30","signatures":[]}`, ReasonTokenMalformed},
		"too long":            {strings.Repeat("a", tokenBytesMax+1), ReasonTokenLong},
		"no signature wanted": {encode(`{"alg":"none"}`) + "." + encode(string(claims)) + ".", ReasonTokenAlgorithm},
		"a shared secret":     {signWith(t, public, "k1", issuer.claims(nil)), ReasonTokenAlgorithm},
		"an allowed algorithm that is not configured": {encode(`{"alg":"PS256","kid":"k1"}`) + "." + rest, ReasonTokenAlgorithm},
		"another's issuer":                            {stranger.sign(t, "k1", nil), ReasonTokenIssuer},
		"no issuer":                                   {issuer.sign(t, "k1", map[string]any{"iss": nil}), ReasonTokenIssuer},
		"an issuer in capitals":                       {raw(`{"ISS":%q,"sub":"a","aud":"collector","exp":%d}`), ReasonTokenIssuer},
		"an issuer twice":                             {raw(`{"iss":"x","iss":%q,"sub":"a","aud":"collector","exp":%d}`), ReasonTokenMalformed},
		"a list for claims":                           {signRaw(t, issuer.signer["k1"], "k1", []byte(`[1]`)), ReasonTokenMalformed},
		"null for claims":                             {signRaw(t, issuer.signer["k1"], "k1", []byte(`null`)), ReasonTokenMalformed},
		"another's audience":                          {issuer.sign(t, "k1", map[string]any{"aud": []string{"a", "b"}}), ReasonTokenAudience},
		"no audience":                                 {issuer.sign(t, "k1", map[string]any{"aud": nil}), ReasonTokenAudience},
		"no expiry":                                   {issuer.sign(t, "k1", map[string]any{"exp": nil}), ReasonTokenExpiry},
		"expired":                                     {issuer.sign(t, "k1", map[string]any{"exp": now.Add(-2 * time.Minute).Unix()}), ReasonTokenExpired},
		"not yet":                                     {issuer.sign(t, "k1", map[string]any{"nbf": now.Add(2 * time.Minute).Unix()}), ReasonTokenEarly},
		"issued in the future":                        {issuer.sign(t, "k1", map[string]any{"iat": now.Add(2 * time.Minute).Unix()}), ReasonTokenEarly},
		"an expiry beyond time":                       {issuer.sign(t, "k1", map[string]any{"exp": 1e300}), ReasonTokenMalformed},
		"another's key":                               {signWith(t, ecKey(t), "k1", issuer.claims(nil)), ReasonTokenSignature},
		"changed claims":                              {head + "." + encode(strings.Replace(string(claims), "triage", "admin!", 1)) + good[strings.LastIndex(good, "."):], ReasonTokenSignature},
		"a subject with a space":                      {issuer.sign(t, "k1", map[string]any{"sub": "a b"}), ReasonTokenIdentity},
		"a subject in capitals":                       {raw(`{"iss":%q,"SUB":"a","aud":"collector","exp":%d}`), ReasonTokenIdentity},
	} {
		t.Run(name, func(t *testing.T) {
			p := proverOf(t, newClock(), issuer.config())
			proof, found, err := p.Of(withToken(test.token))
			requireRefused(t, err, test.reason)
			assert.False(t, found)
			assert.Zero(t, proof)
			for _, secret := range []string{test.token, "triage", stranger.url, issuer.url} {
				assert.True(t, secret == "" || !strings.Contains(err.Error(), secret), "the error holds nothing of the token")
			}
		})
	}
	require.Zero(t, stranger.asked.Load(), "nobody's token makes us ask its issuer")
}

func TestClockSkewIsAllowedFor(t *testing.T) {
	issuer, now := startIssuer(t, "k1"), time.Now()
	p := proverOf(t, newClock(), issuer.config())
	for _, claims := range []map[string]any{
		{"exp": now.Add(-30 * time.Second).Unix()}, {"nbf": now.Add(30 * time.Second).Unix()}, {"iat": now.Add(30 * time.Second).Unix()},
	} {
		_, found, err := p.Of(withToken(issuer.sign(t, "k1", claims)))
		require.NoError(t, err)
		require.True(t, found)
	}
}

func TestRememberedTokenEndsWithItsExpiry(t *testing.T) {
	issuer, clock := startIssuer(t, "k1"), newClock()
	p := proverOf(t, clock, issuer.config())
	token := issuer.sign(t, "k1", map[string]any{"exp": time.Now().Add(3 * time.Minute).Unix()})
	for range 2 {
		_, found, err := p.Of(withToken(token))
		require.NoError(t, err)
		require.True(t, found)
	}
	clock.forward(5 * time.Minute)
	_, _, err := p.Of(withToken(token))
	requireRefused(t, err, ReasonTokenExpired)
}

func TestMemoryOfTokensIsBounded(t *testing.T) {
	k, now := newKept(), time.Now()
	for n := range 2 * tokensKeptMax {
		k.put([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}, Proof{ID: "a"}, now.Add(time.Minute), now)
		require.LessOrEqual(t, len(k.entries), tokensKeptMax)
	}
	later := now.Add(time.Hour)
	k.put([32]byte{1: 1, 9: 9}, Proof{ID: "b"}, later, later)
	require.Len(t, k.entries, 1, "what is over goes first")
}

func TestHeadersThatAreNoBearerToken(t *testing.T) {
	issuer := startIssuer(t, "k1")
	p := proverOf(t, newClock(), issuer.config())
	token := issuer.sign(t, "k1", nil)
	for name, ctx := range map[string]context.Context{
		"none":                 context.Background(),
		"another scheme":       withHeader("authorization", "Basic dXNlcjpwYXNz"),
		"a forwarded identity": withHeader("x-forwarded-client-cert", "URI=spiffe://acme/admin"),
		"a forwarded token":    withHeader("x-forwarded-authorization", "Bearer "+token),
	} {
		t.Run(name, func(t *testing.T) {
			proof, found, err := p.Of(ctx)
			require.NoError(t, err)
			require.False(t, found)
			require.Zero(t, proof)
		})
	}
	_, _, err := p.Of(withHeader("authorization", "Bearer "+token, "Bearer "+token))
	requireRefused(t, err, ReasonTokenSeveral)
}

func TestRequiredRefusesWhoShowsNothing(t *testing.T) {
	issuer := startIssuer(t, "k1")
	p, err := New(Config{JWT: JWTConfig{Issuers: []IssuerConfig{issuer.config()}}, Required: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	_, _, err = p.Of(context.Background())
	requireRefused(t, err, ReasonMissing)
	_, found, err := p.Of(withToken(issuer.sign(t, "k1", nil)))
	require.NoError(t, err)
	require.True(t, found)
}

func TestNothingIsAskedByDefault(t *testing.T) {
	p, err := New(Config{})
	require.NoError(t, err)
	proof, found, err := p.Of(withToken("anything"))
	require.NoError(t, err)
	require.False(t, found)
	require.Zero(t, proof)
	require.NoError(t, p.Shutdown(context.Background()))
}

func TestNamesOfAnIssuer(t *testing.T) {
	issuer := startIssuer(t, "k1")
	svid := issuer.config()
	svid.Issuer = "spiffe://acme.example"
	for name, test := range map[string]struct {
		change func(*IssuerConfig)
		claims map[string]any
		want   Proof
	}{
		"by a template": {
			func(c *IssuerConfig) { c.Identity = "svc:{team}/{sub}" }, map[string]any{"team": "billing"}, Proof{ID: "svc:billing/triage", Kind: "workload"},
		},
		"of a kind": {
			func(c *IssuerConfig) { c.Identity, c.Kind = "{sub}", "ai_agent" }, nil, Proof{ID: "triage", Kind: "ai_agent"},
		},
		"that it may not give": {
			func(c *IssuerConfig) { c.Identities = []string{"k8s:*", "ci:*"} }, nil, Proof{},
		},
		"that it may give": {
			func(c *IssuerConfig) { c.Identities = []string{"k8s:prod/*"} },
			map[string]any{"sub": "system:serviceaccount:prod:triage"}, Proof{ID: "k8s:prod/triage", Kind: "service_account"},
		},
		"of a JWT-SVID without an issuer": {
			func(c *IssuerConfig) { *c = svid }, map[string]any{"iss": nil, "sub": "spiffe://acme.example/triage"},
			Proof{ID: "spiffe://acme.example/triage", Kind: "workload"},
		},
		"of a JWT-SVID of another trust domain": {
			func(c *IssuerConfig) { *c = svid }, map[string]any{"iss": "spiffe://acme.example", "sub": "spiffe://other.example/triage"}, Proof{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := issuer.config()
			test.change(&cfg)
			proof, found, err := proverOf(t, newClock(), cfg).Of(withToken(issuer.sign(t, "k1", test.claims)))
			if test.want.ID == "" {
				requireRefused(t, err, ReasonTokenIdentity)
				return
			}
			require.NoError(t, err)
			require.True(t, found)
			test.want.Method = "jwt"
			require.Equal(t, test.want, proof)
		})
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	var unavailable Unavailable
	assert.False(t, errors.As(error(Refused{Reason: ReasonMissing}), &unavailable))
	assert.Equal(t, "credential refused: token expired", Refused{Reason: ReasonTokenExpired}.Error())
	assert.Equal(t, "the keys of issuer a can't be had: status 503", Unavailable{Issuer: "a", Cause: "status 503"}.Error())
}
