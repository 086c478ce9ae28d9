/** `otel-audit inspect` as an auditor runs it, and its commands in a shell. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
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

const root = newRoot();
let trail: CommandTrail;
beforeAll(async () => {
  trail = await makeTrail(root);
});
afterAll(() => removeRoot(root));

const copied = (): CommandTrail => journalCopy(trail);

const digest = z.strictObject({
  hex: z.string().regex(/^[0-9a-f]{64}$/),
  base64: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  base64url: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
/** The whole shape of `-o json`. */
const shape = z.strictObject({
  version: z.literal(1),
  record: z.string(),
  stream: z.string(),
  sequence: z.number(),
  verdict: z.enum(["proven", "altered", "inconclusive", "not_covered", "not_found"]),
  exitCode: z.number(),
  headline: z.string(),
  copies: z.array(
    z.strictObject({
      file: z.string(),
      line: z.number(),
      state: z.enum(["proven", "altered", "unproven"]),
      leaf: digest,
      doubts: z.array(z.string()),
      differing: z.array(z.string()),
    }),
  ),
  shown: z.number().nullable(),
  fields: z.array(
    z.strictObject({
      key: z.string(),
      value: z.string().nullable(),
      state: z.string(),
      salt: z.string().nullable(),
      commitment: digest.nullable(),
    }),
  ),
  leaf: z.strictObject({ text: z.string(), digest, signed: digest.nullable() }).nullable(),
  checkpoint: z
    .strictObject({
      record: z.string(),
      file: z.string(),
      line: z.number(),
      number: z.number(),
      state: z.string(),
      time: z.string(),
      size: z.number(),
      root: digest,
      index: z.number().nullable(),
      path: z.array(
        z.strictObject({ side: z.enum(["left", "right"]), sibling: digest, joined: digest }),
      ),
      note: z.string(),
      key: z.string(),
      keyId: z.string(),
      isSignatureRight: z.literal(true),
      isKeyTrusted: z.boolean().nullable(),
    })
    .nullable(),
  problems: z.array(z.string()),
  commands: z.array(z.strictObject({ what: z.string(), command: z.string(), prints: z.string() })),
});

function inspected(
  sequence: number,
  ...args: readonly string[]
): z.infer<typeof shape> & { readonly code: number | null } {
  const { code, out, err } = otelAudit([
    "inspect",
    `${trail.stream}.${sequence}`,
    ...args,
    "-o",
    "json",
  ]);
  expect(err).toBe("");
  const inspection = shape.parse(JSON.parse(out));
  expect(code).toBe(inspection.exitCode);
  return { ...inspection, code };
}

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

describe("a record that is proven", () => {
  test("everything from its fields to the signed root holds, computed anew", () => {
    const inspection = inspected(10, trail.directory, "--public-key", trail.publicKeys);
    const { copies, fields, leaf, checkpoint } = inspection;
    expect(inspection).toMatchObject({ code: 0, verdict: "proven", problems: [] });
    expect(copies.map(({ state }) => state)).toEqual(["proven", "proven", "proven"]);
    expect(copies.map(({ file }) => file.replace(trail.directory, ""))).toEqual([
      `/journal/${trail.stream}/1.jsonl`,
      "/audit_log.json",
      "/audit_log.csv",
    ]);
    for (const { key, value, salt, commitment, state } of fields) {
      expect(state).toBe(commitment === null ? "clear" : "opened");
      if (commitment !== null)
        expect(sha256(`\u0002${salt ?? ""}${key}\0${value ?? ""}`)).toBe(commitment.hex);
    }
    expect(fields.find(({ key }) => key === "note")).toMatchObject({ value: "plateau \\ 100 %" });
    expect(leaf?.text.charCodeAt(0)).toBe(0);
    expect(sha256(leaf?.text ?? "")).toBe(leaf?.digest.hex);
    expect(leaf?.signed).toEqual(leaf?.digest);
    let reached = leaf?.digest.hex ?? "";
    for (const { side, sibling, joined } of checkpoint?.path ?? []) {
      const pair = side === "left" ? [sibling.hex, reached] : [reached, sibling.hex];
      reached = sha256(Buffer.of(1), ...pair.map(bytes));
      expect(reached).toBe(joined.hex);
    }
    expect(reached).toBe(checkpoint?.root.hex);
    expect(checkpoint).toMatchObject({ index: 9, size: 10, isKeyTrusted: true });
    const [origin, size, signedRoot] = checkpoint?.note.split("\n") ?? [];
    expect([origin, size]).toEqual([`otel-audit/${trail.stream}`, "10"]);
    expect(signedRoot).toBe(checkpoint?.root.base64);
    expect(checkpoint?.key).toBe(readFileSync(trail.publicKeys, "utf8").trim());
  });

  test.each([3, 10])("record %i: the commands print what they say in sh", (sequence) => {
    const { commands } = inspected(sequence, trail.directory);
    expect(commands.map(({ what }) => what)).toEqual([
      expect.stringContaining("the commitment of "),
      "the leaf",
      "the first node above it",
    ]);
    for (const { command, prints } of commands) {
      const { stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
      expect({ stdout, stderr }).toEqual({ stdout: `${prints}  -\n`, stderr: "" });
    }
  });

  test("the table ends with the commands, and steers no terminal", () => {
    const { code, out } = otelAudit(["inspect", `${trail.stream}.10`, trail.directory]);
    expect(code).toBe(0);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(out).toContain("\\u{1b}[31mred\\u{7}");
    expect(out).toContain('\n\\x00["audit-leaf/1"');
    const { commands, checkpoint } = inspected(10, trail.directory);
    const last = commands.at(-1);
    expect(out.endsWith(`${last?.command}\n# ${last?.prints}\n`)).toBe(true);
    for (const line of checkpoint?.note.split("\n") ?? []) expect(out).toContain(line);
    for (const { sibling } of checkpoint?.path ?? [])
      expect(out).toContain(`${sibling.hex}  ${sibling.base64}`);
  });

  test("the commands of the table run in sh, whatever the record holds", () => {
    const { out } = otelAudit(["inspect", `${trail.stream}.10`, trail.directory]);
    const script = out.slice(out.indexOf("By hand:\n") + "By hand:\n".length);
    const prints = script.split("\n").flatMap((line) => /^# ([0-9a-f]{64})$/.exec(line)?.[1] ?? []);
    const { stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    expect(prints).toHaveLength(3);
    expect(stdout).toBe(prints.map((hex) => `${hex}  -\n`).join(""));
  });

  test("the last checkpoint is proven by its own note", () => {
    const inspection = inspected(11, trail.directory);
    expect(inspection).toMatchObject({ code: 0, verdict: "proven" });
    expect(inspection.checkpoint).toMatchObject({ index: null, path: [], state: "close" });
  });

  test("a checkpoint that another one covers is proven by that one", () => {
    const { checkpoint } = inspected(6, trail.directory);
    expect(checkpoint).toMatchObject({ index: 5, size: 10, record: `${trail.stream}.11` });
  });
});

describe("a record that is not", () => {
  test("altered, beside a copy that is proven: the field is named", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) => line.replace('"action_type":"pause"', '"action_type":"resume"')),
    );
    const inspection = inspected(10, copy.directory, join(trail.directory, "audit_log.csv"));
    expect(inspection).toMatchObject({ code: 1, verdict: "altered", shown: 1 });
    expect(inspection.copies).toMatchObject([
      { state: "altered", differing: ["audit_action"] },
      { state: "proven", differing: [] },
    ]);
    expect(inspection.leaf?.signed).toEqual(inspection.leaf?.digest);
  });
  test("altered, and nothing else is there: what is signed stands beside it", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) => line.replace('"action_type":"pause"', '"action_type":"resume"')),
    );
    const inspection = inspected(10, copy.directory);
    expect(inspection).toMatchObject({ code: 1, verdict: "altered" });
    expect(inspection.leaf?.signed?.hex).not.toBe(inspection.leaf?.digest.hex);
    const { out } = otelAudit(["inspect", `${trail.stream}.10`, copy.directory]);
    expect(out).toContain(`signed is ${inspection.leaf?.signed?.hex ?? "?"}`);
  });
  test("a redactable value was changed: the leaf holds, the commitment does not", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) => line.replace('"actor_id":"ann"', '"actor_id":"bob"')),
    );
    const inspection = inspected(10, copy.directory);
    expect(inspection).toMatchObject({ code: 1, verdict: "altered" });
    expect(inspection.copies[0]?.differing).toEqual(["audit_actor_id"]);
    expect(inspection.fields.find(({ key }) => key === "audit_actor_id")?.state).toBe("altered");
    expect(inspection.leaf?.signed).toEqual(inspection.leaf?.digest);
  });
  test("redacted: it stays proven", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) =>
        line
          .replace('"actor_id":"ann"', '"actor_id":"****"')
          .replace(/(audit_actor_id:[\w-]{43}):[\w-]{22}/, "$1"),
      ),
    );
    const inspection = inspected(10, copy.directory);
    expect(inspection).toMatchObject({ code: 0, verdict: "proven" });
    expect(inspection.fields.find(({ key }) => key === "audit_actor_id")).toMatchObject({
      state: "redacted",
      salt: null,
    });
  });
  test("without its salt: inconclusive", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) => line.replace(/(audit_actor_id:[\w-]{43}):[\w-]{22}/, "$1")),
    );
    expect(inspected(10, copy.directory)).toMatchObject({ code: 4, verdict: "inconclusive" });
  });
  test("behind the last checkpoint: not covered", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.slice(0, 8));
    const inspection = inspected(8, copy.directory);
    expect(inspection).toMatchObject({ code: 4, verdict: "not_covered", checkpoint: null });
  });
  test("not there, although it is signed", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.toSpliced(6, 1));
    const inspection = inspected(7, copy.directory);
    expect(inspection).toMatchObject({ code: 3, verdict: "not_found", copies: [], leaf: null });
    expect(inspection.headline).toContain("a checkpoint covers it");
  });
  test("its checkpoint was changed: nothing to rely on", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) => line.replaceAll("results", "resuits")),
    );
    const inspection = inspected(10, copy.directory);
    expect(inspection).toMatchObject({ code: 1, verdict: "altered", checkpoint: null });
    expect(inspection.problems.length).toBeGreaterThan(0);
  });
  test("its key is none of those given", async () => {
    const other = join(temporaryDirectory(), "other.pem");
    const { out } = otelAudit(["keys", "create", "--file", other]);
    const inspection = inspected(10, trail.directory, "--public-key", out.trim());
    expect(inspection).toMatchObject({ code: 1, verdict: "altered" });
    expect(inspection.checkpoint?.isKeyTrusted).toBe(false);
  });
});

test.each<[name: string, args: readonly string[], code: number, text: string]>([
  ["no record", [], 2, "missing required argument 'record-id'"],
  ["what is no id", ["pause", "x"], 2, '"pause" is no id of a record'],
  ["a number with a zero before it", ["AbCdEfGhIjKlMnOp.01", "x"], 2, "is no id of a record"],
  [
    "no path",
    ["AbCdEfGhIjKlMnOp.1"],
    2,
    "nowhere to look for the record: name files or directories",
  ],
  ["an empty path", ["AbCdEfGhIjKlMnOp.1", ""], 2, "an empty path names nothing"],
  ["a path that is not there", ["AbCdEfGhIjKlMnOp.1", "nowhere"], 3, "cannot read nowhere"],
])("%s", (_name, args, code, text) => {
  const ran = otelAudit(["inspect", ...args]);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toContain(text);
});
