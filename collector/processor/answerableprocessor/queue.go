package answerableprocessor

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/processor"
)

// The queue stands between binding and splitting: a request is one write to the disk, however many identities are in it,
// and small requests are put together before they are split, which makes records of useful size. A queue behind the
// split (the exporter's own) costs a write for each part, and stalls for good above 10,000 different parts.

func defaultQueue() configoptional.Optional[exporterhelper.QueueBatchConfig] {
	queue := exporterhelper.NewDefaultQueueConfig()
	queue.Sizer = exporterhelper.RequestSizerTypeBytes
	queue.QueueSize = 256 << 20
	queue.BlockOnOverflow = true
	queue.NumConsumers = 4
	queue.Batch = configoptional.Some(exporterhelper.BatchConfig{
		FlushTimeout: 200 * time.Millisecond,
		// By spans, as counting them costs nothing and measuring them does; parts are cut to size when they are split.
		Sizer:   exporterhelper.RequestSizerTypeItems,
		MinSize: 8192,
	})
	return configoptional.Default(queue)
}

func defaultRetry() configretry.BackOffConfig {
	retry := configretry.NewDefaultBackOffConfig()
	retry.InitialInterval = time.Second
	retry.MaxInterval = 10 * time.Second
	retry.MaxElapsedTime = 0
	return retry
}

func validateQueue(queue *exporterhelper.QueueBatchConfig, retry *configretry.BackOffConfig) []error {
	var wrong []error
	if queue.StorageID == nil {
		wrong = append(wrong, errors.New("sending_queue::storage must name a storage extension: a queue in memory loses what was acknowledged when the collector dies"))
	}
	if !retry.Enabled || retry.MaxElapsedTime != 0 {
		wrong = append(wrong, errors.New("retry_on_failure must be enabled with max_elapsed_time 0: what is given up was acknowledged"))
	}
	if queue.Batch.HasValue() && len(queue.Batch.Get().Partition.MetadataKeys) > 0 {
		wrong = append(wrong, errors.New("sending_queue::batch::partition must not be set: this queue stands before the split, and more than 10,000 partitions stall it for good"))
	}
	return wrong
}

// newQueue makes the queue that hands on what it holds, and tries again for as long as it takes.
func newQueue(
	ctx context.Context, set processor.Settings, cfg *Config, handOn consumer.ConsumeTracesFunc,
) (exporter.Traces, error) {
	settings := exporter.Settings{ID: set.ID, TelemetrySettings: set.TelemetrySettings, BuildInfo: set.BuildInfo}
	return exporterhelper.NewTraces(ctx, settings, cfg, handOn,
		exporterhelper.WithCapabilities(consumer.Capabilities{MutatesData: true}),
		exporterhelper.WithQueue(cfg.Queue),
		exporterhelper.WithRetry(cfg.Retry),
		// How long a part may take is for the exporter to say.
		exporterhelper.WithTimeout(exporterhelper.TimeoutConfig{}),
	)
}
