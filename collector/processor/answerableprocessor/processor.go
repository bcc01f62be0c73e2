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
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
	"answerable/collector/processor/answerableprocessor/internal/proof"
	"answerable/collector/processor/answerableprocessor/internal/redaction"
)

// Client metadata of each part; the Kafka exporter makes the record's key and headers of it.
const (
	groupMetadata  = "nhi-key-group"
	tenantMetadata = "nhi-tenant"
)

type traces struct {
	component.StartFunc
	component.ShutdownFunc
	cfg      *Config
	next     consumer.Traces
	senders  *senders
	redactor *redaction.Redactor
	readers  sync.Pool
	counters *counters
}

func newTraces(set processor.Settings, cfg *Config, next consumer.Traces) (*traces, error) {
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

var errTooLarge = errors.New("the request repeats its resources and scopes beyond wrapper_bytes_max when it is split into key groups")

// ConsumeTraces takes secrets out of the spans of a request, binds each to who acts, and hands them on in parts of one key
// group each.
func (t *traces) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	from, err := t.senders.of(ctx)
	if err != nil {
		t.counters.refused(ctx, reasonCredential)
		return err
	}
	groups := t.bindAll(ctx, td, &from)
	if len(groups) == 0 {
		return nil
	}
	parts, fits := split(td, groups, t.cfg.WrapperBytesMax)
	if !fits {
		t.counters.refused(ctx, reasonWrapperBytes)
		return consumererror.NewPermanent(errTooLarge)
	}
	return t.handOn(ctx, parts, from.tenant)
}

// handOn stops at the first error that a retry may mend: the sender comes again with all, and the detector knows what it
// has by its ids. A part that nothing mends costs its neighbours nothing; joined with an error of the other kind it
// would make that one permanent too.
func (t *traces) handOn(ctx context.Context, parts []*part, tenant string) error {
	var permanent []error
	info := client.FromContext(ctx)
	for _, one := range parts {
		// Nothing else of the sender's metadata goes on: it may hold a token, and queues write it to disk.
		info.Metadata = client.NewMetadata(map[string][]string{
			groupMetadata:  {attribution.KeyGroupName(one.group)},
			tenantMetadata: {tenant},
		})
		err := t.next.ConsumeTraces(client.NewContext(ctx, info), one.traces)
		switch {
		case err == nil:
		case consumererror.IsPermanent(err):
			permanent = append(permanent, err)
		default:
			return err
		}
	}
	t.counters.handedOn(ctx, len(parts))
	return errors.Join(permanent...)
}

// bindAll cleans, binds and stamps all spans; those that are not kept are taken out. It returns their key groups, in order.
func (t *traces) bindAll(ctx context.Context, td ptrace.Traces, from *sender) []int {
	work := &pass{traces: t, from: from, reader: t.readers.Get().(*attribution.Reader)}
	defer t.readers.Put(work.reader)
	work.clean(td)
	// Before anything is stamped: what is cut may not be a stamp.
	work.tally.cut = cutTraces(td, t.cfg.SpanBytesMax)
	work.bind(td)
	t.counters.bound(ctx, &work.tally)
	return work.groups
}
