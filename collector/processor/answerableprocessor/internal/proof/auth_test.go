package proof

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
)

// oidcData has the attributes that the oidcauth extension gives: subject, membership, raw, and the claims by a prefix.
type oidcData map[string]any

func (d oidcData) GetAttribute(name string) any { return d[name] }
func (oidcData) GetAttributeNames() []string    { return nil }

func withAuth(data client.AuthData) context.Context {
	return client.NewContext(context.Background(), client.Info{Auth: data})
}

func TestAuthenticatedSenders(t *testing.T) {
	oidc := oidcData{
		"subject": "triage", "membership": []string{"agents"}, "raw": "s3cret",
		"claims.iss": "https://login.acme.example", "claims.sub": "triage", "claims.client_id": "triage",
	}
	pod := oidcData{"subject": "system:serviceaccount:prod:triage", "claims.iss": "https://c.example"}
	basic := oidcData{"username": "triage", "raw": "s3cret"}
	for name, test := range map[string]struct {
		cfg  AuthConfig
		data client.AuthData
		want Proof
	}{
		"as a token names it": {AuthConfig{}, oidc, Proof{ID: "oauth:https://login.acme.example#triage", Kind: "oauth_client"}},
		"as a pod is named":   {AuthConfig{}, pod, Proof{ID: "k8s:prod/triage", Kind: "service_account"}},
		"by a template": {
			AuthConfig{Identity: "oauth:{claims.iss}#{subject}", Kind: "bot"}, oidc, Proof{ID: "oauth:https://login.acme.example#triage", Kind: "bot"},
		},
		"of basic auth": {
			AuthConfig{Attribute: "username", Identity: "svc:{subject}"}, basic, Proof{ID: "svc:triage", Kind: "workload"},
		},
		"without an issuer and a template": {AuthConfig{Attribute: "username"}, basic, Proof{}},
		"by a name that looks proven": {
			AuthConfig{Attribute: "username"}, oidcData{"username": "spiffe://acme.example/admin"}, Proof{},
		},
		"without the attribute":           {AuthConfig{}, basic, Proof{}},
		"by a list":                       {AuthConfig{Attribute: "membership"}, oidc, Proof{}},
		"by an attribute that is missing": {AuthConfig{Identity: "svc:{tenant}/{subject}"}, oidc, Proof{}},
		"nobody":                          {AuthConfig{}, nil, Proof{Method: "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.cfg.Enabled = true
			p, err := New(Config{Auth: test.cfg})
			require.NoError(t, err)
			proof, found, err := p.Of(withAuth(test.data))
			switch {
			case test.want.Method == "none":
				require.NoError(t, err)
				require.False(t, found)
			case test.want.ID == "":
				requireRefused(t, err, ReasonAuthIdentity)
			default:
				require.NoError(t, err)
				require.True(t, found)
				test.want.Method = "auth"
				require.Equal(t, test.want, proof)
			}
		})
	}
}

func TestOrderOfTheMethods(t *testing.T) {
	issuer := startIssuer(t, "k1")
	p, err := New(Config{
		Auth: AuthConfig{Enabled: true}, MTLS: MTLSConfig{Enabled: true}, JWT: JWTConfig{Issuers: []IssuerConfig{issuer.config()}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	method := func(ctx context.Context) string {
		proof, _, err := p.Of(ctx)
		require.NoError(t, err)
		return proof.Method
	}
	metadata := client.NewMetadata(map[string][]string{"authorization": {"Bearer " + issuer.sign(t, "k1", nil)}})
	ctx := withConnection(newAuthority(t).leaf(t, "spiffe://acme.example/a"), true)
	pod := oidcData{"subject": "a", "claims.iss": "https://c.example"}
	require.Equal(t, "auth", method(client.NewContext(ctx, client.Info{Auth: pod, Metadata: metadata})))
	require.Equal(t, "mtls", method(client.NewContext(ctx, client.Info{Metadata: metadata})))
	require.Equal(t, "jwt", method(client.NewContext(context.Background(), client.Info{Metadata: metadata})))
	// A wrong credential is refused although a right one comes after it.
	unverified := withConnection(newAuthority(t).leaf(t, "spiffe://acme.example/a"), false)
	_, _, err = p.Of(client.NewContext(unverified, client.Info{Metadata: metadata}))
	requireRefused(t, err, ReasonCertificateUnverified)
}
