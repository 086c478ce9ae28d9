package textencoding

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/pdata/plog"
)

// marshal runs the extension as the Collector would: keys over the defaults, validated, created, started.
func marshal(t *testing.T, keys map[string]any, logs plog.Logs) string {
	t.Helper()
	factory := NewFactory()
	config := factory.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(keys).Unmarshal(config); err != nil {
		t.Fatalf("unmarshal: %v", err)
	}
	if err := config.(*Config).Validate(); err != nil {
		t.Fatalf("validate: %v", err)
	}
	settings := extension.Settings{ID: component.NewID(factory.Type())}
	created, err := factory.Create(context.Background(), settings, config)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	if err := created.Start(context.Background(), nil); err != nil {
		t.Fatalf("start: %v", err)
	}
	text, err := created.(plog.Marshaler).MarshalLogs(logs)
	if err != nil {
		t.Fatalf("marshal: %v", err)
	}
	if err := created.Shutdown(context.Background()); err != nil {
		t.Fatalf("shutdown: %v", err)
	}
	return string(text)
}

// batch has one resource and one scope for each list of bodies.
func batch(scopes ...[]string) plog.Logs {
	logs := plog.NewLogs()
	for _, bodies := range scopes {
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, body := range bodies {
			records.AppendEmpty().Body().SetStr(body)
		}
	}
	return logs
}

func TestMarshalLogs(t *testing.T) {
	lines := map[string]any{"encoding": "utf8", "marshaling_separator": "\n"}
	tests := map[string]struct {
		keys map[string]any
		logs plog.Logs
		want string
	}{
		"no record, no byte":                   {lines, plog.NewLogs(), ""},
		"one record, no separator":             {lines, batch([]string{"a"}), "a"},
		"a separator between, none at the end": {lines, batch([]string{"a", "b", "c"}), "a\nb\nc"},
		"scopes and resources are joined too":  {lines, batch([]string{"a"}, nil, []string{"b"}), "a\nb"},
		"an empty first body keeps its place":  {lines, batch([]string{"", "b"}), "\nb"},
		"text is not escaped":                  {lines, batch([]string{"\"é\",\"\r\n\""}), "\"é\",\"\r\n\""},
		"defaults: utf8, nothing between":      {nil, batch([]string{"a", "b"}), "ab"},
		"unmarshaling_separator is accepted":   {map[string]any{"unmarshaling_separator": "x"}, batch([]string{"a"}), "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := marshal(t, test.keys, test.logs); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMarshalLogsOfAMapBody(t *testing.T) {
	logs := plog.NewLogs()
	body := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body()
	body.SetEmptyMap().PutInt("n", 1)
	if got := marshal(t, nil, logs); got != `{"n":1}` {
		t.Errorf("got %q", got)
	}
}

func TestOnlyUtf8IsAccepted(t *testing.T) {
	for _, encoding := range []string{"", "utf-16le", "UTF8", "nop"} {
		err := (&Config{Encoding: encoding}).Validate()
		if err == nil || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("encoding %q: got error %v", encoding, err)
		}
	}
}

func TestAnUnknownKeyIsAnError(t *testing.T) {
	config := NewFactory().CreateDefaultConfig()
	if err := confmap.NewFromStringMap(map[string]any{"seperator": "\n"}).Unmarshal(config); err == nil {
		t.Error("a misspelt key was accepted")
	}
}

func TestTheTypeIsTheStockOne(t *testing.T) {
	if got := NewFactory().Type().String(); got != "text_encoding" {
		t.Errorf("got %q", got)
	}
}
