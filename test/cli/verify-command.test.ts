/** `otel-audit verify` as people run it, over what a real service wrote. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type CommandTrail,
  editLines,
  journalCopy,
  makeTrail,
  newRoot,
  otelAudit,
  removeRoot,
  segmentOf,
} from "../support/command-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { COMMAND } from "../support/command-line.ts";

const root = newRoot();
let trail: CommandTrail;
beforeAll(async () => {
  trail = await makeTrail(root);
});
afterAll(() => removeRoot(root));

const copied = (): CommandTrail => journalCopy(trail);

/** A copy of the journal with another text in each line. */
function replaced(from: string | RegExp, to: string): CommandTrail {
  const copy = copied();
  editLines(segmentOf(copy), (lines) => lines.map((line) => line.replace(from, to)));
  return copy;
}

const count = z.number().int().min(0);
/** The whole shape of `-o json`. */
const shape = z.strictObject({
  version: z.literal(1),
  verdict: z.enum(["verified", "tampered", "unreadable", "incomplete", "inconclusive"]),
  exitCode: z.number(),
  headline: z.string(),
  records: z.strictObject({
    read: count,
    proven: count,
    adopted: count,
    unsigned: count,
    missing: count,
    purged: count,
  }),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.enum(["tampered", "unreadable", "missing", "inconclusive", "note"]),
      message: z.string(),
      stream: z.string().optional(),
      record: z.string().optional(),
      file: z.string().optional(),
      line: z.number().optional(),
      field: z.string().optional(),
      fields: z.array(z.string()).optional(),
      count: z.number().optional(),
      ranges: z.array(z.tuple([z.number(), z.number()])).optional(),
    }),
  ),
  unlisted: count,
  unlistedFindings: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.string(),
      count,
      records: z.array(
        z.strictObject({ stream: z.string(), ranges: z.array(z.tuple([count, count])) }),
      ),
      unnamed: count,
    }),
  ),
  streams: z.array(
    z.strictObject({
      stream: z.string(),
      records: count,
      proven: count,
      adopted: count,
      unsigned: count,
      missing: count,
      purged: count,
      size: count,
      isClosed: z.boolean(),
      until: z.string().optional(),
      head: z.strictObject({ size: count, root: z.string() }).optional(),
      isWhole: z.boolean(),
    }),
  ),
  keys: z.array(
    z.strictObject({
      key: z.string(),
      isTrusted: z.boolean(),
      streams: count,
      isInMemory: z.boolean(),
    }),
  ),
  trust: z.enum(["none", "log", "foreign", "pinned", "anchored"]),
  anchored: z.strictObject({ streams: count, missing: count }),
  contested: count,
  lines: count,
  redactions: z.record(z.string(), count),
  gaps: z.array(z.unknown()),
  calls: z.array(
    z.strictObject({
      stream: z.string(),
      method: z.string(),
      handled: count,
      recorded: count,
      found: count,
    }),
  ),
});

function verified(
  ...args: readonly string[]
): z.infer<typeof shape> & { readonly code: number | null } {
  const { code, out, err } = otelAudit(["verify", ...args, "-o", "json"]);
  expect(err).toBe("");
  const report = shape.parse(JSON.parse(out));
  expect(code).toBe(report.exitCode);
  return { ...report, code };
}

const idOf = (sequence: number): string => `${trail.stream}.${sequence}`;

describe("a trail as it was written", () => {
  test("is verified, all of it", () => {
    expect(verified(trail.directory, "--public-key", trail.publicKeys)).toMatchObject({
      code: 0,
      trust: "pinned",
      records: { read: 11, proven: 11, missing: 0, unsigned: 0 },
      findings: [],
      lines: 11 + 7 + 7 + 3,
    });
  });
  test("its head is that of the last checkpoint", () => {
    const { streams } = verified(trail.directory);
    expect(streams).toMatchObject([
      { stream: trail.stream, size: 10, head: { size: 10 }, isClosed: true, isWhole: true },
    ]);
  });
  test("the headline comes first; AUDIT_LOG_DIR names the directory", () => {
    const { code, out, err } = otelAudit(["verify"], { AUDIT_LOG_DIR: trail.directory });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^verified, 11 records in 1 stream/);
    expect(out).toContain("key taken from the log itself");
  });
  test("views alone, with their checkpoints", () => {
    const files = ["audit_log.csv", "audit_checkpoints.jsonl"];
    const report = verified(...files.map((file) => join(trail.directory, file)));
    expect(report).toMatchObject({ code: 0, verdict: "verified" });
    expect(report.streams).toMatchObject([{ isWhole: false }]);
  });
  test("strict finds nothing either", () => {
    expect(verified(trail.directory, "--strict").code).toBe(0);
  });
});

describe("a changed record", () => {
  test("is named with file and line; without another copy no field can be", () => {
    const copy = replaced('"action_type":"pause"', '"action_type":"resume"');
    const report = verified(copy.directory);
    expect(report).toMatchObject({ code: 1, verdict: "tampered" });
    expect(report.findings.filter(({ severity }) => severity === "tampered")).toEqual([
      expect.objectContaining({
        code: "record_altered",
        record: idOf(10),
        file: segmentOf(copy),
        line: 10,
      }),
    ]);
  });

  test.each<[name: string, from: string | RegExp, to: string, fields: readonly string[]]>([
    ["an action", '"action_type":"pause"', '"action_type":"resume"', ["audit_action"]],
    ["a time", /("timestamp":"20\d\d-)\d\d(.*"pause")/, "$102$2", ["audit_time"]],
    [
      "two fields",
      /"actor_type":"user"(.*)"audit.impact":"normal"/,
      '"actor_type":"agent"$1"audit.impact":"low"',
      ["audit_actor_type", "audit_impact"],
    ],
    [
      "an attribute that was put in",
      '"attributes":{',
      '"trace_id":"59af975edb9bc12f42987b81fba6eac5","span_id":"e31d1fe415bdc0fd","attributes":{',
      ["span_id", "trace_id"],
    ],
  ])("%s: beside a proven copy the fields are named", (_name, from, to, fields) => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line, at) => (at === 9 ? line.replace(from, to) : line)),
    );
    for (const view of ["audit_log.csv", "audit_log.json"]) {
      const { code, findings } = verified(copy.directory, join(trail.directory, view));
      expect(code).toBe(1);
      const named = findings.filter(({ severity }) => severity === "tampered");
      expect(named).toMatchObject([
        { code: "record_altered", record: idOf(10), file: segmentOf(copy), line: 10, fields },
      ]);
      expect(named[0]?.message).toMatch(
        new RegExp(`: it differs from the proven copy in .* in ${fields.join(", ")}$`),
      );
      expect(named[0]?.message).toContain(view);
    }
  });

  test("where every copy is changed no field is named", () => {
    const one = replaced('"action_type":"pause"', '"action_type":"resume"');
    const other = replaced('"action_type":"pause"', '"action_type":"stop"');
    const { code, findings } = verified(one.directory, other.directory);
    expect(code).toBe(1);
    expect(findings.filter(({ fields }) => fields !== undefined)).toEqual([]);
  });

  test("a redactable value and another field: both are named", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) =>
        line
          .replace('"action_type":"pause"', '"action_type":"resume"')
          .replace('"actor_id":"ann"', '"actor_id":"bob"')
          .replace(/(audit_actor_id:)[\w-]{8}/, "$1AAAAAAAA"),
      ),
    );
    const { findings } = verified(copy.directory, join(trail.directory, "audit_log.csv"));
    const ofRecord = findings.filter(({ record }) => record === idOf(10));
    expect(ofRecord.flatMap(({ field }) => field ?? [])).toEqual(["audit_actor_id"]);
    expect(ofRecord.flatMap(({ fields }) => fields ?? [])).toEqual([
      "audit_action",
      "audit_actor_id",
    ]);
  });

  test("a redactable value: the field is known without a copy, and named once with one", () => {
    const copy = replaced('"actor_id":"ann"', '"actor_id":"bob"');
    for (const others of [[], [join(trail.directory, "audit_log.csv")]]) {
      const { findings } = verified(copy.directory, ...others);
      expect(findings.flatMap(({ field }) => field ?? [])).toEqual(["audit_actor_id"]);
    }
  });
});

describe("other verdicts", () => {
  test("missing: exit 4", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.toSpliced(6, 1));
    expect(verified(copy.directory)).toMatchObject({ code: 4, verdict: "incomplete" });
  });
  test("an unsigned end: exit 0, strict 4", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.slice(0, 8));
    expect(verified(copy.directory)).toMatchObject({ code: 0, records: { unsigned: 2 } });
    expect(verified(copy.directory, "--strict")).toMatchObject({ code: 4 });
  });
  test("a redaction that no policy explains: exit 4", () => {
    const copy = replaced('"actor_id":"ann"', '"actor_id":"****"');
    const policy = join(temporaryDirectory(), "redaction.yaml");
    writeFileSync(policy, "version: 1\n", { mode: 0o600 });
    expect(verified(copy.directory)).toMatchObject({
      code: 0,
      redactions: { audit_actor_id: 1 },
    });
    const report = verified(copy.directory, "--redaction-policy", policy);
    expect(report).toMatchObject({ code: 4, verdict: "inconclusive" });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: "field_unexplained", field: "audit_actor_id" }),
    );
  });
  test("another key: exit 1", () => {
    const other = otelAudit(["keys", "create", "--file", join(temporaryDirectory(), "k.pem")]);
    const report = verified(trail.directory, "--public-key", other.out.trim());
    expect(report).toMatchObject({ code: 1, verdict: "tampered" });
    expect(report.findings.map(({ code }) => code)).toContain("foreign_key");
  });
  test("a line that is none: exit 3", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => [...lines, "{"]);
    expect(verified(copy.directory)).toMatchObject({ code: 3, verdict: "unreadable" });
  });
  test("an empty directory: exit 3", () => {
    const report = verified(temporaryDirectory());
    expect(report).toMatchObject({ code: 3, records: { read: 0 } });
  });
});

describe("--since and --until", () => {
  const late = "2200-01-01";
  const UNREAD = "inconclusive: no record of that time was read; ";
  test.each<[name: string, args: readonly string[], code: number, start: string]>([
    ["all of it", ["--since", "-1h"], 0, "verified, 11 records "],
    ["until all of it", ["--until", late], 0, "verified, 11 records "],
    ["before all of it", ["--until", "2001-01-01"], 4, UNREAD],
    ["behind all of it", ["--since", late], 4, UNREAD],
    ["behind all of it, for a while", ["--since", late, "--until", "2200-01-02"], 4, UNREAD],
  ])("%s", (_name, args, code, start) => {
    const copy = copied();
    const { out, ...ran } = otelAudit(["verify", copy.directory, ...args]);
    expect([ran.code, out.slice(0, start.length)]).toEqual([code, start]);
    const gaps = otelAudit(["gaps", copy.directory, ...args]);
    expect(gaps.code).toBe(code);
    expect(gaps.out.includes("cannot be told: no record of that time was read")).toBe(code === 4);
  });
  test("a record that was changed is found, or nothing is said of its time", () => {
    const copy = replaced('"action_type":"pause"', '"action_type":"resume"');
    expect(verified(copy.directory, "--since", "-1h").code).toBe(1);
    expect(verified(copy.directory, "--since", late).code).not.toBe(0);
  });
  test("a record that is missing is missing only in its time", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.toSpliced(6, 1));
    expect(verified(copy.directory, "--since", "-1h").code).toBe(4);
    expect(verified(copy.directory, "--since", late).records.missing).toBe(0);
  });
});

test("what a record says reaches no terminal as it is", () => {
  const nasty = "\\u001b]0;x\\u0007\\u009b2J";
  const copy = replaced('"action_type":"pause"', `"action_type":"pa${nasty}use"`);
  const name = `${segmentOf(copy)}\u001b[2J.jsonl`;
  cpSync(segmentOf(copy), name);
  for (const args of [
    ["verify", copy.directory, name],
    ["gaps", copy.directory, name],
    ["inspect", idOf(10), copy.directory, name],
  ]) {
    const { out, err } = otelAudit(args);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(out).not.toBe("");
  }
  rmSync(name);
});

test.each([
  ["a whole trail", 0],
  ["a changed one", 1],
])("%s: a reader that goes away changes no verdict (EPIPE)", async (_name, code) => {
  const copy = code === 0 ? copied() : replaced('"pause"', '"resume"');
  const child = spawn(process.execPath, [COMMAND, "verify", copy.directory, "-o", "json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.stdout.destroy();
  const [exitCode] = (await once(child, "close")) as [number | null];
  expect({ exitCode, err }).toEqual({ exitCode: code, err: "" });
});

test.each<[name: string, args: readonly string[], code: number, text: string]>([
  ["no path", [], 2, "nothing to verify: name files or directories, or set AUDIT_LOG_DIR"],
  ["an empty path", [""], 2, "an empty path names nothing: name files or directories"],
  ["an empty path behind another", ["x", ""], 2, "an empty path names nothing"],
  ["an anchor without a name", ["x", "--anchor", ""], 2, "--anchor names nothing: give a file"],
  [
    "a policy without a name",
    ["x", "--redaction-policy", ""],
    2,
    "--redaction-policy names nothing: give a file",
  ],
  ["an unknown option", ["--nope"], 2, "unknown option '--nope'"],
  ["another output", ["-o", "xml"], 2, "Allowed choices are table, json"],
  ["a time that is none", ["x", "--until", "2026-13-45"], 2, "--until must be a time"],
  [
    "a time that ends before it begins",
    ["x", "--since", "2026-11-22", "--until", "2026-11-20"],
    2,
    "--since 2026-11-22 is no earlier than --until 2026-11-20: there is no time between them",
  ],
  ["a key that is not there", ["x", "--public-key", "nowhere.pub"], 3, "cannot read"],
  ["an anchor that is not there", ["x", "--anchor", "nowhere.txt"], 3, "cannot read the anchor"],
  ["an anchor that is none", ["x", "--anchor", "KEYS"], 2, "it is no signed note"],
  ["a policy that is not there", ["x", "--redaction-policy", "no.yaml"], 3, "no.yaml"],
  ["a path that is not there", ["nowhere"], 3, "cannot read nowhere"],
])("%s", (_name, args, code, text) => {
  const given = args.map((arg) => (arg === "KEYS" ? trail.publicKeys : arg));
  const ran = otelAudit(["verify", ...given]);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toContain(text);
});

test("a key whose id is not its own is wrong usage, also in a file", () => {
  const line = readFileSync(trail.publicKeys, "utf8").trim();
  const wrong = line.replace(/\+([0-9a-f]{7})(.)\+/, (_, start: string, end: string) =>
    end === "0" ? `+${start}1+` : `+${start}0+`,
  );
  const file = join(temporaryDirectory(), "keys.pub");
  writeFileSync(file, `${line}\n${wrong}\n`);
  for (const [key, where] of [
    [wrong, "--public-key"],
    [file, file],
  ] as const) {
    for (const args of [["verify"], ["gaps"], ["inspect", idOf(3)]]) {
      const { code, out, err } = otelAudit([...args, trail.directory, "--public-key", key]);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain(`${where}: ${wrong} is no key: its id is not that of the key`);
    }
  }
});

test("the keys of a file of keys, and a key in one line, are the same", () => {
  const line = readFileSync(trail.publicKeys, "utf8").trim();
  for (const key of [line, trail.publicKeys])
    expect(verified(trail.directory, "--public-key", key).trust).toBe("pinned");
});
