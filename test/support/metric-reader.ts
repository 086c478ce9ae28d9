import { MetricReader } from "@opentelemetry/sdk-metrics";

/** Values by name, and behind a space the one attribute where there is one. */
export type Collected = ReadonlyMap<string, number>;

/** Reads the metrics of a MeterProvider of the real SDK when it is asked. */
export class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** Everything of the scope `otel-audit`. Throws what a callback threw. */
  async values(): Promise<Collected> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    const values = new Map<string, number>();
    for (const { scope, metrics } of resourceMetrics.scopeMetrics) {
      if (scope.name !== "otel-audit") continue;
      for (const { descriptor, dataPoints } of metrics) {
        for (const { attributes, value } of dataPoints) {
          const key = [descriptor.name, ...Object.values(attributes)].join(" ");
          values.set(key, typeof value === "number" ? value : Number.NaN);
        }
      }
    }
    return values;
  }
}
