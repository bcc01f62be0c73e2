package answerableprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

type traces struct {
	component.StartFunc
	component.ShutdownFunc
	next consumer.Traces
}

func newTraces(_ processor.Settings, _ *Config, next consumer.Traces) (processor.Traces, error) {
	return &traces{next: next}, nil
}

func (*traces) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (t *traces) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	return t.next.ConsumeTraces(ctx, td)
}
