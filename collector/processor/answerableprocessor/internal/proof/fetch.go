package proof

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	// fetchTimeout of a whole request for keys.
	fetchTimeout = 5 * time.Second
	// keySetBytesMax of an answer or a file with keys.
	keySetBytesMax = 256 << 10
	// fileBytesMax of a file with certificates or a token.
	fileBytesMax = 1 << 20
)

// source of the keys of an issuer.
type source func(context.Context) ([]byte, error)

func fromFile(path string) (source, error) {
	read := func(context.Context) ([]byte, error) { return readFile(path, keySetBytesMax) }
	body, err := read(context.Background())
	if err == nil {
		_, err = parseKeys(body)
	}
	if err != nil {
		return nil, fmt.Errorf("jwks_file: %w", err)
	}
	return read, nil
}

// fromAddress fetches over a client of its own: no redirect is followed, as it could lead to a stranger.
func fromAddress(cfg IssuerConfig) (source, *http.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		pem, err := readFile(cfg.CAFile, fileBytesMax)
		if err != nil {
			return nil, nil, fmt.Errorf("ca_file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, nil, errors.New("ca_file: holds no certificate")
		}
	}
	client := &http.Client{
		Timeout: fetchTimeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true, MaxIdleConns: 1, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context) ([]byte, error) { return fetch(ctx, client, cfg) }, client, nil
}

func fetch(ctx context.Context, client *http.Client, cfg IssuerConfig) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, cfg.JWKSURL, http.NoBody)
	if err != nil {
		return nil, errors.New("the address is none")
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	if cfg.TokenFile != "" {
		// Read each time: the files that Kubernetes writes change.
		token, err := readFile(cfg.TokenFile, tokenBytesMax)
		if err != nil {
			return nil, fmt.Errorf("token_file: %w", err)
		}
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	response, err := client.Do(request)
	if err != nil {
		// The library's error holds the address.
		return nil, errors.New("no answer")
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	return readAtMost(response.Body, keySetBytesMax)
}

func readFile(path string, bytesMax int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.New("the file can't be read")
	}
	defer func() { _ = file.Close() }()
	return readAtMost(file, bytesMax)
}

func readAtMost(from io.Reader, bytesMax int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, bytesMax+1))
	if err != nil {
		return nil, errors.New("it can't be read to its end")
	}
	if int64(len(body)) > bytesMax {
		return nil, fmt.Errorf("it has more than %d bytes", bytesMax)
	}
	return body, nil
}
