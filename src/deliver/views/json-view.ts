import { join } from "node:path";
import { replaceFile, sizeOf } from "../../lib/files.ts";
import { createFileWatch, type Finding } from "./file-watch.ts";
import { freePartPath, watchClosedParts } from "./json-parts.ts";
import { JSON_FRAME, recoverJson } from "./json-recovery.ts";
import { createNewestFirst } from "./newest-first.ts";
import { createOpenIntents } from "./open-intents.ts";
import { createChangeCheck, tellOfChange } from "./outside-change.ts";
import { createViewProgress } from "./reading-progress.ts";
import { checkRoom } from "./room.ts";
import { type BehindParts, createViewStateSaver } from "./view-state.ts";
import { JSON_VIEW, type View, type ViewOptions } from "./view.ts";

const STATE_NAME = "json";

/** A part that has reached this size is closed: rewriting it would cost more than it tells. */
export const DEFAULT_MAX_PART_BYTES: number = 16 * 1024 * 1024;
/** The file is rewritten at most every this many times its last duration: at most 5 % of a core. */
const PAUSE_FACTOR = 20;
/** A state that goes with the same file is saved this often at most. */
const SAVE_PAUSE_MILLIS = 1000;
/** And no more than this is written a second, because the journal waits for the same disk. */
const REWRITTEN_BYTES_PER_MILLI = 8 * 1024;

/** What {@link openJsonView} takes. */
export interface JsonViewOptions extends ViewOptions {
  /** Default 16 MiB. */
  readonly maxPartBytes?: number;
}

/** How long a file is left alone after it was rewritten. */
export function rewritePause(bytes: number, tookMillis: number): number {
  return Math.max(tookMillis * PAUSE_FACTOR, bytes / REWRITTEN_BYTES_PER_MILLI);
}

/**
 * Opens the JSON view: an array of results, newest first, one record a line. The file is replaced
 * in one step, so it parses at every instant.
 */
export function openJsonView(options: JsonViewOptions): View {
  const { directory, nowMillis } = options;
  const maxPartBytes = options.maxPartBytes ?? DEFAULT_MAX_PART_BYTES;
  const path = join(directory, JSON_VIEW);
  const recovered = recoverJson(options, path, STATE_NAME);
  const progress = createViewProgress(recovered.state);
  const intents = createOpenIntents({
    lines: recovered.state.intents,
    shownIds: recovered.shownIntents,
    progress,
  });
  const saver = createViewStateSaver(directory, STATE_NAME, progress);
  const watch = createFileWatch(path, { seesRewriting: true });
  const isFileOurs = createChangeCheck({ watch, nowMillis, deal });
  const newest = createNewestFirst(JSON_FRAME);
  newest.add(recovered.records);
  newest.written();
  let { parts, behindParts } = recovered.state;
  /** How far the files show it; what is in memory may be further. */
  let shown = here();
  const closed = watchClosedParts(directory, options);
  /** The file lacks something. */
  let isPending = true;
  /** Only the state does. */
  let isDirty = false;
  let isStateMissing = recovered.isFirst;
  let nextAt = 0;
  if (sizeOf(path) !== undefined) watch.remember();

  function write(): void {
    const started = nowMillis();
    checkRoom(options, newest.size());
    // Records without a state are nobody's. One that knows nothing goes with any file.
    if (isStateMissing && parts === 0) saver.saveNothing();
    replaceFile(path, newest.file());
    newest.written();
    shown = here();
    watch.remember();
    isPending = false;
    save();
    nextAt = nowMillis() + rewritePause(newest.size(), nowMillis() - started);
  }

  function save(): void {
    const started = nowMillis();
    saver.save({
      size: watch.size(),
      file: watch.identity(),
      parts,
      intents: intents.lines(),
      behindParts,
    });
    isDirty = false;
    isStateMissing = false;
    nextAt = nowMillis() + Math.max(SAVE_PAUSE_MILLIS, (nowMillis() - started) * PAUSE_FACTOR);
  }

  function here(): BehindParts {
    return {
      positions: new Map(progress.live),
      intents: intents.lines(),
      turn: progress.turn(),
    };
  }

  function closePart(): void {
    checkRoom(options, newest.size());
    replaceFile(freePartPath(directory, parts + 1, options), newest.file());
    parts++;
    closed.add(parts);
    newest.clear();
    shown = here();
    behindParts = shown;
    // Its records stand in the newest part too, until that is written.
    isPending = true;
    nextAt = 0;
  }

  /** What a file that was renamed has, is not shown again; of any other everything is in memory. */
  function deal(found: Finding): void {
    if (!tellOfChange(path, found, options)) {
      newest.dropWritten();
      behindParts = shown;
    }
    watch.forget();
    isPending = true;
    nextAt = 0;
  }

  return {
    progress,
    intents,
    check() {
      closed.check();
      return isFileOurs() && newest.size() < 2 * maxPartBytes;
    },
    append(records, readTo) {
      newest.add(records);
      progress.advance(readTo);
      isPending ||= records.length > 0;
      isDirty = true;
    },
    settle({ isForced }) {
      // Here and not in append: what fails here is tried again, and nothing is shown twice.
      if (newest.size() >= maxPartBytes) closePart();
      if (!(isPending || isDirty || saver.isStale())) return;
      if ((!isForced && nowMillis() < nextAt) || !isFileOurs()) return;
      if (isPending) write();
      else save();
    },
    saveAgain() {
      saver.forget();
      isStateMissing = true;
      nextAt = 0;
    },
    close: watch.close,
  };
}
