/** What verification makes of files, in as few words as a test compares. */
import { verifyFiles, type VerificationReport, type VerifyFilesOptions } from "otel-audit/verify";
import { z } from "zod";
import { runPrepared } from "./prepared-command.ts";

/** Verdict and counts; `codes` has each kind of finding once, sorted. */
export interface Outcome {
  readonly verdict: string;
  readonly exitCode: number;
  readonly read: number;
  readonly proven: number;
  readonly adopted: number;
  readonly unsigned: number;
  readonly missing: number;
  readonly purged: number;
  readonly codes: readonly string[];
}

/** Verifies in this process. */
export async function verified(
  paths: readonly string[],
  options: VerifyFilesOptions = {},
): Promise<Outcome> {
  return outcomeOf(await verifyFiles(paths, options));
}

/** The same of a report. */
export function outcomeOf({
  verdict,
  exitCode,
  records,
  findings,
}: Pick<VerificationReport, "verdict" | "exitCode" | "records"> & {
  readonly findings: readonly { readonly code: string }[];
}): Outcome {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  return { verdict, exitCode, ...records, codes };
}

/** What it is where everything is there and nothing is to be said. */
export function allProven(count: number, codes: readonly string[] = []): Outcome {
  return {
    verdict: "verified",
    exitCode: 0,
    read: count,
    proven: count,
    adopted: 0,
    unsigned: 0,
    missing: 0,
    purged: 0,
    codes,
  };
}

/** What `-o json` prints, as far as tests ask. */
export interface PrintedReport {
  readonly verdict: string;
  readonly exitCode: number;
  readonly headline: string;
  readonly records: Omit<Outcome, "verdict" | "exitCode" | "codes">;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  /** How often a field was redacted, by key. */
  readonly redactions: Readonly<Record<string, number>>;
}

const count = z.number().int().min(0);
const reportSchema: z.ZodType<PrintedReport> = z.object({
  verdict: z.string(),
  exitCode: z.number(),
  headline: z.string(),
  records: z.object({
    read: count,
    proven: count,
    adopted: count,
    unsigned: count,
    missing: count,
    purged: count,
  }),
  findings: z.array(z.object({ code: z.string(), message: z.string() })),
  redactions: z.record(z.string(), count),
});

/** Report of `otel-audit verify -o json`, with the exit code that the process had. */
export interface Ran extends PrintedReport {
  /** Of the process. */
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs `otel-audit`; the output as it is. */
export function runCli(args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { code, out, err } = runPrepared(args);
  return { status: code, stdout: out, stderr: err };
}

/** Verifies with the command. */
export function verifiedByCommand(args: readonly string[]): Ran {
  const { status, stdout, stderr } = runCli(["verify", "-o", "json", ...args]);
  return { ...reportSchema.parse(JSON.parse(stdout)), code: status, stderr };
}
