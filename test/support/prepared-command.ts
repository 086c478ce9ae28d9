/**
 * `otel-audit` for tests that ask it many things: the first use of a command in a test file is a process of its
 * own, as people start it; the next ones run in a process that has the modules loaded already, where nearly
 * all of a start goes. AUDIT_TEST_COMMANDS=spawned starts one for each.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { COMMAND } from "./command-line.ts";

/** How a command ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a command is run with. */
export interface CommandRequest {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What it is run with, where something is other than in the test. */
export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Somebody who runs one command at a time. */
interface Server {
  readonly run: (request: CommandRequest) => Ran;
  readonly runLater: (request: CommandRequest) => Promise<Ran>;
}

const LIMIT_MILLIS = 120_000;
const isSpawned = process.env["AUDIT_TEST_COMMANDS"] === "spawned";
const used = new Set<string>();
let server: Server | undefined;
let isBusy = false;

/** Runs `otel-audit` to its end, while the test stands still. */
export function runPrepared(args: readonly string[], options: CommandOptions = {}): Ran {
  const prepared = serverFor(args);
  if (prepared !== undefined) return prepared.run(requestOf(args, options));
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    ...options,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Runs `otel-audit` to its end, while servers of the test answer it. */
export async function runPreparedLater(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Ran> {
  const prepared = serverFor(args);
  if (prepared !== undefined) return prepared.runLater(requestOf(args, options));
  const child = spawn(process.execPath, [COMMAND, ...args], {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

/** Undefined: the command is to be a process of its own. */
function serverFor(args: readonly string[]): Server | undefined {
  const name = nameOf(args);
  const isFirst = !used.has(name);
  used.add(name);
  return isSpawned || isFirst || isBusy ? undefined : (server ??= startServer());
}

/** The command, and whether it is asked in SQL, which loads something else. */
function nameOf(args: readonly string[]): string {
  const end = args.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  const words = end === -1 ? args : args.slice(0, end);
  return [...words.slice(0, 2), args.includes("--sql")].join(" ");
}

function requestOf(
  args: readonly string[],
  { env = process.env, cwd = process.cwd() }: CommandOptions,
): CommandRequest {
  const given = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { args, env: Object.fromEntries(given), cwd };
}

function startServer(): Server {
  const { port1, port2 } = new MessageChannel();
  const count = new Int32Array(new SharedArrayBuffer(4));
  const bridge = new Worker(new URL("./programs/command-bridge.ts", import.meta.url), {
    workerData: { answers: port2, count },
    transferList: [port2],
    execArgv: [],
  });
  bridge.unref();
  return {
    run(request) {
      const before = Atomics.load(count, 0);
      bridge.postMessage(request);
      if (Atomics.wait(count, 0, before, LIMIT_MILLIS) === "timed-out") {
        throw new Error(`otel-audit ${request.args.join(" ")}: no end after ${LIMIT_MILLIS} ms`);
      }
      return (receiveMessageOnPort(port1) as { readonly message: Ran }).message;
    },
    async runLater(request) {
      isBusy = true;
      bridge.postMessage(request);
      const [ran] = (await once(port1, "message")) as [Ran];
      // It listens no more: the next one may stand still for its answer.
      port1.unref();
      isBusy = false;
      return ran;
    },
  };
}
