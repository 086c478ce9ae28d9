/** Which files are sent again, and in which order. */
import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { isId } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { blocksOf, filesOf } from "../read/index.ts";

/** Files whose records are in one order. */
export interface FileGroup {
  /** The audit directory and the stream, where the files are segments of one. */
  readonly segmentsOf: { readonly directory: string; readonly stream: string } | undefined;
  readonly files: readonly string[];
  readonly bytes: number;
}

const SEGMENT = /^(\d+)\.jsonl$/;
const LINES = /\.jsonl$/;
/** Checkpoints beside views: copies of what stands in the journal. */
const CHECKPOINTS = "audit_checkpoints.jsonl";
const VIEWS = /^audit_log(?:-\d+)?\.(?:json|csv)$/;
/** Enough to see what a file is. */
const LOOK_BYTES = 64 * 1024;
const FROM_JOURNAL =
  "it is a view, and shows a part of each record: name the journal that it was made from (the audit directory, or its journal/)";

/**
 * The files under some paths: segments stream by stream in their order, then all others, those of one
 * directory by name, which is the order in which a Collector rotates them. Of a directory with a journal
 * only that is taken: the rest of it are copies.
 *
 * @throws {AuditError} `unreadable` where something is not there, or cannot be sent again.
 */
export async function groupsOf(paths: readonly string[]): Promise<readonly FileGroup[]> {
  const files = [...new Set(paths.flatMap(filesIn).map((path) => resolve(path)))];
  const streams = Map.groupBy(files, (file) => segmentPlace(file)?.folder);
  const others = streams.get(undefined) ?? [];
  for (const file of others) await checkForm(file);
  const groups = [...streams].flatMap(([folder, segments]) => {
    if (folder === undefined) return [];
    const segmentsOf = { directory: dirname(dirname(folder)), stream: basename(folder) };
    return [groupOf(segments.toSorted(bySegment), segmentsOf)];
  });
  if (others.length === 0) return groups;
  const inOrder = [...Map.groupBy(others, (file) => dirname(file)).values()].flatMap((together) =>
    together.toSorted(byName),
  );
  return [...groups, groupOf(inOrder, undefined)];
}

function groupOf(files: readonly string[], segmentsOf: FileGroup["segmentsOf"]): FileGroup {
  return { files, segmentsOf, bytes: files.reduce((sum, file) => sum + sizeOfFile(file), 0) };
}

function filesIn(path: string): readonly string[] {
  const found = filesOf(path);
  if (found.length === 1 && found[0] === path) return found;
  const segments = found.filter((file) => segmentPlace(file) !== undefined);
  if (segments.length > 0) return segments;
  const lines = found.filter((file) => LINES.test(file) && basename(file) !== CHECKPOINTS);
  if (lines.length > 0) return lines;
  const view = found.find((file) => VIEWS.test(basename(file)));
  if (view !== undefined) throw refused(view, FROM_JOURNAL);
  throw refused(path, "it holds no journal and no OTLP JSON lines (.jsonl): name what does");
}

/** Of a segment that stands where an audit directory has it. */
function segmentPlace(
  file: string,
): { readonly folder: string; readonly number: number } | undefined {
  const place = resolve(file);
  const folder = dirname(place);
  const [, number] = SEGMENT.exec(basename(place)) ?? [];
  const isPlace = basename(dirname(folder)) === "journal" && isId(basename(folder));
  return number !== undefined && isPlace ? { folder, number: Number(number) } : undefined;
}

function bySegment(left: string, right: string): number {
  return (segmentPlace(left)?.number ?? 0) - (segmentPlace(right)?.number ?? 0);
}

/** Numbered ones by number; `audit-<time>.jsonl` stands before `audit.jsonl`, which is written now. */
function byName(left: string, right: string): number {
  const [one, other] = [basename(left), basename(right)];
  const [oneNumber, otherNumber] = [SEGMENT.exec(one)?.[1], SEGMENT.exec(other)?.[1]];
  if (oneNumber !== undefined && otherNumber !== undefined)
    return Number(oneNumber) - Number(otherNumber);
  return one < other ? -1 : 1;
}

/** What can be seen before anything is sent. */
async function checkForm(file: string): Promise<void> {
  if (!isFile(file)) throw refused(file, "it is no regular file");
  for await (const block of blocksOf(file, { blockBytes: LOOK_BYTES })) {
    if ("kind" in block) {
      if (block.isWithoutIds === true) throw refused(file, FROM_JOURNAL);
      if (block.line === 1) throw refused(file, block.message);
      continue;
    }
    if (block.form === "csv" || block.form === "json-array") throw refused(file, FROM_JOURNAL);
    if (block.form === "json-lines" || block.form === "otlp") return;
    throw refused(
      file,
      "it is an answer of a store, which keeps a part of each record: name the journal, or the Collector's audit.jsonl",
    );
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch (error) {
    throw refused(file, messageOf(error));
  }
}

function sizeOfFile(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function refused(file: string, why: string): AuditError {
  return new AuditError("unreadable", `${file} cannot be sent again: ${why}`);
}
