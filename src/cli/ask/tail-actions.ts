/** What `otel-audit tail` does; loaded when it runs. */
import { setTimeout as wait } from "node:timers/promises";
import { type FlatRecord } from "../../format/index.ts";
import { AuditError } from "../../lib/errors.ts";
import { createFollower, type Follower, searchTrail } from "../../read/index.ts";
import { pathsOrDefault } from "../default-paths.ts";
import type { Lines } from "../lines.ts";
import { withoutControls } from "../table.ts";
import { checkPurpose, recordAccess } from "./access.ts";
import { asked } from "./asked.ts";
import { columnsOf } from "./columns.ts";
import { exitAfterReading, sayNothingFound, sayProblems } from "./reading.ts";
import type { TailCommandOptions } from "./tail-command.ts";
import { jsonText } from "../../lib/visible-text.ts";

/** Columns whose values are of about one length, and what happened behind them. */
const COLUMNS = "time,record,outcome,what";
const WIDTHS: Readonly<Record<string, number>> = { time: 30, record: 22, outcome: 7 };
/** Files are looked at so often; or a tenth of the time, where that takes longer. */
const POLL_MILLIS = 250;
const POLL_SHARE = 10;
/** Ctrl-C, a stop of the machine, a terminal that is closed. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Of a process that Ctrl-C ends: 128 and the number of SIGINT. */
const EXIT_INTERRUPTED = 130;

/** Prints the last records and, if asked, those that come; sets the exit code. */
export async function tail(
  terms: readonly string[],
  options: TailCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const { follow = false, limit, output } = options;
  if (follow && options.from !== undefined)
    throw new AuditError(
      "invalid_option",
      "-f follows files: leave out --from and name a Collector's directory or an audit directory with -t",
    );
  const columns = columnsOf(options.columns ?? COLUMNS);
  const { sources, query, zone } = await asked(terms, options, { isReadAgain: false });
  const show = (record: FlatRecord): void => {
    const isWhole = output === "jsonl" && options.columns === undefined;
    if (isWhole) return print(jsonText(record));
    const cells = columns.map(
      ({ name, textOf }) => [name, textOf(record, output === "jsonl" ? "UTC" : zone)] as const,
    );
    if (output === "jsonl") return print(jsonText(Object.fromEntries(cells)));
    const line = cells
      .map(([name, text]) => withoutControls(text).padEnd(WIDTHS[name] ?? 0))
      .join("  ");
    print(line.trimEnd());
  };
  // Before anything is read: what is written meanwhile is not passed over.
  const follower = follow
    ? createFollower(pathsOrDefault(options.trail ?? [], "nothing to follow"), query)
    : undefined;
  const found = await searchTrail(sources, query, { limit });
  const scope = ["tail", ...(follow ? ["-f"] : []), ...terms];
  await recordAccess({ scope, count: found.records.length }, options);
  for (const record of found.records.toReversed()) show(record);
  sayProblems(found, warn);
  process.exitCode = exitAfterReading(found, found.total);
  if (follower === undefined) {
    if (found.total === 0) sayNothingFound(terms, warn);
    return;
  }
  follower.know(found.records);
  let shown = 0;
  try {
    await goOn(follower, {
      show(record) {
        shown++;
        show(record);
      },
      check: () => checkPurpose(options),
      warn,
    });
  } finally {
    if (shown > 0)
      await recordAccess(
        { scope: [...scope, "(what came)"], count: shown, wasShown: true },
        options,
      );
  }
}

interface Showing {
  readonly show: (record: FlatRecord) => void;
  /** Before it is shown. */
  readonly check: () => Promise<void>;
  readonly warn: Lines["warn"];
}

async function goOn(follower: Follower, { show, check, warn }: Showing): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  for (const name of ENDING) process.once(name, interrupt);
  try {
    while (!interrupted.signal.aborted) {
      const started = performance.now();
      let isChecked = false;
      for (const followed of follower.poll()) {
        if (followed.kind === "problem") {
          sayProblems({ problems: [followed], problemCount: 1 }, warn);
          continue;
        }
        if (!isChecked) await check();
        isChecked = true;
        show(followed.record);
      }
      const needed = (performance.now() - started) * POLL_SHARE;
      // A pause of nothing still hears Ctrl-C.
      const pause = follower.isBehind() ? 0 : Math.max(POLL_MILLIS, needed);
      await wait(pause, undefined, { signal: interrupted.signal }).catch(() => {});
    }
  } finally {
    follower.close();
  }
  process.exitCode = EXIT_INTERRUPTED;
}
