/**
 * Servers that tests start: free ports, readiness, the end by signal. A test that fails half-way may leave
 * one running: importing this file ends them all after the last test of the importing file. Benchmarks,
 * which run without vitest, end what they start.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** How long a server may take until it answers. */
const READY_MILLIS = 120_000;
/** Between two questions whether it is ready. */
const POLL_MILLIS = 25;

/** Ends of the servers that still run. */
const running = new Map<ChildProcess, Promise<unknown>>();

if (process.env["VITEST"] !== undefined) {
  const { afterAll } = await import("vitest");
  afterAll(async () => {
    for (const child of running.keys()) child.kill("SIGKILL");
    await Promise.all(running.values());
  });
}

/** A server that answered. */
export interface Server {
  readonly pid: number;
  /** Everything that it has written to both outputs so far. */
  readonly output: () => string;
  /** Resolves with the exit code, or null after a signal. SIGTERM: it may finish what it began. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL: it may not. */
  readonly kill: () => Promise<number | null>;
}

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 200 as soon as the server is ready; with tcp://host:port, takes a connection. */
  readonly healthUrl: string;
}

/** Starts a server and waits until it is ready. @throws when it ends, or is not ready in time; the text is its output. */
export async function startServer(
  binary: string,
  args: readonly string[],
  { env = {}, healthUrl }: ServerOptions,
): Promise<Server> {
  const child = spawn(binary, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  }
  const output = (): string => chunks.join("");
  const exited = endOf(child);
  running.set(child, exited);
  const endWith = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  try {
    await untilReady(healthUrl, exited);
  } catch (error) {
    await endWith("SIGKILL");
    throw new Error(`${binary} did not start:\n${output()}`, { cause: error });
  }
  return {
    pid: child.pid ?? -1,
    output,
    stop: () => endWith("SIGTERM"),
    kill: () => endWith("SIGKILL"),
  };
}

/** Never rejects: a program that could not be started has ended too. */
async function endOf(child: ChildProcess): Promise<number | null> {
  await once(child, "close").catch(() => undefined);
  running.delete(child);
  return child.exitCode;
}

async function untilReady(url: string, exited: Promise<unknown>): Promise<void> {
  const deadline = AbortSignal.timeout(READY_MILLIS);
  const ended = exited.then(() => "ended" as const);
  for (;;) {
    deadline.throwIfAborted();
    const answer = await Promise.race([ended, answers(url, deadline)]);
    if (answer === "ended") throw new Error("it ended before it was ready");
    if (answer) return;
    await Promise.race([ended, delay(POLL_MILLIS)]);
  }
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { protocol, hostname, port } = new URL(url);
    if (protocol === "tcp:") return await takesConnection(Number(port), hostname);
    const response = await fetch(url, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function takesConnection(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host);
  await once(socket, "connect");
  socket.destroy();
  return true;
}

/** `count` different ports of 127.0.0.1 that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** Asks again until the answer is there. @throws when it does not come within `timeoutMillis`. */
export async function eventually<T>(
  ask: () => Promise<T | undefined>,
  timeoutMillis: number = READY_MILLIS,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMillis);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    deadline.throwIfAborted();
    await delay(POLL_MILLIS);
  }
}
