/**
 * Where records stand that a receiver refused for good.
 *
 * In: refused records, before the cursor of the shipper moves past them. Out: the same, once each
 * for an endpoint, until somebody sends them again. A file holds what one batch left over and is
 * only ever replaced as a whole, under a lock that nobody holds while something is sent.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isId } from "../../event/index.ts";
import {
  decodeQuarantineLine,
  encodeQuarantineLine,
  parseFlatLine,
  quarantineDirectory,
  type QuarantinedRecord,
  type QuarantineEntry,
  stateDirectory,
} from "../../format/index.ts";
import { AuditError, messageOf, systemCodeOf } from "../../lib/errors.ts";
import { tryLockFile } from "../../lib/file-lock.ts";
import { makeDirectory, replaceFile, syncDirectory } from "../../lib/files.ts";
import { namesIn } from "../../lib/names-in.ts";
import { whyForeign } from "./own-journal.ts";

/** `<stream>.<sequence of its first record>.jsonl`. */
const FILE_NAME = /^([A-Za-z][A-Za-z0-9_-]{15})\.(\d+)\.jsonl$/;
/** No batch spans more numbers: its bytes are limited, and a line has some hundreds of them. */
const BATCH_NUMBERS = 4096;

/** The lock is held for one rewriting of one small file. */
const LOCK_WAIT_MILLIS = 2000;

/** Files of the quarantine, sorted; none where there is none. */
export function listQuarantineFiles(directory: string): readonly string[] {
  return namesIn(quarantineDirectory(directory))
    .filter((name) => isId(FILE_NAME.exec(name)?.[1] ?? ""))
    .toSorted(byStreamAndSequence);
}

function byStreamAndSequence(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/**
 * The records of a file of {@link listQuarantineFiles}; none where it is gone by now.
 *
 * @param onBad told of each line that is no quarantined record, and of a file that is a link or
 * another user's: it may have been put there to be sent away.
 */
export function readQuarantineFile(
  directory: string,
  file: string,
  onBad: (why: string) => void,
): readonly QuarantineEntry[] {
  const path = join(quarantineDirectory(directory), file);
  const why = whyForeign(path, "file");
  if (why !== undefined) {
    onBad(`${join("quarantine", file)}: ${why}`);
    return [];
  }
  return linesOf(path).flatMap((line, at) => {
    try {
      return [decodeQuarantineLine(line)];
    } catch (error) {
      onBad(`${join("quarantine", file)}:${at + 1}: ${messageOf(error)}`);
      return [];
    }
  });
}

/**
 * Puts records of one stream into the quarantine. Durable when it returns; a record that stands
 * there already for the same endpoint is not put there again.
 *
 * @param records not empty, in their order.
 * @throws the system error of the disk; {@link AuditError} `write_failed` while another holds the lock.
 */
export function quarantine(
  directory: string,
  first: { readonly stream: string; readonly sequence: number },
  records: readonly QuarantinedRecord[],
): void {
  const folder = quarantineDirectory(directory);
  makeDirectory(folder);
  syncDirectory(directory);
  withLock(directory, () => {
    // Left by a process that died before it moved its cursor, and may have had other batches.
    const known = new Set(
      filesAround(directory, first)
        .flatMap((file) => readQuarantineFile(directory, file, () => {}))
        .map(keyOf),
    );
    const added = records.filter((record) => !known.has(keyOf(record)));
    const [head] = added;
    if (head === undefined) return;
    const path = join(folder, `${first.stream}.${parseFlatLine(head.line).sequence}.jsonl`);
    const lines = [...linesOf(path), ...added.map(encodeQuarantineLine)];
    replaceFile(
      path,
      lines.map((line) => `${line}\n`),
    );
  });
}

/** Files of a stream that may hold a record of the same batch: there may be thousands of others. */
function filesAround(
  directory: string,
  { stream, sequence }: { readonly stream: string; readonly sequence: number },
): readonly string[] {
  return listQuarantineFiles(directory).filter((name) => {
    const [, other, begin] = FILE_NAME.exec(name) ?? [];
    return other === stream && Math.abs(Number(begin) - sequence) < BATCH_NUMBERS;
  });
}

/** Takes lines out of a file; a file without lines goes. Durable when it returns. */
export function release(directory: string, file: string, texts: ReadonlySet<string>): void {
  const path = join(quarantineDirectory(directory), file);
  withLock(directory, () => {
    const rest = linesOf(path).filter((line) => !texts.has(line));
    if (rest.length > 0) {
      replaceFile(
        path,
        rest.map((line) => `${line}\n`),
      );
    } else {
      rmSync(path, { force: true });
      syncDirectory(quarantineDirectory(directory));
    }
  });
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** A record and an endpoint stand in the quarantine once. */
function keyOf({ endpoint, line }: QuarantinedRecord): string {
  return `${endpoint} ${line}`;
}

function withLock(directory: string, run: () => void): void {
  makeDirectory(stateDirectory(directory));
  const path = join(stateDirectory(directory), "quarantine.lock");
  const lock = tryLockFile(path, LOCK_WAIT_MILLIS);
  if (lock === null) {
    throw new AuditError(
      "write_failed",
      `${path} is held by another process for more than ${LOCK_WAIT_MILLIS / 1000} s`,
    );
  }
  try {
    run();
  } finally {
    lock.release();
  }
}
