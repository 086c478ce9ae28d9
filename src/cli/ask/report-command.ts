import { Argument, Command, Option } from "commander";
import type { Lines } from "../lines.ts";
import { trailOption, type TrailOptions } from "../trail-options.ts";
import { type AccessOptions, addPurpose } from "./access.ts";

/** What `otel-audit report` takes. */
export interface ReportCommandOptions extends AccessOptions, TrailOptions {
  readonly from?: string;
  readonly to?: string;
  readonly timezone: string;
  readonly title?: string;
  readonly policy?: string;
  readonly publicKey?: readonly string[];
  readonly verify: boolean;
  readonly pseudonyms?: boolean;
  readonly output: "markdown" | "html" | "csv";
}

/** Kinds of documents. */
const KINDS = ["release", "incident", "exclusions", "decisions"] as const;

/** One of them. */
export type ReportName = (typeof KINDS)[number];

const HELP = `
Documents:
  release     every change by person and setting, permissions, checkpoints and snapshots, denied attempts
  incident    failures and denials, each with what came before it (same call, trace, target or actor)
  exclusions  samples that were discarded and restored: how many, by whom, why; those without a reason apart
  decisions   decisions and overrides: model version, inputs, confidence, threshold, rationale; automated
              and human ones apart

High-impact events stand first. Every document says what it was read from, whether that verifies, what is
missing, and what roles did that the policy does not let them do, apart from people. Each record is there
with its id: otel-audit show <id> has the rest. csv has the records only. html is one page that loads and runs
nothing. A record that a finding of the verification names is marked wherever it stands; in csv, in the column
finding.

Of more than 10 000 records markdown and html list the latest 5000 of high impact and the latest 5000 others, and
say so; tables and counts are of all. csv has all of them, then in the order in which they are read. Records of who
looked at the trail (--purpose) are left out and counted: the term action:audit_access asks for those.

--from and --to are the times between which it is: --to 2026-10-31 includes that day. Other commands take the URL
of a store with --from; a report reads files, and verifies them. Fetch the records of a store first:
otel-audit export --from <url> --all-kinds --to records.jsonl, then -t records.jsonl.

--pseudonyms: people, services, sessions, hosts, addresses and clients that a field names (actor, reviewer,
created_by ...), and e-mail and IP addresses anywhere, get names like "Person 1", the same throughout the document,
also where their ids stand in texts (those of up to three digits do not: there they may count anything). First names,
nicknames and other words of a text are not changed, which the document says: read it before it leaves.

Examples:
  otel-audit report release --from 2026-10-01 --to 2026-10-31 -o html > release.html
  otel-audit report incident --from -24h --public-key signing-key.pub
  otel-audit report exclusions -t ./audit -o csv > exclusions.csv
  otel-audit report decisions --from 2026-10 --to 2026-10 --pseudonyms -o html 'target:loan-*'

Exit: 0 there is something; 1 there is nothing (the document says so); 2 wrong usage; 3 something is not there
or cannot be read; 4 made, but some lines are no records, or the verification says tampered, unreadable or
incomplete: the document and stderr say so. A trail that was never signed, or not up to its end, is no 4.`;

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `otel-audit report`. */
export function reportCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  return addPurpose(new Command("report"))
    .description("a document about a release, an incident, exclusions or decisions")
    .addArgument(new Argument("<document>", "what it is about").choices(KINDS))
    .argument("[term...]", "only these records, as in otel-audit query")
    .addOption(trailOption())
    .option(
      "--from <time>",
      "from then on: ISO 8601, or as in -7d; a time here, and no URL of a store",
    )
    .option("--to <time>", "up to then; a day, month or year is included")
    .option("--timezone <name>", "of times without an offset, and of days", "local")
    .option("--title <text>", "heading of the document")
    .option("--policy <file>", "audit policy whose roles say what is permitted (audit.yaml)")
    .option("--public-key <key>", "a key, or a file of keys, that is trusted; repeatable", each)
    .option("--no-verify", "do not verify the trail; the document says so")
    .option("--pseudonyms", "other names for people and places")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["markdown", "html", "csv"])
        .default("markdown"),
    )
    .addHelpText("after", HELP)
    .action(async (kind: ReportName, terms: readonly string[], options: ReportCommandOptions) => {
      const { report } = await import("./report-actions.ts");
      await report(kind, terms, { ...options, lines: { print, warn } });
    });
}
