const LINE_END = 0x0a;

/** The ends of lines in some bytes: how many there are, and the index behind the last; 0 where there is none. */
export function lineEndsIn(bytes: Uint8Array): { readonly end: number; readonly lines: number } {
  let lines = 0;
  let end = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, end)) {
    end = at + 1;
    lines++;
  }
  return { end, lines };
}
