/** What `otel-audit anchor` does; loaded when it runs. */
import { createSystemClock, toIsoMicros } from "../lib/clock.ts";
import { counted, verbFor } from "../lib/counted.ts";
import { AuditError } from "../lib/errors.ts";
import { makeAnchor, type Signer, signerOfFile, type StreamHead } from "../seal/index.ts";
import type { VerificationReport } from "../verify/index.ts";
import type { AnchorOptions } from "./anchor-command.ts";
import type { Lines } from "./lines.ts";
import { keyPathOf, usingKey } from "./signing-key.ts";
import { pathsOrDefault } from "./default-paths.ts";
import { evidenceOf, verifyWithProgress } from "./verify-paths.ts";

const EXIT_INCOMPLETE = 4;
const EXIT_UNREADABLE = 3;

/** Verifies, prints an anchor where that is right, and sets the exit code. */
export async function printAnchor(
  given: readonly string[],
  options: AnchorOptions,
  { print, warn }: Lines,
): Promise<void> {
  const paths = pathsOrDefault([...(options.trail ?? []), ...given], "nothing to anchor");
  // Before the long part: without a key there is nothing to wait for.
  const signer = signerOf(options.keyFile);
  const report = await verifyWithProgress(paths, await evidenceOf(options, warn));
  const isAllowed =
    report.exitCode === 0 || (report.exitCode === EXIT_INCOMPLETE && options.allowIncomplete);
  if (isAllowed !== true) {
    process.exitCode = report.exitCode;
    return warn(refusal(report));
  }
  const heads = headsOf(report, warn);
  if (heads.length === 0) {
    process.exitCode = EXIT_UNREADABLE;
    return warn("there is no checkpoint to anchor");
  }
  if (report.exitCode !== 0) warn(`anchored although incomplete: ${report.headline}`);
  const time = toIsoMicros(createSystemClock().nowMicros());
  print((await makeAnchor(heads, time, signer)).trimEnd());
  const records = heads.reduce((sum, { size }) => sum + size, 0);
  warn(
    `anchored ${counted(heads.length, "stream")} with ${counted(records, "record")}: keep it where the records are not`,
  );
}

function signerOf(keyFile: string | undefined): Signer {
  const path = keyPathOf(keyFile, "--key-file");
  try {
    return usingKey(() => signerOfFile(path));
  } catch (error) {
    if (!(error instanceof AuditError) || error.code !== "unreadable") throw error;
    throw new AuditError(
      "unreadable",
      `${error.message}; anchors are signed: otel-audit keys create makes a key, --key-file or AUDIT_SIGNING_KEY_FILE names one`,
      { cause: error },
    );
  }
}

function refusal({ headline, exitCode }: VerificationReport): string {
  const hint =
    exitCode === EXIT_INCOMPLETE ? " (otel-audit gaps says what; or --allow-incomplete)" : "";
  return `nothing is anchored: ${headline}${hint}`;
}

function headsOf({ streams }: VerificationReport, warn: Lines["warn"]): readonly StreamHead[] {
  const unsigned = streams.filter(({ head }) => head === undefined).length;
  if (unsigned > 0)
    warn(
      `${counted(unsigned, "stream")} ${verbFor(unsigned, "has")} no checkpoint and ${verbFor(unsigned, "is")} not in it`,
    );
  return streams.flatMap(({ stream, head }) =>
    head === undefined ? [] : [{ stream, size: head.size, root: head.root }],
  );
}
