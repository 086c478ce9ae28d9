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
  switch (change) {
    case "renamed":
      return `${path} was renamed by somebody else: new records go into a new one${kept}`;
    case "deleted":
      return `${path} was deleted by somebody else: it is written anew from the journal${kept}`;
    case "truncated":
      return `${path} was cut by somebody else: it is written anew from the journal${kept}`;
    case "foreign":
      return `${path} was not written by this audit directory: it is kept as ${aside}, and a new view is written from the journal`;
    case "replaced":
      return `${path} was changed by somebody else: it is kept as ${aside}, and a new view is written from the journal`;
  }
}
