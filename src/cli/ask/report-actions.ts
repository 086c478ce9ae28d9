/** What `otel-audit report` does; loaded when it runs. */
import { toIsoMicros } from "../../lib/clock.ts";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import { checkZone, TIME_EXAMPLES, type TimeSpan } from "../../read/index.ts";
import {
  documentCsv,
  documentHtml,
  documentMarkdown,
  type MaterialOptions,
  makeReport,
  PSEUDONYMS,
  readMaterial,
  type ReportDocument,
  type ReportFrame,
} from "../../report/index.ts";
import type { VerificationReport } from "../../verify/index.ts";
import { pathsOrDefault } from "../default-paths.ts";
import type { Lines } from "../quarantine-command.ts";
import { timeOption } from "../time-option.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { exitAfterReading, sayProblems, withProgress } from "./reading.ts";
import type { ReportCommandOptions, ReportName } from "./report-command.ts";

/** Prints the document, and sets the exit code. */
export async function report(
  kind: ReportName,
  terms: readonly string[],
  { lines, ...options }: ReportCommandOptions & { readonly lines: Lines },
): Promise<void> {
  const { trail = [], timezone, output } = options;
  const zone = checkZone(timezone, "--timezone");
  // First: who names a store with --from has named no files.
  const { from, until } = periodOf(options, zone);
  const paths = pathsOrDefault(trail, "nothing to report on");
  const { sources, query } = await asked(terms, { trail: paths, timezone });
  const isPermitted = await rolesOf(options.policy, lines.warn);
  const material = await withProgress((reading) =>
    readMaterial(sources, {
      kind,
      query,
      from,
      until,
      isPermitted,
      asksForNames: options.pseudonyms,
      ...reading,
    }),
  );
  const verification = options.verify
    ? await verified(paths, { options, from, until, warn: lines.warn })
    : undefined;
  const { records: total } = material.counts;
  await recordAccess({ scope: ["report", kind, ...terms], count: total }, options);
  const frame: ReportFrame = {
    kind,
    title: options.title,
    zone,
    from,
    until,
    terms: terms.map((term) => term.trim()),
    readFrom: paths,
    madeAt: toIsoMicros(BigInt(Date.now()) * 1000n),
    verification,
    hasPolicy: isPermitted !== undefined,
    isPseudonymous: options.pseudonyms === true,
  };
  for (const line of linesOf(makeReport(frame, material), output)) lines.print(line);
  // The other forms say it themselves.
  if (options.pseudonyms === true && output === "csv") lines.warn(PSEUDONYMS);
  if (total === 0) lines.warn("nothing found");
  const unlisted = total - material.records.length;
  if (unlisted > 0) lines.warn(`${unlisted} of ${total} records are counted and not listed`);
  if (verification !== undefined && verification.verdict !== "verified")
    lines.warn(`the trail: ${verification.headline}`);
  sayProblems(material, lines.warn);
  process.exitCode = exitAfterReading(material, total);
}

function linesOf(
  document: ReportDocument,
  output: ReportCommandOptions["output"],
): Iterable<string> {
  if (output === "html") return [documentHtml(document)];
  return output === "csv" ? documentCsv(document) : documentMarkdown(document);
}

interface Period {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** A day that ends it is part of it. */
function periodOf({ from, to }: ReportCommandOptions, zone: string): Period {
  const start = from === undefined ? undefined : spanOf(from, "--from", zone).from;
  const end = to === undefined ? undefined : spanOf(to, "--to", zone).until;
  if (start !== undefined && end !== undefined && start >= end)
    throw new AuditError(
      "invalid_option",
      `--from ${from} is later than --to ${to}: there is no time between them`,
    );
  return { from: start, until: end };
}

function spanOf(text: string, option: string, zone: string): TimeSpan {
  if (!/^https?:/i.test(text)) return timeOption(text, option, zone);
  throw new AuditError(
    "invalid_option",
    `${option} of a report is a time, as in ${TIME_EXAMPLES}; it is ${shown(text)}, and no store is read for a report: otel-audit export --from <url> --all-kinds --to records.jsonl fetches its records, and -t records.jsonl names them`,
  );
}

/** What the roles of a policy may do; few ask, and policies take time to load. */
async function rolesOf(
  path: string | undefined,
  warn: Lines["warn"],
): Promise<MaterialOptions["isPermitted"]> {
  if (path === undefined) return undefined;
  const { permittedBy } = await import("./policy-roles.ts");
  return permittedBy(path, warn);
}

interface Verifying extends Period {
  readonly options: ReportCommandOptions;
  readonly warn: Lines["warn"];
}

/** Verification takes time to load, too. */
async function verified(
  paths: readonly string[],
  { options, from, until, warn }: Verifying,
): Promise<VerificationReport> {
  const { evidenceOf, verifyWithProgress } = await import("../verify-paths.ts");
  const evidence = await evidenceOf({ publicKey: options.publicKey ?? [] }, warn);
  const window = {
    since: from === undefined ? -Infinity : Date.parse(from),
    until: until === undefined ? Infinity : Date.parse(until) - 1,
  };
  return verifyWithProgress(paths, { ...evidence, window });
}
