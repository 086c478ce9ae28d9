/**
 * From journals on disk to records, for everybody who asks the trail something.
 *
 * In: an audit directory, also one that is being written. Out: every record, stream by stream in
 * its order, and everything that is no record, named with file and line. Nothing is written.
 */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AuditRecord } from "../event/index.ts";
import {
  decodeJsonLine,
  listSegments,
  listStreams,
  segmentFile,
  streamDirectory,
} from "../format/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { sizeOf } from "../lib/files.ts";

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
  for (const stream of listStreams(directory)) {
    for (const segment of listSegments(directory, stream)) {
      yield* readSegment(join(streamDirectory(directory, stream), segmentFile(segment)));
    }
  }
}

async function* readSegment(file: string): AsyncGenerator<JournalEntry> {
  let line = 0;
  let last: string | undefined;
  try {
    const input = createReadStream(file);
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      if (last !== undefined && last !== "") yield entryOf(last, file, line);
      line++;
      last = text;
    }
    if (last === undefined || last === "") return;
    // A record is there when its line end is: views and shipper see it the same way.
    if (endsWithLineEnd(file)) yield entryOf(last, file, line);
    else
      yield {
        kind: "problem",
        message: "the line has no end: it is being written, or a crash cut it",
        file,
        line,
      };
  } catch (error) {
    throw new AuditError("unreadable", `cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function endsWithLineEnd(file: string): boolean {
  const fd = openSync(file, "r");
  try {
    const byte = Buffer.alloc(1);
    readSync(fd, byte, 0, 1, fstatSync(fd).size - 1);
    return byte[0] === 0x0a;
  } finally {
    closeSync(fd);
  }
}

function entryOf(text: string, file: string, line: number): JournalEntry {
  try {
    return { kind: "record", record: decodeJsonLine(text), file, line };
  } catch (error) {
    return { kind: "problem", message: messageOf(error), file, line };
  }
}
