/** `otel-audit tail` beside those who write. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { expect, onTestFinished, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import { askedTrail } from "../support/asked-trail.ts";
import { COMMAND } from "../support/command-line.ts";
import { otelAudit } from "../support/command-trail.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const LINES = askedTrail().map((record) => `${encodeJsonLine(record)}\n`);

interface Tail {
  /** Lines as they come. */
  readonly next: () => Promise<string>;
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

function startTail(...args: readonly string[]): Tail {
  const child = spawn(
    process.execPath,
    [COMMAND, "tail", "-f", "--columns", "action,reason", ...args],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const closed = once(child, "close") as Promise<[number | null]>;
  const lines: AsyncIterator<string, undefined> = (async function* () {
    let rest = "";
    for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
    return undefined;
  })();
  return {
    async next() {
      const { value } = await lines.next();
      return String(value);
    },
    async end(signal) {
      child.kill(signal);
      const [code] = await closed;
      return code;
    },
  };
}

test("the last ones, the oldest of them first", () => {
  const file = join(temporaryDirectory(), "audit.jsonl");
  writeFileSync(file, LINES.join(""));
  const { code, out } = otelAudit([
    "tail",
    "-n",
    "2",
    "--timezone",
    "UTC",
    "-t",
    file,
    "actor:ann",
  ]);
  expect({ code, out }).toEqual({
    code: 0,
    out:
      "2026-10-02 08:00:03.000 +00:00  AbCdEfGhIjKlMnOp.8      failure  ann tried to restore checkpoint (not given), but it failed: no such checkpoint\n" +
      "2026-10-02 08:00:05.000 +00:00  AbCdEfGhIjKlMnOp.10     success  ann changed limits.rate from 1 to 2 in the settings of project p-1\n",
  });
  expect(otelAudit(["tail", "-t", file, "actor:nobody"])).toMatchObject({ code: 1, out: "" });
});

test("goes on over processes and segments, and ends with Ctrl-C", async () => {
  const directory = join(temporaryDirectory(), "audit");
  const first = await createAudit({ directory });
  const note = (reason: string): Parameters<typeof first.record>[0] => ({
    action: "pause",
    actor: { type: "user", id: "ann" },
    reason,
    details: {},
  });
  await first.record(note("one"));
  await first.record(note("two"));
  const tail = startTail("-n", "1", "-t", directory);
  expect(await tail.next()).toBe("pause  two");
  await first.record(note("three"));
  expect(await tail.next()).toBe("pause  three");
  const second = await createAudit({ directory });
  await second.record(note("four"));
  expect(await tail.next()).toBe("pause  four");
  await first.record(note("five"));
  expect(await tail.next()).toBe("pause  five");
  expect(await tail.end("SIGINT")).toBe(130);
  await first.close();
  await second.close();
});

test("goes on behind a rotation, and with a line that comes in two pieces", async () => {
  const directory = temporaryDirectory();
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "audit.jsonl");
  const [, change = "", pause = "", discard = ""] = LINES;
  writeFileSync(file, change);
  const tail = startTail("-t", directory);
  expect(await tail.next()).toBe("hp_change  loss is flat");
  appendFileSync(file, pause.slice(0, 50));
  appendFileSync(file, pause.slice(50));
  expect(await tail.next()).toBe("pause");
  renameSync(file, join(directory, "audit-2026.jsonl"));
  writeFileSync(file, discard);
  expect(await tail.next()).toMatch(/^sample_discard/);
  // A record that comes again is shown once.
  appendFileSync(file, change + (LINES[9] ?? ""));
  expect(await tail.next()).toBe("project_setting_change");
  expect(await tail.end("SIGTERM")).toBe(130);
});
