module otel-audit/desktop-viewer

go 1.26

require github.com/CtrlSpice/otel-desktop-viewer v0.4.1
