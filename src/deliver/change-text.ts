import type { Finding } from "./file-watch.ts";

/**
 * The line that tells people what somebody else did to a view, and what becomes of it.
 *
 * @param aside where what stood in its place is kept; undefined: nothing did.
 */
export function changeText(
  path: string,
  change: Finding["change"],
  aside: string | undefined,
): string {
  const kept = aside === undefined ? "" : `; what stood there is kept as ${aside}`;
  const texts: Readonly<Record<Finding["change"], string>> = {
    renamed: `was renamed by somebody else: new records go into a new one${kept}`,
    deleted: `was deleted by somebody else: it is written anew from the journal${kept}`,
    truncated: `was cut by somebody else: it is written anew from the journal${kept}`,
    replaced: `was changed by somebody else: it is kept as ${aside}, and a new view is written from the journal`,
    foreign: `was not written by this audit directory: it is kept as ${aside}, and a new view is written from the journal`,
  };
  return `${path} ${texts[change]}`;
}
