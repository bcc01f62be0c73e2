package answerableprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"answerable/collector/processor/answerableprocessor/internal/attribution"
	"answerable/collector/processor/answerableprocessor/internal/metadata"
)

// Reasons of requests that are refused.
const (
	reasonCredential   = "credential"
	reasonSpans        = "spans_max"
	reasonWrapperBytes = "wrapper_bytes_max"
)

// tally of one request.
type tally struct {
	strengths    [3]int
	contradicted int
	cut          int
	dropped      int
	redactions   int
}

var strengths = [3]string{attribution.Verified, attribution.Claimed, attribution.Inferred}

type counters struct {
	*metadata.TelemetryBuilder
	strengths [3]metric.MeasurementOption
}

func newCounters(settings component.TelemetrySettings) (*counters, error) {
	builder, err := metadata.NewTelemetryBuilder(settings)
	if err != nil {
		return nil, err
	}
	c := &counters{TelemetryBuilder: builder}
	for at, strength := range strengths {
		c.strengths[at] = metric.WithAttributeSet(attribute.NewSet(attribute.String("strength", strength)))
	}
	return c, nil
}

func (c *counters) refused(ctx context.Context, reason string) {
	c.ProcessorAnswerableRefusedRequests.Add(ctx, 1, metric.WithAttributes(attribute.String("reason", reason)))
}

func (c *counters) handedOn(ctx context.Context, parts int) {
	c.ProcessorAnswerableBatches.Add(ctx, int64(parts))
}

func (c *counters) bound(ctx context.Context, t *tally) {
	for at, count := range t.strengths {
		if count > 0 {
			c.ProcessorAnswerableSpans.Add(ctx, int64(count), c.strengths[at])
		}
	}
	add := func(counter metric.Int64Counter, count int) {
		if count > 0 {
			counter.Add(ctx, int64(count))
		}
	}
	add(c.ProcessorAnswerableContradictedSpans, t.contradicted)
	add(c.ProcessorAnswerableCutSpans, t.cut)
	add(c.ProcessorAnswerableDroppedSpans, t.dropped)
	add(c.ProcessorAnswerableRedactions, t.redactions)
}
