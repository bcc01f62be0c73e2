package answerableprocessor

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"answerable/collector/processor/answerableprocessor/internal/proof"
)

// Keep says which spans go on.
type Keep string

const (
	// KeepAll hands every span on.
	KeepAll Keep = "all"
	// KeepActions hands on what is an action, and what an SDK of ours numbered.
	KeepActions Keep = "actions"
)

// Config of the processor.
type Config struct {
	// Tenant of senders that no entry of Clients gives another.
	Tenant string `mapstructure:"tenant"`
	// Keep says which spans go on: all, or actions.
	Keep Keep `mapstructure:"keep"`
	// SpansMax is how many spans a request may hold; an empty span of two bytes grows a hundredfold when it is bound.
	SpansMax int `mapstructure:"spans_max"`
	// SpanBytesMax is the size that a span is cut to, so that no record outgrows the topic. Bytes.
	SpanBytesMax int `mapstructure:"span_bytes_max"`
	// WrapperBytesMax bounds what a split into key groups may repeat of resources and scopes. Bytes.
	WrapperBytesMax int `mapstructure:"wrapper_bytes_max"`
	// RecordBytesMax is the size that parts are cut to; it must stay below what the exporter's topic takes. Bytes.
	RecordBytesMax int `mapstructure:"record_bytes_max"`
	// PartsAtOnce is how many parts of a request are handed on at the same time.
	PartsAtOnce int `mapstructure:"parts_at_once"`
	// Queue on disk between binding and splitting; without it the sender waits until the exporter has all parts.
	Queue configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	// Retry of parts that the exporter could not take, out of the queue.
	Retry configretry.BackOffConfig `mapstructure:"retry_on_failure"`
	// Redaction of secrets.
	Redaction RedactionConfig `mapstructure:"redaction"`
	// Verify says what counts as a proof of who sends.
	Verify proof.Config `mapstructure:"verify"`
	// Clients says for whom authenticated senders may speak, beside themselves.
	Clients []ClientConfig `mapstructure:"clients"`
}

// RedactionConfig of what is taken out of spans.
type RedactionConfig struct {
	// KeyFile holds the key of the references that stand for secrets; without it there are no references.
	KeyFile string `mapstructure:"key_file"`
	// TextBytesMax is the size from which on a text is cut. Bytes.
	TextBytesMax int `mapstructure:"text_bytes_max"`
}

// ClientConfig of an authenticated sender.
type ClientConfig struct {
	// Subject is a pattern of the identities that this entry is for; `*` stands for any characters.
	Subject string `mapstructure:"subject"`
	// Identities are patterns of those it may speak for, beside itself.
	Identities []string `mapstructure:"identities"`
	// Tenant of the sender.
	Tenant string `mapstructure:"tenant"`
	// Binds says that the sender is a collector of ours, whose bindings are kept.
	Binds bool `mapstructure:"binds"`

	_ struct{}
}

var _ component.Config = (*Config)(nil)

func createDefaultConfig() component.Config {
	return &Config{
		Tenant:          "default",
		Keep:            KeepAll,
		SpansMax:        50_000,
		SpanBytesMax:    700_000,
		WrapperBytesMax: 32 << 20,
		RecordBytesMax:  900_000,
		PartsAtOnce:     64,
		Queue:           defaultQueue(),
		Retry:           defaultRetry(),
		Redaction:       RedactionConfig{TextBytesMax: 16 << 10},
	}
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	var wrong []error
	if c.Tenant == "" {
		wrong = append(wrong, errors.New("tenant must not be empty"))
	}
	if c.Keep != KeepAll && c.Keep != KeepActions {
		wrong = append(wrong, fmt.Errorf("keep must be %q or %q, not %q", KeepAll, KeepActions, c.Keep))
	}
	if c.SpansMax < 1 {
		wrong = append(wrong, errors.New("spans_max must be 1 at least"))
	}
	if c.SpanBytesMax < spanBytesMaxLowest {
		wrong = append(wrong, fmt.Errorf("span_bytes_max must be %d at least", spanBytesMaxLowest))
	}
	if c.WrapperBytesMax < 1000 {
		wrong = append(wrong, errors.New("wrapper_bytes_max must be 1000 at least"))
	}
	if c.Redaction.TextBytesMax < 100 {
		wrong = append(wrong, errors.New("redaction::text_bytes_max must be 100 at least"))
	}
	if c.RecordBytesMax < c.SpanBytesMax+2*resourceBytesMax {
		wrong = append(wrong, fmt.Errorf("record_bytes_max must be %d above span_bytes_max at least, for the resource and the scope", 2*resourceBytesMax))
	}
	if c.PartsAtOnce < 1 {
		wrong = append(wrong, errors.New("parts_at_once must be 1 at least"))
	}
	if c.Queue.HasValue() {
		wrong = append(wrong, validateQueue(c.Queue.Get(), &c.Retry)...)
	}
	for at, client := range c.Clients {
		if client.Subject == "" {
			wrong = append(wrong, fmt.Errorf("clients::%d: subject must not be empty", at))
		}
	}
	return errors.Join(wrong...)
}
