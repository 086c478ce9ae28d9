/** The loggers that are compared, each behind the same four functions. */
import { join } from "node:path";
import { ExportResultCode } from "@opentelemetry/core";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import {
  BatchLogRecordProcessor,
  LoggerProvider,
  type LogRecordExporter,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { type Audit, type AuditOptions, createAudit } from "otel-audit";
import { pino } from "pino";
import { sampleEvent } from "./sample-event.ts";
import { openUnsealed } from "./unsealed.ts";

/** What is compared. */
export const LOGGERS = [
  "ours",
  "ours-unsealed",
  "ours-journal",
  "pino",
  "otlp-simple",
  "otlp-batch",
] as const;
/** One of {@link LOGGERS}. */
export type LoggerName = (typeof LOGGERS)[number];

/** A logger of sample events. */
export interface EventLogger {
  /**
   * Logs event number `step`; returns when it was accepted.
   *
   * @returns what resolves when it is kept: synced to disk, or answered by the receiver. It never
   * does for an event that was lost. Undefined: this logger never says.
   */
  readonly log: (step: number) => Promise<unknown> | undefined;
  /** Resolves when everything that can be done for the events so far is done. */
  readonly drain: () => Promise<void>;
  /** Throws when the logger itself knows of a problem. */
  readonly close: () => Promise<void>;
}

/** What {@link openLogger} takes. */
export interface LoggerOptions {
  /** An empty directory. */
  readonly directory: string;
  /** Base URL of an OTLP/HTTP receiver; empty: nothing is sent. */
  readonly endpoint: string;
}

/** Name of the file that pino writes. */
export const PINO_FILE = "pino.jsonl";

/** Opens a logger, with its defaults wherever there are any. */
export function openLogger(name: LoggerName, options: LoggerOptions): Promise<EventLogger> {
  switch (name) {
    case "ours":
      return openOurs(options, { format: "both", open: createAudit });
    case "ours-unsealed":
      return openOurs(options, { format: "both", open: openUnsealed });
    case "ours-journal":
      return openOurs(options, { format: "journal", open: createAudit });
    case "pino":
      return Promise.resolve(openPino(options));
    default:
      return Promise.resolve(openOtlp(options, name));
  }
}

async function openOurs(
  { directory, endpoint }: LoggerOptions,
  {
    format,
    open,
  }: {
    readonly format: "both" | "journal";
    readonly open: (options: AuditOptions) => Promise<Audit>;
  },
): Promise<EventLogger> {
  const shipping = endpoint === "" ? {} : { endpoint };
  const audit = await open({ directory, format, service: "bench", ...shipping });
  return {
    log: (step) => audit.record(sampleEvent(step)),
    drain: () => audit.flush(),
    async close() {
      const { problems } = audit.health();
      await audit.close();
      if (problems.length > 0) throw new Error(problems.join("; "));
    },
  };
}

/** Writes each line at once, as ours does; the fields are those of a line of the journal. */
function openPino({ directory }: LoggerOptions): EventLogger {
  const destination = pino.destination({ dest: join(directory, PINO_FILE), sync: true });
  const stream = "QbCdEfGhIjKlMnOp";
  const options = {
    base: { stream, service: "bench" },
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
  };
  const logger = pino(options, destination);
  return {
    log(step) {
      const { action, actor, target, before, after, reason, details } = sampleEvent(step);
      logger.info({
        action_type: action,
        status: "success",
        details: { before, after, ...details },
        error: null,
        record_id: `${stream}.${step}`,
        sequence: step,
        kind: "result",
        outcome: "success",
        actor_id: actor.id,
        actor_type: actor.type,
        target_type: target.type,
        target_id: target.id,
        reason,
        attributes: {
          "audit.category": "training",
          "audit.impact": "high",
          "audit.actor.authentication": "code",
          "audit.schema.version": "1",
        },
      });
      return undefined;
    },
    drain: () => Promise.resolve(),
    async close() {
      destination.flushSync();
      destination.end();
    },
  };
}

/** The SDK's own processors and exporter, with their defaults. */
function openOtlp({ endpoint }: LoggerOptions, name: "otlp-simple" | "otlp-batch"): EventLogger {
  const answers = new Map<number, () => void>();
  const { exporter, settled } = listening(
    new OTLPLogExporter({ url: `${endpoint}/v1/logs` }),
    (step) => {
      answers.get(step)?.();
      answers.delete(step);
    },
  );
  const processor =
    name === "otlp-simple"
      ? new SimpleLogRecordProcessor({ exporter })
      : new BatchLogRecordProcessor({ exporter });
  const provider = new LoggerProvider({ processors: [processor] });
  const logger = provider.getLogger("bench");
  return {
    log(step) {
      const { action, actor, target, before, after, reason, details } = sampleEvent(step);
      const { promise, resolve } = Promise.withResolvers<void>();
      answers.set(step, resolve);
      logger.emit({
        eventName: `audit.${action}`,
        timestamp: Date.now(),
        attributes: {
          "audit.record.kind": "result",
          "audit.action": action,
          "audit.category": "training",
          "audit.impact": "high",
          "audit.outcome": "success",
          "audit.actor.id": actor.id,
          "audit.actor.type": actor.type,
          "audit.actor.authentication": "code",
          "audit.target.type": target.type,
          "audit.target.id": target.id,
          "audit.reason": reason,
          "audit.record.id": `QbCdEfGhIjKlMnOp.${step}`,
          "audit.sequence.number": step,
          "audit.schema.version": "1",
        },
        body: { before, after, ...details },
      });
      return promise;
    },
    async drain() {
      await provider.forceFlush();
      await settled();
    },
    async close() {
      await provider.shutdown();
    },
  };
}

/** An exporter that says which records were answered with success, and when none is under way. */
function listening(
  exporter: LogRecordExporter,
  onAnswered: (step: number) => void,
): { readonly exporter: LogRecordExporter; readonly settled: () => Promise<void> } {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  return {
    exporter: {
      export(records, done) {
        underWay++;
        exporter.export(records, (result) => {
          underWay--;
          if (result.code === ExportResultCode.SUCCESS) {
            for (const { attributes } of records) {
              onAnswered(Number(attributes["audit.sequence.number"]));
            }
          }
          done(result);
          if (underWay > 0) return;
          for (const resolve of waiting) resolve();
          waiting = [];
        });
      },
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    },
    settled() {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (underWay === 0) resolve();
      else waiting.push(resolve);
      return promise;
    },
  };
}
