import { once } from "node:events";
import { onTerminal } from "../../shell-text.ts";

/** Writes text to stdout no faster than somebody reads it. */
export interface StdoutText {
  readonly write: (text: string) => Promise<void>;
  readonly end: () => Promise<void>;
}

const PIECE_CHARS = 64 * 1024;

/** Begins; the end is not written before `end`. */
export function createStdoutText(signal: AbortSignal): StdoutText {
  let pending: string[] = [];
  let chars = 0;
  async function flush(): Promise<void> {
    const text = onTerminal(pending.join(""));
    pending = [];
    chars = 0;
    if (!process.stdout.write(text)) await once(process.stdout, "drain", { signal });
  }
  return {
    async write(text) {
      pending.push(text);
      chars += text.length;
      if (chars >= PIECE_CHARS) await flush();
    },
    end: flush,
  };
}
