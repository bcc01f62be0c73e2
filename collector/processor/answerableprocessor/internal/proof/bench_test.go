package proof

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/require"
)

func benchmarkOf(b *testing.B, p *Prover, ctx context.Context) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, found, err := p.Of(ctx); !found || err != nil {
			b.Fatal("nobody shown")
		}
	}
}

func BenchmarkOfKnownToken(b *testing.B) {
	issuer := startIssuer(b, "k1")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(b, err)
	issuer.rotate("rsa", key)
	token := issuer.sign(b, "rsa", map[string]any{"jti": "0d6a3f5e-3f0a-4f0b-9a40-7d5f0e0a8a11", "scope": "traces.write", "client_id": "triage"})
	b.Logf("a token of %d bytes", len(token))
	benchmarkOf(b, proverOf(b, newClock(), issuer.config()), withToken(token))
}

// BenchmarkOfNewToken is the cost of a token not seen before, keys at hand: a refused one costs the same each time.
func BenchmarkOfNewToken(b *testing.B) {
	issuer := startIssuer(b, "k1")
	p := proverOf(b, newClock(), issuer.config())
	ctx := withToken(issuer.sign(b, "k1", nil))
	b.ReportAllocs()
	for b.Loop() {
		p.jwt.kept = newKept()
		if _, found, err := p.Of(ctx); !found || err != nil {
			b.Fatal("nobody shown")
		}
	}
}

func BenchmarkOfCertificate(b *testing.B) {
	p, err := New(Config{MTLS: MTLSConfig{Enabled: true, TrustDomains: []string{"acme.example"}}})
	require.NoError(b, err)
	ca := newAuthority(b)
	benchmarkOf(b, p, withConnection(ca.leaf(b, "spiffe://acme.example/ns/prod/sa/triage"), true))
}
