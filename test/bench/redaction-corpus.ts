/**
 * Measures what leaks and what is masked without need on a corpus: in the process, and beside it in
 * the real Collector.
 *
 * In: a directory with positives.jsonl (`text`, `secret`, `kind`, `tier`), keyed.jsonl (`object`,
 * `secrets`, `keep`), negatives.jsonl (`text`, `class`) and keyed_negatives.jsonl (`object`, `class`).
 * Out: tables on stdout.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BodyValue } from "../../src/event/index.ts";
import { redact } from "../../src/redact/index.ts";
import { startCollector } from "../collector/collector-process.ts";
import { throughCollector } from "../collector/through-collector.ts";
import {
  type Outcome,
  outcomesOf,
  type RedactionCase,
} from "../redact/conformance/redaction-case.ts";

/** One who redacts, and what became of the cases. */
interface Side {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

/** What to print beside the process. */
export interface CorpusOptions {
  /** The Collector with collector-config/config.yaml, built on first use. */
  readonly collector: boolean;
  /** Every case that came out wrong, by its id, with what came out. */
  readonly list: boolean;
}

/** Prints the tables of a corpus. */
export async function measureCorpus(
  directory: string,
  { collector, list }: CorpusOptions,
): Promise<void> {
  const cases = casesOf(directory);
  const results = new Map<string, readonly (readonly unknown[])[]>();
  results.set(
    "process",
    cases.map(({ given }) => [redact(given)]),
  );
  if (collector) results.set("Collector", await inCollector(cases.map(({ given }) => given)));
  const sides = [...results].map(([name, all]) => ({
    name,
    outcomes: cases.flatMap((each, at) => outcomesOf(each, all[at] ?? [])),
  }));
  print("leaked", sides, "leak");
  print("masked without need", sides, "loss");
  if (!list) return;
  for (const [name, all] of results) {
    for (const [at, each] of cases.entries()) {
      const wrong = outcomesOf(each, all[at] ?? []).filter(({ isWrong }) => isWrong);
      if (wrong.length === 0) continue;
      console.log(
        `\n${name}, ${each.kind}, ${wrong.map(({ of, id }) => `${of} ${id}`).join(", ")}`,
      );
      console.log(`  given ${JSON.stringify(each.given)}`);
      for (const result of all[at] ?? []) console.log(`  left  ${JSON.stringify(result)}`);
    }
  }
}

async function inCollector(values: readonly BodyValue[]): Promise<readonly (readonly unknown[])[]> {
  const dir = mkdtempSync(join(tmpdir(), "otel-audit-bench-"));
  const collector = await startCollector({ dir });
  try {
    return await throughCollector(collector, values);
  } finally {
    await collector.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function casesOf(directory: string): readonly RedactionCase[] {
  const read = (name: string): readonly Readonly<Record<string, unknown>>[] =>
    readFileSync(join(directory, `${name}.jsonl`), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  return [
    ...read("positives").map(({ id, text, secret, kind, tier }) =>
      caseOf(id, `${String(tier)}: ${String(kind)}`, text, [secret]),
    ),
    ...read("keyed").map(({ id, object, secrets, keep }) =>
      caseOf(id, "keyed", object, listOf(secrets), listOf(keep)),
    ),
    ...read("negatives").map(({ id, text, class: kind }) =>
      caseOf(id, `text: ${String(kind)}`, text),
    ),
    ...read("keyed_negatives").map(({ id, object }) => caseOf(id, "object", object)),
  ];
}

function caseOf(
  id: unknown,
  kind: string,
  given: unknown,
  secrets: readonly unknown[] = [],
  kept: readonly unknown[] = [],
): RedactionCase {
  return {
    id: String(id),
    kind,
    given: given as BodyValue,
    secrets: secrets.map(String),
    kept: kept.map(String),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A row for each kind, and one for what stands before its colon. */
function print(title: string, sides: readonly Side[], of: Outcome["of"]): void {
  const rows = new Map<string, Map<string, { cases: number; wrong: number }>>();
  for (const { name, outcomes } of sides) {
    for (const outcome of outcomes) {
      if (outcome.of !== of) continue;
      for (const row of new Set([outcome.kind, `${outcome.kind.replace(/:.*/, "")}: total`])) {
        const tallies = rows.get(row) ?? new Map<string, { cases: number; wrong: number }>();
        rows.set(row, tallies);
        const tally = tallies.get(name) ?? { cases: 0, wrong: 0 };
        tallies.set(name, {
          cases: tally.cases + 1,
          wrong: tally.wrong + (outcome.isWrong ? 1 : 0),
        });
      }
    }
  }
  const names = sides.map(({ name }) => name);
  console.log(`\n| ${title} | cases | ${names.join(" | ")} |`);
  console.log(`| --- | ---: |${" ---: |".repeat(names.length)}`);
  for (const [row, tallies] of [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const [first] = tallies.values();
    const rates = [...tallies.values()].map(
      ({ cases, wrong }) => `${wrong}, ${((100 * wrong) / cases).toFixed(1)} %`,
    );
    console.log(`| ${row} | ${first?.cases ?? 0} | ${rates.join(" | ")} |`);
  }
}
