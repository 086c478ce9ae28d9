/** The files of a trail that are appended to: which there are, what came into them, and few descriptors. */
import { type BigIntStats, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { messageOf, systemCodeOf } from "../../lib/errors.ts";
import type { Block, FileProblem } from "../block.ts";
import { filesOf } from "../files-of.ts";
import { NO_FILE } from "../is-no-file.ts";
import { createGrowingFile, type GrowingFile, identityOf } from "./growing-file.ts";

/** All of them. */
export interface GrowingFiles {
  /**
   * What came since the last call, up to 16 MiB of it; a file that cannot be read is said once, and keeps nobody from the others.
   *
   * @throws {AuditError} `unreadable` where a path is not there any more.
   */
  readonly read: () => Iterable<Block | FileProblem>;
  /** Whether more is there than the last call read. */
  readonly isBehind: () => boolean;
  readonly close: () => void;
}

interface Known {
  readonly file: GrowingFile;
  /** When it was looked at. */
  size: number;
  isListed: boolean;
}

/** The files that grew last stay open: what is appended to them while they are renamed or deleted is read. */
const MAX_OPEN = 32;
/** A file that was not written for so long is opened when it grows. */
const QUIET_MILLIS = 3_600_000;
/** What one call reads: whoever asks can do something else in between. */
const MAX_READ_BYTES = 16 * 1024 * 1024;
const JOURNAL = "journal";

/**
 * Begins behind what the files hold now.
 *
 * @throws {AuditError} `unreadable` where a path is not there.
 */
export function createGrowingFiles(paths: readonly string[]): GrowingFiles {
  /** By identity; those that grew last stand at the end. */
  const known = new Map<string, Known>();
  /** What was said of a path, until it is right again. */
  let said = new Map<string, string>();
  /** What is wrong since the last call. */
  let wrong = new Map<string, string>();
  /** Bytes that this call may still read. */
  let left = MAX_READ_BYTES;
  look(true);

  function look(isFirst: boolean): void {
    for (const each of known.values()) each.isListed = false;
    for (const path of listed(paths)) {
      attempt(path, () => {
        const stats = statSync(path, { bigint: true });
        if (!stats.isFile()) throw new Error(NO_FILE);
        const { file } = knownOf(path, stats, isFirst);
        const isQuiet = Date.now() - Number(stats.mtimeMs) > QUIET_MILLIS;
        if (isFirst && !isQuiet && known.size <= MAX_OPEN) file.open();
      });
    }
  }

  function knownOf(path: string, stats: BigIntStats, isFirst: boolean): Known {
    const identity = identityOf(stats);
    const size = Number(stats.size);
    let found = known.get(identity);
    if (found === undefined) {
      const file = createGrowingFile(path, identity, isFirst ? size : 0);
      found = { file, size, isListed: true };
      known.set(identity, found);
    }
    Object.assign(found, { size, isListed: true });
    found.file.path = path;
    return found;
  }

  function attempt(path: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      // Deleted or renamed since it was listed.
      if (systemCodeOf(error) !== "ENOENT") wrong.set(path, messageOf(error));
    }
  }

  function* readAll(): Generator<Block | FileProblem> {
    left = MAX_READ_BYTES;
    // A copy: what grows is put at the end while this goes on, and is the last to be read again.
    const all = [...known];
    for (const [identity, each] of all) {
      if (left <= 0) return;
      const { file, isListed, size } = each;
      if (!isListed && !file.isOpen()) known.delete(identity);
      if (isListed ? size === file.position() : !file.isOpen()) continue;
      const before = file.position();
      yield* readOne(file);
      left -= Math.max(0, file.position() - before);
      if (!isListed && file.isSpent()) {
        file.close();
        known.delete(identity);
      } else if (file.position() !== before) {
        known.delete(identity);
        known.set(identity, each);
      }
      closeSome();
    }
  }

  function* readOne(file: GrowingFile): Generator<Block | FileProblem> {
    try {
      yield* file.read(left);
    } catch (error) {
      attempt(file.path, () => {
        throw error;
      });
    }
  }

  function closeSome(): void {
    const open = [...known.values()].filter(({ file }) => file.isOpen());
    for (const { file } of open.slice(0, -MAX_OPEN)) file.close();
  }

  return {
    *read() {
      look(false);
      yield* readAll();
      for (const [file, message] of wrong)
        if (said.get(file) !== message) yield { kind: "problem", file, line: 1, message };
      said = wrong;
      wrong = new Map();
    },
    isBehind: () => left <= 0,
    close() {
      for (const { file } of known.values()) file.close();
      known.clear();
    },
  };
}

function listed(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const files = filesOf(path);
    const segments = files.filter((file) => basename(dirname(dirname(resolve(file)))) === JOURNAL);
    return segments.length > 0 ? segments : files;
  });
}
