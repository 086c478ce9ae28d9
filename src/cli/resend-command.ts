import { Command, Option } from "commander";
import type { Lines } from "./lines.ts";
import { addPaths, addWindow, type TrailOptions } from "./trail-options.ts";

/** What `otel-audit resend` takes, as it was typed. */
export interface ResendCommandOptions extends TrailOptions {
  readonly endpoint?: string;
  readonly protocol?: "http/json" | "http/protobuf" | "grpc";
  readonly header?: readonly string[];
  readonly certificate?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly since?: string;
  readonly until?: string;
  readonly timezone?: string;
  readonly stream?: string;
  readonly fromSequence?: string;
  readonly toSequence?: string;
  readonly rate?: string;
  readonly batch?: string;
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
}

const HELP = `
Takes audit directories, their journal/ and single segments, and OTLP JSON lines as a Collector writes them
(its directory, audit.jsonl, rotated ones). Of a directory it takes the journal, or else audit.jsonl and
audit-<time>.jsonl: other files there, such as unproven.jsonl, are named and left out, and sent only where they
are given as files. The records are what the service sends, with their times and seals: what is sent again
verifies. They are sent as they stand there, which is redacted. The records of a stream go one request after
the other, in the order of their files; receivers count a record id once.

Without --endpoint it sends to where the service sends: AUDIT_OTLP_ENDPOINT with AUDIT_OTLP_PROTOCOL,
AUDIT_OTLP_HEADERS and the TLS variables, or AUDIT_SHIP=otel. With it headers and certificates of the
environment are not used: they are for that other receiver.

A Collector may go on writing and rotating meanwhile: what it renames is found under its new name, and what
came since is sent in a second round, once. A file that is gone by its turn, or was cut, is named.

A receiver that fails is asked again until it answers, or until Ctrl-C. What it refuses for good (400, 413,
or a rejection) is named, and the rest goes on. With --resume a file keeps what was taken, and the same
command sends only the rest; Ctrl-C without it writes such a file, and says so.

Examples:
  otel-audit resend ./audit --endpoint http://127.0.0.1:4318
  otel-audit resend /var/lib/otel-audit --endpoint http://127.0.0.1:4318 --since -2d --rate 500
  otel-audit resend ./audit --stream cJ43xB7KP1x8rM2I --from-sequence 512 --resume resend.json
  otel-audit resend audit*.jsonl --dry-run -o json

Exit: 0 all sent; 1 nothing was found to send: no record, or none in the range; 2 wrong usage;
3 something is not there, cannot be read, or is no journal and no OTLP JSON;
4 interrupted, or the receiver refused records, there are lines that are no records, or a file was gone.`;

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** `otel-audit resend`. */
export function resendCommand(print: Lines["print"], warn: Lines["warn"]): Command {
  const command = addPaths(new Command("resend"))
    .description("send what stands in journals or in files of a Collector to an OTLP receiver")
    .option("--endpoint <url>", "base URL of the receiver (default: AUDIT_OTLP_ENDPOINT)")
    .addOption(
      new Option("--protocol <name>", "how it is sent (default: http/json)").choices([
        "http/json",
        "http/protobuf",
        "grpc",
      ]),
    )
    .option("--header <name=value>", "sent with each request; repeatable", each)
    .option("--certificate <file>", "PEM file of the authorities to trust")
    .option("--client-certificate <file>", "PEM file of the certificate to show")
    .option("--client-key <file>", "PEM file of its key")
    .option("--stream <id>", "only this stream")
    .option("--from-sequence <number>", "only from this number on; needs --stream")
    .option("--to-sequence <number>", "only up to this number; needs --stream");
  return addWindow(command)
    .option("--rate <number>", "records a second at most")
    .option("--batch <number>", "records in a request at most (default: 500)")
    .option("--resume <file>", "keeps what was taken, and leaves out what an earlier run sent")
    .option("--dry-run", "read and count, send nothing")
    .addOption(
      new Option("-o, --output <format>", "output format")
        .choices(["text", "json"])
        .default("text"),
    )
    .addHelpText("after", HELP)
    .action(async (paths: readonly string[], options: ResendCommandOptions) => {
      // What reads and what ships take time to load, and only this command needs both.
      const { resendPaths } = await import("./resend-actions.ts");
      await resendPaths(paths, options, { print, warn });
    });
}
