/** Whatever a configuration is made of: findings with places inside of their files, or one kind of error. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { validateConfig } from "../../../src/collector/index.ts";
import { configOfText } from "../../../src/collector/validate/load-config.ts";
import type { Located } from "../../../src/collector/validate/located.ts";
import { AuditError } from "../../../src/lib/errors.ts";

const right = join(import.meta.dirname, "right");
const rights = readdirSync(right).map((name) => readFileSync(join(right, name), "utf8"));
const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2_147_483_647);
const options = { seed, numRuns: 300, verbose: true };

/** Findings, each with a place inside of the text that it names. */
function check(texts: readonly string[]): void {
  const roots: Located[] = [];
  for (const [at, text] of texts.entries()) {
    try {
      roots.push(configOfText(text, String(at)));
    } catch (error) {
      expect(error).toBeInstanceOf(AuditError);
      expect(error).toMatchObject({ code: "unreadable" });
      return;
    }
  }
  for (const { file, line, column, message, code } of validateConfig(roots)) {
    const lines = (texts[Number(file)] ?? "").split("\n");
    const width = (lines[line - 1] ?? "").length;
    const isInside = line >= 1 && line <= lines.length && column >= 1 && column <= width + 1;
    expect({ code, line, column, isInside }).toMatchObject({ isInside: true });
    expect(message).not.toMatch(/undefined|NaN|\[object/);
  }
}

const COMMON = [
  "otlp",
  "file/audit",
  "forward/audit",
  "redaction",
  "logs/audit",
  "kafka",
  "filter",
];
const KEYS =
  `receivers processors exporters connectors extensions service pipelines logs protocols grpc http endpoint
  rotation sending_queue storage retry_on_failure enabled max_elapsed_time tls insecure headers error_mode path
  brokers message_marking telemetry metrics readers pull exporter prometheus host config compaction directory`.split(
    /\s+/,
  );
const key = fc.oneof(fc.constantFrom(...KEYS, ...COMMON), fc.string());
const leaf = fc.oneof(
  fc.constantFrom(
    ...COMMON,
    "0.0.0.0:4317",
    "${env:X:-1}",
    "${file:x}",
    "$$",
    "5m",
    "0s",
    "[::]:1",
    "http://u:p@h",
  ),
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 6 }),
  ),
}));

describe(`seed ${seed} (FC_SEED)`, () => {
  test("any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 3 }), check),
      options,
    );
  });
  test("any objects, merged", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(key, value), { minLength: 1, maxLength: 3 }),
        (documents) => check(documents.map((document) => stringify(document))),
      ),
      options,
    );
  });
  test("a right configuration with anything in place of a value, and anything merged into it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rights),
        fc.nat(),
        value,
        fc.dictionary(key, value, { maxKeys: 3 }),
        (text, at, put, overlay) => {
          const lines = text.split("\n");
          const line = lines[at % lines.length] ?? "";
          const [, before] = /^(\s*(?:- )?(?:[\w/]+:)?).*$/.exec(line) ?? [];
          lines[at % lines.length] = `${before ?? ""} ${JSON.stringify(put)}`;
          check([lines.join("\n"), stringify(overlay)]);
        },
      ),
      { ...options, numRuns: 500 },
    );
  });
  test("a right configuration cut anywhere", () => {
    fc.assert(
      fc.property(fc.constantFrom(...rights), fc.nat(), fc.nat(), (text, from, length) => {
        const start = from % text.length;
        check([text.slice(0, start) + text.slice(start + (length % 200))]);
      }),
      { ...options, numRuns: 500 },
    );
  });
});
