/** From files to what is sent again. */
import {
  ATTR_RECORD_ID,
  ATTR_SEQUENCE_NUMBER,
  ATTR_SERVICE_NAME,
  ATTR_TIME,
  type AuditRecord,
  type RecordAttributes,
  streamOf,
} from "../event/index.ts";
import { createResendItems, type ResendItem, resourceOfStream } from "../deliver/index.ts";
import { millisOfIso } from "../lib/clock.ts";
import { AuditError, systemCodeOf } from "../lib/errors.ts";
import {
  type Block,
  blocksOf,
  decodeBlock,
  type FileProblem,
  type FoundRecord,
} from "../read/index.ts";
import { type ListedFile, openListed, wholeLines } from "../lib/listed-file.ts";
import type { FileGroup } from "./resend-files.ts";

/** Which records are wanted; all limits belong to what they limit. */
export interface ResendRange {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly stream: string | undefined;
  readonly fromSequence: number;
  readonly toSequence: number;
}

/** What {@link createResendReader} takes. */
export interface ResendReaderOptions {
  readonly range: ResendRange;
  /** Whether the receiver took a record in an earlier run. */
  readonly isTaken: (stream: string, sequence: number) => boolean;
  readonly onProblem: (problem: Pick<FileProblem, "file" | "line" | "message" | "isCut">) => void;
  /** A file that was listed is not there any more, or not all of it. */
  readonly onMissed: (file: string, why: string) => void;
  readonly warn: (line: string) => void;
}

/** What was read so far. */
export interface ReadCounts {
  /** Of the files, as far as they were read. */
  readonly bytes: number;
  readonly records: number;
  /** Not of the range. */
  readonly skipped: number;
  /** Taken in an earlier run. */
  readonly taken: number;
}

/** Reads groups of files, several of them at a time if need be. */
export interface ResendReader {
  /** Records to send; one list for each piece of a file. */
  readonly read: (group: FileGroup) => AsyncGenerator<readonly ResendItem[]>;
  readonly counts: () => ReadCounts;
}

/** Creates one; what it counts is of all groups together. */
export function createResendReader(options: ResendReaderOptions): ResendReader {
  const { range, isTaken, onProblem, onMissed, warn } = options;
  const counts = { bytes: 0, records: 0, skipped: 0, taken: 0 };
  const toItem = createResendItems();
  /** Of journals, where only the start record tells it. */
  const resources = new Map<string, RecordAttributes>();

  function resourceOf(record: AuditRecord, group: FileGroup): RecordAttributes {
    const stream = streamOf(String(record.attributes[ATTR_RECORD_ID]));
    if (record.resource !== undefined) {
      resources.set(stream, record.resource);
      return record.resource;
    }
    const known = resources.get(stream) ?? lookUp(stream, group);
    if (known !== undefined) return known;
    const least: RecordAttributes =
      record.service === undefined ? {} : { [ATTR_SERVICE_NAME]: record.service };
    resources.set(stream, least);
    warn(
      `the start record of stream ${stream} is not there: its records are sent with service.name alone`,
    );
    return least;
  }

  function lookUp(stream: string, { segmentsOf }: FileGroup): RecordAttributes | undefined {
    if (segmentsOf?.stream !== stream) return undefined;
    const found = resourceOfStream(segmentsOf.directory, stream);
    if (found !== undefined) resources.set(stream, found);
    return found;
  }

  function isWanted({ attributes }: AuditRecord): boolean {
    const stream = streamOf(String(attributes[ATTR_RECORD_ID]));
    const sequence = Number(attributes[ATTR_SEQUENCE_NUMBER]);
    const time = millisOfIso(String(attributes[ATTR_TIME])) ?? Number.NaN;
    const isInRange =
      (range.stream === undefined || stream === range.stream) &&
      sequence >= range.fromSequence &&
      sequence <= range.toSequence &&
      !(time < range.since) &&
      !(time > range.until);
    if (!isInRange) counts.skipped++;
    else if (isTaken(stream, sequence)) counts.taken++;
    else return true;
    return false;
  }

  function itemsOf(block: Block, group: FileGroup): readonly ResendItem[] {
    const records: FoundRecord[] = [];
    for (const found of decodeBlock(block)) {
      if (found.kind === "problem") onProblem({ ...found, file: block.file });
      else if (!isNumbered(found))
        onProblem({ file: block.file, line: found.line, message: "its sequence number is none" });
      else if (found.doubts.length === 0) records.push(found);
      // What is read in two ways has to be looked at by somebody: sending would choose one of them.
      else onProblem({ file: block.file, line: found.line, message: doubtful(found) });
    }
    counts.bytes += block.bytes.length;
    counts.records += records.length;
    const bytes = block.bytes.length / Math.max(1, records.length);
    return records.flatMap(({ record }) => {
      const resource = resourceOf(record, group);
      return isWanted(record) ? [toItem(record, resource, bytes)] : [];
    });
  }

  async function* readSegments(group: FileGroup): ReturnType<ResendReader["read"]> {
    for (const { path } of group.files) {
      try {
        for await (const block of blocksOf(path)) {
          if ("kind" in block) onProblem(block);
          else yield itemsOf(block, group);
        }
      } catch (error) {
        // Retention deleted it since it was listed; a record says so.
        if (!isGone(error)) throw error;
      }
    }
  }

  /** Files that somebody may rename and write to meanwhile: each is read as it is at its turn, and what came since in a second round. */
  async function* readFiles(group: FileGroup): ReturnType<ResendReader["read"]> {
    const readTo = new Map<string, number>();
    for (const file of group.files) yield* readFile(file, readTo, group);
    // Once: what is sent may come back into these very files, and would never end.
    for (const file of group.listAgain())
      if (file.bytes > (readTo.get(file.identity) ?? 0)) yield* readFile(file, readTo, group);
  }

  async function* readFile(
    file: ListedFile,
    readTo: Map<string, number>,
    group: FileGroup,
  ): ReturnType<ResendReader["read"]> {
    const opened = await openListed(file);
    if (opened === undefined) {
      onMissed(file.path, "it was deleted, or moved to another directory");
      return;
    }
    const { handle, path, bytes } = opened;
    try {
      if (bytes < file.bytes)
        onMissed(file.path, `it was cut from ${file.bytes} to ${bytes} bytes`);
      const before = readTo.get(file.identity) ?? 0;
      const { end: start, lines } = await wholeLines(handle, Math.min(before, bytes));
      readTo.set(file.identity, bytes);
      for await (const block of blocksOf(path, { handle, start, end: bytes })) {
        if ("kind" in block) onProblem({ ...block, line: block.line + lines });
        else yield itemsOf({ ...block, firstLine: block.firstLine + lines }, group);
      }
    } finally {
      await handle.close();
    }
  }

  return {
    counts: () => counts,
    read: (group) => (group.segmentsOf === undefined ? readFiles(group) : readSegments(group)),
  };
}

function isNumbered({ record: { attributes } }: FoundRecord): boolean {
  const sequence = attributes[ATTR_SEQUENCE_NUMBER];
  return Number.isSafeInteger(typeof sequence === "string" ? Number(sequence) : sequence);
}

function isGone(error: unknown): boolean {
  return error instanceof AuditError && systemCodeOf(error.cause) === "ENOENT";
}

function doubtful({ record, doubts }: FoundRecord): string {
  return `record ${String(record.attributes[ATTR_RECORD_ID])} contradicts itself (${doubts[0] ?? ""}): otel-audit verify says more`;
}
