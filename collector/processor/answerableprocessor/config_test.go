package answerableprocessor

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"answerable/collector/processor/answerableprocessor/internal/metadata"
)

func load(t *testing.T, id component.ID) *Config {
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	section, err := conf.Sub(id.String())
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, section.Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	return cfg
}

func TestWithoutSettingsItIsTheDefault(t *testing.T) {
	cfg := load(t, component.NewID(metadata.Type))
	assert.Equal(t, createDefaultConfig(), cfg)
	assert.False(t, cfg.Queue.HasValue(), "a queue needs a place on disk, which only an operator knows")
}

func TestEverySettingIsRead(t *testing.T) {
	cfg := load(t, component.NewIDWithName(metadata.Type, "all"))
	assert.Equal(t, "acme", cfg.Tenant)
	assert.Equal(t, KeepActions, cfg.Keep)
	assert.Equal(t, []int{400_000, 1 << 20, 600_000, 8}, []int{cfg.SpanBytesMax, cfg.WrapperBytesMax, cfg.RecordBytesMax, cfg.PartsAtOnce})
	queue := cfg.Queue.Get()
	assert.Equal(t, "file_storage/queue", queue.StorageID.String())
	assert.Equal(t, int64(10<<20), queue.QueueSize)
	assert.True(t, queue.BlockOnOverflow, "what is not said stays as it is here")
	assert.True(t, queue.Batch.HasValue())
	assert.Equal(t, 2*time.Second, cfg.Retry.InitialInterval)
	assert.Zero(t, cfg.Retry.MaxElapsedTime)
	assert.Equal(t, RedactionConfig{KeyFile: "/run/secrets/redaction-key", TextBytesMax: 4096}, cfg.Redaction)
	assert.True(t, cfg.Verify.Required)
	assert.Equal(t, []string{"acme.example"}, cfg.Verify.MTLS.TrustDomains)
	assert.Len(t, cfg.Clients, 2)
	assert.True(t, cfg.Clients[0].Binds)
	assert.Equal(t, []string{"agent:*"}, cfg.Clients[1].Identities)
	assert.Equal(t, "other", cfg.Clients[1].Tenant)
}

func partitioned(c *Config) {
	c.Queue.GetOrInsertDefault().Batch.Get().Partition.MetadataKeys = []string{groupMetadata}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"tenant must not be empty":        func(c *Config) { c.Tenant = "" },
		`keep must be "all"`:              func(c *Config) { c.Keep = "some" },
		"span_bytes_max must be":          func(c *Config) { c.SpanBytesMax = 10 },
		"spans_max must be":               func(c *Config) { c.SpansMax = 0 },
		"wrapper_bytes_max must be":       func(c *Config) { c.WrapperBytesMax = 10 },
		"text_bytes_max must be":          func(c *Config) { c.Redaction.TextBytesMax = 1 },
		"subject must not be empty":       func(c *Config) { c.Clients = []ClientConfig{{}} },
		"record_bytes_max must be":        func(c *Config) { c.RecordBytesMax = c.SpanBytesMax },
		"parts_at_once must be":           func(c *Config) { c.PartsAtOnce = 0 },
		"must name a storage extension":   func(c *Config) { c.Queue.GetOrInsertDefault() },
		"enabled with max_elapsed_time 0": func(c *Config) { c.Queue.GetOrInsertDefault(); c.Retry.MaxElapsedTime = 1 },
		"partition must not be set: this": func(c *Config) { partitioned(c) },
	} {
		cfg := createDefaultConfig().(*Config)
		change(cfg)
		assert.ErrorContains(t, cfg.Validate(), want)
	}
}
