/**
 * The files of an export.
 *
 * In: records, and of each the file that it goes to. Out: the files, all at once at the end: until then
 * they have other names, and when something fails none of them is left.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FlatRecord } from "../../../format/index.ts";
import { AuditError, messageOf } from "../../../lib/errors.ts";
import { FILE_MODE, makeDirectory, syncDirectory, writeFully } from "../../../lib/files.ts";
import type { Encoding } from "./encodings.ts";

/** What {@link createExportFiles} takes. */
export interface ExportFilesOptions {
  readonly encoding: Encoding;
  /** Whether a file that is there is replaced. */
  readonly isForced: boolean;
  /** Where files are written before they are made into others; default: beside their place. */
  readonly scratch?: string | undefined;
  /** Makes a file of what was written. Default: it is the file. */
  readonly convert?: (written: string, into: string) => Promise<void>;
}

/** A file that is written. */
export interface ExportedFile {
  readonly path: string;
  readonly records: number;
}

/** Files that are being written. */
export interface ExportFiles {
  /** @throws {AuditError} `invalid_option` where the file is there already, `directory_unusable` where it cannot be written. */
  readonly add: (path: string, record: FlatRecord) => void;
  /** Makes a file that there may be no record for. */
  readonly touch: (path: string) => void;
  /** Gives them their names. */
  readonly finish: () => Promise<readonly ExportedFile[]>;
  /** Removes what has no name yet; after `finish` there is nothing of it. */
  readonly discard: () => void;
}

interface OpenFile {
  readonly path: string;
  readonly temporary: string;
  pending: string[];
  pendingChars: number;
  records: number;
}

/** A file is written in pieces of this size; so many days fit in the memory. */
const PIECE_CHARS = 64 * 1024;

/** Begins; nothing is written before the first record. */
export function createExportFiles(options: ExportFilesOptions): ExportFiles {
  const { encoding, isForced, scratch, convert } = options;
  const files = new Map<string, OpenFile>();
  /** What goes when this ends before its time. */
  const temporaries = new Set<string>();

  function open(path: string): OpenFile {
    if (!isForced) refuseExisting(path);
    const name = `.${basename(path)}.${process.pid}.tmp`;
    const temporary =
      scratch === undefined ? join(dirname(path), name) : join(scratch, `${files.size}.jsonl`);
    temporaries.add(temporary);
    writing(path, () => {
      makeDirectory(dirname(path));
      closeSync(openSync(temporary, "w", FILE_MODE));
    });
    const file = { path, temporary, pending: [encoding.head], pendingChars: 0, records: 0 };
    files.set(path, file);
    return file;
  }

  /** Opened for each piece: a trail may have more days than a process may have files. */
  function write(file: OpenFile, isLast = false): void {
    writing(file.path, () => {
      const fd = openSync(file.temporary, "a");
      try {
        writeFully(fd, Buffer.from(file.pending.join("")));
        if (isLast) fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    });
    file.pending = [];
    file.pendingChars = 0;
  }

  async function complete(file: OpenFile): Promise<string> {
    file.pending.push(encoding.tail);
    write(file, true);
    if (convert === undefined) return file.temporary;
    const made = join(dirname(file.path), `.${basename(file.path)}.${process.pid}.tmp`);
    temporaries.add(made);
    // It keeps the mode of a file that is there.
    writing(file.path, () => closeSync(openSync(made, "w", FILE_MODE)));
    await convert(file.temporary, made);
    writing(file.path, () => syncFile(made));
    rmSync(file.temporary, { force: true });
    return made;
  }

  return {
    add(path, record) {
      const file = files.get(path) ?? open(path);
      const text = encoding.encode(record);
      if (file.records++ > 0) file.pending.push(encoding.between);
      file.pending.push(text);
      file.pendingChars += text.length;
      if (file.pendingChars >= PIECE_CHARS) write(file);
    },
    touch: (path) => void (files.get(path) ?? open(path)),
    async finish() {
      const whole: [file: OpenFile, written: string][] = [];
      for (const file of files.values()) whole.push([file, await complete(file)]);
      if (!isForced) for (const [{ path }] of whole) refuseExisting(path);
      for (const [{ path }, written] of whole) writing(path, () => renameSync(written, path));
      temporaries.clear();
      for (const directory of new Set(whole.map(([{ path }]) => dirname(path))))
        syncDirectory(directory);
      return whole.map(([{ path, records }]) => ({ path, records }));
    },
    discard() {
      for (const temporary of temporaries) rmSync(temporary, { force: true });
    },
  };
}

/** @throws {AuditError} `invalid_option` where a file is there. */
function refuseExisting(path: string): void {
  if (existsSync(path))
    throw new AuditError(
      "invalid_option",
      `${path} is there already: say --force to replace it, or name another place`,
    );
}

function syncFile(path: string): void {
  const fd = openSync(path, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new AuditError("directory_unusable", `cannot write ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
