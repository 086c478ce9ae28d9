/**
 * A process that runs one command of `otel-audit` after the other, as if each had it for itself: its modules are
 * loaded once. What a command leaves listening at its process is told of the end, and is gone before the next.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { COMMAND } from "../command-line.ts";
import type { CommandRequest } from "../prepared-command.ts";

const LEFT_LISTENING = ["SIGINT", "SIGTERM", "SIGHUP", "uncaughtException", "unhandledRejection"];
/** What COMMAND runs, once it has told Node where to keep what it compiles. */
const PROGRAM = pathToFileURL(join(COMMAND, "../program.js")).href;
let runs = 0;

function setEnvironment(env: CommandRequest["env"]): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) {
    if (process.env[name] !== value) process.env[name] = value;
  }
}

/** What the command has set: the checker of types only sees it taken away. */
function exitCode(): number {
  return Number(process.exitCode ?? 0);
}

/** Gives the exit code. */
async function run({ args, env, cwd }: CommandRequest): Promise<number> {
  setEnvironment(env);
  process.chdir(cwd);
  process.argv = [process.execPath, COMMAND, ...args];
  process.exitCode = undefined;
  const others = new Set(process.rawListeners("exit"));
  // Another address is another module; what it imports is there already.
  runs++;
  await import(`${PROGRAM}?run=${runs}`);
  const code = exitCode();
  for (const listener of process.rawListeners("exit")) {
    if (others.has(listener)) continue;
    process.off("exit", listener as () => void);
    (listener as (code: number) => void)(code);
  }
  for (const name of LEFT_LISTENING) process.removeAllListeners(name);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error");
  return code;
}

process.on("message", (request) => {
  void run(request as CommandRequest).then((code) => process.send?.(code));
});
process.on("disconnect", () => process.exit());
