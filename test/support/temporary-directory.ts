import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A fresh directory that goes away with the test, also while a program that was killed writes its last. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "otel-audit-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}
