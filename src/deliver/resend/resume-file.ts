import { readFileSync } from "node:fs";
import { z } from "zod";
import { AuditError, messageOf, systemCodeOf } from "../../lib/errors.ts";
import { replaceFile } from "../../lib/files.ts";
import { createNumberRanges, type NumberRanges } from "../../lib/number-ranges.ts";

/** What a receiver took, by stream. */
export interface TakenRecords {
  readonly add: (stream: string, sequence: number) => void;
  /**
   * Whether an earlier run says so. What this run adds does not count: files may hold another record
   * under an id that was just taken, a forged copy of it or the real one.
   */
  readonly wasTaken: (stream: string, sequence: number) => boolean;
}

/** {@link TakenRecords} that can be kept in a file. */
export interface ResumeFile extends TakenRecords {
  /** In one step, durably. @throws {AuditError} `directory_unusable` where the file cannot be written. */
  readonly save: (path: string) => void;
}

const number = z.number().int().nonnegative();
const schema = z.object({
  version: z.literal(1),
  endpoint: z.string(),
  taken: z.record(z.string(), z.array(z.tuple([number, number]))),
});

/**
 * What a receiver took before, and takes now. Numbers are kept, not places in files: files are
 * rotated and deleted between two runs.
 *
 * @param path of an earlier run; one that is not there, or undefined, is of the first run.
 * @param endpoint URL of the receiver; undefined: none is asked, and nothing is kept.
 * @throws {AuditError} `unreadable` where the file is none of these, `invalid_option` where it is of
 * another receiver: what that one took says nothing of this one.
 */
export function openResumeFile(path: string | undefined, endpoint: string | undefined): ResumeFile {
  const known = path === undefined ? undefined : read(path);
  if (known !== undefined && endpoint !== undefined && known.endpoint !== endpoint) {
    throw new AuditError(
      "invalid_option",
      `${path} says what ${known.endpoint} took, not ${endpoint}: name another file`,
    );
  }
  const before = rangesOf(known);
  const streams = rangesOf(known);
  return {
    add(stream, sequence) {
      let ranges = streams.get(stream);
      if (ranges === undefined) streams.set(stream, (ranges = createNumberRanges()));
      ranges.add(sequence);
    },
    wasTaken: (stream, sequence) => before.get(stream)?.has(sequence) === true,
    save(file) {
      const taken = Object.fromEntries([...streams].map(([id, ranges]) => [id, ranges.list()]));
      try {
        replaceFile(file, [JSON.stringify({ version: 1, endpoint, taken })]);
      } catch (error) {
        throw new AuditError(
          "directory_unusable",
          `cannot keep what was taken in ${file}: ${messageOf(error)}`,
          { cause: error },
        );
      }
    },
  };
}

function rangesOf(known: z.infer<typeof schema> | undefined): Map<string, NumberRanges> {
  const taken = Object.entries(known?.taken ?? {});
  return new Map(taken.map(([stream, ranges]) => [stream, createNumberRanges(ranges)]));
}

function read(path: string): z.infer<typeof schema> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw new AuditError(
      "unreadable",
      `${path} is not what an earlier otel-audit resend --resume wrote: name another file`,
      { cause: error },
    );
  }
}
