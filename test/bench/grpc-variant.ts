/** One variant of the gRPC benchmark in one round: a fresh server, a fresh client, and what they measured. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "./children.ts";
import { countWritten } from "./written.ts";

/** What stands around the handler. */
export const VARIANTS = ["bare", "spans", "unsealed", "open", "closed"] as const;
/** One of {@link VARIANTS}. */
export type Variant = (typeof VARIANTS)[number];

/** What the server is asked. */
export interface ServerQuestion {
  readonly kind: "listen" | "usage" | "settle" | "finish";
}

/** What a process used, and how busy its event loop was since it was asked last. */
interface Usage {
  readonly cpuMicros: number;
  /** 0 to 1. */
  readonly loopBusy: number;
}

/** What the server used since it began. */
export interface ServerUsage extends Usage {
  /** Of the thread that handles the calls. */
  readonly mainCpuMicros: number;
}

interface Finished {
  readonly calls: number;
  readonly spans: number;
  readonly health?: { readonly state: string; readonly problems: readonly string[] };
}

/** What the client is asked: so many calls, or so long, whatever is over first. */
export interface ClientQuestion {
  readonly concurrency: number;
  readonly millis: number;
  readonly calls: number;
}

/** What the client measured. */
export interface Run extends Usage {
  readonly calls: number;
  readonly seconds: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
}

/** A variant at one concurrency. */
export interface Measured {
  readonly callsPerSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
  /** Of all threads of the server, its views and exports up to date at the end. */
  readonly serverCpuMicros: number;
  /** Of the thread that handles the calls. */
  readonly mainCpuMicros: number;
  readonly serverLoopBusy: number;
  readonly clientLoopBusy: number;
}

/** How long to measure. */
export interface Effort {
  /** Before the first measurement, at the highest concurrency: V8 has compiled what is hot by then. */
  readonly warmUpCalls: number;
  /** Per concurrency. */
  readonly millis: number;
  readonly concurrencies: readonly number[];
}

/** Runs one variant and checks that everything it should have written is there. */
export async function runVariant(
  variant: Variant,
  effort: Effort,
  { directory, nodeArgs = [] }: { readonly directory: string; readonly nodeArgs?: string[] },
): Promise<ReadonlyMap<number, Measured>> {
  const auditDirectory = mkdtempSync(join(directory, `${variant}-`));
  const server = await startChild("grpc-server.ts", { args: [variant, auditDirectory], nodeArgs });
  const { port } = await server.ask<{ port: number }>({ kind: "listen" });
  const client = await startChild("grpc-client.ts", { args: [String(port)] });
  const warm: ClientQuestion = {
    concurrency: Math.max(...effort.concurrencies),
    millis: 60_000,
    calls: effort.warmUpCalls,
  };
  let { calls } = await client.ask<Run>(warm);
  const measured = new Map<number, Measured>();
  for (const concurrency of effort.concurrencies) {
    await server.ask({ kind: "settle" });
    const before = await server.ask<ServerUsage>({ kind: "usage" });
    const run = await client.ask<Run>({ concurrency, millis: effort.millis, calls: 1e9 });
    const { loopBusy } = await server.ask<ServerUsage>({ kind: "usage" });
    await server.ask({ kind: "settle" });
    const after = await server.ask<ServerUsage>({ kind: "usage" });
    calls += run.calls;
    measured.set(concurrency, {
      callsPerSecond: run.calls / run.seconds,
      p50Millis: run.p50Millis,
      p99Millis: run.p99Millis,
      serverCpuMicros: (after.cpuMicros - before.cpuMicros) / run.calls,
      mainCpuMicros: (after.mainCpuMicros - before.mainCpuMicros) / run.calls,
      serverLoopBusy: loopBusy,
      clientLoopBusy: run.loopBusy,
    });
  }
  await client.end();
  const finished = await server.ask<Finished>({ kind: "finish" });
  await server.end();
  checkFinished(variant, calls, finished);
  if (variant !== "bare" && variant !== "spans") await checkWritten(variant, calls, auditDirectory);
  rmSync(auditDirectory, { recursive: true });
  return measured;
}

function checkFinished(variant: Variant, calls: number, { health, ...finished }: Finished): void {
  expectCount(`${variant}: handled calls`, finished.calls, calls);
  expectCount(`${variant}: exported spans`, finished.spans, variant === "bare" ? 0 : calls);
  // A closed audit log is red for that alone.
  if (health !== undefined && health.problems.length > 1) {
    throw new Error(`${variant}: ${health.problems.join("; ")}`);
  }
}

async function checkWritten(variant: Variant, calls: number, directory: string): Promise<void> {
  const written = await countWritten(directory);
  expectCount(`${variant}: results in the journal`, written.results, calls);
  expectCount(
    `${variant}: intents in the journal`,
    written.intents,
    variant === "closed" ? calls : 0,
  );
  expectCount(`${variant}: rows of audit_log.csv`, written.csvRows, calls);
  expectCount(`${variant}: records of audit_log.json`, written.jsonRecords, calls);
}

function expectCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}
