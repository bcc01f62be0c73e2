package proof

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
)

// authority is a certificate authority of a trust domain.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := ecKey(t).(*ecdsa.PrivateKey)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{certificate, key}
}

func (a authority) pem() []byte { return encodePEM("CERTIFICATE", a.certificate.Raw) }

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (a authority) leaf(t testing.TB, ids ...string) tls.Certificate {
	return a.leafWith(t, func(*x509.Certificate) {}, ids...)
}

func (a authority) leafWith(t testing.TB, change func(*x509.Certificate), ids ...string) tls.Certificate {
	t.Helper()
	key := ecKey(t).(*ecdsa.PrivateKey)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	for _, id := range ids {
		parsed, err := url.Parse(id)
		require.NoError(t, err)
		template.URIs = append(template.URIs, parsed)
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func withConnection(certificate tls.Certificate, isVerified bool) context.Context {
	state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate.Leaf}}
	if isVerified {
		state.VerifiedChains = [][]*x509.Certificate{{certificate.Leaf}}
	}
	return peer.NewContext(context.Background(), &peer.Peer{AuthInfo: credentials.TLSInfo{State: state}})
}

func TestCertificates(t *testing.T) {
	ca := newAuthority(t)
	const id = "spiffe://acme.example/ns/prod/sa/triage"
	domains := []string{"other.example", "acme.example"}
	for name, test := range map[string]struct {
		ctx    context.Context
		want   string
		reason string
	}{
		"an SVID":                    {withConnection(ca.leaf(t, id), true), id, ""},
		"not verified":               {withConnection(ca.leaf(t, id), false), "", ReasonCertificateUnverified},
		"two names":                  {withConnection(ca.leaf(t, id, "spiffe://acme.example/admin"), true), "", ReasonCertificateIdentity},
		"a name and another URI":     {withConnection(ca.leaf(t, id, "https://acme.example"), true), "", ReasonCertificateIdentity},
		"a URI that is no SPIFFE id": {withConnection(ca.leaf(t, "https://acme.example/a"), true), "", ReasonCertificateIdentity},
		"a name with dots":           {withConnection(ca.leaf(t, "spiffe://acme.example/a/../b"), true), "", ReasonCertificateIdentity},
		"an encoded name":            {withConnection(ca.leaf(t, "spiffe://acme.example/%61"), true), "", ReasonCertificateIdentity},
		"another trust domain":       {withConnection(ca.leaf(t, "spiffe://evil.example/a"), true), "", ReasonTrustDomain},
		"an authority's": {withConnection(ca.leafWith(t, func(c *x509.Certificate) {
			c.IsCA, c.BasicConstraintsValid = true, true
		}, id), true), "", ReasonCertificateIdentity},
		"one that may sign others": {withConnection(ca.leafWith(t, func(c *x509.Certificate) {
			c.KeyUsage |= x509.KeyUsageCertSign
		}, id), true), "", ReasonCertificateIdentity},
		"one that may not sign": {withConnection(ca.leafWith(t, func(c *x509.Certificate) { c.KeyUsage = 0 }, id), true), "", ReasonCertificateIdentity},
		"a connection that outlived it": {withConnection(ca.leafWith(t, func(c *x509.Certificate) {
			c.NotAfter = time.Now().Add(-2 * time.Minute)
		}, id), true), "", ReasonCertificateExpired},
		"without a URI":    {withConnection(ca.leaf(t), true), "", ""},
		"no connection":    {context.Background(), "", ""},
		"no certificate":   {peer.NewContext(context.Background(), &peer.Peer{AuthInfo: credentials.TLSInfo{}}), "", ""},
		"not even TLS":     {peer.NewContext(context.Background(), &peer.Peer{}), "", ""},
		"a header of it":   {withHeader("x-forwarded-client-cert", "URI="+id), "", ""},
		"attributes of it": {withHeader("x-spiffe-id", id), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := New(Config{MTLS: MTLSConfig{Enabled: true, TrustDomains: domains}})
			require.NoError(t, err)
			proof, found, err := p.Of(test.ctx)
			if test.reason != "" {
				requireRefused(t, err, test.reason)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want != "", found)
			if found {
				require.Equal(t, Proof{ID: test.want, Kind: "workload", Method: "mtls"}, proof)
			}
		})
	}
}

func TestAnyTrustDomainCountsWhereNoneIsNamed(t *testing.T) {
	p, err := New(Config{MTLS: MTLSConfig{Enabled: true}})
	require.NoError(t, err)
	_, found, err := p.Of(withConnection(newAuthority(t).leaf(t, "spiffe://any.example/a"), true))
	require.NoError(t, err)
	require.True(t, found)
}
