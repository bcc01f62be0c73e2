package proof

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// issuer whose tokens count.
type issuer struct {
	name       string
	audiences  jwt.Audience
	algorithms []string
	identity   template
	identities []string
	kind       string
	keys       *keySet
}

func newIssuer(cfg IssuerConfig, keys *keySet) *issuer {
	parsed, _ := parseTemplate(cfg.Identity)
	algorithms := cfg.Algorithms
	if len(algorithms) == 0 {
		algorithms = algorithmsDefault
	}
	return &issuer{
		name: cfg.Issuer, audiences: cfg.Audiences, algorithms: algorithms, identity: parsed, identities: cfg.Identities,
		kind: cfg.Kind, keys: keys,
	}
}

// verify judges a token: first what needs no key, so that no token of a stranger, and none that is over, makes us ask
// anybody for keys.
func (t *tokens) verify(ctx context.Context, text string, now time.Time) (Proof, time.Time, error) {
	refused := func(reason string) (Proof, time.Time, error) { return Proof{}, time.Time{}, Refused{Reason: reason} }
	token, err := jwt.ParseSigned(text, algorithmsKnown)
	if err != nil {
		var unexpected *jose.ErrUnexpectedSignatureAlgorithm
		if errors.As(err, &unexpected) {
			return refused(ReasonTokenAlgorithm)
		}
		return refused(ReasonTokenMalformed)
	}
	// This JSON reader tells names by their case and refuses one that is there twice: a `SUB` is no `sub`.
	var claims jwt.Claims
	var all map[string]any
	if token.UnsafeClaimsWithoutVerification(&claims, &all) != nil || all == nil {
		return refused(ReasonTokenMalformed)
	}
	from := t.issuerOf(claims)
	if from == nil {
		return refused(ReasonTokenIssuer)
	}
	if reason := from.wrongWith(token, claims, now); reason != "" {
		return refused(reason)
	}
	if err := from.checkSignature(ctx, token); err != nil {
		return Proof{}, time.Time{}, err
	}
	named := from.nameOf(valuesOf(all))
	if named.id == "" {
		return refused(ReasonTokenIdentity)
	}
	return Proof{ID: named.id, Kind: named.kind, Method: methodJWT}, claims.Expiry.Time(), nil
}

// issuerOf is the issuer that a token says it is of. A JWT-SVID may say none; then it is of its subject's trust domain.
func (t *tokens) issuerOf(claims jwt.Claims) *issuer {
	if claims.Issuer != "" {
		return t.issuers[claims.Issuer]
	}
	if id := spiffeID(claims.Subject); id != "" {
		return t.issuers[spiffeScheme+trustDomain(id)]
	}
	return nil
}

func (i *issuer) wrongWith(token *jwt.JSONWebToken, claims jwt.Claims, now time.Time) string {
	if !slices.Contains(i.algorithms, token.Headers[0].Algorithm) {
		return ReasonTokenAlgorithm
	}
	if claims.Expiry == nil {
		return ReasonTokenExpiry
	}
	switch err := claims.ValidateWithLeeway(jwt.Expected{AnyAudience: i.audiences, Time: now}, clockSkew); {
	case err == nil:
		return ""
	case errors.Is(err, jwt.ErrInvalidAudience):
		return ReasonTokenAudience
	case errors.Is(err, jwt.ErrExpired):
		return ReasonTokenExpired
	default:
		return ReasonTokenEarly
	}
}

func (i *issuer) checkSignature(ctx context.Context, token *jwt.JSONWebToken) error {
	kid := token.Headers[0].KeyID
	keys, readAt, err := i.keys.get(ctx, kid, time.Time{})
	if err != nil || isSigned(token, keys) {
		return err
	}
	if kid != "" {
		return Refused{Reason: ReasonTokenSignature}
	}
	// It does not say which key signed it, so that may be one that we do not know yet.
	keys, _, err = i.keys.get(ctx, kid, readAt)
	if err != nil || isSigned(token, keys) {
		return err
	}
	return Refused{Reason: ReasonTokenSignature}
}

func isSigned(token *jwt.JSONWebToken, keys []jose.JSONWebKey) bool {
	for _, key := range keys {
		if key.Algorithm != "" && key.Algorithm != token.Headers[0].Algorithm {
			continue
		}
		if token.Claims(key.Key) == nil {
			return true
		}
	}
	return false
}

// nameOf is the identity that this issuer's claims name, if it may name it.
func (i *issuer) nameOf(claims values) identity {
	named := i.nameBy(claims)
	if named.id == "" || (len(i.identities) > 0 && !slices.ContainsFunc(i.identities, func(pattern string) bool {
		return matches(pattern, named.id)
	})) {
		return identity{}
	}
	if i.kind != "" {
		named.kind = i.kind
	}
	return named
}

func (i *issuer) nameBy(claims values) identity {
	if i.identity != nil {
		id := i.identity.fill(claims)
		return identity{id, kindOf(id)}
	}
	domain, isSPIFFE := strings.CutPrefix(i.name, spiffeScheme)
	if !isSPIFFE {
		return nameOf(claims)
	}
	// An authority of a trust domain speaks for workloads of that domain alone.
	id := spiffeID(fit(claims("sub")))
	if id == "" || trustDomain(id) != domain {
		return identity{}
	}
	return identity{id, "workload"}
}
