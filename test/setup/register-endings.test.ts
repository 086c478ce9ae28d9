/**
 * All endings with zero code: module systems times SDK, as child processes. The orders of patching
 * that code can choose are in test/capture/instrumented-*.test.ts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { endingsOf } from "../capture/endings.ts";
import { recordsIn } from "../support/journal-records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");

/** Runs the program; its output is what the clients learned, and the spans that ended. */
async function run(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly replies: readonly string[]; readonly serverSpans: number }> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL|NODE_OPTIONS)/.test(name)),
  );
  const args = ["-C", "@otel-audit/source", "--import", "otel-audit/register"];
  const child = spawn(process.execPath, [...args, join(import.meta.dirname, "programs", program)], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const [code] = (await once(child, "close")) as [number | null];
  expect(code).toBe(0);
  return {
    replies: out.split("\n").filter((line) => line.startsWith('{"ending"')),
    // SpanKind.SERVER, as the console exporter prints it.
    serverSpans: out.match(/^ {2}kind: 1,$/gm)?.length ?? 0,
  };
}

const SDK = { AUDIT_OTEL_SDK: "on", OTEL_TRACES_EXPORTER: "console" };
const matching = (text: string | RegExp): unknown =>
  typeof text === "string" ? text : (expect.stringMatching(text) as unknown);

test.each([
  ["endings.mjs", {}],
  ["endings.cjs", {}],
  ["endings.mjs", SDK],
  ["endings.cjs", SDK],
])(
  "%s with %j: exactly the right records, the same replies, no span lost",
  async (program, env) => {
    const directory = join(temporaryDirectory(), "audit");
    // Most of the time they wait: for deadlines, for connections that end.
    const [audited, bare] = await Promise.all([
      run(program, { ...env, AUDIT_LOG_DIR: directory }),
      run(program, { ...env, AUDIT_LOG_FORMAT: "none" }),
    ]);
    expect(audited.replies).toEqual(bare.replies);
    expect(audited.serverSpans).toBe(bare.serverSpans);
    expect(audited.serverSpans > 0).toBe("AUDIT_OTEL_SDK" in env);

    const results = recordsIn(directory).filter(
      ({ attributes }) => attributes["audit.record.kind"] === "result",
    );
    expect(
      results.map(({ attributes }) => [
        attributes["rpc.status_code"],
        attributes["audit.outcome"],
        attributes["audit.actor.id"],
      ]),
    ).toEqual(
      endingsOf(grpc).map(({ record }) => [
        matching(record.rpcStatus),
        record.outcome,
        "anonymous",
      ]),
    );
    const traces = results.map(({ traceId }) => traceId);
    if ("AUDIT_OTEL_SDK" in env) expect(new Set(traces).size).toBe(results.length);
    else expect(traces.every((traceId) => traceId === undefined)).toBe(true);
  },
);
