/** The service of test/crash/programs/service.ts as a child process, with a client and a ledger of its acknowledgements. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import type { AuditHealth } from "otel-audit";
import { onTestFinished } from "vitest";
import type { Ledger } from "./ledger.ts";

const root = join(import.meta.dirname, "../..");
/** Status code of a call that went well. */
const OK = 0;
/** Status code of a call that nobody answered. */
const UNAVAILABLE = 14;
/** Somebody who waits longer for a reply takes the service for hung. */
const REPLY_LIMIT_MILLIS = 60_000;

/** A running service. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  /** What it said on stderr. */
  readonly said: () => string;
  /** Calls it once; resolves to the status code. What that promises is put down in the ledger. */
  readonly call: (method: "Note" | "Grant") => Promise<number>;
  /** Asks it to do something; rejects when it ends before it answered. */
  readonly ask: <Answer = undefined>(command: string, value?: number) => Promise<Answer>;
  readonly health: () => Promise<AuditHealth>;
  /** Resolves when it has promised to have kept so many more records. */
  readonly kept: (more: number) => Promise<void>;
  /** Resolves when it has said something on stderr that matches. */
  readonly saying: (pattern: RegExp) => Promise<void>;
  /** Sends a signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<Ending>;
  /** Resolves when it has ended and everything it said was read. */
  readonly ended: Promise<Ending>;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How to start a service. */
export interface ServiceOptions {
  readonly name: string;
  readonly directory: string;
  readonly ledger: Ledger;
  readonly endpoint?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Called with the process before it is ready, for those who kill it that early. */
  readonly onSpawn?: ((child: ChildProcess) => void) | undefined;
}

/** Starts a service; rejects when it ends before it listens. It does not outlive the test. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, ledger } = options;
  const child = spawnService(options);
  options.onSpawn?.(child);
  const ended = endOf(child);
  let said = "";
  let kept = 0;
  const watches = createWatches();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    watches.look();
  });
  let address: string | undefined;
  linesOf(child, (line) => {
    const [verb = "", id = ""] = line.split(" ");
    if (verb === "listening") address = id;
    else ledger.note(verb, id);
    if (verb === "kept") kept++;
    watches.look();
  });
  void ended.then(({ code, signal }) =>
    watches.fail(new Error(`${name} ended (${code ?? signal}):\n${said}`)),
  );
  await watches.until(() => address !== undefined);
  const client = new grpc.Client(address ?? "", grpc.credentials.createInsecure());
  const ask = createAsking(child, ended);
  let calls = 0;
  void ended.then(() => client.close());
  return {
    name,
    pid: child.pid ?? -1,
    said: () => said,
    call: async (method) => {
      const id = `${name}-c${++calls}`;
      const code = await callOnce(client, method, id);
      ledger.note(code === OK ? `answered ${method}` : "refused", id);
      return code;
    },
    ask,
    health: () => ask<AuditHealth>("health"),
    kept: (more) => {
      const goal = kept + more;
      return watches.until(() => kept >= goal);
    },
    saying: (pattern) => watches.until(() => pattern.test(said)),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

function spawnService({ name, directory, endpoint, env, nodeArgs }: ServiceOptions): ChildProcess {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(AUDIT_|OTEL_)/.test(key));
  const child = spawn(
    process.execPath,
    ["-C", "@otel-audit/source", ...(nodeArgs ?? []), join(root, "test/crash/programs/service.ts")],
    {
      cwd: root,
      env: {
        ...Object.fromEntries(inherited),
        AUDIT_LOG_DIR: directory,
        SERVICE_NAME: name,
        ...(endpoint === undefined ? {} : { AUDIT_OTLP_ENDPOINT: endpoint }),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function endOf(child: ChildProcess): Promise<Ending> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

function linesOf(child: ChildProcess, take: (line: string) => void): void {
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    // What a kill cut was not said.
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

interface Watches {
  readonly look: () => void;
  readonly fail: (error: Error) => void;
  readonly until: (holds: () => boolean) => Promise<void>;
}

function createWatches(): Watches {
  let waiting: { holds: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = [];
  let failure: Error | undefined;
  function look(): void {
    const done = waiting.filter(({ holds }) => holds());
    waiting = waiting.filter((watch) => !done.includes(watch));
    for (const { resolve } of done) resolve();
  }
  return {
    look,
    fail(error) {
      look();
      failure = error;
      for (const { reject } of waiting) reject(error);
      waiting = [];
    },
    until(holds) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (failure !== undefined && !holds()) reject(failure);
      waiting.push({ holds, resolve, reject });
      look();
      return promise;
    },
  };
}

function createAsking(child: ChildProcess, ended: Promise<Ending>): Service["ask"] {
  let asked = 0;
  return async <Answer>(command: string, value = 0): Promise<Answer> => {
    const id = ++asked;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const take = (message: { readonly id: number; readonly answer: Answer }): void => {
      if (message.id === id) resolve(message.answer);
    };
    child.on("message", take);
    void ended.then(() => reject(new Error(`the service ended before it answered "${command}"`)));
    child.send({ id, command, value }, (error) => {
      if (error !== null) reject(error);
    });
    try {
      return await promise;
    } finally {
      child.off("message", take);
    }
  };
}

/** Whatever becomes of it, a call resolves: also where the service is gone. */
function callOnce(client: grpc.Client, method: string, id: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  try {
    client.makeUnaryRequest(
      `/probe.Probe/${method}`,
      (value: object) => Buffer.from(JSON.stringify(value)),
      (bytes: Buffer) => JSON.parse(bytes.toString()) as object,
      { id },
      { deadline: Date.now() + REPLY_LIMIT_MILLIS },
      (error) => resolve(error?.code ?? OK),
    );
  } catch {
    resolve(UNAVAILABLE);
  }
  return promise;
}
