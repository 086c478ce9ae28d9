/** How far something has come, on a terminal and only there. */
export interface Progress {
  readonly show: (done: number, all: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** Work that takes less time shows none. */
const SILENT_MILLIS = 1000;
const PAUSE_MILLIS = 200;

/** Bytes read, of how many. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let shownAt = performance.now() + SILENT_MILLIS - PAUSE_MILLIS;
  let isShown = false;
  return {
    show(done, all) {
      if (!stream.isTTY || performance.now() - shownAt < PAUSE_MILLIS) return;
      shownAt = performance.now();
      isShown = true;
      const percent = all === 0 ? 100 : Math.floor((done / all) * 100);
      stream.write(`\r${percent} % of ${Math.ceil(all / 1_000_000)} MB `);
    },
    end() {
      if (isShown) stream.write("\r\u001b[K");
    },
  };
}
