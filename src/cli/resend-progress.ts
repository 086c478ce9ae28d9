import { counted } from "../lib/counted.ts";

/** How far a resending has come, on a terminal and only there. */
export interface ResendProgress {
  readonly show: (now: ResendState) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** How it stands. */
export interface ResendState {
  readonly sent: number;
  readonly readBytes: number;
  readonly allBytes: number;
}

const SILENT_MILLIS = 1000;
const PAUSE_MILLIS = 200;

/** Creates one that shows nothing in its first second. */
export function createResendProgress(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "write">,
  now: () => number = () => performance.now(),
): ResendProgress {
  const startedAt = now();
  let shownAt = startedAt + SILENT_MILLIS - PAUSE_MILLIS;
  let isShown = false;
  return {
    show({ sent, readBytes, allBytes }) {
      const at = now();
      if (!stream.isTTY || at - shownAt < PAUSE_MILLIS) return;
      shownAt = at;
      isShown = true;
      const seconds = (at - startedAt) / 1000;
      const part = allBytes === 0 ? 1 : Math.min(1, readBytes / allBytes);
      const left = part === 0 ? "" : `, about ${Math.ceil((seconds / part) * (1 - part))} s left`;
      const line = `${counted(sent, "record")}, ${Math.round(sent / seconds)}/s, ${Math.floor(part * 100)} %${left}`;
      stream.write(`\r${line}\u001b[K`);
    },
    end() {
      if (isShown) stream.write("\r\u001b[K");
      isShown = false;
    },
  };
}
