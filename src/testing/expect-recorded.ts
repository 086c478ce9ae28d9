import { AssertionError } from "node:assert";
import { inspect } from "node:util";
import type { FlatRecord } from "../format/index.ts";
import { counted, verbFor } from "../lib/counted.ts";
import {
  type Comparable,
  comparableOf,
  type Difference,
  differencesOf,
  type ExpectedRecord,
  writtenOut,
} from "./expected-record.ts";
import type { TestAudit } from "./test-audit.ts";

/** What is asserted about: a test audit of any actions. */
type Recorded = Pick<TestAudit<never>, "records">;

/**
 * Asserts that something like this was recorded.
 *
 * @returns the first record that matches, to look at it closer.
 * @throws {AssertionError} naming the nearest record and where it differs first.
 */
export function expectRecorded(audit: Recorded, expected: ExpectedRecord): FlatRecord {
  const wanted = writtenOut(expected);
  const candidates = audit.records.map((record) => candidateOf(record, wanted));
  const match = candidates.find(({ differences }) => differences.length === 0);
  if (match !== undefined) return match.record;
  const nearest = candidates.reduce<Candidate | undefined>(nearer, undefined);
  throw new AssertionError({
    message: `nothing was recorded like ${show(expected)}\n${explain(nearest, audit.records.length)}`,
    expected: wanted,
    ...(nearest === undefined ? {} : { actual: partOf(nearest.comparable, wanted) }),
    operator: "expectRecorded",
    stackStartFn: expectRecorded,
  });
}

/**
 * Asserts that nothing was recorded, or nothing like this.
 *
 * @throws {AssertionError} naming the first record that was.
 */
export function expectNothingRecorded(audit: Recorded, expected?: ExpectedRecord): void {
  const wanted = expected === undefined ? undefined : writtenOut(expected);
  const found = audit.records.filter(
    (record) => wanted === undefined || differencesOf(wanted, comparableOf(record)).length === 0,
  );
  const [first] = found;
  if (first === undefined) return;
  const what = expected === undefined ? "nothing" : `nothing like ${show(expected)}`;
  throw new AssertionError({
    message: `${what} should have been recorded, but ${counted(found.length, "record")} ${verbFor(found.length, "was")}; the first:\n${show(first)}`,
    actual: found,
    expected: [],
    operator: "expectNothingRecorded",
    stackStartFn: expectNothingRecorded,
  });
}

interface Candidate {
  readonly record: FlatRecord;
  readonly comparable: Comparable;
  readonly differences: readonly Difference[];
}

function candidateOf(record: FlatRecord, wanted: ExpectedRecord): Candidate {
  const comparable = comparableOf(record);
  return { record, comparable, differences: differencesOf(wanted, comparable) };
}

/** One of the same action is nearer than any other; then the one that differs in less; then the later one. */
function nearer(best: Candidate | undefined, next: Candidate): Candidate {
  if (best === undefined) return next;
  return distance(next) <= distance(best) ? next : best;
}

function distance({ differences }: Candidate): number {
  const isOther = differences.some(({ path }) => path === "action");
  return differences.length + (isOther ? 1_000_000 : 0);
}

function explain(nearest: Candidate | undefined, total: number): string {
  const first = nearest?.differences[0];
  if (nearest === undefined || first === undefined) return "there are no records at all";
  return [
    `the nearest of ${counted(total, "record")} differs first in ${first.path}:`,
    `  expected: ${show(first.expected)}`,
    `  recorded: ${show(first.recorded)}`,
    `the nearest record: ${show(nearest.record)}`,
  ].join("\n");
}

/** Only what was asked for: a diff against the whole record would bury the difference. */
function partOf(recorded: unknown, wanted: unknown): unknown {
  if (!isObject(recorded) || !isObject(wanted) || Array.isArray(wanted) || wanted instanceof RegExp)
    return recorded;
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => [key, partOf(recorded[key], value)]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  return inspect(value, { depth: 10, breakLength: 100 });
}
