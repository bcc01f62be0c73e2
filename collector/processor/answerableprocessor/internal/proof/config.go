package proof

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Config of what counts as a proof. All of it is off by default.
type Config struct {
	// Auth takes the word of an auth extension of the receiver.
	Auth AuthConfig `mapstructure:"auth"`
	// MTLS takes the SPIFFE id of the client certificate of a gRPC connection.
	MTLS MTLSConfig `mapstructure:"mtls"`
	// JWT takes JSON Web Tokens of `authorization` headers; it is on when there are issuers.
	JWT JWTConfig `mapstructure:"jwt"`
	// Required refuses requests without a proof.
	Required bool `mapstructure:"required"`

	_ struct{}
}

// AuthConfig of the method auth.
type AuthConfig struct {
	Enabled bool `mapstructure:"enabled"`
	// Attribute of the authentication data that names the subject; `subject` where left out.
	Attribute string `mapstructure:"attribute"`
	// Identity is a template of the identity over attributes, for example `oauth:{claims.iss}#{subject}`. Where left out, the
	// identity is named as by a token, which needs the attribute `claims.iss`.
	Identity string `mapstructure:"identity"`
	// Kind of the identity; by the beginning of its id where left out.
	Kind string `mapstructure:"kind"`

	_ struct{}
}

// MTLSConfig of the method mtls.
type MTLSConfig struct {
	Enabled bool `mapstructure:"enabled"`
	// TrustDomains that count, for example `acme.example`; any that the receiver's authorities vouch for where left out.
	TrustDomains []string `mapstructure:"trust_domains"`

	_ struct{}
}

// JWTConfig of the method jwt.
type JWTConfig struct {
	// Issuers whose tokens count; no other's does.
	Issuers []IssuerConfig `mapstructure:"issuers"`

	_ struct{}
}

// IssuerConfig says whose tokens count, and for whom.
type IssuerConfig struct {
	// Issuer is the token's `iss`, to the letter; `spiffe://<trust domain>` for JWT-SVIDs, which need none.
	Issuer string `mapstructure:"issuer"`
	// Audiences of which the token's `aud` must hold one.
	Audiences []string `mapstructure:"audiences"`
	// JWKSURL is where the issuer's keys are: https, or http on this machine. Either it or JWKSFile.
	JWKSURL string `mapstructure:"jwks_url"`
	// JWKSFile holds the issuer's keys; it is read again as an address would be.
	JWKSFile string `mapstructure:"jwks_file"`
	// CAFile holds the certificates (PEM) that JWKSURL is trusted by, in place of the system's.
	CAFile string `mapstructure:"ca_file"`
	// TokenFile holds a bearer token to show at JWKSURL, as the Kubernetes API server wants one.
	TokenFile string `mapstructure:"token_file"`
	// Algorithms of signatures that count; RS256, ES256 and EdDSA where left out.
	Algorithms []string `mapstructure:"algorithms"`
	// Identity is a template of the identity over claims, for example `oauth:{iss}#{client_id|azp}`; as the SDK names
	// identities where left out.
	Identity string `mapstructure:"identity"`
	// Identities are patterns of those that this issuer may name, `*` stands for any characters; any where left out.
	Identities []string `mapstructure:"identities"`
	// Kind of the identity; by its name where left out.
	Kind string `mapstructure:"kind"`

	_ struct{}
}

const (
	issuersMax    = 64
	idLengthMax   = 512
	spiffeScheme  = "spiffe://"
	attributeName = "subject"
)

// algorithmsKnown are of public keys only: a shared secret proves nothing of who signed, and `none` nothing at all.
var algorithmsKnown = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

var algorithmsDefault = []string{string(jose.RS256), string(jose.ES256), string(jose.EdDSA)}

// kinds of schemas/identity.ts.
var kinds = []string{
	"ai_agent", "service_account", "workload", "ci_job", "api_key", "oauth_client", "bot", "human", "unknown",
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	var wrong []error
	if c.Auth.Enabled {
		wrong = append(wrong, c.Auth.validate())
	}
	for _, domain := range c.MTLS.TrustDomains {
		if id := spiffeID(spiffeScheme + domain); id == "" || strings.Contains(domain, "/") {
			wrong = append(wrong, fmt.Errorf("mtls::trust_domains: %q is no trust domain", domain))
		}
	}
	wrong = append(wrong, c.JWT.validate())
	if c.Required && !c.Auth.Enabled && !c.MTLS.Enabled && len(c.JWT.Issuers) == 0 {
		wrong = append(wrong, errors.New("required needs auth, mtls or jwt: nobody could show a proof"))
	}
	return errors.Join(wrong...)
}

func (c *AuthConfig) validate() error {
	parsed, err := parseTemplate(c.Identity)
	wrong := []error{err, validateKind(c.Kind)}
	// `raw` is the credential itself in the extensions of the Collector.
	if c.Attribute == "raw" || slices.Contains(parsed.names(), "raw") {
		wrong = append(wrong, errors.New("the attribute raw holds the credential, which must not become a name"))
	}
	return prefixed("auth", wrong)
}

func (c *JWTConfig) validate() error {
	var wrong []error
	if len(c.Issuers) > issuersMax {
		wrong = append(wrong, fmt.Errorf("jwt::issuers: no more than %d", issuersMax))
	}
	seen := map[string]bool{}
	for at := range c.Issuers {
		wrong = append(wrong, prefixed(fmt.Sprintf("jwt::issuers::%d", at), c.Issuers[at].problems()))
		if name := c.Issuers[at].Issuer; seen[name] {
			wrong = append(wrong, fmt.Errorf("jwt::issuers::%d: issuer %q is there twice", at, name))
		}
		seen[c.Issuers[at].Issuer] = true
	}
	return errors.Join(wrong...)
}

func (c *IssuerConfig) problems() []error {
	_, err := parseTemplate(c.Identity)
	wrong := []error{err, validateKind(c.Kind)}
	say := func(is bool, text string) {
		if is {
			wrong = append(wrong, errors.New(text))
		}
	}
	say(fit(c.Issuer) == "" || strings.Contains(c.Issuer, "#"), "issuer is missing, or no name")
	domain, isSPIFFE := strings.CutPrefix(c.Issuer, spiffeScheme)
	say(isSPIFFE && (spiffeID(c.Issuer) == "" || strings.Contains(domain, "/")), "issuer is no SPIFFE trust domain")
	say(len(c.Audiences) == 0 || slices.Contains(c.Audiences, ""), "audiences must name one at least, and none empty")
	say((c.JWKSURL == "") == (c.JWKSFile == ""), "either jwks_url or jwks_file is needed")
	say(c.JWKSURL != "" && !isFetchable(c.JWKSURL), "jwks_url must be https, or http on this machine, without a password")
	say(c.JWKSURL == "" && (c.CAFile != "" || c.TokenFile != ""), "ca_file and token_file are of jwks_url")
	say(slices.Contains(c.Identities, ""), "identities must not be empty")
	for _, name := range c.Algorithms {
		say(!slices.Contains(algorithmsKnown, jose.SignatureAlgorithm(name)), fmt.Sprintf("algorithms may be of %v", algorithmsKnown))
	}
	return wrong
}

func validateKind(kind string) error {
	if kind == "" || slices.Contains(kinds, kind) {
		return nil
	}
	return fmt.Errorf("kind may be of %v", kinds)
}

// isFetchable says whether we would ask there: over TLS, or on this machine.
func isFetchable(text string) bool {
	address, err := url.Parse(text)
	if err != nil || address.User != nil || address.Host == "" {
		return false
	}
	ip := net.ParseIP(address.Hostname())
	isLoopback := address.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	return address.Scheme == "https" || (address.Scheme == "http" && isLoopback)
}

func prefixed(name string, wrong []error) error {
	err := errors.Join(wrong...)
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}
