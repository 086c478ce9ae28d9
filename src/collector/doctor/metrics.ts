/** A figure of the Collector itself. */
export interface CollectorFigure {
  readonly name: string;
  /** Of which exporter or receiver, and of what. */
  readonly of: string;
  readonly value: number;
}

/** Figures that tell where records wait or go astray (Collector, "Internal telemetry"); counters end in `_total`, or did not. */
const WANTED =
  /^otelcol_((?:exporter_(?:queue_size|queue_capacity|(?:send|enqueue)_failed_log_records)|receiver_(?:refused|failed)_log_records)(?:__[a-z_]+?)?)(?:_total)?$/;
/** Prometheus text format, version 0.0.4: a sample with labels. */
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const OWNER = /(?:^|,)(?:exporter|receiver)="((?:[^"\\]|\\.)*)"/;

/** Those of the text that its `/metrics` answers; samples that differ in other labels are added up. */
export function figuresIn(text: string): readonly CollectorFigure[] {
  const figures = new Map<string, CollectorFigure>();
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", number = ""] = SAMPLE.exec(line) ?? [];
    const [, short] = WANTED.exec(name) ?? [];
    const value = Number(number);
    if (short === undefined || Number.isNaN(value)) continue;
    const [, of = ""] = OWNER.exec(labels) ?? [];
    const key = `${short} ${of}`;
    figures.set(key, { name: short, of, value: value + (figures.get(key)?.value ?? 0) });
  }
  return [...figures.values()];
}
