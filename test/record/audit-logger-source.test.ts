/**
 * The AuditLogger beside WeightsLab's own: the same calls give the same files, byte for byte, but for
 * the times. Needs python3 and the published package; AUDIT_REQUIRE=python: must run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AuditLogger } from "otel-audit";
import { describe, expect, test } from "vitest";
import { canRunPython, runPython } from "../support/python.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { weightslabPackage } from "../support/weightslab.ts";

interface Call {
  readonly actionType: string;
  readonly status: "success" | "failed";
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly error: string | null;
}

const call = (
  actionType: string,
  details: Call["details"] = {},
  error: string | null = null,
  status: Call["status"] = error === null ? "success" : "failed",
): Call => ({ actionType, status, details, error });

const SETS: Readonly<Record<string, readonly Call[]>> = {
  "one event": [call("pause", { trainer_state: "paused" })],
  "what its documentation shows": [
    call("hp_change", { changed_params: { learning_rate: 0.001, batch_size: 32 } }),
    call("tag_add", {
      tag_name: "defect",
      samples_affected: 5,
      sample_ids: ["s1", "s2", "s3", "s4", "s5"],
      origins: ["train", "train", "val", "val", "test"],
    }),
    call(
      "query_execute",
      { query_type: "natural_language", query_text: "invalid syntax here" },
      "Invalid query syntax: unexpected token",
    ),
  ],
  "details None and empty": [call("pause", null), call("resume", {})],
  "failures with and without a text": [
    call("checkpoint_restore", { checkpoint_id: "ckpt_001" }, "Checkpoint file not found"),
    call("experiment_rename", { new_name: "x" }, null, "failed"),
    call("pause", {}, "", "failed"),
    call("pause", {}, "a success that says something", "success"),
  ],
  "unicode, quotes, backslashes, line breaks": [
    call("note_write", {
      note: 'é “x” 😀 \u2028 \u007f "quoted" back\\slash\ttab\r\nline',
      'ключ, "k"': "\u0000\u001b",
    }),
    call("note_write", {}, 'comma, "quote"\r\nand a second line\n, é😀'),
  ],
  "nesting, order of keys, numbers": [
    call("hp_change", {
      z: 1,
      a: { c: [1, [2, [], {}], { deep: { er: null } }], b: true },
      numbers: [0, -7, 0.1, 1e-5, 1.5e-7, 1e-100, 123456.789, 9007199254740991],
    }),
  ],
  "an action that nobody knows": [call("notebook_interrupt"), call("my own, action")],
  "no events": [],
};

/** Times differ; everything else must not. */
function masked(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replaceAll(
      /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g,
      "<time>",
    );
  } catch {
    return undefined;
  }
}

describe.skipIf(!canRunPython())("the same calls in both", () => {
  const cases = Object.keys(SETS).flatMap((name) =>
    (["json", "csv", "none"] as const).map((format) => [name, format] as const),
  );
  test.each(cases)("%s, format %s", async (name, format) => {
    const calls = SETS[name] ?? [];
    const [theirs, ours] = [temporaryDirectory(), temporaryDirectory()];
    const summary = runPython([join(import.meta.dirname, "programs/source_logger.py")], {
      input: JSON.stringify({
        module: join(weightslabPackage(), "weightslab/backend/audit_logger.py"),
        directory: theirs,
        format,
        calls,
      }),
    });
    const logger = new AuditLogger(ours, { format });
    for (const { actionType, status, details, error } of calls) {
      await logger.logEvent(actionType, status, details, error);
    }
    for (const file of ["audit_log.json", "audit_log.csv"]) {
      expect(masked(join(ours, file))).toBe(masked(join(theirs, file)));
    }
    // Theirs counts JSON only.
    if (format === "json") expect(await logger.getLogSummary()).toEqual(JSON.parse(summary));
    await logger.close();
  });
});
