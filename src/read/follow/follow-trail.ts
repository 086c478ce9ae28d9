/**
 * What comes into a trail, as it comes: in new segments, of new processes, and behind rotations.
 *
 * In: paths. Out: the records that match, each once. Views are not followed where there is a journal: they
 * are made from it. Promise: a record that is written after `createFollower` is given, if its file is still
 * there when it is looked for.
 */
import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type FlatRecord, toFlat } from "../../format/index.ts";
import { systemCodeOf } from "../../lib/errors.ts";
import { createNumberSet, type NumberSet } from "../../lib/number-set.ts";
import type { Block, FileProblem } from "../block.ts";
import { decodeBlock } from "../decode-block.ts";
import { filesOf } from "../files-of.ts";
import { matcherOf } from "../query/match-query.ts";
import type { Query } from "../query/query.ts";
import { placeOf } from "../search/matches.ts";
import { asksForKinds } from "../search/scan-block.ts";
import { type GrowingFile, openGrowingFile } from "./growing-file.ts";

/** A record that came, or something that is none. */
export type Followed = { readonly kind: "record"; readonly record: FlatRecord } | FileProblem;

/** Looks at the files of a trail again and again. It has no timer: whoever made it asks when it likes. */
export interface Follower {
  /**
   * What came since the last call, or since the follower was made; read as it is taken.
   *
   * @throws {AuditError} `unreadable` where a path is not there any more; else the system error.
   */
  readonly poll: () => Iterable<Followed>;
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
  const open = new Map<string, GrowingFile>();
  /** Sizes of files that nothing came into for long: they would take a descriptor each. */
  const quiet = new Map<string, number>();
  const isNew = createNewTest();
  const matches = matcherOf(query);
  const isOfAllKinds = asksForKinds(query);
  look(true);

  function look(isFirst: boolean): void {
    for (const path of growingFiles(paths)) {
      try {
        const { dev, ino, size, mtimeMs } = statSync(path);
        const key = `${dev}:${ino}`;
        const known = quiet.get(key);
        if (open.has(key) || known === size) continue;
        if (isFirst && Date.now() - mtimeMs > QUIET_MILLIS) quiet.set(key, size);
        else open.set(key, openGrowingFile(path, known ?? (isFirst ? size : 0)));
      } catch (error) {
        // Deleted or renamed since it was listed.
        if (systemCodeOf(error) !== "ENOENT") throw error;
      }
    }
  }

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
      look(false);
      for (const file of open.values()) {
        for (const item of file.read()) {
          if ("kind" in item) yield item;
          else yield* recordsIn(item);
        }
      }
    },
    know(records) {
      for (const record of records) isNew(record);
    },
    close() {
      for (const file of open.values()) file.close();
      open.clear();
    },
  };
}

const JOURNAL = "journal";
/** A file that was not written for so long is opened when it grows. */
const QUIET_MILLIS = 3_600_000;

/** The files that are appended to. */
function growingFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const files = filesOf(path);
    const segments = files.filter((file) => basename(dirname(dirname(resolve(file)))) === JOURNAL);
    return segments.length > 0 ? segments : files;
  });
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
