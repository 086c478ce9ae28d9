/** Every command, in the order in which help lists them. None of them loads what it does before it runs. */
import type { Command } from "commander";
import type { Lines } from "./lines.ts";

/** Makes a command. */
type Make = (print: Lines["print"], warn: Lines["warn"]) => Command;

const COMMANDS: Readonly<Record<string, () => Promise<Make>>> = {
  query: async () => (await import("./ask/query-command.ts")).queryCommand,
  summary: async () => (await import("./ask/summary-command.ts")).summaryCommand,
  stats: async () => (await import("./ask/stats-command.ts")).statsCommand,
  report: async () => (await import("./ask/report-command.ts")).reportCommand,
  tail: async () => (await import("./ask/tail-command.ts")).tailCommand,
  show: async () => (await import("./ask/show-command.ts")).showCommand,
  history: async () => (await import("./ask/history-command.ts")).historyCommand,
  around: async () => (await import("./ask/around-command.ts")).aroundCommand,
  explain: async () => (await import("./ask/explain-command.ts")).explainCommand,
  reproduce: async () => (await import("./ask/reproduce-command.ts")).reproduceCommand,
  export: async () => (await import("./ask/export/export-command.ts")).exportCommand,
  import: async () => (await import("./ask/import/import-command.ts")).importCommand,
  verify: async () => (await import("./verify-command.ts")).verifyCommand,
  gaps: async () => (await import("./gaps-command.ts")).gapsCommand,
  inspect: async () => (await import("./inspect-command.ts")).inspectCommand,
  anchor: async () => (await import("./anchor-command.ts")).anchorCommand,
  keys: async () => (await import("./keys-command.ts")).keysCommand,
  collector: async () => {
    const { collectorCommand } = await import("./collector-command.ts");
    return (print, warn) => collectorCommand({ print, warn });
  },
  policy: async () => (await import("./policy-command.ts")).policyCommand,
  quarantine: async () => (await import("./quarantine-command.ts")).quarantineCommand,
  resend: async () => (await import("./resend-command.ts")).resendCommand,
  completion: async () => (await import("./completion.ts")).completionCommand,
};

/**
 * The command that is asked for; all of them where that is none, as for `--help`.
 *
 * @param asked the first word behind `otel-audit`.
 */
export async function commandsOf(
  { print, warn }: Lines,
  asked?: string,
): Promise<readonly Command[]> {
  const names = Object.keys(COMMANDS);
  const wanted = names.filter((name) => name === asked);
  const makers = (wanted.length > 0 ? wanted : names).map(async (name) => COMMANDS[name]?.());
  return (await Promise.all(makers)).flatMap((make) =>
    make === undefined ? [] : make(print, warn),
  );
}
