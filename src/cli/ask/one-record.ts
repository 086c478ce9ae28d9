/** The one record that a command is asked about. */
import type { FlatRecord } from "../../format/index.ts";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import type { ReadingProblems } from "../../read/index.ts";
import { findRecords, type FoundRecords, missingAt, missingText } from "../../report/index.ts";
import type { Lines } from "../lines.ts";
import type { Asked } from "./asked.ts";
import { columnsOf } from "./columns.ts";
import { exitAfterReading, sayProblems, withProgress } from "./reading.ts";
import { warnRows } from "./write-rows.ts";

const COLUMNS = "time,record,kind,outcome,what";
const EXIT_NOTHING = 1;
/** More places at which it may be missing are counted. */
const MAX_MISSING = 3;

/** A record, and what went wrong while it was looked for. */
export interface OneRecord extends ReadingProblems {
  readonly record: FlatRecord;
}

/** Where it is said what was found, and how the look at it is recorded before that. */
export interface Looking {
  readonly warn: Lines["warn"];
  /** @param count of the records that are about to be shown. */
  readonly access: (count: number) => Promise<void>;
}

/**
 * Looks for it; undefined where there is none, or several: that was said then, and the exit code is set.
 *
 * @throws {AuditError} as a rejection: `invalid_option` where the text can be no part of an id.
 */
export async function oneRecord(
  id: string,
  asked: Asked,
  { warn, access }: Looking,
): Promise<OneRecord | undefined> {
  if (id.trim() === "" || id.includes("*"))
    throw new AuditError(
      "invalid_option",
      `${shown(id)} is no id of a record, nor the beginning of one, as in cJ43xB7KP1x8rM2I.5`,
    );
  const found = await withProgress((reading) =>
    findRecords(asked.sources, id, { ...reading, within: asked.query.terms }),
  );
  const [record] = found.records;
  if (record !== undefined && found.total === 1) return { ...found, record };
  await access(found.records.length);
  sayProblems(found, warn);
  process.exitCode = found.total === 0 ? exitAfterReading(found, 0) : EXIT_NOTHING;
  if (found.total === 0) await sayNone(id, asked, warn);
  else sayCandidates(id, found, { zone: asked.zone, warn });
  return undefined;
}

async function sayNone(id: string, { sources }: Asked, warn: Lines["warn"]): Promise<void> {
  const missing = await withProgress((reading) => missingAt(sources, id, reading));
  for (const piece of missing.slice(0, MAX_MISSING))
    warn(`${shown(id)}: ${missingText(piece)}; what is known of that: otel-audit gaps`);
  if (missing.length > MAX_MISSING) warn(`and ${missing.length - MAX_MISSING} more such places`);
  if (missing.length === 0)
    warn(
      `no record has the id ${shown(id)}, or one that begins so: otel-audit query finds records by what they say`,
    );
}

function sayCandidates(
  id: string,
  { records, total }: FoundRecords,
  { zone, warn }: { readonly zone: string; readonly warn: Lines["warn"] },
): void {
  const more = records.length < total ? `, of which these are the oldest ${records.length}` : "";
  warn(`${shown(id)} is the beginning of ${total} records${more}: give more of the id`);
  const forPeople = columnsOf(COLUMNS);
  warnRows(records, { forPeople, zone }, warn);
}
