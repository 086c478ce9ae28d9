import { lstatSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setAside } from "../../lib/set-aside.ts";
import { createFileWatch, type FileWatch } from "./file-watch.ts";
import { type ChangeTellers, IN_THE_WAY, setForeignAside } from "./foreign-view.ts";

/** Name of a closed part. */
export function partFile(part: number): string {
  return `audit_log-${part}.json`;
}

/** Numbers of the closed parts that are there, ascending. */
export function listParts(directory: string): readonly number[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const number = /^audit_log-(\d+)\.json$/.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    })
    .toSorted((left, right) => left - right);
}

/**
 * A path where a part can be made: a file that stands there is not ours, and put aside.
 *
 * @param isOurs whether it is what a crash left of this part. Default: it never is.
 */
export function freePartPath(
  directory: string,
  part: number,
  tellers: ChangeTellers,
  isOurs: (path: string) => boolean = () => false,
): string {
  const path = join(directory, partFile(part));
  const there = lstatSync(path, { throwIfNoEntry: false });
  const isFile = there?.isFile() === true || there?.isSymbolicLink() === true;
  if (isFile && !isOurs(path)) setForeignAside(path, IN_THE_WAY, tellers);
  return path;
}

/** Closed parts: they are looked at, and never written again. */
export interface ClosedParts {
  /** A part was closed just now. */
  readonly add: (part: number) => void;
  /** Looks at some of them, in turn, and tells of those that somebody else changed. */
  readonly check: () => void;
}

/** Looked at in one go. A directory may have hundreds. */
const CHECKED_AT_ONCE = 32;

/** Begins with the parts that are there. */
export function watchClosedParts(
  directory: string,
  { report, fileChanged }: ChangeTellers,
): ClosedParts {
  const watches = new Map<number, FileWatch>();
  let next: number[] = [];

  function add(part: number): void {
    // It holds no descriptor: whether a part that is gone has another name now does not matter here.
    const watch = createFileWatch(join(directory, partFile(part)), {
      seesRewriting: true,
      holds: false,
    });
    watch.remember();
    watches.set(part, watch);
  }

  function checkOne(part: number): void {
    const found = watches.get(part)?.find();
    if (found === undefined) return;
    watches.delete(part);
    const path = join(directory, partFile(part));
    const { change, sizeThere } = found;
    if (sizeThere === undefined) {
      // Old parts are what people move and delete when they need room.
      report(`${path} was moved or deleted by somebody else: the journal has its records`);
      return fileChanged({ file: basename(path), change, isRestored: false });
    }
    const aside = setAside(path);
    report(
      `${path} was changed by somebody else: it is kept as ${aside}; the journal has the records of that part`,
    );
    fileChanged({ file: basename(path), change, keptAs: basename(aside), isRestored: false });
  }

  for (const part of listParts(directory)) add(part);
  return {
    add,
    check() {
      if (next.length === 0) next = [...watches.keys()];
      for (const part of next.splice(0, CHECKED_AT_ONCE)) checkOne(part);
    },
  };
}
