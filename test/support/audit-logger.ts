/** AuditLoggers of tests, what they say, and what stands in their files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { type AuditEvent, AuditLogger, type AuditLoggerOptions } from "otel-audit";
import { onTestFinished, vi } from "vitest";

/** A program that logs events: directory, how many, name of the writer, `--forget`. */
export const PROGRAM: string = join(import.meta.dirname, "../record/programs/log-events.ts");

/** A logger that is closed with the test. */
export function openLogger(directory: string, options?: AuditLoggerOptions): AuditLogger {
  const logger = new AuditLogger(directory, options);
  onTestFinished(() => logger.close());
  return logger;
}

/** What our line writer said; stderr itself is left alone. */
export function listen(): string[] {
  const said: string[] = [];
  const fs = process.getBuiltinModule("node:fs");
  const { writeSync } = fs;
  const spy = vi.spyOn(fs, "writeSync").mockImplementation((fd: number, ...rest: [string]) => {
    if (fd !== 2) return writeSync(fd, ...rest);
    said.push(rest[0]);
    return rest[0].length;
  });
  // Named imports of builtins see the spy only after this.
  process.getBuiltinModule("node:module").syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    process.getBuiltinModule("node:module").syncBuiltinESMExports();
  });
  return said;
}

/** The events of `audit_log.json`, in its order. */
export const eventsIn = (directory: string): AuditEvent[] =>
  JSON.parse(readFileSync(join(directory, "audit_log.json"), "utf8")) as AuditEvent[];

/** The rows of `audit_log.csv`, the header too. */
export const rowsIn = (directory: string): string[][] =>
  parse(readFileSync(join(directory, "audit_log.csv"), "utf8"));

/** Names of the views that are there. */
export const viewsIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => name.startsWith("audit_log"));
