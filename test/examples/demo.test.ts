/** `npm run demo` as its users run it, with an output directory of the test's own. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path, { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { catchUpViews } from "../support/views.ts";

const root = join(import.meta.dirname, "../..");
const NODE_ARGS = ["-C", "@otel-audit/source", "examples/demo/demo.ts"];
const LIMIT_MILLIS = 200_000;

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a developer may have set must not change a demo. */
const env = {
  ...process.env,
  NODE_OPTIONS: "",
  AUDIT_LOG_FORMAT: "none",
  OTEL_TRACES_EXPORTER: "none",
  FORCE_COLOR: "1",
};

function runDemo(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...NODE_ARGS, ...args],
      { cwd: root, env, timeout: LIMIT_MILLIS },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? -1), stdout, stderr }),
    );
  });
}

/** The table's row about something, cells trimmed. */
function rowWith(text: string, ...words: readonly string[]): string[] {
  const line = text.split("\n").find((row) => words.every((word) => row.includes(`│ ${word} `)));
  return (line ?? "").split("│").map((cell) => cell.trim());
}

function journalOf(output: string): string {
  const journal = join(output, "audit/journal");
  const files = readdirSync(journal, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => readFileSync(join(journal, file), "utf8"))
    .join("");
}

describe("the demo", () => {
  test("shows the trail of a session, masked, with the trace ids of the spans", async () => {
    const output = join(temporaryDirectory(), "output");
    const { code, stdout, stderr } = await runDemo("--output", output);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    expect(rowWith(stdout, "checkpoint_restore", "failure").slice(2, 7)).toEqual([
      "ann",
      "checkpoint_restore",
      "ckpt_007",
      "failure",
      'error: unknown checkpoint: "ckpt_007"',
    ]);
    expect(rowWith(stdout, "permission_change", "denied").slice(2, 7)).toEqual([
      "bob",
      "permission_change",
      "user bob",
      "denied",
      "asked for role: admin",
    ]);
    expect(rowWith(stdout, "tuner (agent)", "hp_change")).toContain("learning_rate: 0.01 -> 0.003");
    expect(rowWith(stdout, "query_execute")).toContain("failure");
    expect(stdout).toContain('{"note":"images are in the bucket: ****, password=****"}');
    expect(stdout).toMatch(/Neither secret is in any file: searched \d+ files/);

    const [ofRecord, ofSpan] = [...stdout.matchAll(/ trace ([0-9a-f]{32})$/gm)].map(([, id]) => id);
    expect(ofRecord).toBe(ofSpan);
    expect(readFileSync(join(output, "server.log"), "utf8")).toContain(`traceId: '${ofSpan}'`);
    expect(journalOf(output)).toContain(`"trace_id":"${ofRecord}"`);
    catchUpViews(join(output, "audit"));
    for (const file of ["audit_log.json", "audit_log.csv"]) {
      expect(stdout).toContain(file);
      expect(readFileSync(join(output, "audit", file), "utf8")).toContain("password=****");
    }
    expect(stdout + journalOf(output)).not.toMatch(/hunter2|AKIAIOSFODNN7EXAMPLE/);
    expect(stdout, "no colours in a pipe").not.toContain("\u001B");

    expect(stdout).toMatch(/^ {2}verified, \d+ records in 1 stream, with the key given$/m);
    const tampered = /TAMPERED record (\S+): after_learning_rate .*\((\S+):(\d+)\)$/m.exec(stdout);
    const [, id = "", file = "", at = ""] = tampered ?? [];
    const changed =
      readFileSync(path.resolve(root, file), "utf8").split("\n")[Number(at) - 1] ?? "";
    expect(JSON.parse(changed)).toMatchObject({
      record_id: id,
      details: { after: { learning_rate: 0.008 } },
    });
  });

  test("empties what a demo made, and nothing else", async () => {
    const ours = temporaryDirectory();
    expect(await runDemo("--output", ours)).toMatchObject({ code: 0, stderr: "" });
    writeFileSync(join(ours, "left-over"), "");
    expect(await runDemo("--output", ours)).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(ours, "left-over"))).toBe(false);

    const foreign = temporaryDirectory();
    writeFileSync(join(foreign, "thesis.txt"), "years of work");
    const { code, stderr } = await runDemo("--output", foreign);
    expect(code).toBe(1);
    expect(stderr).toContain(`${foreign} holds something that this demo did not make`);
    expect(stderr).toContain("--output DIR");
    expect(readdirSync(foreign)).toEqual(["thesis.txt"]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s ends it and its server", async (signal) => {
    const output = temporaryDirectory();
    const demo = spawn(process.execPath, [...NODE_ARGS, "--output", output], {
      cwd: root,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void demo.kill("SIGKILL"));
    let stderr = "";
    demo.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const closed = once(demo, "close");
    const service = await Promise.race([
      pidOfService(output),
      closed.then(() =>
        Promise.reject(new Error(`the demo ended before its service ran:\n${stderr}`)),
      ),
    ]);
    demo.kill(signal);
    expect((await closed)[0]).toBe(signal === "SIGINT" ? 130 : 143);
    expect(stderr).toBe(`demo: ${signal}: ending what was started\n`);
    expect(() => process.kill(service, 0)).toThrow(/ESRCH/);
  });

  test("says how it is used", async () => {
    expect(await runDemo("--help")).toMatchObject({ code: 0, stderr: "" });
    const { code, stderr } = await runDemo("--nonsense");
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: npm run demo");
  });
});

/** The process that the journal's first record names, as soon as it listens. */
async function pidOfService(output: string): Promise<number> {
  const log = join(output, "server.log");
  const limit = AbortSignal.timeout(LIMIT_MILLIS);
  while (!existsSync(log) || !readFileSync(log, "utf8").includes("listening on")) {
    limit.throwIfAborted();
    await delay(2);
  }
  return Number(/"process\.pid":(\d+)/.exec(journalOf(output))?.[1]);
}
