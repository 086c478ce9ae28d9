/** What a service may do to itself. */
import cluster from "node:cluster";
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { syncBuiltinESMExports } from "node:module";
import threads, { Worker } from "node:worker_threads";

/** Every thread of the process by its name, to be ended by a test. */
const running = new Map<string, Worker>();

/** Remembers the threads that are started from now on. */
export function watchThreads(): void {
  const Original = threads.Worker;
  threads.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Original>) {
      super(...args);
      running.set(args[1]?.name ?? "", this);
    }
  };
  syncBuiltinESMExports();
}

async function terminate(name: string): Promise<boolean> {
  const thread = running.get(name);
  await thread?.terminate();
  return thread !== undefined;
}

async function startAuditingThread(): Promise<void> {
  const thread = new Worker(new URL("./service-thread.ts", import.meta.url), {
    name: "auditing",
    env: process.env,
  });
  await once(thread, "message");
}

const FORKED = fileURLToPath(new URL("./service-fork.ts", import.meta.url));
const FORKED_STDIO = ["ignore", "inherit", "inherit", "ipc"] as const;

async function codeOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

const hoard: unknown[] = [];

/** Faults by the name under which the parent asks for them. */
export const FAULTS: Readonly<Record<string, (value: number) => unknown>> = {
  exit: (code) => process.exit(code),
  "throw uncaught": () => void setImmediate(() => fail()),
  "reject unhandled": () => void Promise.reject(new Error("nobody handles this")),
  block: (millis) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis),
  "run out of memory": () => {
    for (;;) hoard.push(Array.from({ length: 10_000 }, (_, at) => ({ at })));
  },
  "set clock": (offsetMillis) => {
    const real = Date.now;
    Date.now = () => real() + offsetMillis;
  },
  "start thread": startAuditingThread,
  "end thread": () => terminate("auditing"),
  "end sync thread": () => terminate("sync-worker"),
  "end view thread": () => terminate("view-worker"),
  fork: (records) => codeOf(fork(FORKED, [String(records)], { stdio: [...FORKED_STDIO] })),
  cluster: (records) => {
    cluster.setupPrimary({ exec: FORKED, args: [String(records)], stdio: [...FORKED_STDIO] });
    return Promise.all([cluster.fork(), cluster.fork()].map(({ process }) => codeOf(process)));
  },
  "descriptors after exec": () => execFileSync("ls", ["-l", "/proc/self/fd"], { encoding: "utf8" }),
};

function fail(): never {
  throw new Error("nobody catches this");
}
