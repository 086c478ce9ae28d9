/** That the trail is what was signed, and that one changed character is found. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, normalize, relative } from "node:path";
import { ROOT, shownPath } from "./paths.ts";
import { neutralEnvironment } from "./programs.ts";
import { print, printHeading } from "./show.ts";
import { agentsChange, journalLine, type TrailEntry } from "./trail.ts";

/** `npm run demo` builds it first. */
const CLI = join(ROOT, "dist/cli/main.js");
const EXIT_VERIFIED = 0;
const EXIT_TAMPERED = 1;

/** Where things are. */
export interface ProofPlaces {
  readonly auditDirectory: string;
  /** The public key that the service made. */
  readonly publicKey: string;
  /** A copy is changed there. */
  readonly tampered: string;
}

/** Verifies the trail; then changes one character in a copy, and verifies that. @throws Error for any other verdict. */
export function showProof(trail: readonly TrailEntry[], places: ProofPlaces): void {
  const { auditDirectory, publicKey, tampered } = places;
  printHeading("Is it what was signed, and is it all of it?");
  verify([auditDirectory, "--public-key", publicKey], EXIT_VERIFIED);

  printHeading("Somebody changes one character");
  cpSync(auditDirectory, tampered, { recursive: true });
  const change = agentsChange(trail);
  const file = join(tampered, relative(auditDirectory, change.file));
  const line = journalLine(change);
  const changed = line.replace('"after":{"learning_rate":0.003', '"after":{"learning_rate":0.008');
  if (changed === line) throw new Error("the agent's change does not set a learning rate of 0.003");
  writeFileSync(file, readFileSync(file, "utf8").replace(line, changed));
  print(`  ${shownPath(file)}:${change.line}   learning_rate: 0.003 -> 0.008`);
  print("");
  const report = verify([tampered, "--public-key", publicKey], EXIT_TAMPERED);
  const place = normalize(shownPath(file));
  for (const named of [change.flat.record_id, place, "after_learning_rate"]) {
    if (!report.includes(named)) throw new Error(`verify does not name ${named}`);
  }
}

/** What `otel-audit verify` prints. @throws Error for another exit code. */
function verify(args: readonly string[], expected: number): string {
  const shown = args.map((arg) => (arg.startsWith("--") ? arg : shownPath(arg)));
  print(`  otel-audit verify ${shown.join(" ")}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, "verify", ...shown], {
    encoding: "utf8",
    env: { ...neutralEnvironment(), NO_COLOR: "1" },
  });
  if (status !== expected)
    throw new Error(`verify ended with ${status}, not ${expected}:\n${stdout}${stderr}`);
  for (const line of stdout.trimEnd().split("\n")) print(line === "" ? "" : `  ${line}`);
  return stdout;
}
