/**
 * What comes into a trail, as it comes: in new segments, of new processes, and behind rotations.
 *
 * In: paths. Out: the records that match, each once. Views are not followed where there is a journal: they
 * are made from it. Promise: a record that is written after `createFollower` is given, if its file is still
 * there when it is looked for.
 */
import { type FlatRecord, toFlat } from "../../format/index.ts";
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import type { Block, FileProblem } from "../block.ts";
import { decodeBlock } from "../decode-block.ts";
import { matcherOf } from "../query/match-query.ts";
import type { Query } from "../query/query.ts";
import { placeOf } from "../search/matches.ts";
import { asksForKinds } from "../search/scan-block.ts";
import { createGrowingFiles } from "./growing-files.ts";

/** A record that came, or something that is none. */
export type Followed = { readonly kind: "record"; readonly record: FlatRecord } | FileProblem;

/** Looks at the files of a trail again and again. It has no timer: whoever made it asks when it likes. */
export interface Follower {
  /**
   * What came since the last call, or since the follower was made, up to 16 MiB; read as it is taken. A file
   * that cannot be read is a problem, said once.
   *
   * @throws {AuditError} `unreadable` where a path is not there any more.
   */
  readonly poll: () => Iterable<Followed>;
  /** Whether more is there than the last call gave: then it need not be waited for. */
  readonly isBehind: () => boolean;
  /** These were shown already: they do not come again. */
  readonly know: (records: Iterable<Pick<FlatRecord, "record_id">>) => void;
  /** Closes the files. */
  readonly close: () => void;
}

/**
 * Follows a trail, from behind what its files hold now: actions, unless the query names kinds of records.
 *
 * @param paths files and directories; none of them is written.
 * @throws {AuditError} `unreadable` where a path is not there.
 * @example
 * const follower = createFollower(["./audit"], parseQuery("outcome:denied"));
 * setInterval(() => {
 *   for (const found of follower.poll()) if (found.kind === "record") alert(found.record);
 * }, 500);
 */
export function createFollower(paths: readonly string[], query: Query): Follower {
  const files = createGrowingFiles(paths);
  const isNew = createNewTest();
  const matches = matcherOf(query);
  const isOfAllKinds = asksForKinds(query);

  function* recordsIn(block: Block): Generator<Followed> {
    for (const found of decodeBlock(block)) {
      if (found.kind === "problem") {
        yield { ...found, file: block.file };
        continue;
      }
      const record = toFlat(found.record);
      const isAsked = isOfAllKinds || record.kind === "result";
      if (isAsked && matches(record) && isNew(record)) yield { kind: "record", record };
    }
  }

  return {
    *poll() {
      for (const item of files.read()) {
        if ("kind" in item) yield item;
        else yield* recordsIn(item);
      }
    },
    isBehind: () => files.isBehind(),
    know(records) {
      for (const record of records) isNew(record);
    },
    close: () => files.close(),
  };
}

function createNewTest(): (record: Pick<FlatRecord, "record_id">) => boolean {
  const seen = new Map<string, NumberSet>();
  return (record) => {
    const [stream, sequence] = placeOf(record);
    let set = seen.get(stream);
    if (set === undefined) seen.set(stream, (set = createNumberSet()));
    return set.add(sequence);
  };
}
