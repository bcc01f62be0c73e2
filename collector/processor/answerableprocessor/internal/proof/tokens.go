package proof

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/client"
)

// tokenBytesMax is the longest token looked at.
const tokenBytesMax = 16 << 10

// tokens takes JSON Web Tokens of the `authorization` header, which the receiver hands on with `include_metadata: true`.
type tokens struct {
	issuers map[string]*issuer
	kept    *kept
	now     func() time.Time
	end     context.CancelFunc
	running *sync.WaitGroup
	clients []*http.Client
}

func newTokens(cfg JWTConfig, now func() time.Time) (*tokens, error) {
	life, end := context.WithCancel(context.Background())
	t := &tokens{issuers: map[string]*issuer{}, kept: newKept(), now: now, end: end, running: &sync.WaitGroup{}}
	for at, one := range cfg.Issuers {
		from, client, err := sourceOf(one)
		if err != nil {
			end()
			return nil, fmt.Errorf("jwt::issuers::%d: %w", at, err)
		}
		if client != nil {
			t.clients = append(t.clients, client)
		}
		keys := &keySet{issuer: one.Issuer, source: from, now: now, life: life, running: t.running}
		t.issuers[one.Issuer] = newIssuer(one, keys)
	}
	return t, nil
}

func sourceOf(cfg IssuerConfig) (source, *http.Client, error) {
	if cfg.JWKSFile != "" {
		from, err := fromFile(cfg.JWKSFile)
		return from, nil, err
	}
	return fromAddress(cfg)
}

func (t *tokens) of(ctx context.Context, metadata client.Metadata) (Proof, bool, error) {
	headers := metadata.Get("authorization")
	if len(headers) == 0 {
		return Proof{}, false, nil
	}
	// Of several, another reader might take another one.
	if len(headers) > 1 {
		return Proof{}, false, Refused{Reason: ReasonTokenSeveral}
	}
	token, ok := bearer(headers[0])
	if !ok {
		return Proof{}, false, nil
	}
	if len(token) > tokenBytesMax {
		return Proof{}, false, Refused{Reason: ReasonTokenLong}
	}
	now, digest := t.now(), sha256.Sum256([]byte(token))
	if proof, ok := t.kept.get(digest, now); ok {
		return proof, true, nil
	}
	proof, expiry, err := t.verify(ctx, token, now)
	if err != nil {
		return Proof{}, false, err
	}
	until := now.Add(tokensKept)
	if end := expiry.Add(clockSkew); end.Before(until) {
		until = end
	}
	t.kept.put(digest, proof, until, now)
	return proof, true, nil
}

// bearer returns the token of a header of that scheme; other schemes carry no token.
func bearer(header string) (string, bool) {
	scheme, token, _ := strings.Cut(header, " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "bearer")
}

func (t *tokens) shutdown(ctx context.Context) error {
	t.end()
	done := make(chan struct{})
	go func() {
		t.running.Wait()
		close(done)
	}()
	defer func() {
		for _, client := range t.clients {
			client.CloseIdleConnections()
		}
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
