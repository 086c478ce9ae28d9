/** Where it is said that every look at a trail has a purpose. */
import { existsSync, lstatSync, readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { namesOnTheWay } from "./names-on-the-way.ts";

const POLICY_FILE = "audit.yaml";
/** No policy says it without this word: most need not be parsed to know. */
const WORD = "access";
const REQUIRED = "required";

/**
 * The policy that says `access: required`: the one that AUDIT_POLICY_FILE names, or that of the working
 * directory, or an `audit.yaml` in or beside the directory that is read, wherever somebody asks from, and by
 * whatever link. One that lies there and cannot be read, or is wrong, is taken for one that says it.
 *
 * @param paths what is read.
 * @throws {AuditError} as a rejection: what `loadPolicyFile` throws of the first of them.
 */
export async function requiringPolicy(paths: readonly string[]): Promise<string | undefined> {
  const named = process.env["AUDIT_POLICY_FILE"] ?? "";
  const own = named === "" ? resolve(POLICY_FILE) : named;
  if ((named !== "" || existsSync(own)) && (await saysRequired(own))) return own;
  const { filesOf } = await import("../../read/index.ts");
  const places = new Set(paths.flatMap((path) => placesOf(path, filesOf)));
  for (const file of new Set([...places].flatMap(policiesBeside))) {
    // A link that leads nowhere is there, and cannot be read.
    if (statsOf(lstatSync, file) === undefined) continue;
    const isRequired = await saysRequired(file).catch(() => true);
    if (isRequired) return file;
  }
  return undefined;
}

async function saysRequired(file: string): Promise<boolean> {
  // What cannot be read is said as it is of every policy.
  if (existsSync(file) && !readFileSync(file, "utf8").includes(WORD)) return false;
  const { loadPolicyFile } = await import("../../capture/index.ts");
  return loadPolicyFile(file, () => {}).document.access === REQUIRED;
}

function policiesBeside(place: string): readonly string[] {
  const directory = auditDirectoryOf(place);
  return [directory, dirname(directory)].map((each) => join(each, POLICY_FILE));
}

/**
 * Whatever somebody calls the path and what is read under it. Of that, only what is a link has to be looked at
 * by itself: a file, its stream, the journal. All else stands where the path does: as the system takes it, and
 * as its text reads, for a reader puts names behind it.
 */
function placesOf(path: string, filesOf: (path: string) => readonly string[]): readonly string[] {
  const files = listed(path, filesOf);
  const streams = new Set(files.map((file) => dirname(file)));
  const journals = new Set([...streams].map((stream) => dirname(stream)));
  const links = [...files, ...streams, ...journals].filter(
    (each) => statsOf(lstatSync, each)?.isSymbolicLink() === true,
  );
  return [path, resolve(path), ...links].flatMap(namesOnTheWay);
}

/** None where it is not there, or may not be looked at: reading it says so. */
function listed(path: string, filesOf: (path: string) => readonly string[]): readonly string[] {
  try {
    return filesOf(path);
  } catch {
    return [];
  }
}

/** The nearest directory above that has a journal; where there is none, the path's own. */
function auditDirectoryOf(path: string): string {
  const own = isDirectory(path) ? path : dirname(path);
  for (let at = own; at !== dirname(at); at = dirname(at))
    if (isDirectory(join(at, "journal"))) return at;
  return own;
}

function isDirectory(path: string): boolean {
  return statsOf(statSync, path)?.isDirectory() === true;
}

/** Undefined: it is not there, leads nowhere, or may not be looked at. */
function statsOf(look: typeof statSync, path: string): Stats | undefined {
  try {
    return look(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
