/** What `otel-audit resend` does; loaded when it runs. */
import { resolve } from "node:path";
import { createOtlpSender, openResumeFile, resend, type ResumeFile } from "../deliver/index.ts";
import { messageOf } from "../lib/errors.ts";
import { plainTextWarning, type ShippingOptions } from "../setup/shipping-options.ts";
import type { Lines } from "./lines.ts";
import type { ResendCommandOptions } from "./resend-command.ts";
import { type FileGroup, filesToSend, leftOutLines } from "./resend-files.ts";
import { rangeOf, rangeText, receiverOf, speedOf } from "./resend-options.ts";
import { createResendProgress } from "./resend-progress.ts";
import { createResendReader } from "./resend-reader.ts";
import {
  createRefusalList,
  createStreamCounts,
  type ResendSummary,
  summaryLines,
} from "./resend-report.ts";
import { withoutControls } from "./table.ts";
import { pathsOrDefault } from "./default-paths.ts";
import { jsonText } from "../lib/visible-text.ts";

/** No record is there, or none in the range. */
const EXIT_NOTHING = 1;
/** Refused, unreadable, or left. */
const EXIT_INCOMPLETE = 4;
/** What was taken is kept this often. */
const SAVE_MILLIS = 1000;
/** Lines that are no records are named up to here, then counted. */
const MAX_PROBLEMS = 20;

/** Sends what the paths hold, prints what became of it, and sets the exit code. */
export async function resendPaths(
  given: readonly string[],
  options: ResendCommandOptions,
  { print, warn }: Lines,
): Promise<void> {
  const paths = pathsOrDefault([...(options.trail ?? []), ...given], "nothing to send");
  const speed = speedOf(options);
  const range = rangeOf(options);
  const receiver = options.dryRun === true ? undefined : receiverOf(options, process.env);
  const taken = openResumeFile(options.resume, receiver?.url);
  const files = await filesToSend(paths);
  for (const line of leftOutLines(files.leftOut)) warn(withoutControls(line));
  const groups = files.groups.filter(
    ({ segmentsOf }) =>
      range.stream === undefined || segmentsOf === undefined || segmentsOf.stream === range.stream,
  );
  const warning = receiver === undefined ? undefined : plainTextWarning(receiver);
  if (warning !== undefined) warn(warning);
  const run = createRun({ groups, options, range, taken, warn });
  const stop = catchSignals(warn);
  try {
    const stopped =
      receiver === undefined
        ? await run.dry(stop.signal)
        : await run.send(receiver, speed, stop.signal);
    const resume = run.keep(receiver !== undefined && stopped !== undefined);
    const summary = run.summary({ endpoint: receiver?.url ?? null, stopped, resume });
    if (options.output === "json") print(jsonText(summary, 2));
    else for (const line of summaryLines(summary)) print(line);
    tellEnd(summary, warn);
    const isWhole =
      stopped === undefined && summary.refused + summary.unreadable + summary.missed.length === 0;
    if (!isWhole) process.exitCode = EXIT_INCOMPLETE;
    else if (summary.sent + summary.left + summary.taken === 0) {
      warn(withoutControls(nothingText(options)));
      process.exitCode = EXIT_NOTHING;
    }
  } catch (error) {
    // A file that cannot be read ends the run; what was taken before is known.
    run.keep(false);
    throw error;
  } finally {
    stop.release();
  }
}

function tellEnd({ stopped, resume, endpoint, sent }: ResendSummary, warn: Lines["warn"]): void {
  if (stopped !== null && stopped !== "interrupted")
    warn(`stopped: ${endpoint ?? ""} took nothing, and nothing else would be taken: ${stopped}`);
  if (stopped !== null && resume !== null)
    warn(`to go on: the same command with --resume ${resume}`);
  if (stopped === "interrupted" && sent === 0) warn("nothing was taken: to go on, run it again");
}

function nothingText(options: ResendCommandOptions): string {
  const range = rangeText(options);
  const why =
    range === ""
      ? "there is no record in the files"
      : `no record that was read fits ${range}; --dry-run without it shows which streams are there`;
  return `nothing was found to send: ${why}`;
}

/** Ends a run cleanly the first time; the second time as if nobody listened. */
function catchSignals(warn: Lines["warn"]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const onSignal = (): void => {
    release();
    warn("stopping: what is under way has two seconds");
    controller.abort();
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  const release = (): void => names.forEach((name) => process.off(name, onSignal));
  for (const name of names) process.on(name, onSignal);
  return { signal: controller.signal, release };
}

interface RunParts {
  readonly groups: readonly FileGroup[];
  readonly options: ResendCommandOptions;
  readonly range: ReturnType<typeof rangeOf>;
  readonly taken: ResumeFile;
  readonly warn: Lines["warn"];
}

interface Run {
  /** Why it ended early; undefined: it did not. */
  readonly send: (
    receiver: ShippingOptions,
    speed: ReturnType<typeof speedOf>,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  readonly dry: (signal: AbortSignal) => Promise<string | undefined>;
  /** The file that keeps what was taken, where there is one to go on with. */
  readonly keep: (isEarly: boolean) => string | null;
  readonly summary: (
    end: Pick<ResendSummary, "endpoint" | "resume"> & { readonly stopped: string | undefined },
  ) => ResendSummary;
}

function createRun({ groups, options, range, taken, warn }: RunParts): Run {
  const isDryRun = options.dryRun === true;
  const allBytes = groups.reduce((sum, { bytes }) => sum + bytes, 0);
  const startedAt = performance.now();
  const progress = createResendProgress(process.stderr);
  const streams = createStreamCounts();
  const refusals = createRefusalList();
  let sent = 0;
  let wanted = 0;
  let unreadable = 0;
  const missed: string[] = [];
  let savedAt = startedAt;
  const say = (line: string): void => {
    progress.end();
    warn(withoutControls(line));
  };
  const reader = createResendReader({
    range,
    isTaken: taken.wasTaken,
    warn: say,
    onProblem({ file, line, message, isCut }) {
      // What a crash cut was never accepted: nothing is left unsent.
      if (isCut === true) return say(`${file}:${line} is not sent: ${message}`);
      unreadable++;
      if (unreadable <= MAX_PROBLEMS) say(`${file}:${line} is not sent: ${message}`);
      if (unreadable === MAX_PROBLEMS + 1) say("and more lines that are not sent");
    },
    onMissed(file, why) {
      missed.push(file);
      say(`${file} is missed: since it was listed ${why}`);
    },
  });

  async function* read(group: FileGroup): ReturnType<typeof reader.read> {
    for await (const items of reader.read(group)) {
      wanted += items.length;
      streams.add(items);
      show();
      yield items;
    }
  }

  function show(): void {
    progress.show({ sent, readBytes: reader.counts().bytes, allBytes });
  }

  function saveNowAndThen(): void {
    const now = performance.now();
    if (options.resume === undefined || now - savedAt < SAVE_MILLIS) return;
    savedAt = now;
    save(options.resume);
  }

  /** What cannot be kept is said, and sent again by the next run. */
  function save(file: string): string | null {
    try {
      taken.save(file);
      return file;
    } catch (error) {
      say(messageOf(error));
      return null;
    }
  }

  return {
    async dry(signal) {
      for (const group of groups)
        for await (const _ of read(group)) if (signal.aborted) return "interrupted";
      progress.end();
      return undefined;
    },
    async send(receiver, speed, signal) {
      const { stopped } = await resend({
        sources: groups.map((group) => () => read(group)),
        createSender: () => createOtlpSender(receiver),
        host: new URL(receiver.url).host,
        ...speed,
        signal,
        report: say,
        onTaken(items) {
          sent += items.length;
          for (const { stream, sequence } of items) taken.add(stream, sequence);
          saveNowAndThen();
          show();
        },
        onRefused: refusals.add,
      }).finally(progress.end);
      return stopped;
    },
    keep(isEarly) {
      const isWorthIt = options.resume !== undefined || (isEarly && sent > 0);
      if (isDryRun || !isWorthIt) return null;
      const time = new Date().toISOString().replace(/[:-]|\.\d+/g, "");
      return save(options.resume ?? resolve(`otel-audit-resend-${time}.json`));
    },
    summary({ endpoint, stopped, resume }) {
      const { records, skipped, taken: takenBefore } = reader.counts();
      const seconds = (performance.now() - startedAt) / 1000;
      return {
        endpoint,
        isDryRun,
        read: records,
        sent,
        skipped,
        taken: takenBefore,
        refused: refusals.count(),
        unreadable,
        missed,
        left: wanted - sent - refusals.count(),
        streams: streams.rows(),
        seconds: Math.round(seconds * 1000) / 1000,
        recordsPerSecond: Math.round((isDryRun ? records : sent) / seconds),
        stopped: stopped ?? null,
        resume,
        refusals: refusals.list(),
      };
    },
  };
}
