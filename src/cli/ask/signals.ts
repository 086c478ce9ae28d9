/** Ends a command in order where somebody presses Ctrl-C, or the machine stops. */
import { constants } from "node:os";

/** What a command that leaves something behind listens with. */
export interface CaughtSignals {
  /** Aborted by the first signal; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** What a shell expects of a command that a signal ended; undefined: none came. */
  readonly exitCode: () => number | undefined;
  readonly release: () => void;
}

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Added to the number of a signal (POSIX shells). */
const SIGNALLED = 128;

/** Begins to listen. */
export function catchSignals(): CaughtSignals {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    release();
    exitCode = SIGNALLED + constants.signals[name];
    controller.abort();
  };
  const release = (): void => NAMES.forEach((name) => process.off(name, onSignal));
  for (const name of NAMES) process.on(name, onSignal);
  return { signal: controller.signal, exitCode: () => exitCode, release };
}
