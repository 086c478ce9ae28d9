import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { systemCodeOf } from "../../lib/errors.ts";

/** Lines that come into the files of a directory, also where one is rotated meanwhile. */
export interface FileTail {
  /** Whole lines since the last call. @throws the system error where a file cannot be read. */
  readonly read: () => readonly TailLine[];
  /** Whether a file was there, ever. */
  readonly isThere: () => boolean;
}

/** A line, and the file in which it was. */
export interface TailLine {
  readonly file: string;
  readonly text: string;
}

const LINE_END = 0x0a;
const READ_BYTES = 1024 * 1024;

interface Place {
  position: number;
  rest: Buffer;
}

/**
 * Begins at what the files hold now.
 *
 * @param isOurs whether a name is one of them; a rotated file keeps its inode, which is what tells it.
 */
export function createFileTail(directory: string, isOurs: (name: string) => boolean): FileTail {
  const places = new Map<number, Place>();
  for (const { inode, size } of files())
    places.set(inode, { position: size, rest: Buffer.alloc(0) });

  function files(): readonly {
    readonly file: string;
    readonly inode: number;
    readonly size: number;
  }[] {
    return readdirSync(directory)
      .filter(isOurs)
      .flatMap((name) => {
        const file = join(directory, name);
        const stats = statSync(file, { throwIfNoEntry: false });
        return stats?.isFile() === true ? [{ file, inode: stats.ino, size: stats.size }] : [];
      });
  }

  function linesOf(file: string, place: Place): TailLine[] {
    const fd = openSync(file, "r");
    try {
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const lines: TailLine[] = [];
      for (let size = -1; size !== 0;) {
        size = readSync(fd, buffer, 0, READ_BYTES, place.position);
        place.position += size;
        const bytes = Buffer.concat([place.rest, buffer.subarray(0, size)]);
        const end = bytes.lastIndexOf(LINE_END) + 1;
        place.rest = bytes.subarray(end);
        for (const text of bytes.toString("utf8", 0, end).split("\n"))
          if (text !== "") lines.push({ file, text });
      }
      return lines;
    } finally {
      closeSync(fd);
    }
  }

  return {
    isThere: () => places.size > 0,
    read: () =>
      files().flatMap(({ file, inode, size }) => {
        const place = places.get(inode) ?? { position: 0, rest: Buffer.alloc(0) };
        places.set(inode, place);
        if (size <= place.position) return [];
        try {
          return linesOf(file, place);
        } catch (error) {
          // Rotated between the two looks: it has another name the next time.
          if (systemCodeOf(error) === "ENOENT") return [];
          throw error;
        }
      }),
  };
}
