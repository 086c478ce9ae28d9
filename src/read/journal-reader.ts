/**
 * From journals on disk to records, for everybody who asks the trail something.
 *
 * In: an audit directory, also one that is being written. Out: every record, stream by stream in
 * its order, and everything that is no record, named with file and line. Nothing is written.
 */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { AuditRecord } from "../event/index.ts";
import {
  decodeJsonLine,
  listSegments,
  listStreams,
  segmentFile,
  startOfGlued,
  streamDirectory,
} from "../format/index.ts";
import { AuditError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { sizeOf } from "../lib/files.ts";
import { isNoFile, NO_FILE } from "./is-no-file.ts";

/** What stands in one line of a journal. */
export type JournalEntry =
  | {
      readonly kind: "record";
      readonly record: AuditRecord;
      readonly file: string;
      /** Counted from 1. */
      readonly line: number;
    }
  | {
      readonly kind: "problem";
      /** What is wrong with the line. A line that is being written, or was cut by a crash, is no JSON. */
      readonly message: string;
      readonly file: string;
      readonly line: number;
    };

/**
 * All entries of a directory's journals.
 *
 * @param directory the audit directory (AUDIT_LOG_DIR).
 * @throws {AuditError} `unreadable` when there is no such directory or a file cannot be read.
 */
export async function* readJournal(directory: string): AsyncGenerator<JournalEntry> {
  if (sizeOf(directory) === undefined) {
    throw new AuditError(
      "unreadable",
      `${directory} is not there: name an audit directory (AUDIT_LOG_DIR)`,
    );
  }
  for (const file of segmentsOf(directory)) {
    // A pipe would never end.
    if (await isNoFile(file)) throw new AuditError("unreadable", `cannot read ${file}: ${NO_FILE}`);
    yield* readSegment(file);
  }
}

function segmentsOf(directory: string): readonly string[] {
  try {
    return listStreams(directory).flatMap((stream) =>
      listSegments(directory, stream).map((segment) =>
        join(streamDirectory(directory, stream), segmentFile(segment)),
      ),
    );
  } catch (error) {
    throw new AuditError(
      "unreadable",
      `cannot read the journals of ${directory}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function* readSegment(file: string): AsyncGenerator<JournalEntry> {
  let line = 0;
  try {
    for await (const { text, isEnded } of linesOf(file)) {
      line++;
      // A record is there when its line end is: views and shipper see it the same way.
      if (!isEnded) yield { kind: "problem", message: NO_END, file, line };
      else if (text !== "") yield* entriesOf(text, file, line);
    }
  } catch (error) {
    // Retention deleted it since it was listed; a record says so.
    if (line === 0 && systemCodeOf(error) === "ENOENT") return;
    throw new AuditError("unreadable", `cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const CUT = "the line begins with the rest of one that was cut";
const NO_END = "the line has no end: it is being written, or a crash cut it";

/** Lines end with \n and nothing else: node:readline also breaks at U+2028, which may stand in a value. */
async function* linesOf(
  file: string,
): AsyncGenerator<{ readonly text: string; readonly isEnded: boolean }> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) yield { text, isEnded: true };
  }
  if (rest !== "") yield { text: rest, isEnded: false };
}

/** The rest of a line that somebody cut, and a whole one behind it, are one line now. */
function* entriesOf(text: string, file: string, line: number): Generator<JournalEntry> {
  const start = startOfGlued(text);
  if (start > 0) yield { kind: "problem", message: CUT, file, line };
  yield entryOf(text.slice(start), file, line);
}

function entryOf(text: string, file: string, line: number): JournalEntry {
  try {
    return { kind: "record", record: decodeJsonLine(text), file, line };
  } catch (error) {
    return { kind: "problem", message: messageOf(error), file, line };
  }
}
