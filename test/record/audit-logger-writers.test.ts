/** The AuditLogger with many writers, killed, where it may not write, with large files. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { eventsIn, listen, openLogger, PROGRAM, rowsIn } from "../support/audit-logger.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");

describe("many writers", () => {
  const WRITERS = Number(process.env["AUDIT_TEST_WRITERS"] ?? "5");
  const EVENTS = 25;
  const keys = (directory: string): string[] =>
    eventsIn(directory).map(
      ({ details }) => `${String(details["tag_name"])}.${String(details["n"])}`,
    );
  const expected = (): string[] =>
    Array.from({ length: WRITERS }, (_, w) =>
      Array.from({ length: EVENTS }, (__, n) => `w${w}.${n + 1}`),
    )
      .flat()
      .toSorted();

  test("in one process: two loggers of a directory share it; nothing waits long for the disk", async () => {
    const directory = temporaryDirectory();
    const loggers = Array.from({ length: WRITERS }, () => openLogger(directory));
    await Promise.all(
      loggers.flatMap((logger, w) =>
        Array.from({ length: EVENTS }, (_, n) =>
          logger.logEvent("tag_add", "success", { tag_name: `w${w}`, n: n + 1 }),
        ),
      ),
    );
    expect(keys(directory).toSorted()).toEqual(expected());
    expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
  });

  async function finish(directory: string): Promise<void> {
    const last = openLogger(directory);
    expect(await last.getLogSummary()).toMatchObject({ total_events: WRITERS * EVENTS });
    await last.logEvent("pause", "success", { tag_name: "last", n: 1 });
    await last.flush();
    expect(keys(directory).toSorted()).toEqual(["last.1", ...expected()].toSorted());
  }

  test("as worker threads", async () => {
    const directory = temporaryDirectory();
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, w) => {
        const worker = new Worker(PROGRAM, {
          argv: [directory, String(EVENTS), `w${w}`],
          execArgv: ["-C", "@otel-audit/source"],
          stdout: true,
        });
        expect(await once(worker, "exit")).toEqual([0]);
      }),
    );
    await finish(directory);
  });

  test("as processes that await nothing and end", async () => {
    const directory = temporaryDirectory();
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, w) => {
        const child = spawn(
          process.execPath,
          ["-C", "@otel-audit/source", PROGRAM, directory, String(EVENTS), `w${w}`, "--forget"],
          { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
        );
        expect(await once(child, "close")).toEqual([0, null]);
      }),
    );
    await finish(directory);
  });
});

test.each(["json", "csv"] as const)(
  "SIGKILL: what was acknowledged stands in the %s file",
  async (format) => {
    const directory = temporaryDirectory();
    const args = ["-C", "@otel-audit/source", PROGRAM, directory, "100000", "w"];
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, AUDIT_LOG_FORMAT: format },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let logged = 0;
    for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
      logged = Number(/logged (\d+)\n(?!.*logged \d+\n)/s.exec(chunk)?.[1] ?? logged);
      if (logged >= 30) break;
    }
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    const numbers = (): number[] =>
      format === "json"
        ? eventsIn(directory)
            .map(({ details }) => Number(details["n"]))
            .toReversed()
        : rowsIn(directory)
            .slice(1)
            .map((row) => (JSON.parse(row[3] ?? "") as { readonly n: number }).n);
    const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
    const standing = numbers().length;
    expect(standing).toBeGreaterThanOrEqual(logged);
    expect(numbers()).toEqual(upTo(standing));

    const again = openLogger(directory, { format });
    const { total_events } = await again.getLogSummary();
    await again.logEvent("tag_add", "success", { tag_name: "w", n: total_events + 1 });
    expect(numbers()).toEqual(upTo(total_events + 1));
    expect(readdirSync(directory).filter((name) => name.includes("foreign"))).toEqual([]);
  },
);

test("a directory that may not be written: said on stderr, and the program goes on", async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o555);
  const args = ["-C", "@otel-audit/source", PROGRAM, directory, "2", "w"];
  // Nothing is read-only to root: the program is somebody else then.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    ...nobody,
  });
  let errors = "";
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output).toBe("logged 1\nlogged 2\n");
  expect(errors.match(/an event of AuditLogger was not recorded: .*EACCES/g)).toHaveLength(2);
  expect(readdirSync(directory)).toEqual([]);
});

test("a large file is not rewritten for every event; flush waits for it", async () => {
  const directory = temporaryDirectory();
  const logger = openLogger(directory);
  const note = "plain words ".repeat(300);
  const count = 400;
  for (let n = 0; n < count; n++) void logger.logEvent("note_write", "success", { n, note });
  await logger.flush();
  expect(eventsIn(directory)).toHaveLength(count);
  expect(statSync(logger.jsonPath).size).toBeGreaterThan(1024 * 1024);
  await logger.logEvent("pause", "success");
  await logger.flush();
  expect(eventsIn(directory)[0]?.action_type).toBe("pause");
});

test("two formats in one process: said, and the second file comes when the first logger closes", async () => {
  const said = listen();
  const directory = temporaryDirectory();
  const first = openLogger(directory, { format: "json" });
  const second = openLogger(directory, { format: "csv" });
  expect(said.join("")).toContain("Use format both");
  await first.logEvent("pause", "success");
  await second.logEvent("resume", "success");
  await first.close();
  await second.close();
  expect(eventsIn(directory).length).toBeGreaterThanOrEqual(1);
  expect(rowsIn(directory).map((row) => row[1])).toEqual(["action_type", "pause", "resume"]);
});

test("records are shipped like all others where AUDIT_OTLP_ENDPOINT says so", async () => {
  const said = listen();
  const sink = await startOtlpSink();
  vi.stubEnv("AUDIT_OTLP_ENDPOINT", sink.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const logger = openLogger(temporaryDirectory());
  await logger.logEvent("pause", "success");
  await sink.until(() => sink.requests().some(({ body }) => body.includes("audit.pause")));
  expect(said.join("")).toContain("audit records are sent to 127.0.0.1");
});

test("a process that awaits nothing leaves its files written", () => {
  const directory = temporaryDirectory();
  const args = ["-C", "@otel-audit/source", PROGRAM, directory, "40", "w", "--forget"];
  execFileSync(process.execPath, args, { cwd: root });
  expect(eventsIn(directory)).toHaveLength(40);
});
