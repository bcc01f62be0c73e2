package pitfallconverter

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

// allowVariable names, comma-separated, the pitfalls that an operator takes upon himself.
const allowVariable = "ANSWERABLE_ALLOW_PITFALLS"

type converter struct {
	logger  *zap.Logger
	allowed string
}

// NewFactory returns the factory of the converter.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(set confmap.ConverterSettings) confmap.Converter {
		return converter{set.Logger, os.Getenv(allowVariable)}
	})
}

// Convert leaves the configuration as it is; pitfalls are an error.
func (c converter) Convert(_ context.Context, conf *confmap.Conf) error {
	allowed, err := parseAllowed(c.allowed)
	if err != nil {
		return err
	}
	var refused []string
	for _, pitfall := range Check(conf.ToStringMap()) {
		line := pitfall.Name + ": " + pitfall.Says
		if slices.Contains(allowed, pitfall.Name) {
			c.logger.Warn("a pitfall is allowed by " + allowVariable + ", " + line)
		} else {
			refused = append(refused, "  "+line)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	return errors.New("this configuration would lose spans or mix them up (" + allowVariable +
		"=NAME,NAME switches refusals off):\n" + strings.Join(refused, "\n"))
}

func parseAllowed(text string) ([]string, error) {
	var allowed []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("%s names %q, which is none of %s", allowVariable, name, strings.Join(Names(), ", "))
		}
		allowed = append(allowed, name)
	}
	return allowed, nil
}
