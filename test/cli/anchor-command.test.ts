/** `otel-audit anchor`, and `verify --anchor` of what became of the trail since. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type CommandTrail,
  editLines,
  makeKey,
  makeTrail,
  newRoot,
  otelAudit,
  removeRoot,
  segmentOf,
} from "../support/command-trail.ts";
import type { Ran } from "../support/prepared-command.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = newRoot();
let trail: CommandTrail;
let anchor: Ran;
/** The anchor of the whole trail. */
const anchorFile = join(root, "anchor.txt");
beforeAll(async () => {
  trail = await makeTrail(root);
  anchor = otelAudit(["anchor", trail.directory, "--key-file", trail.keyFile]);
  writeFileSync(anchorFile, anchor.out);
});
afterAll(() => removeRoot(root));

/** A copy of the journal alone. */
function copied(): CommandTrail {
  const directory = join(temporaryDirectory(), "audit");
  mkdirSync(directory);
  cpSync(join(trail.directory, "journal"), join(directory, "journal"), { recursive: true });
  return { ...trail, directory };
}

const reportShape = z.object({
  verdict: z.string(),
  trust: z.string(),
  findings: z.array(z.object({ code: z.string(), stream: z.string().optional() })),
});

function verified(
  directory: string,
  ...more: readonly string[]
): z.infer<typeof reportShape> & { readonly code: number | null } {
  const { code, out } = otelAudit([
    "verify",
    directory,
    "--anchor",
    anchorFile,
    "--public-key",
    trail.publicKeys,
    "-o",
    "json",
    ...more,
  ]);
  return { ...reportShape.parse(JSON.parse(out)), code };
}

const codesOf = ({ findings }: z.infer<typeof reportShape>): readonly string[] =>
  findings.map(({ code }) => code);

test("the anchor is a signed note of one head for each stream", () => {
  const { code, out, err } = anchor;
  expect(code).toBe(0);
  expect(err).toBe(
    "otel-audit: anchored 1 stream with 10 records: keep it where the records are not\n",
  );
  const key = readFileSync(trail.publicKeys, "utf8").trim();
  const [origin, count, rootLine, ...rest] = out.split("\n");
  expect([origin, count]).toEqual(["otel-audit/anchor", "1"]);
  expect(rootLine).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(rest).toEqual([
    "format audit-anchor/1",
    expect.stringMatching(/^time 20\d\d-/),
    `key ${key}`,
    expect.stringMatching(new RegExp(`^head ${trail.stream} 10 [A-Za-z0-9+/]{43}=$`)),
    "",
    expect.stringMatching(/^\u2014 otel-audit [A-Za-z0-9+/]+=*$/),
    "",
  ]);
});

describe("verify --anchor", () => {
  test("the same trail", () => {
    expect(verified(trail.directory)).toMatchObject({ code: 0, trust: "anchored" });
  });
  test("a trail with one more stream", async () => {
    const copy = copied();
    const audit = await createAudit({
      directory: copy.directory,
      seal: { keyFile: trail.keyFile },
    });
    await audit.close();
    expect(verified(copy.directory)).toMatchObject({ code: 0, verdict: "verified" });
  });
  test("a stream that was cut", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.slice(0, 6));
    const report = verified(copy.directory);
    expect(report).toMatchObject({ code: 4, verdict: "incomplete" });
    expect(codesOf(report)).toContain("records_missing");
  });
  test("a stream that was deleted, and others are there", async () => {
    const copy = copied();
    rmSync(join(copy.directory, "journal", copy.stream), { recursive: true });
    const audit = await createAudit({
      directory: copy.directory,
      seal: { keyFile: trail.keyFile },
    });
    await audit.close();
    const report = verified(copy.directory);
    expect(report).toMatchObject({ code: 4, verdict: "incomplete" });
    expect(codesOf(report)).toContain("stream_missing");
    const { code, out } = otelAudit(["gaps", copy.directory, "--anchor", anchorFile]);
    expect(code).toBe(4);
    expect(out).toContain("all of it");
  });
  test("a stream that retention deleted, as a signed record says", async () => {
    const copy = copied();
    rmSync(join(copy.directory, "journal", copy.stream), { recursive: true });
    const audit = await createAudit({
      directory: copy.directory,
      seal: { keyFile: trail.keyFile },
    });
    await audit.record({
      action: "retention_purge",
      actor: { id: "otel-audit", type: "system" },
      target: { type: "journal" },
      details: {
        scope: { segments: [`${copy.stream}/1-1: 1-11`] },
        until: "2026-11-20T00:00:00.000000Z",
        records_affected: 11,
        policy: "retainDays 30",
      },
    });
    await audit.close();
    const report = verified(copy.directory);
    expect(codesOf(report)).toContain("records_purged");
    expect(codesOf(report)).not.toContain("stream_missing");
    expect(report).toMatchObject({ code: 0, verdict: "verified" });
    // The record of a purge is of another time than what it names.
    expect(codesOf(verified(copy.directory, "--until", "2001-01-01"))).toContain("records_purged");
  });
  test("an anchor that somebody changed", () => {
    const file = join(temporaryDirectory(), "anchor.txt");
    writeFileSync(file, anchor.out.replace(" 10 ", " 9 "));
    const { code, err } = otelAudit(["verify", trail.directory, "--anchor", file]);
    expect(code).toBe(2);
    expect(err).toContain("its signature is wrong");
  });
});

describe("what is not anchored", () => {
  const anchored = (directory: string, ...more: readonly string[]): Ran =>
    otelAudit(["anchor", directory, "--key-file", trail.keyFile, ...more]);
  test("tampered records: exit 1, also with --allow-incomplete", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) =>
      lines.map((line) => line.replace('"action_type":"pause"', '"action_type":"resume"')),
    );
    for (const more of [[], ["--allow-incomplete"]]) {
      const { code, out, err } = anchored(copy.directory, ...more);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain("nothing is anchored: TAMPERED");
    }
  });
  test("an incomplete trail: exit 4, unless that is allowed", () => {
    const copy = copied();
    editLines(segmentOf(copy), (lines) => lines.toSpliced(6, 1));
    const refused = anchored(copy.directory);
    expect([refused.code, refused.out]).toEqual([4, ""]);
    expect(refused.err).toContain("--allow-incomplete");
    const allowed = anchored(copy.directory, "--allow-incomplete");
    expect(allowed.code).toBe(0);
    expect(allowed.err).toContain("anchored although incomplete");
    expect(allowed.out).toContain(`head ${trail.stream} 10 `);
  });
  test("an empty directory: exit 3", () => {
    const { code, out } = anchored(temporaryDirectory());
    expect({ code, out }).toEqual({ code: 3, out: "" });
  });
});

describe("the key", () => {
  test("AUDIT_SIGNING_KEY_FILE names it", () => {
    const { code, out } = otelAudit(["anchor", trail.directory], {
      AUDIT_SIGNING_KEY_FILE: trail.keyFile,
    });
    expect(code).toBe(0);
    expect(out).toContain("otel-audit/anchor\n");
  });
  test("the default place is looked at, and no key is made there", () => {
    const state = temporaryDirectory();
    const ran = otelAudit(["anchor", trail.directory], { XDG_STATE_HOME: state });
    expect([ran.code, ran.out]).toEqual([3, ""]);
    expect(ran.err).toContain("otel-audit keys create makes a key");
    expect(existsSync(join(state, "otel-audit"))).toBe(false);
    makeKey(join(state, "otel-audit", "signing-key.pem"));
    expect(otelAudit(["anchor", trail.directory], { XDG_STATE_HOME: state }).code).toBe(0);
  });
  test("a key that is not there: exit 3 with the way out", () => {
    const { code, out, err } = otelAudit(["anchor", trail.directory, "--key-file", "nowhere.pem"]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain("--key-file or AUDIT_SIGNING_KEY_FILE names one");
  });
  test("a directory, and what is no key: exit 3, and nobody is told to lock it", () => {
    const text = join(temporaryDirectory(), "text.pem");
    writeFileSync(text, "no key", { mode: 0o600 });
    for (const [file, said] of [
      [trail.directory, `${trail.directory} is no regular file`],
      [text, "is no Ed25519 private key"],
    ] as const) {
      const { code, out, err } = otelAudit(["anchor", trail.directory, "--key-file", file]);
      expect({ code, out }).toEqual({ code: 3, out: "" });
      expect(err).toContain(said);
      expect(err).not.toContain("chmod");
    }
  });
});

test.each<[name: string, args: readonly string[], text: string]>([
  ["no path", ["--key-file", "KEY"], "nothing to anchor: name files or directories"],
  ["an empty path", ["", "--key-file", "KEY"], "an empty path names nothing"],
  ["a key without a name", ["x", "--key-file", ""], "--key-file names nothing"],
  ["an unknown option", ["--strict"], "unknown option '--strict'"],
])("%s is wrong usage", (_name, args, text) => {
  const given = args.map((arg) => (arg === "KEY" ? trail.keyFile : arg));
  const { code, out, err } = otelAudit(["anchor", ...given]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(text);
});
