package proof

import (
	"context"
	"crypto/x509"
	"slices"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
)

// clockSkew is how far the clocks of those who issue credentials may differ from ours.
const clockSkew = time.Minute

// certificates takes the SPIFFE id of the certificate that a connection was made with. Over gRPC the connection is in the
// context; the Collector's HTTP server puts there nothing of it, unless the extension answerable_connection is among the
// middlewares of the receiver.
type certificates struct {
	trustDomains []string
	now          func() time.Time
}

func newCertificates(cfg MTLSConfig, now func() time.Time) *certificates {
	return &certificates{trustDomains: cfg.TrustDomains, now: now}
}

func (c *certificates) of(ctx context.Context) (Proof, bool, error) {
	connection, ok := peer.FromContext(ctx)
	if !ok {
		return Proof{}, false, nil
	}
	tls, ok := connection.AuthInfo.(credentials.TLSInfo)
	if !ok || len(tls.State.PeerCertificates) == 0 {
		return Proof{}, false, nil
	}
	leaf := tls.State.PeerCertificates[0]
	// A certificate without a URI is of no workload, and so shows nobody.
	if len(leaf.URIs) == 0 {
		return Proof{}, false, nil
	}
	if reason := c.wrongWith(leaf, tls.State.VerifiedChains); reason != "" {
		return Proof{}, false, Refused{Reason: reason}
	}
	return Proof{ID: leaf.URIs[0].String(), Kind: "workload", Method: methodMTLS}, true, nil
}

func (c *certificates) wrongWith(leaf *x509.Certificate, chains [][]*x509.Certificate) string {
	if len(chains) == 0 {
		return ReasonCertificateUnverified
	}
	// It was in its time at the handshake; connections live long.
	if c.now().After(leaf.NotAfter.Add(clockSkew)) {
		return ReasonCertificateExpired
	}
	if !isSVID(leaf) {
		return ReasonCertificateIdentity
	}
	if len(c.trustDomains) > 0 && !slices.Contains(c.trustDomains, leaf.URIs[0].Host) {
		return ReasonTrustDomain
	}
	return ""
}

// isSVID says whether a certificate is one of exactly one workload, not of an authority, as SPIFFE demands.
func isSVID(leaf *x509.Certificate) bool {
	if len(leaf.URIs) != 1 || spiffeID(leaf.URIs[0].String()) == "" || leaf.IsCA {
		return false
	}
	if leaf.KeyUsage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0 {
		return false
	}
	return leaf.KeyUsage&x509.KeyUsageDigitalSignature != 0
}
