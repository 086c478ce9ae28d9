import { closeSync, fstatSync, openSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** What somebody else did to a file since we left it. */
export interface Finding {
  /** `foreign`: it stands where there was none of ours. */
  readonly change: "deleted" | "renamed" | "truncated" | "replaced" | "foreign";
  /** Bytes of the file that stands at the path now; undefined: there is none. */
  readonly sizeThere: number | undefined;
}

/** Notices when somebody else changes, renames or deletes a file of ours. */
export interface FileWatch {
  /** What was done to the file since {@link remember}; undefined: nothing. */
  readonly find: () => Finding | undefined;
  /** The file is as it is to be; where there is none, somebody took it away just now. */
  readonly remember: () => void;
  /** There is no file of ours, until the next {@link remember}. */
  readonly forget: () => void;
  /** We made it longer by so many bytes. */
  readonly grew: (bytes: number) => void;
  /** Bytes that the file is to have. */
  readonly size: () => number;
  /** Which file it is, whatever its name; undefined where there is none. */
  readonly identity: () => string | undefined;
  readonly close: () => void;
}

interface Known {
  readonly identity: string;
  size: number;
  readonly modified: bigint;
}

/**
 * Creates a watch of a path.
 *
 * @param options.seesRewriting also notices a change that leaves the size as it was; for files that
 * are not appended to.
 * @param options.holds default true: the file is held open, which tells one that has another name
 * now from one that is gone. Without it both are `deleted`.
 */
export function createFileWatch(
  path: string,
  options: { readonly seesRewriting: boolean; readonly holds?: boolean },
): FileWatch {
  let known: Known | undefined;
  /** Somebody was quicker than {@link FileWatch.remember}: what file it was is not known. */
  let isLost = false;
  let fd = -1;

  function close(): void {
    if (fd >= 0) closeSync(fd);
    fd = -1;
  }

  /** A name on another filesystem is none: what was mounted there is gone, as far as readers can see. */
  function hasOtherName(): boolean {
    if (fd < 0) return false;
    const { nlink, dev } = fstatSync(fd);
    const there = statSync(dirname(path), { throwIfNoEntry: false });
    return nlink > 0 && (there === undefined || there.dev === dev);
  }

  /** Without a descriptor it is only not known whether the file has another name. */
  function hold(): void {
    close();
    if (options.holds === false) return;
    try {
      fd = openSync(path, "r");
    } catch {
      fd = -1;
    }
  }

  return {
    find() {
      const there = look(path);
      const sizeThere = there?.size;
      if (isLost) return { change: there === undefined ? "deleted" : "replaced", sizeThere };
      if (known === undefined)
        return there === undefined || there.size === 0
          ? undefined
          : { change: "foreign", sizeThere };
      if (there?.identity !== known.identity) {
        if (hasOtherName()) return { change: "renamed", sizeThere };
        return { change: there === undefined ? "deleted" : "replaced", sizeThere };
      }
      if (there.size < known.size) return { change: "truncated", sizeThere };
      const isSame =
        there.size === known.size && (!options.seesRewriting || there.modified === known.modified);
      return isSame ? undefined : { change: "replaced", sizeThere };
    },
    remember() {
      const before = known?.identity;
      known = look(path);
      isLost = known === undefined;
      if (known === undefined) close();
      else if (known.identity !== before || fd < 0) hold();
    },
    forget() {
      known = undefined;
      isLost = false;
      close();
    },
    grew(bytes) {
      if (known !== undefined) known.size += bytes;
    },
    size: () => known?.size ?? 0,
    identity: () => known?.identity,
    close,
  };
}

function look(path: string): Known | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { dev, ino, size, mtimeNs } = found;
  return { identity: `${dev} ${ino}`, size: Number(size), modified: mtimeNs };
}

/** Which file stands at a path; undefined where there is none. */
export function identityAt(path: string): string | undefined {
  return look(path)?.identity;
}

/** The path in a directory that a file has now; undefined where it is not there. */
export function findByIdentity(directory: string, identity: string): string | undefined {
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .find((path) => identityAt(path) === identity);
}
