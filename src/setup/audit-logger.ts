import { join, resolve } from "node:path";
import { z } from "zod";
import { checkViewShape } from "../deliver/index.ts";
import type { Actor } from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { makeDirectory } from "../lib/files.ts";
import { createRedactor } from "../redact/index.ts";
import { type LogSummary, summariseLog } from "./audit-logger-summary.ts";
import { joinTrail, type LoggerTrail } from "./audit-logger-trail.ts";
import { createLineWriter, type Report } from "./line-writer.ts";
import { formatOfEnvironment, resolveOptions } from "./options.ts";

export type { LogSummary } from "./audit-logger-summary.ts";

/** Which files an {@link AuditLogger} keeps; `none` switches it off. */
export type AuditLoggerFormat = "json" | "csv" | "both" | "none";

/** Options of {@link AuditLogger}. */
export interface AuditLoggerOptions {
  /** The experiment that the events are about; it stands in the journal as their target. */
  readonly experimentName?: string;
  /** Environment: AUDIT_LOG_FORMAT. Default `json`; an invalid one is a warning and `json`. */
  readonly format?: AuditLoggerFormat;
  /** Who acts. Default: the actor of the audited gRPC call that is running, else `unknown`. */
  readonly actor?: Actor | string;
}

const FORMATS: readonly AuditLoggerFormat[] = ["json", "csv", "both", "none"];
const DEFAULT_FORMAT: AuditLoggerFormat = "json";

const optionsSchema = z.strictObject({
  experimentName: z.string().optional(),
  // Anything: what is no format is a warning and not an error.
  format: z.unknown().optional(),
  actor: z.union([z.string().min(1), z.looseObject({ id: z.string().min(1) })]).optional(),
});

/**
 * The audit logger of WeightsLab: the same calls, the same files with the same five keys and columns,
 * out of a journal that loses nothing. docs/weightslab.md says what else is the same and what is not.
 *
 * @example
 * const logger = new AuditLogger("./root_log_dir", { experimentName: "mnist" });
 * await logger.logEvent("hp_change", "success", { learning_rate: 0.001 });
 */
export class AuditLogger {
  /** Absolute path of the directory. */
  readonly rootLogDir: string;
  readonly format: AuditLoggerFormat;
  /** The events, newest first; there from the first event on, where the format has it. */
  readonly jsonPath: string;
  /** The events, oldest first; there from the first event on, where the format has it. */
  readonly csvPath: string;
  readonly #report: Report;
  readonly #trail: LoggerTrail | undefined;
  readonly #experimentName: string | undefined;
  readonly #actor: Actor | undefined;

  /**
   * Creates the directory, and no file in it before the first event.
   *
   * @throws {AuditError} `directory_unusable` when the directory cannot be made, or when createAudit
   * keeps views of every column in it; `invalid_option` for an option that is none.
   */
  constructor(rootLogDir: string, options: AuditLoggerOptions = {}) {
    this.#report = createLineWriter(createRedactor().redactText);
    const { experimentName, format, actor } = parseOptions(rootLogDir, options);
    this.rootLogDir = resolve(rootLogDir);
    this.jsonPath = join(this.rootLogDir, "audit_log.json");
    this.csvPath = join(this.rootLogDir, "audit_log.csv");
    this.format = formatOf(format, this.#report);
    this.#experimentName = experimentName;
    this.#actor = typeof actor === "string" ? { id: actor } : actor;
    prepareDirectory(this.rootLogDir);
    if (this.format === "none") return;
    checkViewShape(this.rootLogDir, "five");
    const resolved = resolveOptions({
      directory: this.rootLogDir,
      format: this.format,
      policy: { version: 1 },
    });
    this.#trail = joinTrail(resolved, this.rootLogDir, this.#report);
  }

  /**
   * Records one event. It is written before `logEvent` returns; when the promise resolves it survives
   * power loss and stands in the files, as long as these are small (1 MiB). Never throws and never
   * rejects: what goes wrong is said on stderr.
   *
   * @param actionType any name; those of the catalogue get their category and impact in the journal.
   * @param status anything but `success` is recorded as `failed`.
   * @param details what was changed; null and undefined become an empty map.
   * @param error what went wrong.
   */
  async logEvent(
    actionType: string,
    status: "success" | "failed",
    details?: Readonly<Record<string, unknown>> | null,
    error?: string | Error | null,
  ): Promise<void> {
    if (this.#trail === undefined) return;
    try {
      if (status !== "success" && status !== "failed") {
        this.#report(`an event with status ${JSON.stringify(status)} is recorded as failed`);
      }
      this.#trail.write({
        actionType,
        status,
        details,
        error,
        experimentName: this.#experimentName,
        actor: this.#actor,
      });
    } catch (problem) {
      this.#report(`an event of AuditLogger was not recorded: ${messageOf(problem)}`);
      return;
    }
    await this.#quietly(this.#trail.settled());
  }

  /** Counts of all events in the directory, earlier runs and other processes included. Never rejects. */
  async getLogSummary(): Promise<LogSummary> {
    return summariseLog(this.rootLogDir, this.#report);
  }

  /** Resolves when every event logged before stands in the files, however large they are. Never rejects. */
  async flush(): Promise<void> {
    await this.#quietly(this.#trail?.flush());
  }

  /** Flushes and lets go of the directory. At process exit that happens by itself. Never rejects. */
  async close(): Promise<void> {
    await this.#quietly(this.#trail?.close());
  }

  async #quietly(work: Promise<void> | undefined): Promise<void> {
    try {
      await work;
    } catch (problem) {
      this.#report(`the events of AuditLogger are written, but: ${messageOf(problem)}`);
    }
  }
}

function parseOptions(rootLogDir: unknown, options: unknown): AuditLoggerOptions {
  const parsed = optionsSchema.safeParse(options);
  const issue = parsed.error?.issues[0];
  if (issue !== undefined) {
    const path = issue.path.join(".");
    throw new AuditError(
      "invalid_option",
      `new AuditLogger: ${path === "" ? "" : `${path}: `}${issue.message}`,
    );
  }
  if (typeof rootLogDir !== "string" || rootLogDir === "") {
    throw new AuditError(
      "invalid_option",
      'new AuditLogger: the first argument must be a directory, as in new AuditLogger("./logs")',
    );
  }
  return parsed.data as AuditLoggerOptions;
}

/** Parameter over environment over default, as in the source: only the variable may have capitals and spaces. */
function formatOf(given: unknown, report: Report): AuditLoggerFormat {
  const wanted = given ?? formatOfEnvironment()?.toLowerCase().trim() ?? DEFAULT_FORMAT;
  const format = FORMATS.find((known) => known === wanted);
  if (format !== undefined) return format;
  report(
    `AuditLogger: invalid format ${JSON.stringify(wanted)}, using ${DEFAULT_FORMAT}; valid are ${FORMATS.join(", ")}`,
  );
  return DEFAULT_FORMAT;
}

function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    throw new AuditError(
      "directory_unusable",
      `cannot make the directory ${JSON.stringify(directory)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
