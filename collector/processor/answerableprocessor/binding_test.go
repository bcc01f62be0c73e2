package answerableprocessor

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/consumer/consumererror"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
	"answerable/collector/processor/answerableprocessor/internal/proof"
)

func TestASenderCannotStamp(t *testing.T) {
	processor, next := newProcessor(t, nil)
	td := request("agent:mallory")
	span := spansOf(td)[0]
	span.Attributes().PutStr(stampID, "agent:victim")
	span.Attributes().PutStr(stampStrength, "verified")
	span.Attributes().PutStr(stampClient, "agent:victim")
	td.ResourceSpans().At(0).Resource().Attributes().PutStr(stampContradicted, "agent:victim")
	require.NoError(t, processor.ConsumeTraces(context.Background(), td))
	span = spansOf(next.parts[0].traces)[0]
	assert.Equal(t, "agent:mallory", text(span, stampID))
	assert.Equal(t, "claimed", text(span, stampStrength))
	assert.Empty(t, text(span, stampClient))
	_, ok := next.parts[0].traces.ResourceSpans().At(0).Resource().Attributes().Get(stampContradicted)
	assert.False(t, ok)
}

func TestBind(t *testing.T) {
	const me = "spiffe://acme/sa/build"
	from := sender{
		proven: true, proof: proof.Proof{ID: me, Kind: "workload", Method: "mtls"}, tenant: "default",
		mayName: []pattern{newPattern("agent:triage-*")},
	}
	tests := map[string]struct {
		named, want                  attribution.Identity
		wantContradicted, wantClient string
		from                         sender
	}{
		"nobody has proven anything": {
			named: attribution.Identity{ID: "agent:a", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:  attribution.Identity{ID: "agent:a", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			from:  sender{tenant: "default"},
		},
		"it claims what it has proven": {
			named:      attribution.Identity{ID: me, Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:       attribution.Identity{ID: me, Kind: "ai_agent", Strength: "verified", Rule: "proof.mtls"},
			wantClient: me, from: from,
		},
		"it may speak for the one it names": {
			named:      attribution.Identity{ID: "agent:triage-7", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:       attribution.Identity{ID: "agent:triage-7", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			wantClient: me, from: from,
		},
		"what was only inferred gives way": {
			named:      attribution.Identity{ID: "svc:shop", Kind: "workload", Strength: "inferred", Rule: "service"},
			want:       attribution.Identity{ID: me, Kind: "workload", Strength: "verified", Rule: "proof.mtls"},
			wantClient: me, from: from,
		},
		"it claims to be somebody else": {
			named:            attribution.Identity{ID: "agent:victim", Kind: "ai_agent", Strength: "claimed", Rule: "nhi"},
			want:             attribution.Identity{ID: me, Kind: "workload", Strength: "verified", Rule: "proof.mtls"},
			wantContradicted: "agent:victim", wantClient: me, from: from,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bound := test.from.bind(test.named)
			assert.Equal(t, test.want, bound.Identity)
			assert.Equal(t, test.wantContradicted, bound.contradicted)
			assert.Equal(t, test.wantClient, bound.client)
			assert.Equal(t, attribution.KeyGroup("default", test.want.ID), bound.group)
		})
	}
}

func TestAnEndlessIdentityIsNotStamped(t *testing.T) {
	processor, next := newProcessor(t, nil)
	require.NoError(t, processor.ConsumeTraces(context.Background(), request(strings.Repeat("a", 100_000))))
	assert.Empty(t, text(spansOf(next.parts[0].traces)[0], stampID))
}

func TestATrustedCollectorsStampsAreKept(t *testing.T) {
	from := sender{proven: true, proof: proof.Proof{ID: "collector"}, tenant: "default", binds: true}
	processor, _ := newProcessor(t, nil)
	td := request("agent:a", "agent:b")
	first := spansOf(td)[0]
	(&binding{Identity: attribution.Identity{ID: "agent:real", Kind: "ai_agent", Strength: "verified", Rule: "proof.jwt"}, client: "x"}).stamp(first.Attributes(), "")
	processor.bindAll(context.Background(), td, &from)
	assert.Equal(t, "agent:real", text(first, stampID))
	assert.Equal(t, "verified", text(first, stampStrength))
	second := spansOf(td)[1]
	assert.Equal(t, "collector", text(second, stampID), "without a stamp it is as good as its sender")
	assert.Equal(t, "agent:b", text(second, stampContradicted))
}

func TestPatterns(t *testing.T) {
	for source, texts := range map[string]map[string]bool{
		"*":     {"": true, "anything": true},
		"a":     {"a": true, "ab": false},
		"a*":    {"a": true, "ab": true, "ba": false},
		"a*b*c": {"abc": true, "axbxc": true, "ac": false, "abcx": false},
		"a*a":   {"a": false, "aa": true},
	} {
		for _, text := range slices.Sorted(maps.Keys(texts)) {
			assert.Equal(t, texts[text], newPattern(source).matches(text), "%s on %q", source, text)
		}
	}
}

// shown is what an auth extension says of a sender.
type shown string

func (s shown) GetAttribute(name string) any {
	if name == "username" {
		return string(s)
	}
	return nil
}

func (shown) GetAttributeNames() []string { return []string{"username"} }

func sentBy(user string) context.Context {
	return client.NewContext(context.Background(), client.Info{
		Auth: shown(user), Metadata: client.NewMetadata(map[string][]string{groupMetadata: {"g0007"}, "authorization": {"a token"}}),
	})
}

func verifying(cfg *Config) {
	cfg.Verify.Auth = proof.AuthConfig{Enabled: true, Attribute: "username", Identity: "svc:{username}"}
	cfg.Clients = []ClientConfig{
		{Subject: "svc:shop", Identities: []string{"agent:shop-*"}, Tenant: "shop"},
		{Subject: "svc:host-*", Binds: true},
	}
}

func TestASendersTenantIsThatOfItsParts(t *testing.T) {
	processor, next := newProcessor(t, verifying)
	require.NoError(t, processor.ConsumeTraces(sentBy("shop"), request("agent:shop-1", "agent:shop-1")))
	require.NoError(t, processor.ConsumeTraces(sentBy("other"), request("agent:shop-1")))
	require.Len(t, next.parts, 2)
	assert.Equal(t, "shop", next.parts[0].tenant)
	assert.Equal(t, groupOf("shop", "agent:shop-1"), next.parts[0].group)
	assert.Equal(t, "default", next.parts[1].tenant)
	assert.Equal(t, groupOf("default", "svc:other"), next.parts[1].group)
	span := spansOf(next.parts[1].traces)[0]
	assert.Equal(t, "agent:shop-1", text(span, stampContradicted))
	assert.Equal(t, "svc:other", text(span, stampClient))
	assert.Equal(t, []string{groupMetadata, tenantMetadata}, next.parts[1].metadata, "no token goes on")
}

func TestWhoseCollectorBoundItIsSaid(t *testing.T) {
	processor, next := newProcessor(t, verifying)
	td := request("agent:a")
	bound := binding{Identity: attribution.Identity{ID: "agent:a", Strength: attribution.Claimed}}
	bound.stamp(spansOf(td)[0].Attributes(), "")
	require.NoError(t, processor.ConsumeTraces(sentBy("host-7"), td))
	span := spansOf(next.parts[0].traces)[0]
	assert.Equal(t, "agent:a", text(span, stampID))
	assert.Equal(t, attribution.Claimed, text(span, stampStrength))
	assert.Equal(t, "svc:host-7", text(span, stampClient))
}

func TestAWrongCredentialIsRefusedForGood(t *testing.T) {
	processor, next := newProcessor(t, func(cfg *Config) {
		verifying(cfg)
		cfg.Verify.Required = true
	})
	err := processor.ConsumeTraces(context.Background(), request("agent:a"))
	assert.True(t, consumererror.IsPermanent(err), "no retry makes it right")
	assert.Empty(t, next.parts)
}
