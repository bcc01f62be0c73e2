// Package proof says who the sender of a request has proven to be: by an auth extension of the receiver, by the
// certificate of its connection, or by a JSON Web Token.
package proof

import "context"

// Proof is what a sender has shown.
type Proof struct {
	// ID is the identity that the credential is bound to, for example spiffe://acme/ns/prod/sa/triage.
	ID string
	// Kind of that identity, a word of schemas/identity.ts.
	Kind string
	// Method by which it was shown: auth, mtls or jwt.
	Method string
}

// Config of what counts as a proof.
type Config struct{}

// Validate says what is wrong with the configuration.
func (*Config) Validate() error { return nil }

// Prover finds the proof of a request. It is safe for concurrent use.
type Prover struct{}

// New makes a Prover; nothing is fetched before the first token arrives.
func New(Config) (*Prover, error) { return &Prover{}, nil }

// Of returns the proof that came with a request; false where there was none. A credential that is shown and wrong is an
// error.
func (*Prover) Of(context.Context) (Proof, bool, error) { return Proof{}, false, nil }

// Refused says that a credential was shown and is wrong; nothing of it is in the text.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return "the credential is refused: " + r.Reason }
