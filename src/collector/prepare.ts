import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CSV_HEADER, decodeCsvRows } from "../format/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { appendFully, FILE_MODE, makeDirectory } from "../lib/files.ts";

/** OTLP JSON lines, in the Collector's directory (AUDIT_COLLECTOR_DIR). */
export const COLLECTOR_JSON = "audit.jsonl";
/** Results as CSV rows. */
export const COLLECTOR_CSV = "audit.csv";
/** OTLP JSON lines of what claims to be an audit record and has no id or no seal. */
export const COLLECTOR_UNPROVEN = "unproven.jsonl";
/** Folder of the persistent queues, the spool among them. */
export const COLLECTOR_QUEUE = "queue";

const READ_BYTES = 1024 * 1024;
const LINE_END = 0x0a;
const QUOTE = 0x22;

/** What {@link prepareCollectorDirectory} did. */
export interface Prepared {
  /** In words, one thing each; empty when everything was in place. */
  readonly done: readonly string[];
}

/**
 * Makes a directory ready for a start of the Collector: the folders, the CSV header, which no
 * Collector component can write, and a last line or row that a kill cut. Safe to call before
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
      ...endLastLine(join(directory, COLLECTOR_UNPROVEN)),
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
  const start = withFile(path, (fd) => readText(fd, 0, CSV_HEADER.length));
  const isHeaderCut = start.length < CSV_HEADER.length && CSV_HEADER.startsWith(start);
  if (isHeaderCut) {
    withFile(path, (fd) => {
      ftruncateSync(fd, 0);
      appendFully(fd, Buffer.from(CSV_HEADER));
    });
    return [`wrote the header of ${path}`];
  }
  if (start !== CSV_HEADER) {
    throw new AuditError(
      "unreadable",
      `${path} has another header than this version writes: move it away, a new one is begun`,
    );
  }
  return withFile(path, (fd) => repairLastRow(path, fd));
}

/**
 * A row that lacks only its line end gets one. Anything less is taken off: inside of quotes a line
 * end would not end it, and it would swallow the rows that come next. The Collector, which was
 * killed before it could take the batch off its queue, writes it again.
 */
function repairLastRow(path: string, fd: number): readonly string[] {
  const { size } = fstatSync(fd);
  const border = lastRowBorder(fd, size);
  if (border === size) return [];
  if (isRow(`${readText(fd, border, size - border)}\n`)) {
    appendFully(fd, Buffer.from("\n"));
    return [`ended the last line of ${path}, which was cut`];
  }
  ftruncateSync(fd, border);
  return [`took off the last row of ${path}, which was cut (${size - border} bytes)`];
}

/** Where the whole rows end: a line end counts where the number of quotes before it is even. */
function lastRowBorder(fd: number, size: number): number {
  const buffer = Buffer.alloc(READ_BYTES);
  let border = 0;
  let isQuoted = false;
  for (let position = 0; position < size;) {
    const count = readSync(fd, buffer, 0, buffer.length, position);
    if (count === 0) break;
    for (let at = 0; at < count; at++) {
      if (buffer[at] === QUOTE) isQuoted = !isQuoted;
      else if (buffer[at] === LINE_END && !isQuoted) border = position + at + 1;
    }
    position += count;
  }
  return border;
}

function isRow(text: string): boolean {
  // The last cell is never empty: no record is without its schema version.
  if (text.endsWith(",\n")) return false;
  try {
    return decodeCsvRows(text).length === 1;
  } catch {
    return false;
  }
}

function readText(fd: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString("utf8", 0, readSync(fd, buffer, 0, length, position));
}

/** A batch and its line end are two writes of the Collector: a kill between them would join two lines. */
function endLastLine(path: string): readonly string[] {
  return withFile(path, (fd) => {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (size === 0 || readSync(fd, last, 0, 1, size - 1) === 0 || last[0] === LINE_END) return [];
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
