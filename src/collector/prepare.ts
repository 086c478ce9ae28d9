import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
} from "node:fs";
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

const LINE_END = 0x0a;
/** Some rows of the largest size: 64 KiB, each quote in them doubled. */
const TAIL_BYTES = 1024 * 1024;
/** So many places where a row may begin are tried. */
const MAX_STARTS = 50;

/** What {@link prepareCollectorDirectory} did. */
export interface Prepared {
  /** In words, one thing each; empty when everything was in place. */
  readonly done: readonly string[];
  /** What lets others in, in words; it is left as it is. */
  readonly warnings: readonly string[];
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
  return { done, warnings: openTo(directory) };
}

/** The exporters write files 0640: the directory is what keeps others out. */
function openTo(directory: string): readonly string[] {
  const mode = statSync(directory).mode & 0o777;
  if (process.platform === "win32" || (mode & 0o077) === 0) return [];
  const said = mode.toString(8).padStart(4, "0");
  return [
    `${directory} has mode ${said}: other users of this machine get in, and its files let their group read (0640); it was left so: chmod 700 ${directory}`,
  ];
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
 * A row that lacks only its line end gets one. Anything less is taken off and put beside the file:
 * inside of quotes a line end would not end it, and it would swallow the rows that come next.
 *
 * Only the end of the file is looked at. A row further up that a full disk cut is no reason to touch
 * what was written after it.
 */
function repairLastRow(path: string, fd: number): readonly string[] {
  const { size } = fstatSync(fd);
  const from = Math.max(CSV_HEADER.length, size - TAIL_BYTES);
  if (size <= from) return [];
  // Positions are bytes.
  const tail = readText(fd, from, size - from, "latin1");
  const border = wholeRowsEnd(tail, from === CSV_HEADER.length);
  if (border === tail.length) return [];
  if (border === undefined) {
    appendFully(fd, Buffer.from("\n"));
    return [`the end of ${path} holds no whole row: it was left as it is, on a line of its own`];
  }
  const torn = tail.slice(border);
  if (rowsEnd(`${torn}\n`) === torn.length + 1) {
    appendFully(fd, Buffer.from("\n"));
    return [`ended the last line of ${path}, which was cut`];
  }
  const bytes = Buffer.from(`${torn}\n`, "latin1");
  withFile(`${path}.torn`, (side) => appendFully(side, bytes));
  ftruncateSync(fd, from + border);
  return [
    `took off the last row of ${path}, which was cut (${torn.length} bytes, now in ${path}.torn)`,
  ];
}

/** Where the last of the whole rows ends; undefined where none can be told. */
function wholeRowsEnd(tail: string, isWholeFile: boolean): number | undefined {
  for (const start of rowStarts(tail, isWholeFile)) {
    const end = rowsEnd(tail.slice(start));
    if (end !== undefined && (end > 0 || start === 0)) return start + end;
  }
  return undefined;
}

/** Where rows may begin, the last first: behind a line end, with a time. Some are inside of a cell. */
function rowStarts(tail: string, isWholeFile: boolean): readonly number[] {
  const starts = [...tail.matchAll(/\n(?="?\d{4}-\d{2}-\d{2}T[\d:.]{8,18}Z"?,)/g)].map(
    ({ index }) => index + 1,
  );
  return (isWholeFile ? [0, ...starts] : starts).toReversed().slice(0, MAX_STARTS);
}

/** Where the whole rows of a text end that begins with one; undefined where it does not. */
function rowsEnd(text: string): number | undefined {
  // The last cell is never empty: no record is without its schema version.
  if (/,(?:"")?\n$/.test(text)) return undefined;
  try {
    return decodeCsvRows(Buffer.from(text, "latin1").toString("utf8")).at(-1)?.endBytes ?? 0;
  } catch {
    return undefined;
  }
}

function readText(
  fd: number,
  position: number,
  length: number,
  encoding: "utf8" | "latin1" = "utf8",
): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString(encoding, 0, readSync(fd, buffer, 0, length, position));
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
