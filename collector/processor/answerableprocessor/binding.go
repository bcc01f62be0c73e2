package answerableprocessor

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
	"answerable/collector/processor/answerableprocessor/internal/proof"
)

// What is stamped on each span. Whatever a sender writes under these names is taken off, so that the detector may trust
// them in the records of a collector.
const (
	stampPrefix       = "nhi.bound."
	stampID           = stampPrefix + "id"
	stampKind         = stampPrefix + "kind"
	stampStrength     = stampPrefix + "strength"
	stampRule         = stampPrefix + "rule"
	stampClient       = stampPrefix + "client"
	stampContradicted = stampPrefix + "contradicted"
	// stampTenant only where it is not the tenant of the processor.
	stampTenant = stampPrefix + "tenant"
)

// binding is who acts, as far as the collector knows.
type binding struct {
	attribution.Identity
	// client is the identity that the sender has proven to be, "" where it proved none.
	client string
	// contradicted is the identity that was claimed by a sender who may not speak for it.
	contradicted string
	group        int
}

// sender is who delivered a request, and what it may say.
type sender struct {
	proof   proof.Proof
	proven  bool
	tenant  string
	binds   bool
	mayName []pattern
}

// bind holds what the table says against what the sender has proven. A name that nobody claimed but was only inferred
// gives way to the proof; one that was claimed without leave is noted, and the action is the sender's.
func (s *sender) bind(named attribution.Identity) binding {
	bound := binding{Identity: named}
	if s.proven {
		bound.client = s.proof.ID
		switch {
		case named.ID == s.proof.ID:
			bound.Identity = s.own(named.Kind)
		case matchesAny(s.mayName, named.ID):
		default:
			bound.Identity = s.own(attribution.Unknown)
			if named.Strength != attribution.Inferred {
				bound.contradicted = named.ID
			}
		}
	}
	bound.group = attribution.KeyGroup(s.tenant, bound.ID)
	return bound
}

// own is the identity that the sender has proven to be.
func (s *sender) own(kind string) attribution.Identity {
	if kind == attribution.Unknown {
		kind = s.proof.Kind
	}
	return attribution.Identity{
		ID: s.proof.ID, Kind: kind, Strength: attribution.Verified, Rule: "proof." + s.proof.Method,
	}
}

// identityBytesMax is more than any id that the detector takes: 512 characters. Of a longer one there is no stamp, as it
// could double the span; the detector finds it by itself, and puts it to the dead letters.
const identityBytesMax = 2048

const stampsMax = 7

// stamp writes a binding on a span, whose stamps were taken off. Kind and rule are written where the sender's proof gave
// them; the detector reads those that the table gives by itself, and a span is a quarter smaller without.
func (b *binding) stamp(attributes pcommon.Map, tenant string) {
	if len(b.ID) > identityBytesMax {
		return
	}
	attributes.EnsureCapacity(attributes.Len() + stampsMax)
	attributes.PutStr(stampID, b.ID)
	attributes.PutStr(stampStrength, b.Strength)
	if tenant != "" {
		attributes.PutStr(stampTenant, tenant)
	}
	if b.client == "" {
		return
	}
	attributes.PutStr(stampClient, b.client)
	if b.Rule != "" {
		attributes.PutStr(stampKind, b.Kind)
		attributes.PutStr(stampRule, b.Rule)
	}
	if b.contradicted != "" {
		attributes.PutStr(stampContradicted, cutText(b.contradicted, identityBytesMax))
	}
}

// stamped is what a collector of ours has stamped on a span; false where it has not.
func stamped(attributes pcommon.Map) (binding, bool) {
	bound := binding{
		client: stampText(attributes, stampClient), contradicted: stampText(attributes, stampContradicted),
	}
	bound.Identity = attribution.Identity{
		ID: stampText(attributes, stampID), Kind: stampText(attributes, stampKind),
		Strength: stampText(attributes, stampStrength), Rule: stampText(attributes, stampRule),
	}
	return bound, bound.ID != "" && attribution.IsStrength(bound.Strength)
}

func stampText(attributes pcommon.Map, name string) string {
	if value, ok := attributes.Get(name); ok && value.Type() == pcommon.ValueTypeStr {
		return value.Str()
	}
	return ""
}

// unstamp takes off what only a collector may write.
func unstamp(attributes pcommon.Map) {
	attributes.RemoveIf(func(name string, _ pcommon.Value) bool { return strings.HasPrefix(name, stampPrefix) })
}
