/** What the doctor reads: lines of files that are rotated, and figures of a Collector. */
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createFileTail } from "../../src/collector/doctor/file-tail.ts";
import { figuresIn } from "../../src/collector/doctor/metrics.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const isOurs = (name: string): boolean => /^audit(?:-.*)?\.jsonl$/.test(name);

test("lines are read once, from now on, over a rotation, and only when they are whole", () => {
  const directory = temporaryDirectory();
  const file = join(directory, "audit.jsonl");
  writeFileSync(file, "old\n");
  const tail = createFileTail(directory, isOurs);
  const texts = (): string[] => tail.read().map(({ text }) => text);
  expect(texts()).toEqual([]);
  appendFileSync(file, "one\ntw");
  expect(texts()).toEqual(["one"]);
  appendFileSync(file, "o\nthr");
  renameSync(file, join(directory, "audit-2026-11-21.jsonl"));
  writeFileSync(file, "four\n");
  appendFileSync(join(directory, "audit-2026-11-21.jsonl"), "ee\n");
  expect(texts().toSorted()).toEqual(["four", "three", "two"]);
  writeFileSync(join(directory, "other.jsonl"), "not ours\n");
  expect(texts()).toEqual([]);
});

test("however the bytes of lines are cut, the lines are those that were written", () => {
  const directory = temporaryDirectory();
  let files = 0;
  const line = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\n"));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(64)), (lines, cuts) => {
      const name = `${++files}.jsonl`;
      const tail = createFileTail(directory, (other) => other === name);
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
      const found: string[] = [];
      let from = 0;
      for (const size of [...cuts, bytes.length]) {
        appendFileSync(join(directory, name), bytes.subarray(from, from + size));
        from = Math.min(bytes.length, from + size);
        found.push(...tail.read().map(({ text }) => text));
      }
      expect(found).toEqual(lines.map((text) => Buffer.from(text).toString()));
    }),
  );
});

test("figures are added up over labels that do not matter, whatever else stands there", () => {
  const text = `# HELP otelcol_exporter_queue_size Current size
# TYPE otelcol_exporter_queue_size gauge
otelcol_exporter_queue_size{exporter="otlp_http/backend",data_type="logs"} 3
otelcol_receiver_refused_log_records__records__total{receiver="otlp",transport="http"} 2
otelcol_receiver_refused_log_records__records__total{receiver="otlp",transport="grpc"} 5
otelcol_process_uptime_seconds_total 12
go_goroutines 9
`;
  expect(figuresIn(text)).toEqual([
    { name: "exporter_queue_size", of: "otlp_http/backend", value: 3 },
    { name: "receiver_refused_log_records__records_", of: "otlp", value: 7 },
  ]);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (noise) => {
      expect(() => figuresIn(`${noise}\n${text}`)).not.toThrow();
    }),
  );
});
