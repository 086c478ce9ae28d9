/** The verifier of this package and the independent one in Python, and what both say of the same files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { decodeKey } from "../../src/seal/portable.ts";
import { verifyFiles } from "../../src/verify/index.ts";

/** Program and packages of the independent one. */
export const program: string = join(import.meta.dirname, "../verify/python/verify.py");
/** Its packages, pinned. */
export const requirements: string = join(import.meta.dirname, "../verify/python/requirements.txt");

/** What a verifier says, in a form that both share. */
export interface Said {
  readonly verdict: string;
  readonly exitCode: number;
  readonly records: Readonly<Record<"proven" | "adopted" | "unsigned" | "missing", number>>;
  /** Code, record and key of the field; each once, sorted. */
  readonly findings: readonly string[];
}

/** A tree that somebody saw earlier. */
export interface SeenTree {
  readonly stream: string;
  readonly size: number;
  /** In base64. */
  readonly root: string;
}

/** What this package says. */
export async function saidHere(
  paths: readonly string[],
  keys: readonly string[] = [],
  anchors: readonly SeenTree[] = [],
): Promise<Said> {
  const publicKeys = keys.flatMap((line) => decodeKey(line) ?? []);
  const report = await verifyFiles(paths, { publicKeys, anchors });
  const { verdict, exitCode, records, findings } = report;
  const { proven, adopted, unsigned, missing } = records;
  return {
    verdict,
    exitCode,
    records: { proven, adopted, unsigned, missing },
    findings: listed(findings),
  };
}

/** What the independent one says; its exit code must be the one that it prints. */
export function saidInPython(
  python: string,
  paths: readonly string[],
  keys: readonly string[] = [],
): Said {
  const options = keys.flatMap((key) => ["--public-key", key]);
  const args = [program, "--json", ...options, ...paths];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  // Printed by our own program.
  const said = JSON.parse(stdout) as PrintedSaid;
  if (status !== said.exitCode)
    throw new Error(`verify.py exits with ${status}, and says ${said.exitCode}`);
  return { ...said, findings: listed(said.findings) };
}

/** The independent one in one process, for many trails one after the other. */
export interface PythonVerifier {
  /** What it says of a trail. Throws with its own words where it failed; the next trail can be asked all the same. */
  readonly say: (
    paths: readonly string[],
    keys?: readonly string[],
    anchors?: readonly SeenTree[],
  ) => Promise<Said>;
  /** Ends it. Throws when it ended otherwise. */
  readonly end: () => Promise<void>;
}

/** Starts it, with a Python that has its packages. */
export function startVerifierInPython(python: string): PythonVerifier {
  const many = join(import.meta.dirname, "../verify/python/verify_many.py");
  const child = spawn(python, [many], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async say(paths, keys = [], anchors = []) {
      child.stdin.write(`${JSON.stringify({ paths, keys, anchors })}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error("verify_many.py ended");
      // Printed by our own program.
      const said = JSON.parse(value) as PrintedSaid | { readonly failed: string };
      if ("failed" in said) throw new Error(said.failed);
      return { ...said, findings: listed(said.findings) };
    },
    async end() {
      child.stdin.end();
      const [status] = (await closed) as readonly unknown[];
      if (status !== 0) throw new Error(`verify_many.py exits with ${String(status)}`);
    },
  };
}

/** What verify.py prints. */
type PrintedSaid = Omit<Said, "findings"> & { readonly findings: readonly Place[] };

interface Place {
  readonly code: string;
  readonly record?: string | null;
  readonly field?: string | null;
}

function listed(findings: readonly Place[]): readonly string[] {
  const texts = findings.map(({ code, record, field }) =>
    [code, record ?? [], field ?? []].flat().join(" "),
  );
  return [...new Set(texts)].toSorted();
}

/** Writes a file, and the directories above it. */
export function writeDeep(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
