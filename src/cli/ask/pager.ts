/** Long output on a terminal goes through a pager, as in git. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { messageOf } from "../../lib/errors.ts";
import type { Lines } from "../lines.ts";

/** Whether a pager is wanted. */
export interface PagerOptions {
  /** `--no-pager`. */
  readonly pager: boolean;
}

/** What is run where PAGER says nothing. */
const DEFAULT_PAGER = "less";
/** As git sets it: end where all fits, pass colours on, leave the screen as it is. */
const LESS = "FRX";
const PRINTED_CHARS = 64 * 1024;

/**
 * Prints lines; on a terminal that they do not fit on, through `PAGER` (default `less`; empty or `cat`:
 * none). Where it cannot be started they are printed as they are.
 */
export async function printPaged(
  lines: Iterable<string>,
  { print, warn }: Lines,
  { pager }: PagerOptions,
): Promise<void> {
  const command = process.env["PAGER"] ?? DEFAULT_PAGER;
  const isPaged = pager && process.stdout.isTTY && command !== "" && command !== "cat";
  const all = isPaged ? [...lines] : [];
  if (!isPaged || all.length < process.stdout.rows) {
    await printAll(isPaged ? all : lines, print);
    return;
  }
  try {
    await pipeTo(command, `${all.join("\n")}\n`);
  } catch (error) {
    warn(
      `the pager ${JSON.stringify(command)} cannot be started (${messageOf(error)}): set PAGER, or use --no-pager`,
    );
    for (const line of all) print(line);
  }
}

/** Prints as fast as is taken, many lines at a time. */
async function printAll(lines: Iterable<string>, print: Lines["print"]): Promise<void> {
  let held: string[] = [];
  let chars = 0;
  for (const line of lines) {
    held.push(line);
    chars += line.length;
    if (chars < PRINTED_CHARS) continue;
    print(held.join("\n"));
    held = [];
    chars = 0;
    // Also where everything is taken at once, that nobody reads any more is heard here.
    if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
    else await setImmediate();
  }
  if (held.length > 0) print(held.join("\n"));
}

async function pipeTo(command: string, text: string): Promise<void> {
  const child = spawn(command, {
    shell: true,
    stdio: ["pipe", "inherit", "inherit"],
    env: { LESS, ...process.env },
  });
  // Ctrl-C is the pager's while it runs: it ends by its own key.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  try {
    await once(child, "spawn");
    // Who has seen enough closes it.
    child.stdin.on("error", () => {});
    child.stdin.end(text);
    const [code] = (await once(child, "close")) as [number | null];
    // What a shell answers for a program that is not there.
    if (code === 127) throw new Error("not found");
  } finally {
    process.off("SIGINT", ignore);
  }
}
