/** summary, stats and report as people run them. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAudit } from "../../src/index.ts";
import { openLogger } from "../support/audit-logger.ts";
import { COMMAND } from "../support/command-line.ts";
import {
  type CommandTrail,
  journalCopy,
  makeKey,
  makeTrail,
  otelAudit,
  removeRoot,
  segmentOf,
} from "../support/command-trail.ts";
import type { Ran } from "../support/prepared-command.ts";
import { readFileSync } from "node:fs";
import {
  REPORT_STREAM,
  TEAM_EVENTS,
  type TrailEvent,
  writeReportTrail,
} from "../support/report-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What would steer a terminal. */
// oxlint-disable-next-line no-control-regex
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

let trail: CommandTrail;
beforeAll(async () => {
  trail = await makeTrail();
});
afterAll(() => removeRoot(trail.root));

function teamTrail(): string {
  const directory = temporaryDirectory();
  writeReportTrail(directory, TEAM_EVENTS);
  return directory;
}

/** Of a service that has recorded nothing yet. */
function emptyLog(): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "journal"));
  return directory;
}

function run(directory: string, ...args: readonly string[]): Ran {
  return otelAudit([...args, "-t", directory, "--timezone", "UTC"]);
}

describe("all of them", () => {
  const COMMANDS = [["summary"], ["stats"], ["report", "release"]];

  test.each(["summary", "stats", "report"])("%s --help has examples and exit codes", (name) => {
    const { code, out, err } = otelAudit([name, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/\nExamples:\n(?: {2}otel-audit .*\n)+\nExit: 0 /);
  });

  test.each(COMMANDS)("%s %s: nothing is no error, and not something", (...args) => {
    const { code, err } = run(emptyLog(), ...args.filter((word) => word !== undefined));
    expect(code).toBe(1);
    expect(err).toContain("otel-audit: nothing found\n");
  });

  test.each([...COMMANDS, ["query"], ["export"], ["summary", "--by", "day"]])(
    "%s %s: an action that is a slip is said",
    (...args) => {
      const words = args.filter((word) => word !== undefined);
      const slip = run(teamTrail(), ...words, "action:hp_chnage,pause*,own_thing", "actor:nobody");
      expect(slip.code).toBe(1);
      expect(slip.err).toContain(
        `otel-audit: no built-in action is called "hp_chnage": did you mean hp_change? Only one of a service's own could be\n`,
      );
      expect(slip.err).toContain(`is called "own_thing", only one of a service's own could be\n`);
      expect(slip.err.match(/is called/g)).toHaveLength(2);
      const known = run(teamTrail(), ...words, "action:stream_start,records_lost", "-action:foo");
      expect(known.err).not.toContain("is called");
    },
  );

  test.each(COMMANDS)("%s %s: a trail that is not there is said", (...args) => {
    const { code, out, err } = run(
      join(temporaryDirectory(), "gone"),
      ...args.filter((word) => word !== undefined),
    );
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("gone");
  });

  test.each(COMMANDS)("%s %s: a line that is no record is named", (...args) => {
    const directory = teamTrail();
    const file = join(directory, "journal", REPORT_STREAM, "1.jsonl");
    appendFileSync(file, '{"broken":\n');
    const { code, out, err } = run(directory, ...args.filter((word) => word !== undefined));
    expect(code).toBe(4);
    expect(out).not.toBe("");
    expect(err).toContain(`${file}:18: `);
  });

  test.each([
    ["summary"],
    ["summary", "--by", "reason"],
    ["summary", "-o", "markdown"],
    ["stats", "--by", "reason"],
    ["stats", "--by", "reason", "-o", "svg"],
    ["report", "release"],
    ["report", "release", "-o", "html"],
  ])("%s %s %s %s: nothing of a record steers the terminal", (...args) => {
    const { code, out, err } = run(trail.directory, ...args);
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(20);
    expect(out).not.toMatch(STEERS);
    expect(err).not.toMatch(STEERS);
  });

  test.each(COMMANDS)("%s %s: who looks is recorded where that is asked for", (...args) => {
    const directory = teamTrail();
    const access = join(temporaryDirectory(), "access");
    const words = args.filter((word) => word !== undefined);
    const { code } = otelAudit([...words, "-t", directory, "--purpose", "release meeting"], {
      AUDIT_ACCESS_DIR: access,
    });
    expect(code).toBe(0);
    const { out } = run(access, "summary", "--by", "action,reason,details.scope", "-o", "csv");
    expect(out).toContain(`audit_access,release meeting,${words.join(" ")},1,1`);
  });

  test("the start is quick", () => {
    const directory = teamTrail();
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      spawnSync(process.execPath, [COMMAND, "summary", "-t", directory]);
      return performance.now() - start;
    });
    // What is asked for is 300 ms on a machine that does nothing else.
    expect(Math.min(...times)).toBeLessThan(3000);
  });
});

describe("summary", () => {
  test("begins with what the source's get_log_summary says", async () => {
    const directory = temporaryDirectory();
    const logger = openLogger(directory);
    await logger.logEvent("hp_change", "success", {});
    await logger.logEvent("hp_change", "failed", {}, "no");
    await logger.logEvent("own", "success");
    const expected = await logger.getLogSummary();
    await logger.close();
    const { code, out } = run(join(directory, "journal"), "summary", "-o", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ...expected });
    expect(Object.keys(JSON.parse(out) as object).slice(0, 3)).toEqual(Object.keys(expected));
    // Its views hold no record ids, and the same events.
    expect(JSON.parse(run(directory, "summary", "-o", "json").out)).toMatchObject({ ...expected });
  });

  test("is zeros for an empty log, as the source's is", () => {
    const { out } = run(emptyLog(), "summary", "-o", "json");
    expect(JSON.parse(out)).toMatchObject({
      total_events: 0,
      by_action_type: {},
      by_status: {},
      high_impact: 0,
      denied: 0,
      first: null,
      last: null,
    });
  });

  test("is blocks on a screen", () => {
    const { code, out } = run(teamTrail(), "summary");
    expect(code).toBe(0);
    expect(out).toMatch(/^total events {4}16\nthey stand for {2}19\nhigh impact {5}10\n/);
    expect(out).toContain("\nACTOR      RECORDS  EVENTS\nann        6        6\n");
    expect(out).toContain("\n2026-10-05  3        3\n");
  });

  test("groups as it is told", () => {
    const { out } = run(
      teamTrail(),
      "summary",
      "--by",
      "day,actor",
      "-o",
      "csv",
      "action:hp_change",
    );
    expect(out).toBe(
      "day,actor,records,events\n2026-10-05T00:00:00Z,ann,1,1\n2026-10-06T00:00:00Z,tuner,1,1\n",
    );
  });

  test("refuses a field that there is not", () => {
    const { code, err } = run(teamTrail(), "summary", "--by", "actr");
    expect(code).toBe(2);
    expect(err).toContain('--by names "actr", which is no field: did you mean actor?');
  });
});

describe("what was imported", () => {
  const imported = (at: string): TrailEvent => ({
    at,
    action: "pause",
    more: { "audit.import.file.name": "old.json", "audit.import.time": "2026-05-27T14:30:00Z" },
  });
  const events = [
    imported("2026-11-22T09:00"),
    { at: "2026-11-21T09:00", action: "pause" },
    imported("2026-11-22T09:01"),
  ];
  const NOTE = /2 records are of an imported log and stand at the time of the import/;

  test.each([
    [["stats"], NOTE],
    [["stats", "-o", "svg"], NOTE],
    [["summary", "--by", "day"], NOTE],
    [["summary", "--by", "action"], /^$/],
    [["stats", "no:imported"], /^$/],
  ])("is said where counts are over time: %j", (args, said) => {
    const directory = temporaryDirectory();
    writeReportTrail(directory, events);
    const { code, err } = run(directory, ...args);
    expect(code).toBe(0);
    expect(err).toMatch(said);
  });

  test("is counted in the JSON of stats", () => {
    const directory = temporaryDirectory();
    writeReportTrail(directory, events);
    expect(JSON.parse(run(directory, "stats", "-o", "json").out)).toMatchObject({
      records: 3,
      imported: 2,
    });
  });
});

describe("summary --by", () => {
  test.each([
    ["day", "2026-10-05", "2026-10-05T00:00:00Z"],
    ["week", "2026-10-05", "2026-10-05T00:00:00Z"],
    ["month", "2026-10-01", "2026-10-01T00:00:00Z"],
    ["hour", "2026-10-05 08:00 +00:00", "2026-10-05T08:00:00Z"],
  ])("%s is a date for people, and a time for programs", (by, date, time) => {
    const rows = (...args: readonly string[]): readonly string[] =>
      run(teamTrail(), "summary", "--by", by, ...args).out.split("\n");
    expect(rows().filter((row) => row.startsWith(`${date}  `))).toHaveLength(1);
    expect(rows("-o", "csv").filter((row) => row.startsWith(`${time},`))).toHaveLength(1);
  });
});

describe("stats", () => {
  test("draws a bar for each piece of time, and a dot where nothing was", () => {
    const { out } = run(teamTrail(), "stats", "--interval", "day");
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(7);
    expect(lines[1]).toMatch(/^2026-10-06 Tue {2}5 {2}█+$/);
    expect(lines[3]).toBe("2026-10-08 Thu  0  ·");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("draws a curve for each group", () => {
    const { out } = run(
      teamTrail(),
      "stats",
      "--interval",
      "day",
      "--by",
      "actor",
      "actor:bob,ann",
    );
    expect(out).toBe(
      "9 events from 2026-10-05 Mon to 2026-10-10 Sat, one day a character\nann  6  ██▄··▄  max 2\nbob  3  ███···  max 1\n",
    );
  });

  test("has its numbers as CSV and JSON", () => {
    const directory = teamTrail();
    const csv = run(directory, "stats", "--interval", "week", "-o", "csv").out;
    expect(csv).toBe("start,events\n2026-10-05T00:00:00Z,19\n");
    expect(
      JSON.parse(run(directory, "stats", "--interval", "week", "-o", "json").out),
    ).toMatchObject({
      interval: "week",
      events: 19,
      records: 16,
      series: [{ name: "", events: [19] }],
    });
  });

  test.each([
    [["--by", "hour"], "--by takes one field"],
    [["--by", "actor,action"], "--by takes one field"],
    [["--interval", "decade"], "decade"],
  ])("refuses %j", (args, text) => {
    const { code, out, err } = run(teamTrail(), "stats", ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(text);
  });
});

/** Where a trail is going to be, and the key that signs it. */
function newTrail(): { readonly directory: string; readonly keyFile: string } {
  const root = temporaryDirectory();
  const keyFile = join(root, "keys", "signing-key.pem");
  makeKey(keyFile);
  return { directory: join(root, "audit"), keyFile };
}

/** A signed trail in which somebody gave the first of many changes another value afterwards. */
async function forgedTrail(): Promise<{ readonly directory: string; readonly id: string }> {
  const { directory, keyFile } = newTrail();
  const audit = await createAudit({ directory, format: "journal", seal: { keyFile } });
  for (const rate of [1, 2, 3, 4, 5, 6, 7, 8]) {
    await audit.record({
      action: "hp_change",
      actor: { type: "user", id: "ann" },
      target: { type: "experiment", id: "exp-1" },
      before: { rate },
      after: { rate: rate + 1 },
    });
  }
  await audit.close();
  const segment = segmentOf({ directory, stream: audit.stream });
  const text = readFileSync(segment, "utf8");
  const forged = text.replace('"before":{"rate":1}', '"before":{"rate":100}');
  expect(forged).not.toBe(text);
  writeFileSync(segment, forged);
  const line = forged.split("\n").find((one) => one.includes('"rate":100')) ?? "";
  return { directory, id: (JSON.parse(line) as { readonly record_id: string }).record_id };
}

describe("report", () => {
  test("says that the trail verifies, with the key that is given", () => {
    const { code, out, err } = run(
      trail.directory,
      "report",
      "release",
      "--public-key",
      trail.publicKeys,
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /- \*\*Verification:\*\* verified, \d+ records in 1 stream, with the key given/,
    );
  });

  test("says where it was tampered with", () => {
    const copy = journalCopy(trail);
    const text = readFileSync(segmentOf(copy), "utf8");
    writeFileSync(segmentOf(copy), text.replace('"actor_id":"ann"', '"actor_id":"eve"'));
    const { code, out, err } = run(copy.directory, "report", "release");
    expect(code).toBe(4);
    expect(err).toContain("otel-audit: the trail: TAMPERED: 1 finding");
    expect(out).toContain("- **Findings: tampered:** 1");
    const own = run(copy.directory, "report", "release", "--pseudonyms").out;
    expect(own).toContain("- **Findings: tampered:** 1");
    expect(own).not.toMatch(/\b(eve|ann)\b/);
  });

  test("marks the record that was tampered with wherever it stands", async () => {
    const { directory, id } = await forgedTrail();
    const copy = { directory };
    for (const more of [[], ["--pseudonyms"]]) {
      const { code, out } = run(copy.directory, "report", "release", ...more);
      expect(code).toBe(4);
      // Every id in a table has it, and the record in full.
      const plain = out.replaceAll("\\", "");
      const ids = plain.split("\n").filter((line) => line.startsWith("|") && line.includes(id));
      expect(ids.filter((line) => line.includes(`${id} (TAMPERED)`))).toEqual(ids);
      expect(ids.length).toBeGreaterThanOrEqual(2);
      expect(out).toMatch(/- \*\*Verification:\*\* TAMPERED: (a value in it|this) is not the/);
      expect(run(copy.directory, "report", "release", "-o", "html", ...more).out).toMatch(
        /<p class="mark failure">TAMPERED: .*<\/p>/,
      );
      const rows = run(copy.directory, "report", "release", "-o", "csv", ...more).out.split("\n");
      expect(rows.filter((row) => row.includes("TAMPERED")).map((row) => row.includes(id))).toEqual(
        [true],
      );
    }
    const { code, out } = run(copy.directory, "report", "release", "--no-verify", "-o", "csv");
    expect(code).toBe(0);
    expect(out).toContain(",not verified,");
  });

  test("marks every forged record, also where more are found than anybody lists", async () => {
    const { directory, keyFile } = newTrail();
    const audit = await createAudit({ directory, format: "journal", seal: { keyFile } });
    const actor = { type: "user", id: "ann" } as const;
    for (let at = 0; at < 1100; at++) await audit.record({ action: "note_write", actor });
    await audit.close();
    const segment = segmentOf({ directory, stream: audit.stream });
    const text = readFileSync(segment, "utf8");
    writeFileSync(segment, text.replaceAll('"actor_id":"ann"', '"actor_id":"bob"'));
    const { code, out, err } = run(directory, "report", "release", "-o", "csv");
    expect(code).toBe(4);
    const rows = out.trimEnd().split("\n").slice(1);
    expect(rows.filter((row) => row.includes(",bob,"))).toHaveLength(1100);
    expect(rows.filter((row) => row.includes(",bob,") && !row.includes(",TAMPERED: "))).toEqual([]);
    expect(err).toContain("TAMPERED: 1 100 findings");
    const listed = run(directory, "report", "release").out;
    expect(listed).toContain("- **Findings: tampered:** 1100\n");
  });

  test("says that nothing was read where there is nothing to read", () => {
    const { code, out } = run(emptyLog(), "report", "release");
    expect(code).not.toBe(0);
    expect(out).toContain("- **Missing:** everything: nothing was read");
    expect(out).not.toContain("nothing that is known of");
  });

  test("lists what was signed and is not here, before it says what records say", () => {
    const copy = journalCopy(trail);
    const segment = segmentOf(copy);
    const lines = readFileSync(segment, "utf8").split("\n");
    const at = lines.findIndex((line) => line.includes('"action_type":"pause"'));
    const { sequence } = JSON.parse(lines[at] ?? "") as { sequence: number };
    writeFileSync(segment, lines.toSpliced(at, 1).join("\n"));
    const { code, out } = run(copy.directory, "report", "release");
    expect(code).toBe(4);
    expect(out).toContain("- **Missing:** 1 signed record not here\n");
    // Names of streams may hold what Markdown escapes.
    const missing = out.slice(out.indexOf("## What is missing")).replaceAll("\\", "");
    expect(missing).toContain(`| ${copy.stream} | 1 | ${sequence} | no record |`);
    expect(missing).toContain("No record of this period says of them, or of others,");
    expect(missing).not.toContain("says that others were lost");
  });

  test("does not say that nothing is missing where nothing is signed, or nobody looked", () => {
    const view = join(temporaryDirectory(), "view");
    mkdirSync(view);
    writeFileSync(
      join(view, "audit_log.csv"),
      readFileSync(join(trail.directory, "audit_log.csv")),
    );
    const { out } = run(view, "report", "release");
    expect(out).toContain("- **Missing:** cannot be told: nothing is signed\n");
    expect(out).toContain("Whether more is missing cannot be told: nothing is signed.");
    const unverified = run(trail.directory, "report", "release", "--no-verify").out;
    expect(unverified).toContain(
      "- **Missing:** nothing that the records say; the trail was not verified\n",
    );
    expect(unverified).toContain("The trail was not verified: whether signed records are missing");
    expect(run(trail.directory, "report", "release").out).toContain(
      "- **Missing:** nothing that is known of\n",
    );
  });

  test("is the same document however often somebody looks", () => {
    const copy = journalCopy(trail);
    const records = (): string | undefined =>
      /^- \*\*Records:.*$/m.exec(
        run(copy.directory, "report", "release", "--purpose", "meeting").out,
      )?.[0];
    const first = records();
    expect(first).toMatch(/\d/);
    expect(records()).toBe(first);
    expect(run(copy.directory, "report", "release").out).toMatch(/\*\*Left out:\*\* 2 records/);
    expect(run(copy.directory, "summary").out).toMatch(/\nof them looks +2 /);
  });

  test("does not verify where nobody wants it, and says so", () => {
    const { out } = run(trail.directory, "report", "release", "--no-verify");
    expect(out).toContain("was not verified for this document");
  });

  test("takes days, and the last of them whole", () => {
    const { out } = run(
      teamTrail(),
      "report",
      "release",
      "--from",
      "2026-10-06",
      "--to",
      "2026-10-07",
      "-o",
      "csv",
    );
    const days = new Set(
      out
        .split("\n")
        .slice(1, -1)
        .map((line) => line.slice(0, 10)),
    );
    expect([...days]).toEqual(["2026-10-06", "2026-10-07"]);
  });

  test("holds roles against a policy, also of actions of a service's own", () => {
    const policy = join(temporaryDirectory(), "audit.yaml");
    writeFileSync(policy, "version: 1\nroles:\n  annotator: [own_action, tag_add]\n");
    const { code, out } = run(teamTrail(), "report", "exclusions", "--policy", policy);
    expect(code).toBe(0);
    expect(out).toContain("| annotator | sample\\_discard | success | 2 |");
  });

  test("reads every form: a view gives the document that the journal gives", () => {
    const text = (directory: string): string =>
      run(directory, "report", "release", "--no-verify", "-o", "csv").out;
    const view = join(temporaryDirectory(), "view");
    mkdirSync(view);
    writeFileSync(
      join(view, "audit_log.csv"),
      readFileSync(join(trail.directory, "audit_log.csv")),
    );
    expect(text(view)).toBe(text(trail.directory));
    expect(text(view).split("\n").length).toBeGreaterThan(7);
  });

  test.each([
    [["report"], "missing required argument"],
    [["report", "gossip"], "Allowed choices are release, incident, exclusions, decisions"],
    [["report", "release", "--from", "soon"], "--from must be a time as in 2026-11,"],
    [["report", "release", "--from", "2026-10-07", "--to", "2026-10-06"], "no time between them"],
    [
      ["report", "release", "--from", "http://127.0.0.1:9428"],
      '--from of a report is a time, as in 2026-11, 2026-11-21, 2026-11-21T14:30, 2026-11-21T14:30:00Z, today, yesterday or -3h (s, m, h, d, w); it is "http://127.0.0.1:9428", and no store is read for a report: otel-audit export --from <url> --all-kinds --to records.jsonl fetches its records, and -t records.jsonl names them',
    ],
    [["report", "release", "--timezone", "Mars/Base"], "--timezone must be"],
    [["report", "release", "colour:red"], "names no field"],
  ])("refuses %j", (args, text) => {
    const { code, out, err } = otelAudit([...args, "-t", teamTrail()]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(text);
  });

  test("says that --from is a time also where no trail is named", () => {
    const { code, err } = otelAudit(["report", "release", "--from", "https://logs.example/"]);
    expect(code).toBe(2);
    expect(err).toContain("no store is read for a report");
  });
});
