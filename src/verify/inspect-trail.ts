import { ATTR_RECORD_ID, recordId } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { type FileProblem, isGone, type ReadRecord, recordsIn } from "../read/index.ts";
import { withoutAddition } from "./examine.ts";
import { isView } from "./examine-piece.ts";
import { filesToRead } from "./files-to-read.ts";
import type { PlacedRecord } from "./placed-checkpoint.ts";
import {
  type CheckpointsOfRecord,
  createTrailCheckpoints,
  keep,
  MAX_KEPT,
  type TrailCheckpointsOptions,
} from "./trail-checkpoints.ts";

/** What a trail holds of one record. */
export interface TrailOfRecord extends CheckpointsOfRecord {
  readonly copies: readonly PlacedRecord[];
  /** How many copies there are beside them. */
  readonly unkept: number;
  /** What could not be read: files, and lines that are no records. At most 100. */
  readonly unread: readonly string[];
  /** How many lines are no records, or files cannot be read; one that is being written is among them. */
  readonly unreadable: number;
}

/** Which record, and what is known beside it. */
export interface TrailOptions extends TrailCheckpointsOptions {
  readonly paths: readonly string[];
}

/**
 * Reads everything, and keeps what there is to say of one record.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there.
 */
export async function readTrailOf(options: TrailOptions): Promise<TrailOfRecord> {
  const { paths, stream, sequence } = options;
  const wanted = recordId(stream, sequence);
  const checkpoints = createTrailCheckpoints(options);
  const copies: PlacedRecord[] = [];
  const unread: string[] = [];
  let unkept = 0;
  let unreadable = 0;
  for await (const found of foundIn(paths)) {
    if (found.kind === "problem") {
      unreadable++;
      const { file, line, message } = found;
      if (found.isCut !== true && found.isWithoutIds !== true)
        keep(unread, `${file}:${line}: ${message}`);
      continue;
    }
    const id = String(found.record.attributes[ATTR_RECORD_ID] ?? "");
    if (id === wanted) {
      const isAdded = isView(found.form);
      if (copies.length >= MAX_KEPT) unkept++;
      else copies.push(isAdded ? { ...found, record: withoutAddition(found.record) } : found);
    }
    await checkpoints.see(found, id);
  }
  return { ...checkpoints.finish(), copies, unkept, unread, unreadable };
}

/** What stands in all files, journals first; of a file that cannot be read, why. */
async function* foundIn(paths: readonly string[]): AsyncGenerator<ReadRecord | FileProblem> {
  const { segments, copies } = await filesToRead(paths);
  for (const { path, isNamed, blocks } of [...segments, ...copies]) {
    try {
      yield* recordsIn(blocks());
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      // Retention deleted it since it was listed; a record says so.
      const isDeleted = isGone(error) && !isNamed;
      if (!isDeleted) yield { kind: "problem", message: messageOf(error), file: path, line: 1 };
    }
  }
}
