package answerableprocessor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
	"answerable/collector/processor/answerableprocessor/internal/proof"
	"answerable/collector/processor/answerableprocessor/internal/redaction"
)

type traces struct {
	cfg  *Config
	next consumer.Traces
	// queue holds bound spans until they are split; nil where the sender waits for that.
	queue    exporter.Traces
	senders  *senders
	redactor *redaction.Redactor
	readers  sync.Pool
	counters *counters
}

func newTraces(ctx context.Context, set processor.Settings, cfg *Config, next consumer.Traces) (*traces, error) {
	table, err := attribution.Load()
	if err != nil {
		return nil, err
	}
	redactor, err := newRedactor(cfg)
	if err != nil {
		return nil, err
	}
	prover, err := proof.New(cfg.Verify)
	if err != nil {
		return nil, err
	}
	counters, err := newCounters(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	t := &traces{cfg: cfg, next: next, senders: newSenders(cfg, prover), redactor: redactor, counters: counters}
	if cfg.Queue.HasValue() {
		if t.queue, err = newQueue(ctx, set, cfg, t.handOn); err != nil {
			return nil, err
		}
	}
	t.readers.New = func() any {
		if cfg.Keep == KeepActions {
			return table.NewActionReader()
		}
		return table.NewReader()
	}
	return t, nil
}

func newRedactor(cfg *Config) (*redaction.Redactor, error) {
	options := redaction.Options{Tenant: cfg.Tenant, TextBytesMax: cfg.Redaction.TextBytesMax}
	if cfg.Redaction.KeyFile != "" {
		key, err := os.ReadFile(cfg.Redaction.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("redaction::key_file: %w", err)
		}
		options.Key = trimLineEnd(key)
	}
	return redaction.New(options)
}

func trimLineEnd(key []byte) []byte {
	for len(key) > 0 && (key[len(key)-1] == '\n' || key[len(key)-1] == '\r') {
		key = key[:len(key)-1]
	}
	return key
}

func (*traces) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

// With a status of their own: the receiver would answer 500 otherwise, as if the fault were ours.
var (
	errTooMany  = status.Error(codes.InvalidArgument, "the request holds more spans than spans_max")
	errTooLarge = status.Error(codes.InvalidArgument, "the request repeats its resources and scopes beyond wrapper_bytes_max when it is split into key groups")
)

// Start starts the queue.
func (t *traces) Start(ctx context.Context, host component.Host) error {
	if t.queue == nil {
		return nil
	}
	return t.queue.Start(ctx, host)
}

// Shutdown stops the queue: what is in it stays on its disk.
func (t *traces) Shutdown(ctx context.Context) error {
	err := t.senders.prover.Shutdown(ctx)
	if t.queue != nil {
		err = errors.Join(err, t.queue.Shutdown(ctx))
	}
	return err
}

// ConsumeTraces takes secrets out of the spans of a request, binds each to who acts, and hands them on in parts of one key
// group each: by way of the queue, or at once.
func (t *traces) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	from, err := t.senders.of(ctx)
	if err != nil {
		t.counters.refused(ctx, reasonCredential)
		return err
	}
	if td.SpanCount() > t.cfg.SpansMax {
		t.counters.refused(ctx, reasonSpans)
		return consumererror.NewPermanent(errTooMany)
	}
	if repeated := t.bindAll(ctx, td, &from); repeated > t.cfg.WrapperBytesMax {
		t.counters.refused(ctx, reasonWrapperBytes)
		return consumererror.NewPermanent(errTooLarge)
	}
	if td.SpanCount() == 0 {
		return nil
	}
	if t.queue != nil {
		// A queue writes the sender's metadata to its disk too, and a token may be among it.
		return t.queue.ConsumeTraces(client.NewContext(ctx, client.Info{}), td)
	}
	return t.handOn(ctx, td)
}

// bindAll cleans, binds and stamps all spans; those that are not kept are taken out. It returns how many bytes of
// resources and scopes the split will repeat.
func (t *traces) bindAll(ctx context.Context, td ptrace.Traces, from *sender) int {
	work := &pass{traces: t, from: from, reader: t.readers.Get().(*attribution.Reader), groups: map[int]struct{}{}}
	defer t.readers.Put(work.reader)
	if from.tenant != t.cfg.Tenant {
		work.tenant = from.tenant
	}
	work.clean(td)
	// Before anything is stamped: what is cut may not be a stamp.
	work.tally.cut = cutTraces(td, t.cfg.SpanBytesMax)
	work.bind(td)
	t.counters.bound(ctx, &work.tally)
	return work.repeated
}
