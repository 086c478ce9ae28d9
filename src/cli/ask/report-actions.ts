/** What `otel-audit report` does; loaded when it runs. */
import { toIsoMicros } from "../../lib/clock.ts";
import { counted, verbFor } from "../../lib/counted.ts";
import { AuditError } from "../../lib/errors.ts";
import { shown } from "../../lib/shown.ts";
import { checkZone, type PipeCopies, TIME_EXAMPLES, type TimeSpan } from "../../read/index.ts";
import {
  documentCsv,
  documentHtml,
  documentMarkdown,
  isFound,
  type MaterialOptions,
  makeReport,
  marksOf,
  PSEUDONYMS,
  readMaterial,
  type ReportDocument,
  type ReportFrame,
  type ReportMaterial,
} from "../../report/index.ts";
import type { VerificationReport } from "../../verify/index.ts";
import { pathsOrDefault } from "../default-paths.ts";
import type { Lines } from "../lines.ts";
import { onTerminal } from "../shell-text.ts";
import { timeOption } from "../time-option.ts";
import { recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { exitAfterReading, sayNothingFound, sayProblems, valuesWithProgress } from "./reading.ts";
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
  const { sources, query, pipes } = await asked(
    terms,
    { trail: paths, timezone },
    { isReadAgain: true },
  );
  const isPermitted = await rolesOf(options.policy, lines.warn);
  const verification = options.verify
    ? await verified(paths, { options, from, until, pipes, warn: lines.warn })
    : undefined;
  const markOf = marksOf(verification);
  const material = await valuesWithProgress(lines.warn, (reading) =>
    readMaterial(sources, {
      kind,
      query,
      from,
      until,
      isPermitted,
      isMarked: (id) => isFound(markOf(id)),
      asksForNames: options.pseudonyms,
      ...reading,
    }),
  );
  const { records: total } = material.counts;
  await recordAccess({ scope: ["report", kind, ...terms], count: total }, options);
  const frame: Omit<ReportFrame, "isPseudonymous"> = {
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
  };
  for await (const line of linesOf(makeReport(frame, material), output))
    lines.print(output === "csv" ? onTerminal(line) : line);
  // The other forms say it themselves.
  if (options.pseudonyms === true && output === "csv") lines.warn(PSEUDONYMS);
  sayWhatIsWrong({ terms, material, verification, output }, lines.warn);
  process.exitCode =
    verification?.findings.some(({ severity }) => DOUBTFUL.has(severity)) === true
      ? EXIT_DOUBTFUL
      : exitAfterReading(material, total);
}

/** Not what is inconclusive: a trail that was never signed is no trail that somebody changed. */
const DOUBTFUL: ReadonlySet<string> = new Set(["tampered", "unreadable", "missing"]);
/** Not 1, as `verify` has it: to everyone who asks, that is "nothing found", which many pass over. */
const EXIT_DOUBTFUL = 4;

interface Said {
  readonly terms: readonly string[];
  readonly material: ReportMaterial;
  readonly verification: VerificationReport | undefined;
  readonly output: ReportCommandOptions["output"];
}

function sayWhatIsWrong(
  { terms, material, verification, output }: Said,
  warn: Lines["warn"],
): void {
  const { counts, records, sourceCount, accessLeftOut } = material;
  if (counts.records === 0) sayNothingFound(terms, warn);
  if (sourceCount === 0) warn("nothing was read: there is no file that holds records");
  const unlisted = counts.records - records.length;
  if (unlisted > 0)
    warn(
      output === "csv"
        ? `${counts.records} records, in the order in which they are read`
        : `${unlisted} of ${counts.records} records ${verbFor(unlisted, "is")} counted and not listed: -o csv has all of them`,
    );
  if (accessLeftOut > 0)
    warn(
      `${counted(accessLeftOut, "record")} of who looked at the trail ${verbFor(accessLeftOut, "is")} left out: action:audit_access`,
    );
  if (verification !== undefined && verification.verdict !== "verified")
    warn(`the trail: ${verification.headline}`);
  sayProblems(material, warn);
}

function linesOf(
  document: ReportDocument,
  output: ReportCommandOptions["output"],
): Iterable<string> | AsyncIterable<string> {
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
  readonly pipes: PipeCopies;
  readonly warn: Lines["warn"];
}

/** Verification takes time to load, too. */
async function verified(
  paths: readonly string[],
  { options, from, until, pipes, warn }: Verifying,
): Promise<VerificationReport> {
  const { evidenceOf, verifyWithProgress } = await import("../verify-paths.ts");
  const evidence = await evidenceOf({ publicKey: options.publicKey ?? [] }, warn);
  const window = {
    since: from === undefined ? -Infinity : Date.parse(from),
    until: until === undefined ? Infinity : Date.parse(until) - 1,
  };
  return verifyWithProgress(paths, { ...evidence, window, pipes });
}
