module otel-audit/victoria-logs

go 1.26

require github.com/VictoriaMetrics/VictoriaMetrics v1.121.0
