/** Child processes of benchmarks, and the questions they answer over IPC. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";

/** A running program that answers questions one at a time. */
export interface Child {
  /** What the program writes into its descriptor 4, when it was asked for. */
  readonly told: Readable | undefined;
  /** Sends a question and waits for its answer. Rejects when the program says what went wrong, or ends. */
  readonly ask: <Answer>(question: object) => Promise<Answer>;
  /** Lets go of the program and waits for its end. Rejects when it fails. */
  readonly end: () => Promise<void>;
  /** Ends it as the kernel does. */
  readonly kill: () => Promise<void>;
}

/** How to start a program. */
export interface ChildOptions {
  readonly args?: readonly string[];
  /** Options of node, before the program. */
  readonly nodeArgs?: readonly string[];
  /** Whether the program tells something beside its answers, which is there even if it is killed. */
  readonly isTelling?: boolean;
}

/** What a program answers when a question cannot be answered. */
interface Failure {
  readonly failure: string;
}

/**
 * Starts a program of test/bench/programs with the package as it was built, and waits until it
 * listens to questions. It sees nothing of the AUDIT_* and OTEL_* variables of this process.
 */
export async function startChild(program: string, options: ChildOptions = {}): Promise<Child> {
  const { args = [], nodeArgs = [], isTelling = false } = options;
  const child = fork(join(import.meta.dirname, "programs", program), args, {
    execArgv: [...nodeArgs],
    env: plainEnvironment(),
    // JSON has no NaN, which says that nothing was measured.
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc", ...(isTelling ? (["pipe"] as const) : [])],
  });
  const told = child.stdio[4];
  const closed = once(child, "exit");
  const endNow = (): void => void child.kill("SIGKILL");
  process.once("exit", endNow);
  void closed.then(() => process.off("exit", endNow));
  await nextAnswer(child, program);
  return {
    told: told instanceof Readable ? told : undefined,
    ask: (question) => {
      child.send(question);
      return nextAnswer(child, program);
    },
    async end() {
      child.disconnect();
      await closed;
      if (child.exitCode !== 0) throw new Error(`${program} ended with ${endOf(child)}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AUDIT|OTEL)_|^NODE_OPTIONS$/.test(name)),
  );
}

function nextAnswer<Answer>(child: ChildProcess, program: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const answered = (answer: Answer | Failure): void => {
    child.off("exit", ended);
    if (isFailure(answer)) reject(new Error(`${program}: ${answer.failure}`));
    else resolve(answer);
  };
  const ended = (): void => {
    child.off("message", answered);
    reject(new Error(`${program} ended with ${endOf(child)}`));
  };
  child.once("message", answered);
  child.once("exit", ended);
  return promise;
}

function isFailure(answer: unknown): answer is Failure {
  return typeof answer === "object" && answer !== null && "failure" in answer;
}

function endOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`;
}

/** The other side: says that it listens, then answers every question; an error becomes the answer that rejects. */
export function answerQuestions(answer: (question: never) => unknown): void {
  process.on("message", (question: unknown) => {
    void (async () => {
      try {
        process.send?.({ ...((await answer(question as never)) as object | undefined) });
      } catch (error) {
        process.send?.({ failure: error instanceof Error ? error.stack : String(error) });
      }
    })();
  });
  // Also where the asking process was killed.
  process.once("disconnect", () => process.exit());
  // What is sent before a module with imports listens is lost.
  process.send?.({});
}
