/**
 * Reads what a document is made of.
 *
 * In: the sources of a trail. Out: records, as many as a document holds, and counts of all. Memory does
 * not grow with the trail.
 */
import { ATTR_ACTOR_ROLE_PERMITTED } from "../../event/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import {
  countTrailWays,
  type GroupKey,
  parseQuery,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  type TrailSource,
} from "../../read/index.ts";
import { gapTotals } from "../gap-totals.ts";
import { IMPORT_FILES, importedIn } from "../groups.ts";
import { streamClocks } from "../stream-clocks.ts";
import type { StreamOrder } from "../stream-order.ts";
import { accessLeftOut, withoutAccess } from "./access-records.ts";
import type { ReportKind } from "./document.ts";
import { leadUpsTo } from "./lead-up.ts";
import type { ReportMaterial } from "./material.ts";
import { namedIdsIn } from "./names/named-ids.ts";
import { everyRecord } from "./tables/every-record.ts";
import { periodTerms } from "./period.ts";
import { type Listed, renamedList, renamingOf } from "./names/renaming-of.ts";
import { type IsPermitted, roleVerdicts } from "./role-verdicts.ts";
import { readTables } from "./tables/tables.ts";

/** What a document is about. */
export interface MaterialOptions extends ScanOptions {
  readonly kind: ReportKind;
  /** Further conditions. */
  readonly query: Query;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  /** What a policy lets a role do; undefined: it says nothing of it. */
  readonly isPermitted?: IsPermitted | undefined;
  /** Whether everybody whom the trail names is asked for. */
  readonly asksForNames?: boolean | undefined;
  /** Whether the verification found something about a record, by its id: tables lead to those. */
  readonly isMarked?: ((id: string) => boolean) | undefined;
  /** How many records of high impact are held, and how many others. Default 5000. */
  readonly limit?: number | undefined;
}

/** More records are no document that somebody reads. */
const MAX_RECORDS = 5000;

/** Records that a kind of document is about. */
const ABOUT: Readonly<Record<ReportKind, string>> = {
  release: "",
  incident: "outcome:failure,denied,unknown",
  exclusions: "action:sample_discard,sample_restore",
  decisions: "action:decision,decision_override",
};

/** @throws {AuditError} as a rejection: `unreadable` where a source cannot be read. */
export async function readMaterial(
  sources: readonly TrailSource[],
  options: MaterialOptions,
): Promise<ReportMaterial> {
  const { kind, query: _, from, until, isPermitted, asksForNames = false, ...rest } = options;
  const { limit = MAX_RECORDS, isMarked = () => false, ...scan } = rest;
  const all = allAbout(options);
  const about = withoutAccess(all);
  const counted = await countTrailWays(sources, about, WAYS, scan);
  const [[whole] = [], impacts = [], outcomes = [], roles = [], origins = []] = counted.ways.map(
    (counts) => [...counts.values()],
  );
  const { total } = counted;
  const { oldestFirst, timeOf } = await streamClocks(sources, scan);
  const records = await recordsOf(sources, about, { limit, total, scan, oldestFirst });
  const period = periodTerms(from, until);
  const gapQuery = { terms: [...parseQuery("kind:gap").terms, ...period] };
  const gaps = await searchTrail(sources, gapQuery, { order: "oldest", limit, ...scan });
  const found: Listed = {
    records,
    gaps: gaps.records,
    leadUps:
      kind === "incident"
        ? await leadUpsTo(records, sources, { oldestFirst, timeOf, ...scan })
        : new Map(),
  };
  const names = asksForNames
    ? renamingOf(found, await namedIdsIn(sources, scan), { oldestFirst })
    : undefined;
  const listed = names === undefined ? found : renamedList(found, names);
  const every =
    records.length === total
      ? () => listed.records
      : everyRecord(sources, about, { rename: names?.record, scan });
  return {
    ...listed,
    names,
    every: () => every(),
    sourceCount: sources.length,
    accessLeftOut: await accessLeftOut(sources, all, scan),
    tables: await readTables(kind, every, { rows: 2 * limit, isMarked, oldestFirst }),
    gapTotals: await gapTotals(sources, { terms: period }, scan),
    counts: {
      records: total,
      events: whole?.events ?? 0,
      highImpact: impacts.find(({ values }) => values[0] === "high")?.records ?? 0,
      imported: importedIn(origins),
      outcomes: Object.fromEntries(
        outcomes.map(({ values, records: count }) => [values[0] ?? "", count]),
      ),
      ...(whole === undefined ? {} : { first: whole.first, last: whole.last }),
    },
    roles: roleVerdicts(roles, isPermitted),
    ...problemsOf(counted),
  };
}

const WAYS: readonly (readonly GroupKey[])[] = [
  [],
  [{ field: "impact" }],
  [{ field: "outcome" }],
  ["role", "action", "outcome", ATTR_ACTOR_ROLE_PERMITTED].map((field) => ({ field })),
  IMPORT_FILES,
];

type Asked = Pick<MaterialOptions, "kind" | "query" | "from" | "until">;

/** What a document is about, and who looked at it. */
function allAbout({ kind, query, from, until }: Asked): Query {
  return {
    terms: [...query.terms, ...parseQuery(ABOUT[kind]).terms, ...periodTerms(from, until)],
  };
}

function problemsOf({ problems, problemCount }: ReadingProblems): ReadingProblems {
  return { problems, problemCount };
}

interface Wanted extends Pick<StreamOrder, "oldestFirst"> {
  readonly limit: number;
  readonly total: number;
  readonly scan: ScanOptions;
}

/** All, or those of high impact and the latest of the others. */
async function recordsOf(
  sources: readonly TrailSource[],
  about: Query,
  { limit, total, scan, oldestFirst }: Wanted,
): Promise<readonly FlatRecord[]> {
  if (total === 0) return [];
  if (total <= 2 * limit)
    return (await searchTrail(sources, about, { order: "oldest", ...scan })).records.toSorted(
      oldestFirst,
    );
  const parts: FlatRecord[] = [];
  for (const term of ["impact:high", "-impact:high"]) {
    const query = { terms: [...about.terms, ...parseQuery(term).terms] };
    parts.push(...(await searchTrail(sources, query, { order: "newest", limit, ...scan })).records);
  }
  return parts.toSorted(oldestFirst);
}
