import type { Span } from "./assigned-value.ts";

/** A piece of a text that nothing may look at, or one that is to be scanned. */
export interface Part {
  readonly part: string;
  readonly isKept: boolean;
}

/** What a policy keeps is cut out before anything looks at the rest. */
export function partsOf(
  text: string,
  kept: readonly { readonly find: (text: string) => readonly Span[] }[],
): readonly Part[] {
  let parts: readonly Part[] = [{ part: text, isKept: false }];
  for (const { find } of kept) {
    parts = parts.flatMap((each) => (each.isKept ? [each] : splitAt(each.part, find(each.part))));
  }
  return parts;
}

function splitAt(text: string, spans: readonly Span[]): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    parts.push({ part: text.slice(from, start), isKept: false });
    parts.push({ part: text.slice(start, end), isKept: true });
    from = end;
  }
  parts.push({ part: text.slice(from), isKept: false });
  return parts;
}
