import { AuditError, messageOf } from "../lib/errors.ts";
import { isGone, type PipeCopies, type TrailFile } from "../read/index.ts";
import { createExaminers, createLocalExaminer, type Examiners } from "./examiners.ts";
import type { ExaminedBlock } from "./examined-block.ts";
import { filesToRead, journalOf, segmentsNow } from "./files-to-read.ts";
import { nameAlteredFields } from "./name-fields.ts";
import { createNodeCrypto } from "./node-crypto.ts";
import { reportOf, type VerificationReport } from "./report.ts";
import { createVerification, type Verification } from "./verification.ts";
import type { CallerOptions, VerificationOptions } from "./verification-options.ts";

/** Options of {@link verifyFiles}. */
export interface VerifyFilesOptions extends CallerOptions {
  /** Told now and then how many bytes of how many were read. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Ends it: the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Copies, which are read where pipes are named. */
  readonly pipes?: PipeCopies;
}

/** Starting threads takes as long as reading this much. */
const THREADS_FROM_BYTES = 8 * 1024 * 1024;
/** All records of a block are in memory at a time, as objects: a larger one makes nothing faster. */
const BLOCK_BYTES = 256 * 1024;
/** Retention may delete segments while they are read: then everything is read once more. */
const MAX_TRIES = 3;
/** So often is everything read again because of what it says. What is not changed meanwhile needs two. */
const MAX_REREADINGS = 3;

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
  let known: Known = { cutStreams: new Map(), keptStreams: new Set() };
  let rereadings = 0;
  for (let tries = 1; ;) {
    const { gone, report, more } = await verifyOnce(paths, options, known);
    if (report === undefined) {
      if (tries++ >= MAX_TRIES) throw gone;
    } else if (more === undefined || rereadings++ >= MAX_REREADINGS) return report;
    else known = more;
  }
}

/** A report; or the segment that was deleted while it was made. */
type Attempt =
  | {
      readonly report: VerificationReport;
      /** What has to be known for a better one. */
      readonly more?: Known | undefined;
      readonly gone?: undefined;
    }
  | { readonly gone: AuditError; readonly report?: undefined; readonly more?: undefined };

/** Streams of which an earlier reading has shown how they have to be read. */
type Known = Required<Pick<VerificationOptions, "cutStreams" | "keptStreams">>;

async function verifyOnce(
  paths: readonly string[],
  options: VerifyFilesOptions,
  known: Known,
): Promise<Attempt> {
  const { copies, segments } = await filesToRead(paths, options.pipes);
  const files = [...copies, ...segments];
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const crypto = createNodeCrypto();
  // The journals of one directory hold each record once; what was sent anywhere may come there twice.
  const areCopiesExpected =
    copies.length > 0 || new Set(segments.map(({ path }) => journalOf(path))).size > 1;
  const verification = createVerification({
    ...options,
    crypto,
    areCopiesExpected,
    ...known,
  });
  const examiners = all < THREADS_FROM_BYTES ? createLocalExaminer() : createExaminers();
  const parts = { verification, examiners, options };
  let done = 0;
  const progress = ({ bytes }: TrailFile): void =>
    options.onProgress?.((done += bytes), Math.max(all, done));
  try {
    for (const file of copies) {
      const gone = await verifyFile(file, parts);
      if (gone !== undefined) verification.addUnreadable(file.path, messageOf(gone));
      progress(file);
    }
    for (const file of copies.length === 0 ? segments : await segmentsNow(paths, copies)) {
      const gone = await verifyFile(file, parts);
      if (gone !== undefined) return { gone };
      progress(file);
    }
  } finally {
    await examiners.close();
  }
  const facts = verification.finish();
  if (!areCopiesExpected) {
    const report = reportOf(facts);
    return { report, more: moreThan(known, verification, report) };
  }
  const findings = await nameAlteredFields({
    findings: facts.findings,
    files,
    signedLeaf: verification.signedLeaf,
    crypto,
    signal: options.signal,
  });
  return { report: reportOf({ ...facts, findings }) };
}

/** What this reading has shown beside what was known; undefined: nothing that asks for another one. */
function moreThan(
  { cutStreams, keptStreams }: Known,
  verification: Verification,
  { findings }: VerificationReport,
): Known | undefined {
  const cut = verification.cutStreams();
  const isExcused = findings.some(
    ({ code, stream = "" }) =>
      code === "record_inserted" && cut.get(stream) !== cutStreams.get(stream),
  );
  const forgotten = verification.forgottenStreams();
  if (!isExcused && forgotten.length === 0) return undefined;
  return {
    cutStreams: isExcused ? new Map([...cutStreams, ...cut]) : cutStreams,
    keptStreams: new Set([...keptStreams, ...forgotten]),
  };
}

interface FileParts {
  readonly verification: Verification;
  readonly examiners: Examiners;
  readonly options: VerifyFilesOptions;
}

/** @returns why it could not be read, where it is not there any more. */
async function verifyFile(
  { path, blocks }: TrailFile,
  parts: FileParts,
): Promise<AuditError | undefined> {
  const { verification, examiners, options } = parts;
  /** In their order, so that checkpoints come behind their records. */
  const underWay: Promise<ExaminedBlock>[] = [];
  try {
    for await (const block of blocks({ blockBytes: BLOCK_BYTES })) {
      options.signal?.throwIfAborted();
      if ("kind" in block) {
        const add = block.isWithoutIds === true ? "passOver" : "addUnreadable";
        verification[add](block.file, block.message);
        continue;
      }
      underWay.push(examiners.examine(block));
      if (underWay.length >= examiners.capacity) await takeFirst(underWay, verification);
    }
    while (underWay.length > 0) await takeFirst(underWay, verification);
    return undefined;
  } catch (error) {
    await Promise.allSettled(underWay);
    options.signal?.throwIfAborted();
    if (!(error instanceof AuditError)) throw error;
    if (isGone(error)) return error;
    verification.addUnreadable(path, messageOf(error));
    return undefined;
  }
}

async function takeFirst(
  underWay: Promise<ExaminedBlock>[],
  verification: Verification,
): Promise<void> {
  const examined = await underWay.shift();
  if (examined !== undefined) await verification.add(examined);
}
