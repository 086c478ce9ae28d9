import type { Command } from "commander";
import { addWindow, trailOption, type TrailOptions } from "../trail-options.ts";
import { type AccessOptions, addPurpose } from "./access.ts";

/** What every command takes that asks the trail something. */
export interface AskOptions extends AccessOptions, TrailOptions {
  readonly from?: string;
  readonly header?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly timezone: string;
}

const each = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Where the trail is, and of which time. */
export function addAskOptions(command: Command): Command {
  const withPlace = addPurpose(command)
    .addOption(trailOption())
    .option("--from <url>", "ask a VictoriaLogs instead, as in http://127.0.0.1:9428")
    .option("--header <name=value>", "sent to it, for a login; repeatable", each);
  return addWindow(withPlace, "of times without an offset, and of times on screen");
}
