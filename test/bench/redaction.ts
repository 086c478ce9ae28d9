/**
 * Measures redaction: what leaks, what is masked without need, what it costs.
 *
 *     npm run bench:redaction -- --corpus DIR [--collector] [--list]
 *
 * DIR holds positives.jsonl, keyed.jsonl, negatives.jsonl and keyed_negatives.jsonl, as
 * redaction-corpus.ts says. Without one only the costs are measured, and that is said. --collector
 * sends every case through the real Collector too, and measures no costs; --list prints each case
 * that came out wrong.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BodyMap } from "../../src/event/index.ts";
import { createRedactor } from "../../src/redact/index.ts";
import { measureCorpus } from "./redaction-corpus.ts";

const { values } = parseArgs({
  options: {
    corpus: { type: "string" },
    collector: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const { corpus, collector, list } = values;
if (corpus === undefined || !existsSync(join(corpus, "positives.jsonl"))) {
  console.error(
    "LEAKS NOT MEASURED: no corpus; pass --corpus DIR with positives.jsonl, keyed.jsonl, negatives.jsonl, keyed_negatives.jsonl",
  );
} else {
  await measureCorpus(corpus, { collector, list });
}
if (!collector) measureCosts();

/** A record of a captured call, about 1 KB as JSON. */
function typicalRecord(): { attributes: Record<string, string | number>; body: BodyMap } {
  return {
    attributes: {
      "audit.record.kind": "result",
      "audit.action": "hp_change",
      "audit.category": "training",
      "audit.impact": "high",
      "audit.actor.id": "ann",
      "audit.actor.type": "user",
      "audit.outcome": "success",
      "audit.target.type": "experiment",
      "audit.target.id": "exp-2026-11-resnet",
      "audit.source.id": "10.1.2.3",
      "audit.reason": "validation loss has been flat since step 4000, trying a higher rate",
      "audit.call.id": "zTKHnrdpfEXWV5N2",
      "rpc.system.name": "grpc",
      "rpc.method": "trainer.ExperimentService/UpdateParameters",
      "client.address": "10.1.2.3",
      "client.port": 40148,
      "user_agent.original": "grpc-node-js/1.14.7",
      "rpc.status_code": "OK",
      "audit.call.duration_ms": 2.11,
    },
    body: {
      before: { learning_rate: 0.001, batch_size: 32, optimizer: "adam", scheduler: "cosine" },
      after: { learning_rate: 0.01, batch_size: 64, optimizer: "adamw", scheduler: "linear" },
      note: "trial 7 of the sweep; compare with trial 5",
      dataset: "datasets/imagenet-1k/train",
      steps: 12_000,
      max_tokens: 512,
    },
  };
}

function measureCosts(): void {
  const redactor = createRedactor();
  const record = typicalRecord();
  const bytes = JSON.stringify(record).length;
  const micros = microsOf(() => redactor.redact(record), 50_000);
  const stringify = microsOf(() => JSON.stringify(record), 50_000);
  console.log(
    `\none record of ${bytes} bytes: ${micros.toFixed(1)} us, ${(micros / stringify).toFixed(1)} times its JSON.stringify`,
  );
  for (const [name, text] of [
    ["one letter", "a"],
    ["name=value", "password=x "],
    ["quotes", '"'],
    ["e-mail", "a@b."],
    ["base64", "QUJDRA=="],
  ] as const) {
    const of = (length: number): number =>
      microsOf(() => redactor.redactText(text.repeat(length / text.length)), 3);
    const [small, large] = [of(1_000_000), of(10_000_000)];
    console.log(
      `10 MB of ${name}: ${(large / 1000).toFixed(0)} ms, ${(large / small).toFixed(1)} times 1 MB`,
    );
  }
  let deep: BodyMap = { password: "x" };
  for (let level = 0; level < 10_000; level++) deep = { inner: deep };
  const shallow: BodyMap = { list: Array.from({ length: 10_000 }, () => ({ inner: 1 })) };
  console.log(
    `10 000 levels: ${(microsOf(() => redactor.redactValue(deep), 20) / microsOf(() => redactor.redactValue(shallow), 20)).toFixed(1)} times 10 000 maps side by side`,
  );
}

function microsOf(run: () => unknown, times: number): number {
  for (let at = 0; at < times / 5; at++) run();
  const started = performance.now();
  for (let at = 0; at < times; at++) run();
  return ((performance.now() - started) * 1000) / times;
}
