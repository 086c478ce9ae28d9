package textencoding

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
)

// typeName is the stock extension's name, so that a configuration fits both.
const typeName = "text_encoding"

// onlyEncoding is the one character encoding that this build writes; it is the stock default too.
const onlyEncoding = "utf8"

// Config takes the keys of the stock text_encoding extension.
type Config struct {
	// Encoding of the text that is written. Default and only accepted value: utf8.
	Encoding string `mapstructure:"encoding"`

	// MarshalingSeparator stands between the texts of two records, never after the last.
	// Default: nothing.
	MarshalingSeparator string `mapstructure:"marshaling_separator"`

	// UnmarshalingSeparator is accepted so that a configuration of the stock extension fits.
	// It has no effect: nothing in this build decodes text.
	UnmarshalingSeparator string `mapstructure:"unmarshaling_separator"`
}

// Validate refuses every encoding but utf8, so that nobody's file is quietly in another one.
func (c *Config) Validate() error {
	if c.Encoding != onlyEncoding {
		return fmt.Errorf(
			"encoding %q is not supported: this build's text_encoding writes %q only; the stock extension of the contrib distribution knows more",
			c.Encoding, onlyEncoding)
	}
	return nil
}

// NewFactory creates the factory that the Collector builder asks for.
func NewFactory() extension.Factory {
	return extension.NewFactory(
		component.MustNewType(typeName),
		createDefaultConfig,
		createExtension,
		component.StabilityLevelDevelopment,
	)
}

func createDefaultConfig() component.Config {
	return &Config{Encoding: onlyEncoding}
}

func createExtension(_ context.Context, _ extension.Settings, config component.Config) (extension.Extension, error) {
	return &textEncoding{separator: config.(*Config).MarshalingSeparator}, nil
}
