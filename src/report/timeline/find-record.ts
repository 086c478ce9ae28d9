/** Finds the record that somebody means by an id, or by as much of it as they typed. */
import { isId, streamOf } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import {
  ANY_KIND,
  type FileProblem,
  journalStreamOf,
  matchingRecords,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";
import { type MissingPiece, streamClocks } from "../stream-clocks.ts";

/** What was found. */
export interface FoundRecords extends ReadingProblems {
  /** The oldest first; at most {@link MAX_CANDIDATES}. */
  readonly records: readonly FlatRecord[];
  readonly total: number;
}

/** More records of one beginning are counted. */
export const MAX_CANDIDATES = 20;

const NUMBER = /^[1-9]\d*$/;

/**
 * Records of every kind that an id stands for: the one that has it; else those of a stream that begins so,
 * with the number behind the dot (`cJ43.5`, `5`); else those whose id begins so. Behind the one that has it
 * nothing is read: what cannot be read there is not among the problems.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function findRecords(
  sources: readonly TrailSource[],
  id: string,
  options: ScanOptions & { readonly within?: Query["terms"] } = {},
): Promise<FoundRecords> {
  const { within = [], ...reading } = options;
  const search = (terms: Query["terms"]): Promise<FoundRecords> =>
    searchTrail(
      sources,
      { terms: [ANY_KIND, ...terms, ...within] },
      { order: "oldest", limit: MAX_CANDIDATES, ...reading },
    );
  const isWhole = isId(streamOf(id)) && NUMBER.test(numberOf(id));
  const terms = [ANY_KIND, textTerm("record", id), ...within];
  const exact = await first(sources, { terms }, reading);
  if (exact.total > 0 || isWhole || id.includes("*")) return exact;
  const number = NUMBER.test(id) ? id : numberOf(id);
  const stream = NUMBER.test(id) ? "" : streamOf(id);
  const byNumber = NUMBER.test(number)
    ? await search([beginTerm("record", stream), numberTerm(Number(number))])
    : exact;
  return byNumber.total > 0 ? byNumber : search([beginTerm("record", id)]);
}

/** The first one that matches: there is one of an id, and the rest need not be read. */
async function first(
  sources: readonly TrailSource[],
  query: Query,
  reading: ScanOptions,
): Promise<FoundRecords> {
  const problems: FileProblem[] = [];
  for await (const found of matchingRecords(sources, query, reading)) {
    if (found.kind === "record")
      return { records: [found.record], total: 1, problems, problemCount: problems.length };
    problems.push(found);
  }
  return { records: [], total: 0, problems, problemCount: problems.length };
}

/**
 * Where an id stands that no record has: pieces of journals in which records are not here, its own among them.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function missingAt(
  sources: readonly TrailSource[],
  id: string,
  options: ScanOptions = {},
): Promise<readonly MissingPiece[]> {
  const number = Number(NUMBER.test(id) ? id : numberOf(id));
  const begin = NUMBER.test(id) ? "" : streamOf(id);
  const journals = sources.filter(({ name }) => journalStreamOf(name)?.startsWith(begin) === true);
  if (!(number > 0) || journals.length === 0) return [];
  const { holes } = await streamClocks(journals, options);
  return holes
    .filter((hole) => hole.first <= number && number <= hole.last)
    .map((hole) => ({ ...hole, count: hole.last - hole.first + 1 }));
}

function beginTerm(field: string, text: string): Query["terms"][number] {
  const values = [{ text: `${text}*`, isPattern: true }];
  return { field, isNegated: false, test: { kind: "any-of", values } };
}

function numberTerm(number: number): Query["terms"][number] {
  return {
    field: "sequence",
    isNegated: false,
    test: { kind: "number", from: number, to: number },
  };
}

function numberOf(id: string): string {
  const dot = id.lastIndexOf(".");
  return dot < 0 ? "" : id.slice(dot + 1);
}
