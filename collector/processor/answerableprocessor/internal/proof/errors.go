package proof

import (
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Reasons why a request is refused: words for a metric's attribute.
const (
	// ReasonMissing stands for a request without any proof where one is required.
	ReasonMissing = "proof_missing"
	// ReasonAuthIdentity stands for an authenticated sender whose attributes name no identity.
	ReasonAuthIdentity = "auth_identity"
	// ReasonCertificateUnverified stands for a certificate whose chain the receiver did not verify.
	ReasonCertificateUnverified = "certificate_unverified"
	// ReasonCertificateExpired stands for a connection that has outlived its certificate.
	ReasonCertificateExpired = "certificate_expired"
	// ReasonCertificateIdentity stands for a certificate that is no SVID of one workload.
	ReasonCertificateIdentity = "certificate_identity"
	// ReasonTrustDomain stands for a SPIFFE id of a trust domain that is not configured.
	ReasonTrustDomain = "trust_domain"
	// ReasonTokenSeveral stands for more than one authorization header.
	ReasonTokenSeveral = "token_several"
	// ReasonTokenLong stands for a token longer than 16 KiB.
	ReasonTokenLong = "token_long"
	// ReasonTokenMalformed stands for what is no signed JSON Web Token.
	ReasonTokenMalformed = "token_malformed"
	// ReasonTokenIssuer stands for a token of an issuer that is not configured.
	ReasonTokenIssuer = "token_issuer"
	// ReasonTokenAlgorithm stands for a signature algorithm that is not allowed.
	ReasonTokenAlgorithm = "token_algorithm"
	// ReasonTokenAudience stands for a token that was issued for somebody else than this collector.
	ReasonTokenAudience = "token_audience"
	// ReasonTokenExpiry stands for a token that does not say when it ends.
	ReasonTokenExpiry = "token_expiry"
	// ReasonTokenExpired stands for a token whose time is over.
	ReasonTokenExpired = "token_expired"
	// ReasonTokenEarly stands for a token whose time has not come.
	ReasonTokenEarly = "token_early"
	// ReasonTokenKey stands for a token signed with a key that its issuer does not publish.
	ReasonTokenKey = "token_key"
	// ReasonTokenSignature stands for a token that its issuer did not sign.
	ReasonTokenSignature = "token_signature"
	// ReasonTokenIdentity stands for a token that names nobody, or whom its issuer may not name.
	ReasonTokenIdentity = "token_identity"
)

// Refused says that a credential was shown and is wrong, or that none was shown where one is required. Trying again does
// not help. A receiver answers it with the gRPC code Unauthenticated, or the HTTP status 401.
type Refused struct {
	// Reason is one of the reasons above.
	Reason string
}

func (r Refused) Error() string {
	return "credential refused: " + strings.ReplaceAll(r.Reason, "_", " ")
}

// GRPCStatus is what a receiver answers.
func (r Refused) GRPCStatus() *status.Status { return status.New(codes.Unauthenticated, r.Error()) }

// Unavailable says that a token cannot be judged now, as the keys of its issuer cannot be had. The request can be tried
// again. A receiver answers it with the gRPC code Unavailable, or the HTTP status 503.
type Unavailable struct {
	// Issuer whose keys are away, as configured.
	Issuer string
	// Cause in a few words: nothing of the token, and no address.
	Cause string
}

func (u Unavailable) Error() string {
	return fmt.Sprintf("the keys of issuer %s can't be had: %s", u.Issuer, u.Cause)
}

// GRPCStatus is what a receiver answers.
func (u Unavailable) GRPCStatus() *status.Status { return status.New(codes.Unavailable, u.Error()) }
