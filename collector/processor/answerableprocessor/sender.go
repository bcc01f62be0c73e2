package answerableprocessor

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/consumer/consumererror"

	"answerable/collector/processor/answerableprocessor/internal/proof"
)

// speaker is an entry of the configuration, compiled.
type speaker struct {
	subject pattern
	mayName []pattern
	tenant  string
	binds   bool
}

// senders says who delivered a request. The first client whose subject fits counts.
type senders struct {
	prover  *proof.Prover
	clients []speaker
	tenant  string
}

func newSenders(cfg *Config, prover *proof.Prover) *senders {
	all := &senders{prover: prover, tenant: cfg.Tenant}
	for _, one := range cfg.Clients {
		compiled := speaker{subject: newPattern(one.Subject), tenant: one.Tenant, binds: one.Binds}
		if compiled.tenant == "" {
			compiled.tenant = cfg.Tenant
		}
		for _, text := range one.Identities {
			compiled.mayName = append(compiled.mayName, newPattern(text))
		}
		all.clients = append(all.clients, compiled)
	}
	return all
}

// of says who delivered the request of this context. The error is what the receiver is to answer.
func (s *senders) of(ctx context.Context) (sender, error) {
	shown, proven, err := s.prover.Of(ctx)
	if err != nil {
		return sender{}, refusal(err)
	}
	from := sender{proof: shown, proven: proven, tenant: s.tenant}
	if !proven {
		return from, nil
	}
	for at := range s.clients {
		if one := &s.clients[at]; one.subject.matches(shown.ID) {
			from.tenant, from.binds, from.mayName = one.tenant, one.binds, one.mayName
			break
		}
	}
	return from, nil
}

// refusal tells a wrong credential, which no retry makes right, from one that can't be checked just now. Both say
// themselves what the receiver is to answer.
func refusal(err error) error {
	var refused proof.Refused
	if errors.As(err, &refused) {
		return consumererror.NewPermanent(err)
	}
	return err
}
