/**
 * Makes records of what a log of somebody else says.
 *
 * In: its entries. Out: results of a new stream, redacted, sealed and written like any other; each says
 * from which line of which file it is, and when that file says it happened. `audit.time` is when it was
 * imported: nobody can make a record that looks older than it is. What the trail has of the same log
 * already is left out, so that an import that was broken off goes on where it ended.
 */
import { ROOT_CONTEXT } from "@opentelemetry/api";
import {
  ATTR_IMPORT_FILE,
  ATTR_IMPORT_FILE_DIGEST,
  ATTR_IMPORT_LINE,
  ATTR_IMPORT_TIME,
  ATTR_INCOMPLETE,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  type Catalogue,
  type AttributeValue,
} from "../event/index.ts";
import { sizeOf } from "../lib/files.ts";
import {
  type ForeignEntry,
  type ForeignLog,
  matchingRecords,
  type Query,
  sourcesOf,
} from "../read/index.ts";
import { type Draft, draftOfLogged } from "../record/index.ts";
import { resolveOptions } from "./options.ts";
import { openAudit } from "./pipeline.ts";

/** What {@link importLog} takes. */
export interface ImportOptions {
  /** Audit directory, created when absent. */
  readonly directory: string;
  /** Name of the file, without its directory. */
  readonly file: string;
  /** Who imports it. */
  readonly actor: string;
  readonly reason?: string | undefined;
  /** Ends it behind a record. */
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/** What became of it. */
export interface Imported {
  readonly imported: number;
  /** Entries that the trail had already. */
  readonly known: number;
  /** Of the new records; undefined: there are none. */
  readonly stream: string | undefined;
}

const SOURCE_TYPE = "import";
/** The records are of no service: what made them is named, whatever the environment says. */
const SERVICE = "otel-audit import";
/** So many records are written before anything else gets a turn. */
const BATCH = 500;

/**
 * Imports a log.
 *
 * @throws {AuditError} as a rejection: what {@link createAudit} throws, and `write_failed`, `sync_failed`
 * where the disk refuses: what was imported until then stays.
 */
export async function importLog(log: ForeignLog, options: ImportOptions): Promise<Imported> {
  const { directory, file, actor, reason, signal, onProgress } = options;
  const isKnown = await knownTest(directory);
  const fresh = log.entries.filter((entry) => !isKnown(entry));
  const known = log.entries.length - fresh.length;
  if (fresh.length === 0) return { imported: 0, known, stream: undefined };
  const opened = openAudit(resolveOptions({ directory, service: SERVICE }), directory);
  try {
    await opened.ready();
    let imported = 0;
    for (const entry of fresh) {
      if (signal.aborted) break;
      opened.target.emit(
        draftOf(entry, { ...options, digest: log.digest }, opened.target.catalogue),
      );
      if (++imported % BATCH > 0) continue;
      await opened.synced();
      onProgress?.(imported, fresh.length);
    }
    await opened.audit.record({
      action: "log_import",
      actor: { id: actor },
      target: { type: "audit_log", id: file },
      ...(reason === undefined ? {} : { reason }),
      details: {
        origin: file,
        format: log.form,
        bytes: log.bytes,
        items: imported,
        already_there: known,
        not_imported: fresh.length - imported,
        unreadable: log.problems.length,
        sha256: log.digest,
      },
    });
    return { imported, known, stream: opened.audit.stream };
  } finally {
    await opened.audit.close();
  }
}

/** Counts how many entries a trail does not have. */
export async function countFresh(log: ForeignLog, directory: string): Promise<number> {
  const isKnown = await knownTest(directory);
  return log.entries.filter((entry) => !isKnown(entry)).length;
}

const IMPORTED: Query = {
  terms: [
    { field: "attribute", path: ATTR_IMPORT_FILE, isNegated: false, test: { kind: "present" } },
  ],
};

/** Tells entries that a trail has, each as often as it has them: equal ones may have happened. */
async function knownTest(directory: string): Promise<(entry: ForeignEntry) => boolean> {
  const counts = new Map<string, number>();
  if (sizeOf(directory) !== undefined) {
    for await (const found of matchingRecords(await sourcesOf([directory]), IMPORTED)) {
      if (found.kind === "problem") continue;
      const { action_type: action, outcome, attributes } = found.record;
      const time = attributes[ATTR_IMPORT_TIME];
      const key = keyOf(action, outcome === "success", typeof time === "string" ? time : undefined);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return ({ action, isSuccess, time }) => {
    const key = keyOf(action, isSuccess, time);
    const left = counts.get(key) ?? 0;
    counts.set(key, left - 1);
    return left > 0;
  };
}

/** Without its details: those are redacted in the trail. */
function keyOf(action: string, isSuccess: boolean, time = ""): string {
  return JSON.stringify([time, isSuccess, action]);
}

function draftOf(
  { action, isSuccess, details, error, time, line, doubts }: ForeignEntry,
  { file, digest }: { readonly file: string; readonly digest: string },
  catalogue: Catalogue,
): Draft {
  const draft = draftOfLogged(
    {
      actionType: action,
      status: isSuccess ? "success" : "failed",
      details,
      error,
      experimentName: undefined,
      actor: undefined,
    },
    catalogue,
  );
  const own: Readonly<Record<string, AttributeValue>> = {
    [ATTR_SOURCE_ID]: file,
    [ATTR_SOURCE_TYPE]: SOURCE_TYPE,
    ...(time === undefined ? {} : { [ATTR_IMPORT_TIME]: time }),
    [ATTR_IMPORT_FILE]: file,
    [ATTR_IMPORT_FILE_DIGEST]: digest,
    [ATTR_IMPORT_LINE]: line,
    ...(doubts.length === 0 ? {} : { [ATTR_INCOMPLETE]: doubts.join("; ") }),
  };
  // Of no trace and no call, whoever imports it.
  return { ...draft, attributes: { ...draft.attributes, ...own }, context: ROOT_CONTEXT };
}
