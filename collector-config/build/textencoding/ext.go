package textencoding

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/pdata/plog"
)

// The file exporter finds its encoding by these two interfaces.
var (
	_ extension.Extension = (*textEncoding)(nil)
	_ plog.Marshaler      = (*textEncoding)(nil)
)

// textEncoding has no state but its separator: it is safe for concurrent use.
type textEncoding struct {
	separator string
}

// Start does nothing: there is nothing to open.
func (*textEncoding) Start(context.Context, component.Host) error { return nil }

// Shutdown does nothing: there is nothing to close.
func (*textEncoding) Shutdown(context.Context) error { return nil }

// MarshalLogs gives the bodies of all records as text, in the order of the batch. A body that is
// no string is written as the Collector prints it (a map as JSON). It never fails.
func (e *textEncoding) MarshalLogs(logs plog.Logs) ([]byte, error) {
	var text []byte
	first := true
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				if !first {
					text = append(text, e.separator...)
				}
				first = false
				text = append(text, record.Body().AsString()...)
			}
		}
	}
	return text, nil
}
