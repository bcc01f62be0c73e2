package proof

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/basicauthextension"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"answerable/collector/extension/connectionextension"
)

// pipeline is a real OTLP receiver before a consumer that asks who sends, as the processor does.
type pipeline struct {
	grpc, http string

	mu    sync.Mutex
	shown []Proof
}

func (p *pipeline) last() Proof {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.shown) == 0 {
		return Proof{}
	}
	return p.shown[len(p.shown)-1]
}

type extensions map[component.ID]component.Component

func (e extensions) GetExtensions() map[component.ID]component.Component { return e }

func startPipeline(t *testing.T, cfg Config, receiver, basicAuth string) *pipeline {
	t.Helper()
	prover, err := New(cfg)
	require.NoError(t, err)
	p := &pipeline{grpc: freeAddress(t), http: freeAddress(t)}
	next, err := consumer.NewTraces(func(ctx context.Context, _ ptrace.Traces) error {
		proof, _, err := prover.Of(ctx)
		if err != nil {
			if _, isRefused := err.(Refused); isRefused { //nolint:errorlint // the error itself
				return consumererror.NewPermanent(err)
			}
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.shown = append(p.shown, proof)
		return nil
	})
	require.NoError(t, err)

	host := extensions{}
	start := func(factory extension.Factory, yaml string) {
		set := extensiontest.NewNopSettings(factory.Type())
		made, err := factory.Create(context.Background(), set, unmarshal(t, yaml, factory.CreateDefaultConfig()))
		require.NoError(t, err)
		require.NoError(t, made.Start(context.Background(), host))
		t.Cleanup(func() { require.NoError(t, made.Shutdown(context.Background())) })
		host[component.NewID(factory.Type())] = made
	}
	start(connectionextension.NewFactory(), "{}")
	if basicAuth != "" {
		start(basicauthextension.NewFactory(), basicAuth)
	}

	factory := otlpreceiver.NewFactory()
	config := unmarshal(t, fmt.Sprintf(receiver, p.grpc, p.http), factory.CreateDefaultConfig())
	made, err := factory.CreateTraces(context.Background(), receivertest.NewNopSettings(factory.Type()), config, next)
	require.NoError(t, err)
	require.NoError(t, made.Start(context.Background(), host))
	t.Cleanup(func() {
		require.NoError(t, made.Shutdown(context.Background()))
		require.NoError(t, prover.Shutdown(context.Background()))
	})
	return p
}

func unmarshal(t *testing.T, yaml string, into component.Config) component.Config {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	require.NoError(t, conf.Unmarshal(into))
	return into
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func request() ptraceotlp.ExportRequest {
	traces := ptrace.NewTraces()
	traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("a")
	return ptraceotlp.NewExportRequestFromTraces(traces)
}

// sendGRPC returns the code of the answer.
func (p *pipeline) sendGRPC(t *testing.T, config *tls.Config, headers ...string) codes.Code {
	t.Helper()
	connection, err := grpc.NewClient(p.grpc, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	ctx := metadata.AppendToOutgoingContext(context.Background(), headers...)
	_, err = ptraceotlp.NewGRPCClient(connection).Export(ctx, request())
	return status.Code(err)
}

// sendHTTP returns the status of the answer; 0 where there is no connection.
func (p *pipeline) sendHTTP(t *testing.T, config *tls.Config, headers ...string) int {
	t.Helper()
	body, err := request().MarshalProto()
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://"+p.http+"/v1/traces", bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-protobuf")
	for at := 0; at < len(headers); at += 2 {
		r.Header.Add(headers[at], headers[at+1])
	}
	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func keyFiles(t *testing.T, certificate tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	require.NoError(t, err)
	return writeFile(t, encodePEM("CERTIFICATE", certificate.Certificate[0])), writeFile(t, encodePEM("PRIVATE KEY", key))
}

func clientTLS(ca authority, certificates ...tls.Certificate) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(ca.certificate)
	return &tls.Config{RootCAs: roots, Certificates: certificates, MinVersion: tls.VersionTLS12}
}

func TestCertificatesThroughTheReceiver(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	cert, key := keyFiles(t, ca.leaf(t, "spiffe://acme.example/collector"))
	tlsPart := fmt.Sprintf("tls: { cert_file: %s, key_file: %s, client_ca_file: %s }", cert, key, writeFile(t, ca.pem()))
	const id = "spiffe://acme.example/ns/prod/sa/triage"
	good := clientTLS(ca, ca.leaf(t, id))
	cfg := Config{MTLS: MTLSConfig{Enabled: true, TrustDomains: []string{"acme.example"}}, Required: true}

	p := startPipeline(t, cfg, `protocols: { grpc: { endpoint: "%s", `+tlsPart+` }, http: { endpoint: "%s", `+tlsPart+`, middlewares: [{ id: answerable_connection }] } }`, "")
	require.Equal(t, codes.OK, p.sendGRPC(t, good))
	require.Equal(t, Proof{ID: id, Kind: "workload", Method: "mtls"}, p.last())
	require.Equal(t, http.StatusOK, p.sendHTTP(t, clientTLS(ca, ca.leaf(t, id+"-http"))))
	require.Equal(t, id+"-http", p.last().ID)

	for _, bad := range []tls.Certificate{ca.leaf(t, "spiffe://other.example/a"), ca.leaf(t, id, id+"2"), ca.leaf(t)} {
		require.Equal(t, codes.Unauthenticated, p.sendGRPC(t, clientTLS(ca, bad)))
		require.Equal(t, http.StatusUnauthorized, p.sendHTTP(t, clientTLS(ca, bad), "x-forwarded-client-cert", "URI="+id))
	}
	// Whom the receiver's authority does not know gets no connection.
	require.Equal(t, codes.Unavailable, p.sendGRPC(t, clientTLS(ca, stranger.leaf(t, id))))
	require.Zero(t, p.sendHTTP(t, clientTLS(ca, stranger.leaf(t, id))))
	require.Len(t, p.shown, 2)

	// Without the middleware, nothing of the connection comes over HTTP.
	plain := startPipeline(t, cfg, `protocols: { grpc: { endpoint: "%s", `+tlsPart+` }, http: { endpoint: "%s", `+tlsPart+` } }`, "")
	require.Equal(t, http.StatusUnauthorized, plain.sendHTTP(t, good))
	require.Equal(t, codes.OK, plain.sendGRPC(t, good))
}

func TestTokensThroughTheReceiver(t *testing.T) {
	ca, issuer := newAuthority(t), startIssuer(t, "k1")
	cert, key := keyFiles(t, ca.leaf(t))
	protocol := fmt.Sprintf("tls: { cert_file: %s, key_file: %s }, include_metadata: true", cert, key)
	p := startPipeline(t, Config{JWT: JWTConfig{Issuers: []IssuerConfig{issuer.config()}}},
		`protocols: { grpc: { endpoint: "%s", `+protocol+` }, http: { endpoint: "%s", `+protocol+` } }`, "")
	config := clientTLS(ca)
	bearer := func(sub string) []string {
		return []string{"authorization", "Bearer " + issuer.sign(t, "k1", map[string]any{"sub": sub})}
	}
	issuer.answerWith(unavailable)
	require.Equal(t, codes.Unavailable, p.sendGRPC(t, config, bearer("a")...), "to be tried again")
	require.Equal(t, http.StatusServiceUnavailable, p.sendHTTP(t, config, bearer("a")...))
	require.Empty(t, p.shown)
	issuer.answerWith(nil)

	p = startPipeline(t, Config{JWT: JWTConfig{Issuers: []IssuerConfig{issuer.config()}}},
		`protocols: { grpc: { endpoint: "%s", `+protocol+` }, http: { endpoint: "%s", `+protocol+` } }`, "")
	require.Equal(t, codes.OK, p.sendGRPC(t, config, bearer("a")...))
	require.Equal(t, "oauth:"+issuer.url+"#a", p.last().ID)
	require.Equal(t, http.StatusOK, p.sendHTTP(t, config, bearer("b")...))
	require.Equal(t, "oauth:"+issuer.url+"#b", p.last().ID)
	forged := []string{"authorization", "Bearer " + signWith(t, ecKey(t), "k1", issuer.claims(nil))}
	require.Equal(t, codes.Unauthenticated, p.sendGRPC(t, config, forged...))
	require.Equal(t, http.StatusUnauthorized, p.sendHTTP(t, config, forged...))
	twice := append(bearer("a"), bearer("b")...)
	require.Equal(t, codes.Unauthenticated, p.sendGRPC(t, config, twice...))
	require.Equal(t, http.StatusUnauthorized, p.sendHTTP(t, config, twice...))
	require.Equal(t, codes.OK, p.sendGRPC(t, config))
	require.Zero(t, p.last(), "who shows nothing is nobody")
}

func TestBasicAuthThroughTheReceiver(t *testing.T) {
	ca := newAuthority(t)
	cert, key := keyFiles(t, ca.leaf(t))
	protocol := fmt.Sprintf("tls: { cert_file: %s, key_file: %s }, auth: { authenticator: basicauth }", cert, key)
	p := startPipeline(t, Config{Auth: AuthConfig{Enabled: true, Attribute: "username", Identity: "svc:{username}"}, Required: true},
		`protocols: { grpc: { endpoint: "%s", `+protocol+` }, http: { endpoint: "%s", `+protocol+` } }`, "htpasswd: { inline: 'triage:s3cret' }")
	config := clientTLS(ca)
	right, wrong := []string{"authorization", "Basic dHJpYWdlOnMzY3JldA=="}, []string{"authorization", "Basic dHJpYWdlOndyb25n"}
	require.Equal(t, codes.OK, p.sendGRPC(t, config, right...))
	require.Equal(t, http.StatusOK, p.sendHTTP(t, config, right...))
	require.Equal(t, Proof{ID: "svc:triage", Kind: "workload", Method: "auth"}, p.last())
	require.Equal(t, codes.Unauthenticated, p.sendGRPC(t, config, wrong...))
	require.Equal(t, http.StatusUnauthorized, p.sendHTTP(t, config, wrong...))
	require.Len(t, p.shown, 2)
}
