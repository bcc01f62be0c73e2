package answerableprocessor

import (
	"context"
	"errors"
	"sync"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"golang.org/x/sync/errgroup"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
)

// Client metadata of each part; the Kafka exporter makes the record's key and headers of it.
const (
	groupMetadata  = "nhi-key-group"
	tenantMetadata = "nhi-tenant"
)

// failures of the parts of a request.
type failures struct {
	mutex     sync.Mutex
	parts     int
	retryable error
	permanent []error
	// remaining holds the spans that may be sent again.
	remaining ptrace.Traces
}

// handOn splits bound spans into parts of one key group each and hands these to the next consumer, several at once. The
// error carries the spans that are left, for the queue to try those alone; without a queue the sender comes again with
// all, and the detector knows what it has by its ids. A part that no retry mends costs its neighbours nothing: joined
// with an error of the other kind it would make that one permanent too.
func (t *traces) handOn(ctx context.Context, td ptrace.Traces) error {
	parts := split(td, t.cfg.Tenant, t.cfg.RecordBytesMax)
	failed := failures{remaining: ptrace.NewTraces()}
	var at errgroup.Group
	at.SetLimit(t.cfg.PartsAtOnce)
	for _, one := range parts {
		at.Go(func() error {
			if err := t.next.ConsumeTraces(one.context(ctx), one.traces); err != nil {
				failed.add(err, one.traces)
			}
			return nil
		})
	}
	_ = at.Wait()
	t.counters.handedOn(ctx, len(parts)-failed.parts)
	if failed.retryable != nil {
		return consumererror.NewTraces(failed.retryable, failed.remaining)
	}
	return errors.Join(failed.permanent...)
}

// context of a part. Nothing else of the sender's metadata goes on: it may hold a token, and queues write it to disk.
func (p *part) context(ctx context.Context) context.Context {
	info := client.FromContext(ctx)
	info.Metadata = client.NewMetadata(map[string][]string{
		groupMetadata:  {attribution.KeyGroupName(p.group)},
		tenantMetadata: {p.tenant},
	})
	return client.NewContext(ctx, info)
}

func (f *failures) add(err error, spans ptrace.Traces) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.parts++
	if consumererror.IsPermanent(err) {
		f.permanent = append(f.permanent, err)
		return
	}
	f.retryable = err
	// An exporter that sent some of them says which are left.
	var some consumererror.Traces
	if errors.As(err, &some) {
		spans = some.Data()
	}
	spans.ResourceSpans().MoveAndAppendTo(f.remaining.ResourceSpans())
}
