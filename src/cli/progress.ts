/** How far something has come, on a terminal and only there. */
export interface Progress {
  readonly show: (done: number, all: number) => void;
  /** Takes the line away, for good: what is read later, as something is printed, shows none. */
  readonly end: () => void;
}

/** Work that takes less time shows none. */
const SILENT_MILLIS = 1000;
const PAUSE_MILLIS = 200;

/** Bytes read, of how many. */
export function createProgress(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "write">,
  now: () => number = () => performance.now(),
): Progress {
  let shownAt = now() + SILENT_MILLIS - PAUSE_MILLIS;
  let isShown = false;
  let isEnded = false;
  return {
    show(done, all) {
      const at = now();
      if (isEnded || !stream.isTTY || at - shownAt < PAUSE_MILLIS) return;
      shownAt = at;
      isShown = true;
      const percent = all === 0 ? 100 : Math.floor((done / all) * 100);
      stream.write(`\r${percent} % of ${Math.ceil(all / 1_000_000)} MB `);
    },
    end() {
      isEnded = true;
      if (isShown) stream.write("\r\u001b[K");
    },
  };
}
