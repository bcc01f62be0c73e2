// Package proof says who the sender of a request has proven to be: by an auth extension of the receiver, by the
// certificate of its connection, or by a JSON Web Token.
//
// Nothing that a sender merely writes counts: no forwarding header, no attribute. A credential that is shown and wrong is
// refused, never taken for none. No token and no claim of one is in any error.
package proof

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/client"
)

// Proof is what a sender has shown.
type Proof struct {
	// ID is the identity that the credential is bound to, for example spiffe://acme/ns/prod/sa/triage.
	ID string
	// Kind of that identity, a word of schemas/identity.ts.
	Kind string
	// Method by which it was shown: auth, mtls or jwt.
	Method string
}

// Methods of proof.
const (
	methodAuth = "auth"
	methodMTLS = "mtls"
	methodJWT  = "jwt"
)

// Prover finds the proof of a request. It is safe for concurrent use.
type Prover struct {
	auth     *authentication
	mtls     *certificates
	jwt      *tokens
	required bool
}

// New makes a Prover. It reads the files that the configuration names, so that a missing one is seen at the start; nothing
// is fetched before the first token arrives.
func New(cfg Config) (*Prover, error) { return newProver(cfg, time.Now) }

func newProver(cfg Config, now func() time.Time) (*Prover, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p := &Prover{required: cfg.Required}
	if cfg.Auth.Enabled {
		p.auth = newAuthentication(cfg.Auth)
	}
	if cfg.MTLS.Enabled {
		p.mtls = newCertificates(cfg.MTLS, now)
	}
	if len(cfg.JWT.Issuers) > 0 {
		jwt, err := newTokens(cfg.JWT, now)
		if err != nil {
			return nil, err
		}
		p.jwt = jwt
	}
	return p, nil
}

// Of returns the proof that came with a request; false where there was none. The methods are asked in the order auth,
// mtls, jwt, and the first that shows somebody counts: what comes after it is not looked at. A credential that is shown
// and wrong is an error, Refused; one that cannot be judged now is Unavailable, and the request can be tried again.
func (p *Prover) Of(ctx context.Context) (Proof, bool, error) {
	info := client.FromContext(ctx)
	if p.auth != nil {
		if proof, found, err := p.auth.of(info.Auth); found || err != nil {
			return proof, found, err
		}
	}
	if p.mtls != nil {
		if proof, found, err := p.mtls.of(ctx); found || err != nil {
			return proof, found, err
		}
	}
	if p.jwt != nil {
		if proof, found, err := p.jwt.of(ctx, info.Metadata); found || err != nil {
			return proof, found, err
		}
	}
	if p.required {
		return Proof{}, false, Refused{Reason: ReasonMissing}
	}
	return Proof{}, false, nil
}

// Shutdown ends requests for keys that are under way, and waits for them no longer than ctx allows.
func (p *Prover) Shutdown(ctx context.Context) error {
	if p.jwt == nil {
		return nil
	}
	return p.jwt.shutdown(ctx)
}
