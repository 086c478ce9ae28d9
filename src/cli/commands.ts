/** Every command, in the order in which help lists them. None of them loads what it does before it runs. */
import type { Command } from "commander";
import { collectorCommand } from "./collector-command.ts";
import { anchorCommand } from "./anchor-command.ts";
import { gapsCommand } from "./gaps-command.ts";
import { inspectCommand } from "./inspect-command.ts";
import { keysCommand } from "./keys-command.ts";
import { policyCommand } from "./policy-command.ts";
import { quarantineCommand } from "./quarantine-command.ts";
import { resendCommand } from "./resend-command.ts";
import { exportCommand } from "./ask/export/export-command.ts";
import { importCommand } from "./ask/import/import-command.ts";
import { queryCommand } from "./ask/query-command.ts";
import { reportCommand } from "./ask/report-command.ts";
import { statsCommand } from "./ask/stats-command.ts";
import { summaryCommand } from "./ask/summary-command.ts";
import { tailCommand } from "./ask/tail-command.ts";
import { aroundCommand } from "./ask/around-command.ts";
import { explainCommand } from "./ask/explain-command.ts";
import { historyCommand } from "./ask/history-command.ts";
import { reproduceCommand } from "./ask/reproduce-command.ts";
import { showCommand } from "./ask/show-command.ts";
import { verifyCommand } from "./verify-command.ts";
import { completionCommand } from "./completion.ts";
import type { Lines } from "./quarantine-command.ts";

/** All of them. */
export function commandsOf(print: Lines["print"], warn: Lines["warn"]): readonly Command[] {
  return [
    queryCommand(print, warn),
    summaryCommand(print, warn),
    statsCommand(print, warn),
    reportCommand(print, warn),
    tailCommand(print, warn),
    showCommand(print, warn),
    historyCommand(print, warn),
    aroundCommand(print, warn),
    explainCommand(print, warn),
    reproduceCommand(print, warn),
    exportCommand(print, warn),
    importCommand(print, warn),
    verifyCommand(print, warn),
    gapsCommand(print, warn),
    inspectCommand(print, warn),
    anchorCommand(print, warn),
    keysCommand(print, warn),
    collectorCommand({ print, warn }),
    policyCommand(print, warn),
    quarantineCommand(print, warn),
    resendCommand(print, warn),
    completionCommand(),
  ];
}
