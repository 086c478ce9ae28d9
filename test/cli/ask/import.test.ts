/** What `otel-audit import` makes of a log of WeightsLab, and that nobody takes it for an original. */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditRecord } from "../../../src/event/index.ts";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { otelAudit } from "../../support/command-trail.ts";
import type { Ran } from "../../support/prepared-command.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const EVENTS = Array.from({ length: 6 }, (_, at) => ({
  timestamp: `2026-05-27T14:30:0${at}.123456Z`,
  action_type: ["hp_change", "tag_add", "own_action"][at % 3] ?? "",
  status: at % 2 === 0 ? "success" : "failed",
  details: { learning_rate: at, password: `hunter-${at}` },
  error: at % 2 === 0 ? null : "not found",
}));

interface Place {
  readonly file: string;
  readonly trail: string;
  readonly run: (...args: readonly string[]) => Ran;
}

function place(): Place {
  const root = temporaryDirectory();
  const file = join(root, "audit_log.json");
  writeFileSync(file, JSON.stringify(EVENTS.toReversed(), null, 2));
  const env = { XDG_STATE_HOME: join(root, "state") };
  return { file, trail: join(root, "audit"), run: (...args) => otelAudit(args, env) };
}

interface Row {
  readonly timestamp: string;
  readonly action_type: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

function found({ run, trail }: Place, ...args: readonly string[]): readonly Row[] {
  const { out, err } = run("query", "-t", trail, "-o", "json", "--order", "oldest", ...args);
  expect(["", "otel-audit: nothing found\n"]).toContain(err);
  return JSON.parse(out) as readonly Row[];
}

test("records say where they are from, are of now, and redacted", () => {
  const here = place();
  const { file, trail, run } = here;
  const started = new Date().toISOString();
  const { code, err } = run("import", file, "--to", trail, "--actor", "ann", "--reason", "we move");
  expect(code).toBe(0);
  expect(err).toMatch(/6 of 6 entries of \S*audit_log\.json are stream \S+ now\n/);

  const rows = found(here, "has:imported");
  expect(rows.map(({ action_type: action }) => action)).toEqual(
    EVENTS.map(({ action_type: action }) => action),
  );
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
  for (const [at, row] of rows.entries()) {
    const event = EVENTS[at];
    expect(row.timestamp > started).toBe(true);
    expect(row).toMatchObject({
      status: event?.status,
      error: event?.error,
      details: { learning_rate: at, password: "****" },
      actor_id: "unknown",
      source: "audit_log.json",
      attributes: {
        "audit.actor.authentication": "none",
        "audit.source.type": "import",
        "audit.import.time": event?.timestamp,
        "audit.import.file.name": "audit_log.json",
        "audit.import.file.digest": digest,
        "audit.import.file.line": 2 + 10 * (EVENTS.length - 1 - at),
      },
    });
  }
  expect(readFileSync(file, "utf8").split("\n")[11]).toBe("  {");
  expect(found(here, "action:log_import")).toMatchObject([
    {
      actor_id: "ann",
      reason: "we move",
      target_id: "audit_log.json",
      details: { items: 6, already_there: 0, not_imported: 0, unreadable: 0, sha256: digest },
    },
  ]);
});

test("records are asked by when it happened, and sealed", () => {
  const here = place();
  const { file, trail, run } = here;
  run("import", file, "--to", trail);
  const ids = (...terms: readonly string[]): number => found(here, ...terms).length;
  expect(ids("happened:2026-05-27T14:30:03")).toBe(1);
  expect(ids("happened:<2026-05-27T14:30:03", "action:hp_change")).toBe(1);
  expect(ids("--until", "2026-06-01")).toBe(0);
  expect(ids("imported:audit_log.json")).toBe(6);
  expect(ids("no:imported")).toBe(1);
  expect(run("query", "-t", trail, "action:tag_add", "-n", "1").out).toContain(
    "imported: audit_log.json says that at 2026-05-27T14:30:04.123456Z",
  );
  const sql =
    "select count(*) as n, min(happened) as first from records where imported_from is not null";
  expect(JSON.parse(run("query", "-t", trail, "-o", "json", "--sql", sql).out)).toEqual([
    { n: 6, first: "2026-05-27T14:30:00.123456Z" },
  ]);
  expect(run("verify", trail)).toMatchObject({ code: 0 });
});

test("the same file twice is noticed, and one that has grown goes on where it was", () => {
  const here = place();
  const { file, trail, run } = here;
  run("import", file, "--to", trail);
  const again = run("import", file, "--to", trail);
  expect(again).toMatchObject({ code: 1, out: "" });
  expect(again.err).toMatch(/^otel-audit: 6 of 6 entries of \S+ had been imported before\n$/);
  const csv = join(trail, "../audit_log.csv");
  writeFileSync(csv, "timestamp,action_type,status,details,error\r\n");
  for (const { timestamp, action_type: action, status } of [...EVENTS, ...EVENTS.slice(0, 1)])
    appendFileSync(csv, `${timestamp},${action},${status},,\r\n`);
  const dry = run("import", csv, "--to", trail, "--dry-run");
  expect(dry.err).toContain("1 of 7 entries of");
  expect(found(here, "has:imported")).toHaveLength(6);
  const grown = run("import", csv, "--to", trail);
  expect(grown.code).toBe(0);
  expect(grown.err).toMatch(/1 of 7 entries .* are stream[\s\S]*6 of 7 entries .* before\n$/);
  expect(found(here, "has:imported")).toHaveLength(7);
});

test("of a torn file what is whole is imported, and what is lost is named", () => {
  const here = place();
  const { file, trail, run } = here;
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.slice(0, text.indexOf("hunter-2")));
  const { code, err } = run("import", file, "--to", trail);
  expect(code).toBe(4);
  expect(err).toMatch(/3 of 3 entries/);
  expect(err).toMatch(
    /audit_log\.json:32: the file ends in the middle of an entry: \d+ bytes are lost \(\d+ to \d+\)/,
  );
  expect(found(here, "has:imported").map(({ details }) => details["learning_rate"])).toEqual([
    3, 4, 5,
  ]);
});

test("more failures than a flood are all imported", () => {
  const here = place();
  const many = Array.from({ length: 1200 }, () => ({ ...EVENTS[1], action_type: "own_action" }));
  writeFileSync(here.file, JSON.stringify(many));
  expect(here.run("import", here.file, "--to", here.trail).code).toBe(0);
  expect(found(here, "has:imported")).toHaveLength(1200);
});

test.each([
  ["a file that is not there", ["/nonexistent/audit_log.json"], 3, "cannot read"],
  [
    "a file of ours",
    [join(import.meta.dirname, "../../vectors/1/audit_log.json")],
    3,
    "need no import",
  ],
  ["nobody", ["package.json", "--actor", ""], 2, "--actor is empty"],
])("%s is refused, and nothing is written", (_, args, code, message) => {
  const { trail, run } = place();
  const ran = run("import", ...args, "--to", trail);
  expect(ran.code).toBe(code);
  expect(ran.err).toContain(message);
  expect(existsSync(trail)).toBe(false);
});

test("without a place to import to it says so", () => {
  const { file, run } = place();
  expect(run("import", file)).toMatchObject({
    code: 2,
    err: "otel-audit: nowhere to import to: name files or directories, or set AUDIT_LOG_DIR\n",
  });
});

test("an old log changes no answer about what was recorded here", () => {
  const { file, trail, run } = place();
  const told = (sequence: number, action: string): AuditRecord => ({
    attributes: {
      "audit.record.id": `AbCdEfGhIjKlMnOp.${sequence}`,
      "audit.record.kind": "result",
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
      "audit.time": `2026-10-06T10:0${sequence}:00.000000Z`,
      "audit.action": action,
      "audit.outcome": "success",
      "audit.actor.id": "eve",
    },
    body: { sample_ids: ["s-18"] },
    service: "trainer",
  });
  const journal = join(trail, "journal", "AbCdEfGhIjKlMnOp");
  mkdirSync(journal, { recursive: true });
  const lines = [told(1, "sample_discard"), told(2, "sample_restore")].map(encodeJsonLine);
  writeFileSync(join(journal, "1.jsonl"), `${lines.join("\n")}\n`);
  const old = {
    ...EVENTS[0],
    timestamp: "2025-05-02T10:00:00.000000Z",
    action_type: "sample_discard",
    details: { sample_ids: ["s-18"] },
  };
  writeFileSync(file, JSON.stringify([old]));
  expect(run("import", file, "--to", trail, "--actor", "ann").code).toBe(0);

  expect(run("history", "s-18", "-t", trail, "-o", "table").out).toMatch(
    /imported from audit_log\.json, which says that it happened at 2025-05-02/,
  );
  const { entries } = JSON.parse(run("history", "s-18", "-t", trail, "-o", "json").out) as {
    readonly entries: readonly unknown[];
  };
  expect(entries.at(-1)).toMatchObject({
    imported: { file: "audit_log.json", time: "2025-05-02T10:00:00.000000Z" },
  });
  const at = run("history", "s-18", "--at", "2027-01-01", "-t", trail, "-o", "json").out;
  expect(JSON.parse(at)).toMatchObject({
    at: { fields: [{ field: "discarded", value: { value: false }, doubts: [] }] },
  });
  const summary = JSON.parse(run("summary", "-t", trail, "-o", "json").out) as object;
  expect(summary).toMatchObject({
    imported: 1,
    imported_by_action_type: { sample_discard: 1 },
    by_service: { trainer: 2, "otel-audit import": 2 },
  });
  expect(run("summary", "-t", trail).out).toMatch(/^of which imported +1$/m);
  expect(run("reproduce", "-t", trail).out).toContain("1 imported record counts for nothing here");
});
