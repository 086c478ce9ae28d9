/** The AuditLogger of the source's shape: what its users rely on. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AuditError,
  type AuditEvent,
  AuditLogger,
  type AuditLoggerOptions,
  createAudit,
} from "otel-audit";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { runInCall } from "../../src/record/index.ts";
import { recordsIn } from "../support/journal-records.ts";
import { eventsIn, listen, openLogger, PROGRAM, rowsIn, viewsIn } from "../support/audit-logger.ts";
import { collectRejections } from "../support/rejections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const HEADER = "timestamp,action_type,status,details,error\r\n";
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const root = join(import.meta.dirname, "../..");

describe("the files", () => {
  test("JSON: newest first, exactly the five keys, current when the promise resolves", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory);
    await logger.logEvent("hp_change", "success", { changed_params: { learning_rate: 0.001 } });
    expect(eventsIn(directory)).toHaveLength(1);
    await logger.logEvent("checkpoint_restore", "failed", { checkpoint_id: "c1" }, "not found");
    const events = eventsIn(directory);
    expect(events.map((event) => Object.keys(event))).toEqual(
      events.map(() => ["timestamp", "action_type", "status", "details", "error"]),
    );
    expect(events).toMatchObject([
      {
        action_type: "checkpoint_restore",
        status: "failed",
        details: { checkpoint_id: "c1" },
        error: "not found",
      },
      {
        action_type: "hp_change",
        status: "success",
        details: { changed_params: { learning_rate: 0.001 } },
        error: null,
      },
    ]);
    for (const { timestamp } of events) expect(timestamp).toMatch(TIME);
    expect(viewsIn(directory)).toEqual(["audit_log.json"]);
    expect(statSync(logger.jsonPath).mode & 0o777).toBe(0o600);
  });

  test("CSV: that header, oldest first, details as escaped JSON", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory, { format: "csv" });
    await logger.logEvent("tag_add", "success", { tag_name: 'a "b", c\nd', sample_ids: ["s1"] });
    await logger.logEvent("pause", "success");
    await logger.logEvent("query_execute", "failed", {}, "bad, query");
    expect(readFileSync(logger.csvPath, "utf8").startsWith(HEADER)).toBe(true);
    const [header, ...rows] = rowsIn(directory);
    expect(header?.join(",")).toBe(HEADER.trim());
    expect(rows.map(([, ...rest]) => rest)).toEqual([
      ["tag_add", "success", '{"tag_name": "a \\"b\\", c\\nd", "sample_ids": ["s1"]}', ""],
      ["pause", "success", "", ""],
      ["query_execute", "failed", "", "bad, query"],
    ]);
    expect(viewsIn(directory)).toEqual(["audit_log.csv"]);
  });

  test("format both writes both", async () => {
    const directory = temporaryDirectory();
    await openLogger(directory, { format: "both" }).logEvent("pause", "success");
    expect(eventsIn(directory)).toHaveLength(1);
    expect(rowsIn(directory)).toHaveLength(2);
  });

  test("the directory is made at once, its parents too, and no file before the first event", async () => {
    const directory = join(temporaryDirectory(), "a", "b");
    const logger = openLogger(directory);
    expect(readdirSync(directory)).toEqual([]);
    expect(await logger.getLogSummary()).toEqual({
      total_events: 0,
      by_action_type: {},
      by_status: {},
    });
    await logger.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("format none writes nothing at all", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory, { format: "none" });
    await logger.logEvent("pause", "success");
    await logger.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("the journal behind it is a normal one: actor, target, category, status both ways", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory, { experimentName: "mnist", actor: "ann" });
    await logger.logEvent("hp_change", "failed", { a: 1 });
    expect(recordsIn(directory)[0]?.attributes).toMatchObject({
      "audit.record.kind": "result",
      "audit.action": "hp_change",
      "audit.category": "training",
      "audit.impact": "high",
      "audit.outcome": "failure",
      "audit.actor.id": "ann",
      "audit.actor.authentication": "code",
      "audit.target.type": "experiment",
      "audit.target.id": "mnist",
    });
  });

  test("nobody named is unknown; inside an audited call it is the caller", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory);
    await logger.logEvent("pause", "success");
    const call = {
      callId: "AbCdEfGhIjKlMnOp",
      actor: { id: "bob", type: "user" as const, authentication: "header" as const },
      source: { id: "127.0.0.1", type: "ip" },
      set: () => {},
    };
    await runInCall(call, () => logger.logEvent("resume", "success"));
    expect(recordsIn(directory).map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        "audit.actor.id": "unknown",
        "audit.actor.authentication": "none",
      }),
      expect.objectContaining({
        "audit.actor.id": "bob",
        "audit.actor.authentication": "header",
        "audit.call.id": "AbCdEfGhIjKlMnOp",
        "audit.source.id": "127.0.0.1",
      }),
    ]);
  });

  test("secrets are masked and huge details cut, in files that still parse", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory, { format: "both" });
    await logger.logEvent("hp_change", "success", {
      password: "correct-horse",
      note: "x".repeat(10_000_000),
      ids: Array.from({ length: 100_000 }, (_, n) => `sample-${n}`),
    });
    const [event] = eventsIn(directory);
    expect(event?.details["password"]).toBe("****");
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(70_000);
    expect(rowsIn(directory)).toHaveLength(2);
  });

  test("a cell that a spreadsheet would run is guarded", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory, { format: "csv" });
    await logger.logEvent("query_execute", "failed", {}, '=HYPERLINK("http://x")');
    expect(rowsIn(directory)[1]?.[4]).toBe('\'=HYPERLINK("http://x")');
  });
});

describe("nothing is thrown by logEvent", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  test.each<[string, readonly unknown[], Partial<AuditEvent>]>([
    ["an unknown action", ["my action!", "success", {}], { action_type: "my action!" }],
    ["no action", [undefined, "success"], { action_type: "unknown" }],
    ["an unknown status", ["notebook_run", "error", {}, "x"], { status: "failed", error: "x" }],
    ["no status", ["pause"], { status: "failed", error: null }],
    ["null details", ["pause", "success", null, null], { details: {}, error: null }],
    ["details that are no map", ["pause", "success", [1]], { details: { value: [1] } }],
    [
      "a success with an error",
      ["pause", "success", {}, "but"],
      { status: "success", error: "but" },
    ],
    ["a failure without an error", ["pause", "failed"], { status: "failed", error: null }],
    ["an Error", ["pause", "failed", {}, new TypeError("no")], { error: "no" }],
    ["a cycle", ["pause", "success", cyclic], { details: { self: "[cycle]" } }],
    [
      "values that are no JSON",
      ["pause", "success", { big: 2n ** 64n, nan: Number.NaN, at: new Date(0) }],
      { details: { big: "18446744073709551616", nan: "NaN", at: "1970-01-01T00:00:00.000Z" } },
    ],
    ["what an action would refuse", ["tag_add", "success", {}], { action_type: "tag_add" }],
    [
      "a details getter that throws",
      [
        "pause",
        "success",
        {
          get bad() {
            throw new Error("no");
          },
        },
      ],
      { action_type: "pause" },
    ],
  ])("%s is recorded", async (_, call, expected) => {
    listen();
    const directory = temporaryDirectory();
    const logger = openLogger(directory);
    const logEvent = logger.logEvent.bind(logger);
    await Reflect.apply(logEvent, undefined, [...call]);
    expect(eventsIn(directory)).toEqual([expect.objectContaining(expected)]);
  });

  test("a journal that cannot be opened: said on stderr, resolved, no rejection; later it works", async () => {
    const rejections = collectRejections();
    const said = listen();
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "journal"), "in the way");
    const logger = openLogger(directory);
    await logger.logEvent("pause", "success");
    expect(said.join("")).toMatch(
      /^otel-audit: an event of AuditLogger was not recorded: .*journal/,
    );
    expect(await logger.getLogSummary()).toMatchObject({ total_events: 0 });
    expect(rejections).toEqual([]);
    process.getBuiltinModule("node:fs").rmSync(join(directory, "journal"));
    await logger.logEvent("resume", "success");
    expect(eventsIn(directory).map(({ action_type }) => action_type)).toEqual(["resume"]);
  });

  test("after close it is said and not thrown", async () => {
    const said = listen();
    const logger = openLogger(temporaryDirectory());
    await logger.logEvent("pause", "success");
    await logger.close();
    await logger.close();
    await logger.logEvent("resume", "success");
    expect(said.join("")).toContain("not recorded: the audit log is closed");
    expect(await logger.getLogSummary()).toMatchObject({ total_events: 1 });
  });
});

describe("format: parameter over environment over json", () => {
  test.each<[string, string | undefined, unknown, string, boolean]>([
    ["neither", undefined, undefined, "json", false],
    ["environment", "csv", undefined, "csv", false],
    ["environment with capitals and spaces", " CSV ", undefined, "csv", false],
    ["environment none", "none", undefined, "none", false],
    ["an empty variable is unset", "", undefined, "json", false],
    ["parameter wins", "csv", "json", "json", false],
    ["both", "both", undefined, "both", false],
    ["an invalid variable", "xml", undefined, "json", true],
    ["a view-less journal is none of them", "journal", undefined, "json", true],
    ["an invalid parameter does not fall back to the variable", "csv", "CSV", "json", true],
    ["a parameter that is no text", undefined, 7, "json", true],
  ])("%s", (_, variable, parameter, expected, isWarned) => {
    const said = listen();
    if (variable !== undefined) vi.stubEnv("AUDIT_LOG_FORMAT", variable);
    onTestFinished(() => void vi.unstubAllEnvs());
    const logger = openLogger(temporaryDirectory(), { format: parameter } as AuditLoggerOptions);
    expect(logger.format).toBe(expected);
    expect(said.join("").includes("invalid format")).toBe(isWarned);
  });
});

describe("refusals are loud, at construction", () => {
  const codeOf = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return error instanceof AuditError ? error.code : String(error);
    }
    return "nothing thrown";
  };

  test("a directory whose views have every column, and the other way round", async () => {
    const full = temporaryDirectory();
    const audit = await createAudit({ directory: full, policy: { version: 1 } });
    await audit.record({ action: "pause", actor: "ann" });
    await audit.close();
    expect(codeOf(() => new AuditLogger(full))).toBe("directory_unusable");
    expect(codeOf(() => openLogger(full, { format: "none" }))).toBe("nothing thrown");

    const five = temporaryDirectory();
    await openLogger(five).logEvent("pause", "success");
    await expect(createAudit({ directory: five, policy: { version: 1 } })).rejects.toMatchObject({
      code: "directory_unusable",
      message: expect.stringContaining("AuditLogger") as string,
    });
    // A journal without views changes nothing there, and its results are shown too.
    const journal = await createAudit({
      directory: five,
      policy: { version: 1 },
      format: "journal",
    });
    await journal.record({ action: "resume", actor: "ann" });
    await journal.close();
    const again = openLogger(five);
    await again.logEvent("pause", "success");
    expect(eventsIn(five)).toHaveLength(3);
  });

  test.each<[string, readonly unknown[], string]>([
    ["no directory", [""], "invalid_option"],
    ["an unknown option", [temporaryName(), { experiment_name: "x" }], "invalid_option"],
    ["an actor without an id", [temporaryName(), { actor: {} }], "invalid_option"],
    ["a directory below a file", [join(PROGRAM, "logs")], "directory_unusable"],
  ])("%s", (_, args, code) => {
    expect(codeOf(() => Reflect.construct(AuditLogger, [...args]))).toBe(code);
  });
});

function temporaryName(): string {
  return join(tmpdir(), "otel-audit-never-made");
}

describe("views that are there already", () => {
  test("a restart appends, for both files", async () => {
    const directory = temporaryDirectory();
    for (const run of [1, 2, 3]) {
      const logger = openLogger(directory, { format: "both" });
      await logger.logEvent("pause", "success", { run });
      await logger.close();
    }
    expect(eventsIn(directory).map(({ details }) => details["run"])).toEqual([3, 2, 1]);
    expect(rowsIn(directory).map((row) => row[3])).toEqual([
      "details",
      '{"run": 1}',
      '{"run": 2}',
      '{"run": 3}',
    ]);
    expect(viewsIn(directory)).toEqual(["audit_log.csv", "audit_log.json"]);
  });

  test("files of the Python logger are kept under another name, and that is said", async () => {
    const directory = temporaryDirectory();
    const theirs = '[\n  {\n    "timestamp": "2026-05-27T14:30:00.123456Z"\n  }\n]';
    writeFileSync(join(directory, "audit_log.json"), theirs);
    writeFileSync(join(directory, "audit_log.csv"), HEADER);
    execFileSync(
      process.execPath,
      ["-C", "@otel-audit/source", PROGRAM, directory, "1", "python"],
      { cwd: root, env: { ...process.env, AUDIT_LOG_FORMAT: "both" } },
    );
    expect(readFileSync(join(directory, "audit_log.json.foreign"), "utf8")).toBe(theirs);
    expect(existsSync(join(directory, "audit_log.csv.foreign"))).toBe(true);
    // What was found is recorded too, if there was time for it.
    const actions = eventsIn(directory).map(({ action_type: action }) => action);
    expect(actions.filter((action) => action !== "audit_file_change")).toHaveLength(1);
  });
});

describe("summary", () => {
  test.each(["json", "csv", "both"] as const)("counts for format %s", async (format) => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory, { format });
    await logger.logEvent("hp_change", "success", {});
    await logger.logEvent("hp_change", "failed", {}, "no");
    await logger.logEvent("own", "success");
    expect(await logger.getLogSummary()).toEqual({
      total_events: 3,
      by_action_type: { hp_change: 2, own: 1 },
      by_status: { success: 2, failed: 1 },
    });
  });
});

test("a directory that is there keeps its mode", () => {
  const directory = join(temporaryDirectory(), "there");
  mkdirSync(directory, { mode: 0o755 });
  openLogger(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o755);
});
