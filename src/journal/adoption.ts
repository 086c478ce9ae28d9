/**
 * Adopting what processes left unsigned when they died.
 *
 * In: an audit directory. Out: for each stream there whose process died before its last checkpoint, a
 * checkpoint of ours over the records that it left; written into our stream, once. Promise: nothing
 * here keeps a service from starting or recording; what cannot be adopted is said in one line.
 */
import type { Worker } from "node:worker_threads";
import type { AuditRecord } from "../event/index.ts";
import { listStreams } from "../format/index.ts";
import { messageOf } from "../lib/errors.ts";
import { startOwnWorker } from "../lib/own-worker.ts";
import { adopt, type Adopter, type Tail } from "../seal/index.ts";

/** What the adoption thread is started with. */
export interface AdoptionWorkerData {
  readonly directory: string;
  readonly ownStream: string;
}

/** What the adoption thread says. */
export type AdoptionAnswer =
  /** Waits for how far the stream is under checkpoints when that is written. */
  | { readonly kind: "tail"; readonly tail: Tail }
  | { readonly kind: "report"; readonly line: string }
  /** Whether no stream is left whose process may have died just now. */
  | { readonly kind: "done"; readonly isComplete: boolean }
  | { readonly kind: "failed"; readonly why: string };

/** Looks for dead processes of one directory. */
export interface Adoption {
  /** Nothing is written from now on. */
  readonly close: () => void;
}

/** What {@link startAdoption} takes. */
export interface AdoptionOptions extends Adopter {
  readonly directory: string;
  /** Writes a record into our stream; throws where the disk refuses. */
  readonly write: (record: AuditRecord) => void;
  readonly report: (line: string) => void;
  /** From opening to the first look. Default 1 s: a short process does not pay for it. */
  readonly firstLookMillis?: number;
  /** Told when a look has ended. Default: nobody is. */
  readonly onEnd?: () => void;
}

const FIRST_LOOK_MILLIS = 1000;
/** A stream whose lock was never taken counts as ended after a minute: then it is looked at once more. */
const SECOND_LOOK_MILLIS = 70_000;

/** Looks once, in a thread that exists only while it does; again where a process may have died just now. */
export function startAdoption(options: AdoptionOptions): Adoption {
  const { directory, stream, write, report, firstLookMillis = FIRST_LOOK_MILLIS } = options;
  let worker: Worker | undefined;
  let looks = 0;
  let isClosed = false;
  let timer = later(firstLookMillis);

  /** Keeps no process alive. */
  function later(millis: number): NodeJS.Timeout {
    return setTimeout(look, millis).unref();
  }

  function look(): void {
    looks++;
    try {
      // Alone in its directory: a thread would find the same.
      if (listStreams(directory).every((other) => other === stream)) return stop();
      const started = startOwnWorker<AdoptionAnswer>({
        callerUrl: import.meta.url,
        module: "adoption-worker",
        data: { directory, ownStream: stream } satisfies AdoptionWorkerData,
        // One that was stopped speaks and ends later.
        onMessage: (message) => {
          if (worker === started) answered(message, started);
        },
        onEnd: (why) => {
          if (worker === started) failed(`its thread ended: ${why}`);
        },
      });
      worker = started;
    } catch (error) {
      failed(messageOf(error));
    }
  }

  function answered(message: AdoptionAnswer, asking: Worker): void {
    switch (message.kind) {
      case "tail":
        return void take(message.tail, asking);
      case "report":
        return report(message.line);
      case "failed":
        return failed(message.why);
      case "done":
        if (!message.isComplete && looks === 1 && !isClosed) timer = later(SECOND_LOOK_MILLIS);
        return stop();
    }
  }

  async function take(tail: Tail, asking: Worker): Promise<void> {
    try {
      const { record, end } = await adopt(tail, options);
      // Closed, or ended, while the signature was waited for.
      if (worker !== asking) return;
      write(record);
      asking.postMessage(end);
    } catch (error) {
      if (worker === asking) failed(messageOf(error));
    }
  }

  function failed(why: string): void {
    report(
      `what dead processes left unsigned cannot be adopted (${why}); the next start of a service tries it again`,
    );
    stop();
  }

  function stop(): void {
    void worker?.terminate();
    worker = undefined;
    options.onEnd?.();
  }

  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      stop();
    },
  };
}
