import type { Block, FileProblem, Form, FoundRecord } from "./block.ts";
import type { BlockOptions } from "./block-cutter.ts";
import { decodeBlock } from "./decode-block.ts";
import { sourcesOf } from "./search/sources.ts";

/** A record and the file in which it stands. */
export interface ReadRecord extends FoundRecord {
  /** The name that it was read under, as rotation may have renamed it since it was listed. */
  readonly file: string;
  /** Of the file. */
  readonly form: Form;
}

/**
 * Everything that stands in some files, or directories of files, in every form that is known: each record,
 * also one that stands in more than one of them, and each place that is none. Each file is read once, in the
 * order in which they are listed, the journal of a directory first; no file is held in memory as a whole.
 *
 * @param paths what `sourcesOf` takes.
 * @throws {AuditError} `unreadable` when something that was named is not there or cannot be read.
 * @example
 * for await (const found of readRecords("./audit")) {
 *   if (found.kind === "problem") warn(`${found.file}:${found.line}: ${found.message}`);
 *   else show(toFlat(found.record));
 * }
 */
export async function* readRecords(
  paths: string | readonly string[],
  options: BlockOptions = {},
): AsyncGenerator<ReadRecord | FileProblem> {
  const sources = await sourcesOf(typeof paths === "string" ? [paths] : paths);
  for (const { blocks } of sources) yield* recordsIn(blocks(undefined, options));
}

/** What stands in the blocks of a file. */
export async function* recordsIn(
  blocks: AsyncIterable<Block | FileProblem>,
): AsyncGenerator<ReadRecord | FileProblem> {
  for await (const block of blocks) {
    if ("kind" in block) yield block;
    else {
      const { file, form } = block;
      for (const found of decodeBlock(block))
        yield found.kind === "record" ? { ...found, file, form } : { ...found, file };
    }
  }
}
