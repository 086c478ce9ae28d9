/** Documents about a trail of a test. */
import { expect } from "vitest";
import { parseQuery, sourcesOf } from "../../src/read/index.ts";
import {
  documentCsv,
  documentMarkdown,
  makeReport,
  type MaterialOptions,
  readMaterial,
  type ReportDocument,
  type ReportFrame,
  type ReportKind,
} from "../../src/report/index.ts";
import { TEAM_EVENTS, type TrailEvent, writeReportTrail } from "./report-trail.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** What a document of a test is made of; by default of the team's two weeks. */
export interface Made
  extends Partial<ReportFrame>, Partial<Pick<MaterialOptions, "limit" | "isPermitted">> {
  readonly events?: readonly TrailEvent[];
  /** Further conditions. */
  readonly query?: string;
}

/** A document about a trail that is written for it. */
export async function documentOf(kind: ReportKind, made: Made = {}): Promise<ReportDocument> {
  const { events = TEAM_EVENTS, limit, isPermitted, query = "", ...rest } = made;
  const directory = temporaryDirectory();
  writeReportTrail(directory, events);
  const { isPseudonymous: asksForNames, ...frame } = rest;
  const { from, until } = frame;
  const material = await readMaterial(await sourcesOf([directory]), {
    kind,
    from,
    until,
    limit,
    isPermitted,
    asksForNames,
    query: parseQuery(query),
  });
  return makeReport(
    {
      kind,
      zone: "UTC",
      terms: [],
      readFrom: ["the trail"],
      madeAt: "2026-11-01T00:00:00.000000Z",
      hasPolicy: isPermitted !== undefined,
      ...frame,
    },
    material,
  );
}

/** The whole of it as Markdown. */
export const markdownOf = (document: ReportDocument): string =>
  [...documentMarkdown(document)].join("\n");

/** Its rows of CSV, the header first. */
export async function csvOf(document: ReportDocument): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of documentCsv(document)) lines.push(line);
  return lines;
}

/** The text of a section, by its heading. */
export function sectionOf(document: ReportDocument, heading: string): string {
  const text = markdownOf(document);
  const start = text.indexOf(`\n## ${heading}\n`);
  expect(start, `a section "${heading}"`).toBeGreaterThan(0);
  const end = text.indexOf("\n## ", start + 5);
  return text.slice(start, end < 0 ? undefined : end);
}
