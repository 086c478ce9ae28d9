import { AuditError, systemCodeOf } from "../lib/errors.ts";
import type { FileProblem, Form, FoundRecord } from "./block.ts";
import type { BlockOptions } from "./block-cutter.ts";
import { blocksOf } from "./blocks-of.ts";
import { decodeBlock } from "./decode-block.ts";
import { filesOf } from "./files-of.ts";
import { isNoFile, NO_FILE } from "./is-no-file.ts";

/** A record and the file in which it stands. */
export interface ReadRecord extends FoundRecord {
  readonly file: string;
  /** Of the file. */
  readonly form: Form;
}

/**
 * Everything that stands in some files, or directories of files, in every form that is known: each record,
 * also one that stands in more than one of them, and each place that is none.
 *
 * @throws {AuditError} `unreadable` when something that was named is not there or cannot be read.
 */
export async function* readRecords(
  paths: string | readonly string[],
  options: BlockOptions = {},
): AsyncGenerator<ReadRecord | FileProblem> {
  for (const path of typeof paths === "string" ? [paths] : paths) {
    for (const file of filesOf(path)) {
      // A pipe that somebody names is read; one among the files of a directory would never end.
      if (file !== path && (await isNoFile(file))) {
        yield { kind: "problem", message: NO_FILE, file, line: 1 };
        continue;
      }
      try {
        yield* recordsOf(file, options);
      } catch (error) {
        // Retention deleted it since it was listed; a record says so.
        if (file === path || !isGone(error)) throw error;
      }
    }
  }
}

async function* recordsOf(
  file: string,
  options: BlockOptions,
): AsyncGenerator<ReadRecord | FileProblem> {
  for await (const block of blocksOf(file, options)) {
    if ("kind" in block) yield block;
    else {
      const { form } = block;
      for (const found of decodeBlock(block))
        yield found.kind === "record" ? { ...found, file, form } : { ...found, file };
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof AuditError && systemCodeOf(error.cause) === "ENOENT";
}
