/** What users can import. A change here is a change of the public API: say so in the commit. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, unknown>>;
};

const API: Readonly<Record<string, readonly string[]>> = {
  "otel-audit": [
    "AuditError",
    "AuditLogger",
    "auditGrpc",
    "changesBetween",
    "createAudit",
    "currentAudit",
    "defineAction",
  ],
  "otel-audit/processors": [
    "AuditError",
    "createJournalLogProcessor",
    "createRedactingLogProcessor",
    "createRedactingSpanProcessor",
    "redact",
  ],
  "otel-audit/testing": ["createTestAudit", "expectNothingRecorded", "expectRecorded"],
  "otel-audit/read": [
    "AuditError",
    "EVERYTHING",
    "FIELDS",
    "countTrail",
    "createCatalogue",
    "createFollower",
    "matcherOf",
    "matchingRecords",
    "parseQuery",
    "readJournal",
    "readRecords",
    "searchTrail",
    "sentenceOf",
    "sourcesOf",
    "toFlat",
    "victoriaLogsSource",
  ],
  "otel-audit/verify": [
    "AuditError",
    "createNodeCrypto",
    "createWebCrypto",
    "decodeKey",
    "gapsOf",
    "inspectRecord",
    "openAnchor",
    "verifyFiles",
    "verifyInputs",
  ],
};

test("the entry points are these", () => {
  expect(Object.keys(manifest.exports)).toEqual([
    ".",
    "./register",
    "./read",
    "./verify",
    "./processors",
    "./testing",
    "./package.json",
  ]);
});

test.each(Object.entries(API))("%s exports exactly these values", async (name, names) => {
  const module = (await import(name)) as object;
  expect(Object.keys(module).toSorted()).toEqual(names);
});

/** Exports of an entry point's source that have no description. */
function undocumented(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const name =
      /^export (?:async )?(?:abstract )?(?:function|const|class|interface|type) (\w+)/.exec(
        line,
      )?.[1];
    if (name === undefined) return [];
    return (lines[at - 1] ?? "").trim().endsWith("*/") ? [] : [`${file}: ${name}`];
  });
}

describe("descriptions", () => {
  test("every exported symbol of src has one", async () => {
    const { globSync } = await import("node:fs");
    const files = globSync("src/**/*.ts", { cwd: root }).map((file) => join(root, file));
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(undocumented)).toEqual([]);
  });
});
