import { closeSync, fstatSync, fsyncSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CSV_HEADER } from "../format/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { appendFully, FILE_MODE, makeDirectory } from "../lib/files.ts";

/** OTLP JSON lines, in the Collector's directory (AUDIT_COLLECTOR_DIR). */
export const COLLECTOR_JSON = "audit.jsonl";
/** Results as CSV rows. */
export const COLLECTOR_CSV = "audit.csv";
/** Folder of the persistent queues. */
export const COLLECTOR_QUEUE = "queue";

/** What {@link prepareCollectorDirectory} did. */
export interface Prepared {
  /** In words, one thing each; empty when everything was in place. */
  readonly done: readonly string[];
}

/**
 * Makes a directory ready for a start of the Collector: the folders, the CSV header, which no
 * Collector component can write, and the end of a last line that a kill cut. Safe to call before
 * every start, not while the Collector runs.
 *
 * @throws {AuditError} `directory_unusable` when it cannot be made or written, `unreadable` when
 * the CSV file has another header.
 */
export function prepareCollectorDirectory(directory: string): Prepared {
  const done: string[] = [];
  try {
    makeDirectory(join(directory, COLLECTOR_QUEUE));
    done.push(
      ...prepareCsv(join(directory, COLLECTOR_CSV)),
      ...endLastLine(join(directory, COLLECTOR_JSON)),
    );
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(
      "directory_unusable",
      `cannot prepare the Collector's directory ${JSON.stringify(directory)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return { done };
}

function prepareCsv(path: string): readonly string[] {
  const start = withFile(path, (fd) => {
    const buffer = Buffer.alloc(CSV_HEADER.length);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, buffer.length, 0));
  });
  if (start === "") {
    withFile(path, (fd) => appendFully(fd, Buffer.from(CSV_HEADER)));
    return [`wrote the header of ${path}`];
  }
  if (start !== CSV_HEADER) {
    throw new AuditError(
      "unreadable",
      `${path} has another header than this version writes: move it away, a new one is begun`,
    );
  }
  return endLastLine(path);
}

/** A batch and its line end are two writes of the Collector: a kill between them would join two lines. */
function endLastLine(path: string): readonly string[] {
  return withFile(path, (fd) => {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (size === 0 || readSync(fd, last, 0, 1, size - 1) === 0 || last[0] === 0x0a) return [];
    appendFully(fd, Buffer.from("\n"));
    return [`ended the last line of ${path}, which was cut`];
  });
}

function withFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, "a+", FILE_MODE);
  try {
    const result = use(fd);
    fsyncSync(fd);
    return result;
  } finally {
    closeSync(fd);
  }
}
