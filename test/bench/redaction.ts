/**
 * Measures redaction: what leaks, what is masked without need, what it costs.
 *
 *     npm run bench:redaction -- --corpus DIR
 *
 * DIR holds positives.jsonl (`text`, `secret`, `kind`, `tier`), keyed.jsonl (`object`, `secrets`,
 * `keep`), negatives.jsonl (`text`, `class`) and keyed_negatives.jsonl (`object`, `class`). Without
 * one only the costs are measured, and that is said.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isDeepStrictEqual } from "node:util";
import type { BodyMap } from "../../src/event/index.ts";
import { createRedactor, redact } from "../../src/redact/index.ts";

interface Tally {
  cases: number;
  wrong: number;
}

const { values } = parseArgs({ options: { corpus: { type: "string" } } });
const { corpus } = values;
if (corpus === undefined || !existsSync(join(corpus, "positives.jsonl"))) {
  console.error(
    "LEAKS NOT MEASURED: no corpus; pass --corpus DIR with positives.jsonl, keyed.jsonl, negatives.jsonl, keyed_negatives.jsonl",
  );
} else {
  measureCorpus(corpus);
}
measureCosts();

function measureCorpus(directory: string): void {
  const leaks = new Map<string, Tally>();
  for (const { text, secret, kind, tier } of read(directory, "positives")) {
    const isLeaked = textOf(redact(text)).includes(String(secret));
    count(leaks, `${String(tier)}: ${String(kind)}`, isLeaked);
    count(leaks, `${String(tier)}: total`, isLeaked);
  }
  for (const { object, secrets } of read(directory, "keyed")) {
    const redacted = textOf(redact(object));
    for (const secret of listOf(secrets)) {
      count(leaks, "keyed: total", redacted.includes(String(secret)));
    }
  }
  print("leaked", leaks);
  const changed = new Map<string, Tally>();
  for (const { text, class: kind } of read(directory, "negatives")) {
    count(changed, `text: ${String(kind)}`, redact(text) !== text);
    count(changed, "text: total", redact(text) !== text);
  }
  for (const { object } of read(directory, "keyed_negatives")) {
    count(changed, "object: total", !isDeepStrictEqual(redact(object), object));
  }
  for (const { object, keep } of read(directory, "keyed")) {
    const redacted = textOf(redact(object));
    for (const kept of listOf(keep)) {
      count(changed, "kept beside a secret: total", !redacted.includes(String(kept)));
    }
  }
  print("masked without need", changed);
}

function read(directory: string, name: string): readonly Readonly<Record<string, unknown>>[] {
  return readFileSync(join(directory, `${name}.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** JSON escapes hide nothing: what a reader sees counts. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value).replaceAll(/\\(.)/g, "$1");
}

function count(tallies: Map<string, Tally>, name: string, isWrong: boolean): void {
  const tally = tallies.get(name) ?? { cases: 0, wrong: 0 };
  tallies.set(name, { cases: tally.cases + 1, wrong: tally.wrong + (isWrong ? 1 : 0) });
}

function print(title: string, tallies: ReadonlyMap<string, Tally>): void {
  console.log(`\n| ${title} | cases | wrong | rate |\n| --- | ---: | ---: | ---: |`);
  for (const [name, { cases, wrong }] of [...tallies].toSorted()) {
    console.log(`| ${name} | ${cases} | ${wrong} | ${((100 * wrong) / cases).toFixed(1)} % |`);
  }
}

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
