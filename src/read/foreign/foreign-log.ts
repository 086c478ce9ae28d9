/**
 * The audit log of WeightsLab, and of others that keep its five keys, as far as it can be read.
 *
 * In: `audit_log.json` or `audit_log.csv`, whole or torn. Out: its entries, the oldest first, and every
 * place that holds none, with line and bytes. They are no records: what they say is claimed by a file that
 * anybody could have written.
 */
import { readFile } from "node:fs/promises";
import { COLUMNS } from "../../format/portable.ts";
import { AuditError, messageOf } from "../../lib/errors.ts";
import { crypto } from "../../lib/late-packages.ts";
import { shown } from "../../lib/shown.ts";
import { bytesOfMark, type FileProblem } from "../block.ts";
import { csvEntries } from "./csv-entries.ts";
import { type ForeignEntry, type ForeignFound, timeOf } from "./foreign-entry.ts";
import { jsonEntries } from "./json-entries.ts";

/** What a file holds. */
export interface ForeignLog {
  readonly form: "json" | "csv";
  /** The oldest first, as far as the order of the file says so. */
  readonly entries: readonly ForeignEntry[];
  readonly problems: readonly FileProblem[];
  readonly bytes: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string;
}

/** Larger ones are not read: WeightsLab writes all of it anew for each event. */
const MAX_BYTES = 512 * 1024 * 1024;
const HEAD_BYTES = 200;
const OPEN_LIST = 0x5b;
const OPEN_MAP = 0x7b;
const SPACE = 0x20;

/**
 * Reads a file.
 *
 * @throws {AuditError} as a rejection: `unreadable` where it cannot be read, is no such log, is too large,
 * or holds records of otel-audit.
 */
export async function readForeignLog(path: string): Promise<ForeignLog> {
  const bytes = await bytesOf(path);
  const start = firstByte(bytes);
  const isJson = bytes[start] === OPEN_LIST || bytes[start] === OPEN_MAP;
  const refuse = (why: string): AuditError => new AuditError("unreadable", `${path} ${why}`);
  if (!isJson && start < bytes.length && !isCsv(bytes.subarray(start, start + HEAD_BYTES)))
    throw refuse(
      `is no audit log of five keys: it begins with ${shown(bytes.toString("latin1", start, start + 40))}`,
    );
  const entries: ForeignEntry[] = [];
  const problems: FileProblem[] = [];
  for (const found of isJson ? jsonEntries(bytes) : csvEntries(bytes)) {
    if (found.kind === "record-of-ours")
      throw refuse(
        `holds records of otel-audit (line ${found.line}): they are read as they are, and need no import`,
      );
    if (found.kind === "entry") entries.push(found.entry);
    for (const problem of problemsOf(found)) problems.push({ ...problem, file: path });
  }
  return {
    form: isJson ? "json" : "csv",
    entries: isNewestFirst(entries, isJson) ? entries.toReversed() : entries,
    problems,
    bytes: bytes.length,
    digest: crypto().createHash("sha256").update(bytes).digest("hex"),
  };
}

async function bytesOf(path: string): Promise<Buffer<ArrayBuffer>> {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new AuditError("unreadable", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (bytes.length > MAX_BYTES)
    throw new AuditError(
      "unreadable",
      `${path} has ${bytes.length} bytes, more than ${MAX_BYTES}: cut it into several files`,
    );
  return bytes;
}

function firstByte(bytes: Uint8Array): number {
  let at = bytesOfMark(bytes);
  while (at < bytes.length && (bytes[at] ?? 0) <= SPACE) at++;
  return at;
}

/** A header, or at least a row: the start of a file may be lost. */
function isCsv(head: Buffer<ArrayBuffer>): boolean {
  const [line = ""] = head.toString("latin1").split("\n");
  return (
    line.replaceAll('"', "").startsWith(COLUMNS.slice(0, 5).join(",")) ||
    timeOf(line.split(",")[0] ?? "") !== undefined
  );
}

function problemsOf(found: ForeignFound): readonly Omit<FileProblem, "file">[] {
  if (found.kind === "problem") return [found];
  if (found.kind !== "entry") return [];
  return found.entry.doubts.map((message) => ({
    kind: "problem",
    message,
    line: found.entry.line,
  }));
}

/** WeightsLab puts the newest first in JSON and last in CSV; others may not. */
function isNewestFirst(entries: readonly ForeignEntry[], isJson: boolean): boolean {
  const times = entries.flatMap(({ time }) => time ?? []);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || first === last) return isJson;
  return first > last;
}
