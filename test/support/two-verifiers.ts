/** The verifier of this package and the independent one in Python, and what both say of the same files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
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

/** What this package says. */
export async function saidHere(
  paths: readonly string[],
  keys: readonly string[] = [],
): Promise<Said> {
  const publicKeys = keys.flatMap((line) => decodeKey(line) ?? []);
  const { verdict, exitCode, records, findings } = await verifyFiles(paths, { publicKeys });
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
  const said = JSON.parse(stdout) as Omit<Said, "findings"> & { findings: readonly Place[] };
  if (status !== said.exitCode)
    throw new Error(`verify.py exits with ${status}, and says ${said.exitCode}`);
  return { ...said, findings: listed(said.findings) };
}

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
