package pitfallconverter

import (
	"context"

	"go.opentelemetry.io/collector/confmap"
)

type converter struct{}

// NewFactory returns the factory of the converter.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(confmap.ConverterSettings) confmap.Converter { return converter{} })
}

func (converter) Convert(context.Context, *confmap.Conf) error { return nil }
