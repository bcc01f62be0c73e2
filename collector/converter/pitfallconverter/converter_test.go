package pitfallconverter

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"go.yaml.in/yaml/v3"
)

// fall is a configuration that falls into a pitfall.
type fall struct {
	Name   string         `yaml:"name"`
	Config string         `yaml:"config"`
	Over   map[string]any `yaml:"over"`
}

func falls(t *testing.T) []fall {
	text, err := os.ReadFile(filepath.Join("testdata", "pitfalls.yaml"))
	require.NoError(t, err)
	var all []fall
	require.NoError(t, yaml.Unmarshal(text, &all))
	return all
}

// shipped is one of our configurations. Its variables stay as they are written: none decides about a pitfall.
func shipped(t *testing.T, name string) *confmap.Conf {
	conf, err := confmaptest.LoadConf(filepath.Join("..", "..", "config", name+".yaml"))
	require.NoError(t, err)
	return conf
}

func TestShippedHaveNoPitfall(t *testing.T) {
	for _, name := range []string{"gateway", "agent", "rekey"} {
		assert.Empty(t, Check(shipped(t, name).ToStringMap()), name)
	}
}

func TestEachIsFoundAlone(t *testing.T) {
	for _, one := range falls(t) {
		conf := shipped(t, cmp.Or(one.Config, "gateway"))
		require.NoError(t, conf.Merge(confmap.NewFromStringMap(one.Over)))
		var names []string
		for _, pitfall := range Check(conf.ToStringMap()) {
			names = append(names, pitfall.Name)
		}
		assert.Equal(t, []string{one.Name}, slices.Compact(names), "%v", one.Over)
	}
}

func TestEachHasACase(t *testing.T) {
	var named []string
	for _, one := range falls(t) {
		named = append(named, one.Name)
	}
	slices.Sort(named)
	assert.Equal(t, Names(), slices.Compact(named))
}

func TestOthersPipelinesAreLeftAlone(t *testing.T) {
	conf := shipped(t, "gateway")
	require.NoError(t, conf.Merge(confmap.NewFromStringMap(map[string]any{
		"exporters": map[string]any{"kafka/other": map[string]any{"brokers": "a:1"}},
		"service": map[string]any{"pipelines": map[string]any{
			"traces/other": map[string]any{"receivers": []any{"otlp"}, "processors": []any{"batch"}, "exporters": []any{"kafka/other"}},
			"logs":         map[string]any{"receivers": []any{"otlp"}, "processors": []any{"batch"}, "exporters": []any{"kafka"}},
		}},
	})))
	assert.Empty(t, Check(conf.ToStringMap()))
}

// What an operator has mistyped is the Collector's to name; here it must not panic.
func TestNonsense(t *testing.T) {
	for _, text := range []string{
		"{}", "service: 1", "service: { pipelines: [] }", "service: { pipelines: { traces: } }",
		"service: { pipelines: { traces: { receivers: [otlp, 7], processors: [answerable], exporters: [kafka, kafka/2] } } }\nexporters: { kafka: [], kafka/2: }",
		"service: { pipelines: { traces: { processors: [answerable], exporters: kafka } } }\nexporters: { kafka: { record_headers: [1, { name: [] }], sending_queue: { batch: { max_size: x } } } }",
	} {
		var conf map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(text), &conf))
		assert.NotPanics(t, func() { Check(conf) }, text)
	}
}

func TestRefusesAndAllows(t *testing.T) {
	conf := shipped(t, "gateway")
	require.NoError(t, conf.Merge(confmap.NewFromStringMap(map[string]any{
		"exporters": map[string]any{"kafka": map[string]any{"producer": map[string]any{"required_acks": 0}}},
	})))
	before := conf.ToStringMap()
	convert := func(allowed string) (string, int) {
		core, logs := observer.New(zapcore.WarnLevel)
		if err := (converter{zap.New(core), allowed}).Convert(t.Context(), conf); err != nil {
			return err.Error(), logs.Len()
		}
		return "", logs.Len()
	}

	said, warned := convert("")
	assert.Contains(t, said, "required-acks: exporters::kafka would take a record for safe that one broker alone holds")
	assert.Zero(t, warned)

	said, warned = convert(" required-acks, ")
	assert.Empty(t, said)
	assert.Equal(t, 1, warned)

	said, _ = convert("retry")
	assert.NotEmpty(t, said, "another name allows nothing")
	said, _ = convert("required_acks")
	assert.Contains(t, said, `names "required_acks", which is none of `)
	assert.Equal(t, before, conf.ToStringMap())
}
