/**
 * The thread between a test that waits and the process that runs its commands: it hears of the process's end
 * while the test stands still.
 */
import { type ChildProcess, fork } from "node:child_process";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parentPort, type MessagePort, workerData } from "node:worker_threads";
import type { CommandRequest } from "../prepared-command.ts";

const { answers, count } = workerData as {
  readonly answers: MessagePort;
  readonly count: Int32Array;
};

/** A process and the files that its two outputs go to. */
interface Server {
  readonly child: ChildProcess;
  readonly outputs: readonly number[];
}

let server: Server | undefined;

/** Files without a name: they go with who has them open. */
function startServer(): Server {
  const folder = mkdtempSync(join(tmpdir(), "otel-audit-command-"));
  const outputs = ["out", "err"].map((name) => openSync(join(folder, name), "a+"));
  const child = fork(join(import.meta.dirname, "command-server.ts"), {
    stdio: ["ignore", ...outputs, "ipc"],
    execArgv: [],
  });
  rmSync(folder, { recursive: true });
  return { child, outputs };
}

function takeText(file: number): string {
  const bytes = Buffer.alloc(fstatSync(file).size);
  readSync(file, bytes, 0, bytes.length, 0);
  ftruncateSync(file);
  return bytes.toString("utf8");
}

parentPort?.on("message", (request: CommandRequest) => {
  const { child, outputs } = (server ??= startServer());
  const finish = (code: number | null): void => {
    child.removeAllListeners();
    const [out, err] = outputs.map(takeText);
    answers.postMessage({ code, out, err });
    Atomics.add(count, 0, 1);
    Atomics.notify(count, 0);
  };
  child.once("message", finish);
  child.once("exit", (code) => {
    server = undefined;
    finish(code);
    outputs.forEach((file) => closeSync(file));
  });
  child.send(request);
});
