import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

/** The lines of a UTF-8 file, one after the other, without their ends; what stands behind the last end is none. */
export function* linesOfFile(path: string): Generator<string> {
  const fd = openSync(path, "r");
  try {
    let bytes = Buffer.alloc(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      if (kept === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
      const read = readSync(fd, bytes, kept, bytes.length - kept, null);
      if (read === 0) return;
      const filled = bytes.subarray(0, kept + read);
      let from = 0;
      for (let end = filled.indexOf(LINE_END); end >= 0; end = filled.indexOf(LINE_END, from)) {
        yield filled.toString("utf8", from, end);
        from = end + 1;
      }
      bytes.copyWithin(0, from, filled.length);
      kept = filled.length - from;
    }
  } finally {
    closeSync(fd);
  }
}
