import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AuditError, messageOf } from "../lib/errors.ts";
import { blocksOf, filesOf } from "../read/index.ts";
import { createExaminers, createLocalExaminer, type Examiners } from "./examiners.ts";
import { isSegment } from "./examine-piece.ts";
import type { ExaminedBlock } from "./examined-block.ts";
import { nameAlteredFields } from "./name-fields.ts";
import { createNodeCrypto } from "./node-crypto.ts";
import { reportOf, type VerificationReport } from "./report.ts";
import { createVerification, type Verification, type VerificationOptions } from "./verification.ts";

/** Options of {@link verifyFiles}. */
export interface VerifyFilesOptions extends Omit<
  VerificationOptions,
  "crypto" | "areCopiesExpected"
> {
  /** Told now and then how many bytes of how many were read. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Ends it: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Starting threads takes as long as reading this much. */
const THREADS_FROM_BYTES = 8 * 1024 * 1024;

/**
 * Verifies files and directories, in any form that `otel-audit/read` knows; several copies of a record
 * are held against each other.
 *
 * @param paths audit directories, journals, views, files of a Collector, exports of backends.
 * @throws {AuditError} as a rejection: `unreadable` where a path is not there. What is wrong inside of
 * files is in the report.
 */
export async function verifyFiles(
  paths: readonly string[],
  options: VerifyFilesOptions = {},
): Promise<VerificationReport> {
  const files = await filesToRead(paths);
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const crypto = createNodeCrypto();
  const areCopiesExpected = !areOneJournal(files);
  const verification = createVerification({ ...options, crypto, areCopiesExpected });
  const examiners = all < THREADS_FROM_BYTES ? createLocalExaminer() : createExaminers();
  let done = 0;
  try {
    for (const file of files) {
      await verifyFile(file, { verification, examiners, options });
      options.onProgress?.((done += file.bytes), all);
    }
  } finally {
    await examiners.close();
  }
  const facts = verification.finish();
  if (!areCopiesExpected) return reportOf(facts);
  const { signedLeaf } = verification;
  const { signal } = options;
  const findings = await nameAlteredFields({
    findings: facts.findings,
    files: files.map(({ path }) => path),
    signedLeaf,
    crypto,
    signal,
  });
  return reportOf({ ...facts, findings });
}

interface SizedFile {
  readonly path: string;
  readonly bytes: number;
  /** Why it is not read: what is no file may have no end. */
  readonly refusal?: string;
}

/** The journals of one directory hold each record once; what was sent anywhere may come there twice. */
function areOneJournal(files: readonly SizedFile[]): boolean {
  const paths = files.map(({ path }) => resolve(path));
  return paths.every(isSegment) && new Set(paths.map((path) => dirname(dirname(path)))).size === 1;
}

async function filesToRead(paths: readonly string[]): Promise<readonly SizedFile[]> {
  const files: SizedFile[] = [];
  const known = new Set<string>();
  for (const path of paths) {
    for (const file of filesOf(path)) {
      if (known.has(resolve(file))) continue;
      known.add(resolve(file));
      files.push({ path: file, ...(await sizeOf(file, file === path)) });
    }
  }
  return files;
}

/**
 * A segment that retention deletes meanwhile is told of by a record.
 *
 * @param isNamed whether somebody asks for this very path, which may be a pipe then.
 */
async function sizeOf(path: string, isNamed: boolean): Promise<Omit<SizedFile, "path">> {
  try {
    const stats = await stat(path);
    if (isNamed || stats.isFile()) return { bytes: stats.size };
    return { bytes: 0, refusal: "it is no file" };
  } catch {
    return { bytes: 0 };
  }
}

interface FileParts {
  readonly verification: Verification;
  readonly examiners: Examiners;
  readonly options: VerifyFilesOptions;
}

async function verifyFile({ path, refusal }: SizedFile, parts: FileParts): Promise<void> {
  const { verification, examiners, options } = parts;
  if (refusal !== undefined) return verification.addUnreadable(path, refusal);
  /** In their order, so that checkpoints come behind their records. */
  const underWay: Promise<ExaminedBlock>[] = [];
  try {
    for await (const block of blocksOf(path)) {
      options.signal?.throwIfAborted();
      if ("kind" in block) {
        verification.addUnreadable(path, block.message);
        continue;
      }
      underWay.push(examiners.examine(block));
      if (underWay.length >= examiners.capacity) await takeFirst(underWay, verification);
    }
    while (underWay.length > 0) await takeFirst(underWay, verification);
  } catch (error) {
    await Promise.allSettled(underWay);
    options.signal?.throwIfAborted();
    if (!(error instanceof AuditError)) throw error;
    verification.addUnreadable(path, messageOf(error));
  }
}

async function takeFirst(
  underWay: Promise<ExaminedBlock>[],
  verification: Verification,
): Promise<void> {
  const examined = await underWay.shift();
  if (examined !== undefined) await verification.add(examined);
}
