/** Real trails, what somebody does to a copy of them, and what verification says then. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, expect, onTestFinished } from "vitest";
import { createKeyFile } from "../../src/seal/make-key-file.ts";
import { makeOnce } from "./kept-trails.ts";
import {
  type Finding,
  type VerificationReport,
  verifyFiles,
  type VerifyFilesOptions,
} from "../../src/verify/index.ts";

const root = join(import.meta.dirname, "../..");
const PROGRAM = join(root, "test/verify/programs/write-trail.ts");

/** Where trails of a test file are written; goes away with it. */
export interface Workshop {
  readonly folder: string;
  /** Of the key that signs where nothing else is said; its public key is beside it. */
  readonly keyFile: string;
  /** Writes a stream into an audit directory of the workshop; gives its id. */
  readonly write: (run?: Run) => string;
}

/** How a stream is written. */
export interface Run {
  /** Name of the audit directory. Default `audit`. */
  readonly trail?: string;
  /** Default: that of the workshop. */
  readonly keyFile?: string;
  /** Default `close`. */
  readonly ending?: "close" | "kill";
  /** Default `trainer`. */
  readonly service?: string;
  /** It ends only when so many streams were closed or adopted. Default 0. */
  readonly streams?: number;
}

/** Opens one for a test file. */
export function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), "otel-audit-attacks-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const key = join(folder, "keys", "signing-key.pem");
  makeOnce("key", join(folder, "keys"), () => void createKeyFile(key));
  return {
    folder,
    keyFile: key,
    write({
      trail = "audit",
      keyFile = key,
      ending = "close",
      service = "trainer",
      streams = 0,
    } = {}) {
      const directory = join(folder, trail);
      const before = new Set(streamsIn(directory));
      const args = ["-C", "@otel-audit/source", PROGRAM];
      args.push(directory, keyFile, ending, service, String(streams));
      // What a service writes depends on what stands there already, where it adopts.
      const written = [ending, service, streams, ...linesIn(directory, [...before])].join("\n");
      let said = "";
      makeOnce(keyFile === key ? written : undefined, directory, () => {
        said = spawnSync(process.execPath, args, { encoding: "utf8" }).stderr;
      });
      const [stream, ...others] = streamsIn(directory).filter((name) => !before.has(name));
      if (stream === undefined || others.length > 0)
        throw new Error(`nothing was written: ${said}`);
      return stream;
    },
  };
}

function streamsIn(directory: string): readonly string[] {
  try {
    return readdirSync(join(directory, "journal"));
  } catch {
    return [];
  }
}

function linesIn(directory: string, streams: readonly string[]): readonly string[] {
  return streams.map((stream) =>
    readFileSync(join(directory, "journal", stream, "1.jsonl"), "utf8"),
  );
}

/** A flat record, as anybody's JSON parser gives it. */
export type Flat = Record<string, unknown> & { attributes: Record<string, unknown> };

/** A copy of a trail, to be attacked. */
export interface Victim {
  /** Its audit directory. */
  readonly directory: string;
  /** Ids of streams, in the order of their letters. */
  readonly streams: readonly string[];
  /** Absolute, of a path in which `A/`, `B/` … stand for the streams. */
  readonly path: (name: string) => string;
  /** The segment of a stream. Default: the first one of the first stream. */
  readonly journal: (letter?: string) => string;
  readonly lines: (path: string) => readonly string[];
  /** Puts other lines in the place of those of a file, and fails where they are the same. */
  readonly rewrite: (path: string, change: (lines: readonly string[]) => readonly string[]) => void;
  /** Changes one line, counted from 1, of the journal of a stream; fails where it stays the same. */
  readonly line: (at: number, change: (line: string) => string, letter?: string) => void;
  /** The same with the record in it. */
  readonly record: (at: number, change: (flat: Flat) => void, letter?: string) => void;
}

/** Copies a trail for one test. */
export function victimOf(directory: string, streams: readonly string[]): Victim {
  const folder = mkdtempSync(join(tmpdir(), "otel-audit-victim-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, "audit");
  cpSync(directory, copy, { recursive: true });
  const journal = (letter = "A"): string =>
    join(copy, "journal", streams[letter.charCodeAt(0) - 65] ?? "", "1.jsonl");
  const lines = (path: string): readonly string[] =>
    readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
  const rewrite: Victim["rewrite"] = (path, change) => {
    const before = lines(path);
    const after = change(before);
    if (after.join("\n") === before.join("\n")) throw new Error(`${path} stays the same`);
    writeFileSync(path, after.map((line) => `${line}\n`).join(""));
  };
  const line: Victim["line"] = (at, change, letter) =>
    rewrite(journal(letter), (all) =>
      all.map((one, index) => (index === at - 1 ? change(one) : one)),
    );
  return {
    directory: copy,
    streams,
    path: (name) =>
      join(
        copy,
        name.replace(
          /(?<=^|\/)([A-Z])(?=\/)/,
          (letter) => streams[letter.charCodeAt(0) - 65] ?? letter,
        ),
      ),
    journal,
    lines,
    rewrite,
    line,
    record: (at, change, letter) =>
      line(
        at,
        (text) => {
          const flat = JSON.parse(text) as Flat;
          change(flat);
          return JSON.stringify(flat);
        },
        letter,
      ),
  };
}

/** What verification says, in the words of {@link saidOf}. */
export interface Verdict {
  readonly report: VerificationReport;
  /** All findings. */
  readonly said: readonly string[];
}

/** Verifies paths; default: the whole directory. */
export async function judge(
  victim: Victim,
  options: VerifyFilesOptions = {},
  paths: readonly string[] = [victim.directory],
): Promise<Verdict> {
  const report = await verifyFiles(paths, options);
  return { report, said: report.findings.map((finding) => saidOf(finding, victim)).toSorted() };
}

/**
 * A finding in one line, as in `field_altered A.7 journal/A/1.jsonl:7 note` or
 * `records_missing A.3 x2`: code, record or stream, file and line, field, how many.
 */
export function saidOf(finding: Finding, { directory, streams }: Victim): string {
  const { code, stream, record, file, line, field, count } = finding;
  const place = file === undefined ? undefined : relative(dirname(directory), file);
  const words = [
    code,
    record ?? stream,
    place === undefined ? undefined : `${place}${line === undefined ? "" : `:${line}`}`,
    field,
    count === undefined ? undefined : `x${count}`,
  ];
  return streams.reduce(
    (text, id, at) => text.replaceAll(id, String.fromCharCode(65 + at)),
    words
      .filter((word) => word !== undefined)
      .join(" ")
      .replaceAll("audit/journal/", "")
      .replaceAll("audit/", ""),
  );
}

/** Verdict and exit code that go together. */
export const EXIT = { verified: 0, tampered: 1, unreadable: 3, incomplete: 4, inconclusive: 4 };

/** That the report says this, and nothing else. */
export function expectVerdict(
  { report, said }: Verdict,
  verdict: keyof typeof EXIT,
  findings: readonly string[],
): void {
  expect(said).toEqual(findings.toSorted());
  expect(report).toMatchObject({ verdict, exitCode: EXIT[verdict] });
}
