/** Which files are sent again, and in which order. */
import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { COLLECTOR_JSON } from "../collector/index.ts";
import { isId } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { blocksOf, filesOf } from "../read/index.ts";
import { type ListedFile, listFile } from "../lib/listed-file.ts";

/** Files whose records are in one order. */
export interface FileGroup {
  /** The audit directory and the stream, where the files are segments of one. */
  readonly segmentsOf: { readonly directory: string; readonly stream: string } | undefined;
  readonly files: readonly ListedFile[];
  readonly bytes: number;
  /** What is there by now, in its order: a Collector that writes rotates its files meanwhile. */
  readonly listAgain: () => readonly ListedFile[];
}

/** Which files are sent, and which are not. */
export interface FilesToSend {
  readonly groups: readonly FileGroup[];
  /** What lies in directories that were named and may hold records of no trail; not the copies of it. */
  readonly leftOut: readonly string[];
}

const SEGMENT = /^(\d+)\.jsonl$/;
/** As the file exporter names a full audit.jsonl: with the reason, and in older Collectors without. */
const ROTATED = /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}(?:-[a-z]+)?\.jsonl$/;
/** Checkpoints beside views, and CSV rows: copies of what is sent. */
const COPIES = /^audit_checkpoints\.jsonl$|\.csv$/;
const VIEWS = /^audit_log(?:-\d+)?\.(?:json|csv)$/;
/** Of what is left out; the rest is counted. */
const MAX_NAMES = 20;
/** A directory that is listed while its files are renamed is listed again, so often. */
const MAX_TRIES = 5;
/** Enough to see what a file is. */
const LOOK_BYTES = 64 * 1024;
const FROM_JOURNAL =
  "it is a view, and shows a part of each record: name the journal that it was made from (the audit directory, or its journal/)";

/**
 * The files under some paths: segments stream by stream in their order, then all others, those of one
 * directory by name, which is the order in which a Collector rotates them. Of a directory only the journal
 * is taken, or else audit.jsonl and what was rotated of it: other files of a Collector hold what may be
 * forged, or is no part of the trail. They are taken where they are named.
 *
 * @throws {AuditError} `unreadable` where something is not there, or cannot be sent again.
 */
export async function filesToSend(paths: readonly string[]): Promise<FilesToSend> {
  const found = paths.map(filesIn);
  const files = uniquePlaces(found.flatMap(({ taken }) => taken));
  const leftOut = uniquePlaces(found.flatMap((one) => one.leftOut));
  const trails = paths.filter((_, at) => found[at]?.isTrail === true);
  return {
    groups: await groupsOf(files, trails),
    leftOut: leftOut.filter((file) => !files.includes(file)),
  };
}

async function groupsOf(
  files: readonly string[],
  trails: readonly string[],
): Promise<readonly FileGroup[]> {
  const streams = Map.groupBy(files, (file) => segmentPlace(file)?.folder);
  const others = streams.get(undefined) ?? [];
  for (const file of others) await checkForm(file);
  const groups = [...streams].flatMap(([folder, segments]) => {
    if (folder === undefined) return [];
    const segmentsOf = { directory: dirname(dirname(folder)), stream: basename(folder) };
    return [groupOf(segments.toSorted(bySegment), segmentsOf)];
  });
  if (others.length === 0) return groups;
  return [...groups, groupOf(inOrder(others), undefined, () => listTrails(trails))];
}

/** A name that is gone between being listed and being looked at was given to another file, or the file is: once more. */
function listTrails(trails: readonly string[], tries = 1): readonly ListedFile[] {
  const paths = inOrder(uniquePlaces(trails.flatMap((path) => filesOf(path).filter(isTrail))));
  const files = paths.map(listFile);
  if (files.includes(undefined) && tries < MAX_TRIES) return listTrails(trails, tries + 1);
  return files.filter((file) => file !== undefined);
}

function inOrder(files: readonly string[]): readonly string[] {
  return [...Map.groupBy(files, (file) => dirname(file)).values()].flatMap((together) =>
    together.toSorted(byName),
  );
}

function groupOf(
  paths: readonly string[],
  segmentsOf: FileGroup["segmentsOf"],
  listAgain: FileGroup["listAgain"] = () => [],
): FileGroup {
  const files = paths.map((path) => listFile(path) ?? { path, identity: "", bytes: 0 });
  return { files, segmentsOf, listAgain, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function uniquePlaces(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => resolve(path)))];
}

function filesIn(path: string): {
  readonly taken: readonly string[];
  readonly leftOut: readonly string[];
  /** A directory that a Collector may be writing to. */
  readonly isTrail: boolean;
} {
  const found = filesOf(path);
  if (found.length === 1 && found[0] === path) return { taken: found, leftOut: [], isTrail: false };
  const segments = found.filter((file) => segmentPlace(file) !== undefined);
  const taken = segments.length > 0 ? segments : found.filter(isTrail);
  const isTaken = new Set(taken);
  const leftOut = found.filter((file) => !isTaken.has(file) && isWorthNaming(file));
  if (taken.length > 0) return { taken, leftOut, isTrail: segments.length === 0 };
  const view = found.find((file) => VIEWS.test(basename(file)));
  if (view !== undefined) throw refused(view, FROM_JOURNAL);
  const others =
    leftOut.length === 0 ? "" : `; what lies there is sent only by name: ${namesOf(leftOut)}`;
  throw refused(path, `it holds no journal and no ${COLLECTOR_JSON}: name what does${others}`);
}

function isTrail(file: string): boolean {
  return basename(file) === COLLECTOR_JSON || ROTATED.test(basename(file));
}

/** A file that prepare made and nobody wrote to has nothing to leave out. */
function isWorthNaming(file: string): boolean {
  const name = basename(file);
  return !COPIES.test(name) && !VIEWS.test(name) && sizeOfFile(file) > 0;
}

/** One line for each directory. */
export function* leftOutLines(leftOut: readonly string[]): Generator<string> {
  for (const [directory, files] of Map.groupBy(leftOut, (file) => dirname(file)))
    yield `left out of ${directory}: ${namesOf(files)}: of a directory only its journal, or else ${COLLECTOR_JSON} and its rotated files, is sent; name a file to send it`;
}

function namesOf(files: readonly string[]): string {
  const names = files.slice(0, MAX_NAMES).map((file) => basename(file));
  const more = files.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
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
