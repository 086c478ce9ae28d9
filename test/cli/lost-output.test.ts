/** Output that nobody takes: no verdict comes of it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CommandTrail,
  editLines,
  journalCopy,
  makeTrail,
  removeRoot,
  segmentOf,
} from "../support/command-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { COMMAND } from "../support/command-line.ts";
const policy = join(import.meta.dirname, "../../examples/training-service/audit.yaml");
let trail: CommandTrail;
beforeAll(async () => {
  trail = await makeTrail();
});
afterAll(() => removeRoot(trail.root));

/** Runs a command whose outputs go where they are told to. */
function runInto(
  args: readonly string[],
  places: { readonly out?: string; readonly err?: string },
): { readonly code: number | null; readonly out: string | null; readonly err: string | null } {
  const opened = [places.out, places.err].map((path) =>
    path === undefined ? ("pipe" as const) : openSync(path, "w"),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: "utf8",
    stdio: ["ignore", ...opened],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  for (const fd of opened) if (typeof fd === "number") closeSync(fd);
  return { code: status, out: stdout, err: stderr };
}

/** Takes no byte (Linux). */
const FULL = "/dev/full";

describe.runIf(process.platform === "linux")("a full disk", () => {
  test.each<[name: string, args: () => readonly string[]]>([
    ["verify", () => ["verify", trail.directory]],
    ["verify -o json", () => ["verify", trail.directory, "-o", "json"]],
    ["gaps", () => ["gaps", trail.directory]],
    ["inspect", () => ["inspect", `${trail.stream}.3`, trail.directory]],
    ["anchor", () => ["anchor", trail.directory, "--key-file", trail.keyFile]],
    ["keys show", () => ["keys", "show", "--file", trail.keyFile]],
    ["keys create", () => ["keys", "create", "--file", join(temporaryDirectory(), "key.pem")]],
    ["collector prepare", () => ["collector", "prepare", "-d", join(temporaryDirectory(), "c")]],
    ["policy check", () => ["policy", "check", policy]],
    ["--help", () => ["--help"]],
    ["--version", () => ["--version"]],
  ])("%s: one line more, and exit 3", (_name, argsOf) => {
    const { code, err } = runInto(argsOf(), { out: FULL });
    const lines = (err ?? "").trimEnd().split("\n");
    expect(lines.at(-1)).toMatch(/^otel-audit: cannot write the output: ENOSPC/);
    expect(lines.filter((line) => !line.startsWith("otel-audit: "))).toEqual([]);
    expect(code).toBe(3);
  });

  test("it is no verdict over a trail that is tampered with either", () => {
    const copy = journalCopy(trail);
    editLines(segmentOf(copy), (lines) =>
      lines.toSpliced(3, 1, (lines[3] ?? "").replace("e", "a")),
    );
    expect(runInto(["verify", copy.directory], {}).code).not.toBe(0);
    expect(runInto(["verify", copy.directory], { out: FULL }).code).toBe(3);
  });

  test("what is said beside the verdict changes none", () => {
    const args = ["verify", trail.directory, "--public-key", trail.publicKeys];
    expect(runInto([...args, "--redaction-policy", "/nowhere"], { err: FULL }).code).toBe(3);
    expect(runInto(["keys", "show", "--file", trail.keyFile], { err: FULL }).code).toBe(0);
  });
});

test.each(["table", "json"])(
  "a reader that has seen enough changes no verdict: %s",
  async (form) => {
    const child = spawn(process.execPath, [COMMAND, "verify", trail.directory, "-o", form], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.stdout.destroy();
    const [code] = (await once(child, "close")) as [number | null];
    expect({ code, err }).toEqual({ code: 0, err: "" });
  },
);
