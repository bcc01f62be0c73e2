package proof

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// FuzzToken: whatever stands in the header, nobody is shown but by a token of the issuer, and every other is refused.
func FuzzToken(f *testing.F) {
	issuer := startIssuer(f, "k1")
	p := proverOf(f, newClock(), issuer.config())
	good := issuer.sign(f, "k1", nil)
	if _, found, err := p.Of(withToken(good)); !found || err != nil {
		f.Fatal("the good token is not one")
	}
	for _, seed := range []string{
		good, strings.ToUpper(good), good + ".", good[:len(good)-4], "..", "a.b.c", "", "{}", `{"payload":"","signatures":[{}]}`,
		"eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.e30.AA", signWith(f, ecKey(f), "k2", issuer.claims(nil)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		proof, found, err := p.Of(withToken(token))
		if found || err == nil {
			// The same signed bytes can be spelled in more than one way.
			if claimsOf(token) != claimsOf(good) || proof.ID != "oauth:"+issuer.url+"#triage" {
				t.Fatalf("shown by %q: %v", token, proof)
			}
			return
		}
		var refused Refused
		var unavailable Unavailable
		if !errors.As(err, &refused) && !errors.As(err, &unavailable) {
			t.Fatalf("neither refused nor to be tried again: %v", err)
		}
	})
}

func claimsOf(token string) string {
	parts := strings.Split(strings.TrimSpace(token), ".")
	if len(parts) != 3 {
		return ""
	}
	body, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return string(body)
}

func FuzzSPIFFEID(f *testing.F) {
	for _, seed := range []string{"spiffe://acme/a", "spiffe://acme", "spiffe://acme/../a", "spiffe://a/%2e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if id := spiffeID(text); id != "" && (id != text || fit(id) != id || strings.ContainsAny(trustDomain(id), "/:@ ")) {
			t.Fatalf("taken for a SPIFFE id: %q", text)
		}
	})
}
