/** `otel-audit gaps` as people run it, over what a real service wrote. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { auditGrpc, createAudit } from "otel-audit";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import {
  type CommandTrail,
  editLines,
  makeTrail,
  newRoot,
  otelAudit,
  removeRoot,
  segmentOf,
} from "../support/command-trail.ts";
import { call, serve } from "../support/grpc-service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = newRoot();
let trail: CommandTrail;
beforeAll(async () => {
  trail = await makeTrail(root);
});
afterAll(() => removeRoot(root));

/** A copy of the trail, to be changed. */
function copied(): CommandTrail {
  const directory = join(temporaryDirectory(), "audit");
  cpSync(trail.directory, directory, { recursive: true });
  // What is not missing from the views is not missing.
  for (const view of ["audit_log.json", "audit_log.csv", "audit_checkpoints.jsonl"])
    rmSync(join(directory, view));
  return { ...trail, directory };
}

const range = z.strictObject({
  first: z.number(),
  last: z.number(),
  record: z.string().optional(),
  why: z.string().optional(),
});
const gap = z.strictObject({
  record: z.string(),
  action: z.enum(["records_lost", "records_unconfirmed"]),
  count: z.number(),
  why: z.string(),
  time: z.string(),
  between: z.tuple([z.number(), z.number()]).optional(),
});
/** The whole shape of `-o json`. */
const shape = z.strictObject({
  version: z.literal(1),
  verdict: z.enum(["complete", "incomplete", "inconclusive", "tampered", "unreadable"]),
  exitCode: z.number(),
  headline: z.string(),
  counts: z.strictObject({ missing: z.number(), lost: z.number(), calls: z.number() }),
  missing: z.array(
    z.strictObject({
      stream: z.string(),
      count: z.number(),
      isWholeStream: z.boolean(),
      ranges: z.array(range),
    }),
  ),
  purged: z.array(
    z.strictObject({
      stream: z.string(),
      count: z.number(),
      ranges: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  lost: z.array(gap),
  unconfirmed: z.array(gap),
  calls: z.array(
    z.strictObject({
      stream: z.string(),
      method: z.string(),
      handled: z.number(),
      recorded: z.number(),
      found: z.number().nullable(),
      lost: z.number(),
      open: z.number(),
      missing: z.number().nullable(),
      note: z.string().optional(),
    }),
  ),
  unclosed: z.array(
    z.strictObject({ stream: z.string(), until: z.string().nullable(), unsigned: z.number() }),
  ),
  unlisted: z.number(),
});

function gapsOf(...args: readonly string[]): z.infer<typeof shape> & { readonly code: number } {
  const { code, out, err } = otelAudit(["gaps", ...args, "-o", "json"]);
  expect(err).toBe("");
  const report = shape.parse(JSON.parse(out));
  expect(code).toBe(report.exitCode);
  return { ...report, code: code ?? -1 };
}

describe("a whole trail", () => {
  test("lacks nothing, and the calls fit", () => {
    const report = gapsOf(trail.directory, "--public-key", trail.publicKeys);
    expect(report).toMatchObject({
      code: 0,
      verdict: "complete",
      counts: { missing: 0, lost: 0, calls: 0 },
      missing: [],
      lost: [],
      unclosed: [],
    });
    expect(report.calls).toEqual(
      [
        ["probe.Probe/Do", 4],
        ["probe.Probe/Look", 2],
      ].map(([method, count]) => ({
        stream: trail.stream,
        method,
        handled: count,
        recorded: count,
        found: count,
        lost: 0,
        open: 0,
        missing: 0,
      })),
    );
  });
  test("of views nothing is said about calls", () => {
    const report = gapsOf(
      join(trail.directory, "audit_log.csv"),
      join(trail.directory, "audit_checkpoints.jsonl"),
    );
    expect(report).toMatchObject({ code: 0, verdict: "complete" });
    expect(report.calls.map(({ found, note }) => [found, note])).toEqual(
      Array.from({ length: 2 }, () => [null, "only views or checkpoints of the stream were read"]),
    );
  });
  test("within a time calls are not compared", () => {
    const { calls, code } = gapsOf(trail.directory, "--since", "-1h");
    expect(code).toBe(0);
    expect(calls.map(({ found }) => found)).toEqual([null, null]);
  });
  test("AUDIT_LOG_DIR is read where no path is given", () => {
    const { code, out } = otelAudit(["gaps"], { AUDIT_LOG_DIR: trail.directory });
    expect(code).toBe(0);
    expect(out).toMatch(/^nothing is missing: 11 records in 1 streams?\n/);
    expect(out).toContain("probe.Probe/Look");
  });
});

describe("something is missing", () => {
  test("a record of a call: its number, and the call", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.toSpliced(6, 1));
    const report = gapsOf(copy.directory);
    expect(report).toMatchObject({
      code: 4,
      verdict: "incomplete",
      counts: { missing: 1, lost: 0, calls: 1 },
      missing: [{ stream: trail.stream, count: 1, ranges: [{ first: 7, last: 7 }] }],
    });
    expect(report.calls.find(({ method }) => method === "probe.Probe/Do")).toMatchObject({
      recorded: 4,
      found: 3,
      missing: 1,
    });
    const { code, out } = otelAudit(["gaps", copy.directory]);
    expect(code).toBe(4);
    expect(out).toContain("1 record is missing here, 1 call is without a record");
    expect(out).toContain("no record says why");
    expect(out).toContain("1 recorded, missing here");
  });
  test("results of a view: how many, and between which numbers", () => {
    const copy = copied();
    const view = join(copy.directory, "audit_log.csv");
    const checkpoints = join(copy.directory, "audit_checkpoints.jsonl");
    cpSync(join(trail.directory, "audit_checkpoints.jsonl"), checkpoints);
    const [header = "", first = "", , ...rest] = readFileSync(
      join(trail.directory, "audit_log.csv"),
      "utf8",
    ).split("\n");
    writeFileSync(view, [header, first, ...rest].join("\n"));
    expect(gapsOf(view, checkpoints)).toMatchObject({
      code: 4,
      missing: [{ count: 1, ranges: [{ first: 2, last: 5 }] }],
    });
    expect(otelAudit(["gaps", view, checkpoints]).out).toMatch(/results in \d+-\d+ +1 /);
  });
  test("the end of a stream: it is not closed, and calls behind it are not asked for", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.slice(0, 8));
    const report = gapsOf(copy.directory);
    expect(report).toMatchObject({ code: 0, verdict: "complete" });
    expect(report.unclosed).toMatchObject([{ stream: trail.stream, unsigned: 2 }]);
    expect(report.unclosed[0]?.until).toMatch(/^20\d\d-\d\d-\d\dT/);
    expect(report.calls.map(({ handled, found }) => [handled, found])).toEqual([
      [2, 2],
      [1, 1],
    ]);
    expect(otelAudit(["gaps", copy.directory]).out).toContain("Not closed");
  });
});

test("failures that one record stands for are all found", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({
    directory,
    format: "journal",
    seal: { keyFile: trail.keyFile },
  });
  auditGrpc(grpc, audit);
  const code = grpc.status.INTERNAL;
  const service = await serve(grpc, {
    Fail: { kind: "unary", handler: (_, callback) => callback({ code, details: "no" }) },
  });
  const asked = Array.from({ length: 100 }, () => call(grpc, service.address, "Fail", "unary"));
  await Promise.all(asked);
  await audit.close();
  service.close();
  const report = gapsOf(directory);
  expect(report).toMatchObject({ code: 0, calls: [{ handled: 100, recorded: 100, found: 100 }] });
  expect(readFileSync(segmentOf({ ...trail, directory, stream: audit.stream }), "utf8")).toContain(
    '"audit.count":',
  );
});

test("a service that runs lacks nothing, and neither does one that was killed", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({
    directory,
    format: "journal",
    seal: { keyFile: trail.keyFile },
  });
  onTestFinished(() => audit.close());
  auditGrpc(grpc, audit);
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => callback(null, {}) },
  });
  onTestFinished(service.close);
  for (let at = 0; at < 3; at++) await call(grpc, service.address, "Do", "unary");
  await audit.flush();
  for (let at = 0; at < 4; at++) await call(grpc, service.address, "Do", "unary");
  const report = gapsOf(directory);
  expect(report).toMatchObject({ code: 0, verdict: "complete" });
  expect(report.calls).toMatchObject([{ handled: 3, recorded: 3, found: 3, open: 0, missing: 0 }]);
  expect(report.unclosed).toMatchObject([{ stream: audit.stream, unsigned: 4 }]);
});

test("an altered record: run verify", () => {
  const copy = copied();
  editLines(segmentOf(copy), (lines) =>
    lines.map((line) => line.replace('"action_type":"pause"', '"action_type":"resume"')),
  );
  const { code, out } = otelAudit(["gaps", copy.directory]);
  expect(code).toBe(1);
  expect(out).toMatch(/^TAMPERED: run otel-audit verify/);
});

test.each<[name: string, args: readonly string[], code: number, text: string]>([
  [
    "no path",
    [],
    2,
    "nothing to look for gaps in: name files or directories, or set AUDIT_LOG_DIR",
  ],
  ["an empty path", ["x", ""], 2, "an empty path names nothing: name files or directories"],
  ["an unknown option", ["--nope"], 2, "unknown option '--nope'"],
  ["another output", ["-o", "xml"], 2, "Allowed choices are table, json"],
  ["a time that is none", ["x", "--since", "soon"], 2, "--since must be a time"],
  ["a key that is not there", ["x", "--public-key", "nowhere.pub"], 3, "cannot read"],
  ["a path that is not there", ["nowhere"], 3, "cannot read nowhere"],
])("%s", (_name, args, code, text) => {
  const ran = otelAudit(["gaps", ...args]);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: "" });
  expect(ran.err).toContain(text);
});

test("an empty directory is unreadable", () => {
  expect(gapsOf(temporaryDirectory())).toMatchObject({ code: 3, verdict: "unreadable" });
});

test("nothing is written", () => {
  const copy = copied();
  const before = readdirSync(copy.directory, { recursive: true });
  gapsOf(copy.directory);
  expect(readdirSync(copy.directory, { recursive: true })).toEqual(before);
});
