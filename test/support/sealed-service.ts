/** Runs of test/story/programs/sealed-service.ts. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** How it runs. */
export interface SealedServiceOptions {
  readonly directory: string;
  /** How often each of its seven methods is called, and how many records it makes by hand. */
  readonly rounds: number;
  /** Base URL of a receiver of OTLP over HTTP. */
  readonly endpoint?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One that has done its work. */
export interface WaitingService {
  readonly pid: number;
  /** It closes its audit log and ends. */
  readonly close: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
}

/** Runs it to its end: its audit log is closed. @throws when it fails; the text is what it said. */
export async function runSealedService(options: SealedServiceOptions): Promise<void> {
  const { ended } = start(options);
  await ended;
}

/** Runs it until its last record is written; it stays until it is told to close. */
export async function holdSealedService(options: SealedServiceOptions): Promise<WaitingService> {
  const { child, ended } = start({ ...options, env: { ...options.env, STAY: "yes" } });
  const waits = new Promise<void>((resolve) => {
    child.stdout?.on("data", (text: string) => {
      if (text.includes("waiting")) resolve();
    });
  });
  await Promise.race([waits, ended]);
  return {
    pid: child.pid ?? -1,
    close: async () => {
      child.stdin?.end();
      await ended;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended.catch(() => {});
    },
  };
}

function start({ directory, rounds, endpoint, env }: SealedServiceOptions): {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
} {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(AUDIT_|OTEL_)/.test(key));
  const program = join(root, "test/story/programs/sealed-service.ts");
  const child = spawn(process.execPath, ["-C", "@otel-audit/source", program], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      AUDIT_LOG_DIR: directory,
      ROUNDS: String(rounds),
      ...(endpoint === undefined ? {} : { AUDIT_OTLP_ENDPOINT: endpoint }),
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  return { child, ended: endOf(child, () => said) };
}

async function endOf(child: ChildProcess, said: () => string): Promise<void> {
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the service ended with ${String(code)}:\n${said()}`);
}
