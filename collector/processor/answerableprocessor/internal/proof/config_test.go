package proof

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func TestConfigurationIsReadAndChecked(t *testing.T) {
	read := func(t *testing.T, text string) Config {
		t.Helper()
		retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
		require.NoError(t, err)
		conf, err := retrieved.AsConf()
		require.NoError(t, err)
		var cfg Config
		require.NoError(t, conf.Unmarshal(&cfg))
		return cfg
	}
	const full = `
auth: { enabled: true, attribute: username, identity: "svc:{username}", kind: bot }
mtls: { enabled: true, trust_domains: [acme.example] }
required: true
jwt:
  issuers:
    - { issuer: "https://login.acme.example", audiences: [collector], jwks_url: "https://login.acme.example/keys", algorithms: [ES384], identity: "oauth:{iss}#{azp|sub}", identities: ["oauth:*"], kind: bot }
    - { issuer: "https://kubernetes.default.svc", audiences: [collector], jwks_url: "https://kubernetes.default.svc/openid/v1/jwks", ca_file: /ca.crt, token_file: /token }
    - { issuer: "spiffe://acme.example", audiences: [collector], jwks_file: /bundle.json }`
	cfg := read(t, full)
	require.NoError(t, cfg.Validate())
	require.Equal(t, "/bundle.json", cfg.JWT.Issuers[2].JWKSFile)

	const rest = `audiences: [c], jwks_url: "https://i/keys"`
	for text, said := range map[string]string{
		`required: true`: "nobody could show a proof",
		`auth: { enabled: true, attribute: raw }`:                                                   "holds the credential",
		`auth: { enabled: true, identity: "svc:{subject|raw}" }`:                                    "holds the credential",
		`auth: { enabled: true, identity: everybody }`:                                              "no template",
		`auth: { enabled: true, kind: robot }`:                                                      "kind may be of",
		`mtls: { trust_domains: [Acme] }`:                                                           "no trust domain",
		`mtls: { trust_domains: [acme/a] }`:                                                         "no trust domain",
		`jwt: { issuers: [{ ` + rest + ` }] }`:                                                      "issuer is missing",
		`jwt: { issuers: [{ issuer: "a#b", ` + rest + ` }] }`:                                       "issuer is missing",
		`jwt: { issuers: [{ issuer: "spiffe://A", ` + rest + ` }] }`:                                "no SPIFFE trust domain",
		`jwt: { issuers: [{ issuer: "spiffe://a/b", ` + rest + ` }] }`:                              "no SPIFFE trust domain",
		`jwt: { issuers: [{ issuer: a, ` + rest + ` }, { issuer: a, ` + rest + ` }] }`:              "there twice",
		`jwt: { issuers: [{ issuer: a, jwks_url: "https://i/keys" }] }`:                             "audiences must name one",
		`jwt: { issuers: [{ issuer: a, audiences: [""], jwks_url: "https://i/keys" }] }`:            "audiences must name one",
		`jwt: { issuers: [{ issuer: a, audiences: [c] }] }`:                                         "either jwks_url or jwks_file",
		`jwt: { issuers: [{ issuer: a, audiences: [c], jwks_url: "https://i", jwks_file: /f }] }`:   "either jwks_url or jwks_file",
		`jwt: { issuers: [{ issuer: a, audiences: [c], jwks_url: "http://i/keys" }] }`:              "must be https",
		`jwt: { issuers: [{ issuer: a, audiences: [c], jwks_url: "https://u:p@i/keys" }] }`:         "must be https",
		`jwt: { issuers: [{ issuer: a, audiences: [c], jwks_url: "http://localhost.evil/keys" }] }`: "must be https",
		`jwt: { issuers: [{ issuer: a, audiences: [c], jwks_file: /f, ca_file: /c }] }`:             "are of jwks_url",
		`jwt: { issuers: [{ issuer: a, ` + rest + `, algorithms: [HS256] }] }`:                      "algorithms may be of",
		`jwt: { issuers: [{ issuer: a, ` + rest + `, algorithms: [none] }] }`:                       "algorithms may be of",
		`jwt: { issuers: [{ issuer: a, ` + rest + `, identity: "{" }] }`:                            "no template",
		`jwt: { issuers: [{ issuer: a, ` + rest + `, identities: [""] }] }`:                         "identities must not be empty",
		`jwt: { issuers: [{ issuer: a, ` + rest + `, kind: person }] }`:                             "kind may be of",
	} {
		t.Run(text, func(t *testing.T) {
			cfg := read(t, text)
			require.ErrorContains(t, cfg.Validate(), said)
			_, err := New(cfg)
			require.Error(t, err)
		})
	}
}
