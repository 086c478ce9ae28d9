/**
 * The audit logs that the AuditLoggers of this process write to: one per directory and format, because
 * two services of one process usually log to the same directory.
 *
 * In: drafts. Out: the records in the journal before `write` returns, and in small views when
 * `settled` resolves. Nothing is opened before the first draft.
 */
import { join } from "node:path";
import { createCatalogue } from "../event/index.ts";
import { sizeOf } from "../lib/files.ts";
import { draftOfLogged, type LoggedEvent } from "../record/index.ts";
import type { ResolvedOptions } from "./options.ts";
import { openAudit, type OpenAudit } from "./pipeline.ts";

/** Where the events of a logger go. */
export interface LoggerTrail {
  /** Writes the record before it returns. Throws when the journal cannot be opened or written. */
  readonly write: (event: LoggedEvent) => void;
  /** Resolves when what was written survives power loss and stands in the views, if these are small. */
  readonly settled: () => Promise<void>;
  /** Resolves when everything stands in the views, however large they are. */
  readonly flush: () => Promise<void>;
  /** Ends this logger's part; the last one closes the audit log. */
  readonly close: () => Promise<void>;
}

/** A larger `audit_log.json` is not rewritten for every event, but at most 5 % of the time. */
const SMALL_VIEW_BYTES = 1024 * 1024;

interface SharedTrail {
  readonly format: string;
  users: number;
  open: OpenAudit | undefined;
  /** Resolves when everything written before the call stands in the views. */
  readonly round: () => Promise<void>;
}

const trails = new Map<string, SharedTrail>();

/** Joins the trail of a directory. */
export function joinTrail(
  options: ResolvedOptions,
  directory: string,
  report: (line: string) => void,
): LoggerTrail {
  const key = JSON.stringify([directory, options.format]);
  for (const [other, { format }] of trails) {
    if (other !== key && other.startsWith(`[${JSON.stringify(directory)},`)) {
      report(
        `an AuditLogger of this process writes ${directory} in format ${format}: the views in format ` +
          `${options.format} are written when that one is closed. Use format both for both`,
      );
    }
  }
  const trail = trails.get(key) ?? createShared(options.format, directory);
  trails.set(key, trail);
  trail.users++;
  const catalogue = createCatalogue();
  let isLeft = false;

  async function leave(): Promise<void> {
    if (isLeft) return trail.open?.audit.flush();
    isLeft = true;
    if (--trail.users > 0) return trail.open?.audit.flush();
    trails.delete(key);
    await trail.open?.audit.close();
  }

  return {
    write(event) {
      trail.open ??= openAudit(options, directory, { shape: "five" });
      trail.open.target.emit(draftOfLogged(event, catalogue));
    },
    settled: trail.round,
    flush: async () => trail.open?.audit.flush(),
    close: leave,
  };
}

/** Everybody who waits while a round runs shares the next one. */
function createShared(format: string, directory: string): SharedTrail {
  const json = join(directory, "audit_log.json");
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  const trail: SharedTrail = { format, users: 0, open: undefined, round };

  async function run(): Promise<void> {
    const isSmall = format === "csv" || (sizeOf(json) ?? 0) < SMALL_VIEW_BYTES;
    await (isSmall ? trail.open?.audit.flush() : trail.open?.synced());
  }

  function start(): Promise<void> {
    const started = run().finally(() => {
      if (running === started) running = undefined;
    });
    running = started;
    return started;
  }

  function round(): Promise<void> {
    if (running === undefined) return start();
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = undefined;
        return start();
      });
    return waiting;
  }

  return trail;
}
