/** What is done about a view that somebody else changed while we keep it. */
import { basename } from "node:path";
import { setAside } from "../../lib/set-aside.ts";
import type { FileWatch, Finding } from "./file-watch.ts";
import type { ChangeTellers } from "./foreign-view.ts";
import { CHANGE_PAUSE, createPause } from "./pauses.ts";

/** What {@link createChangeCheck} takes. */
export interface ChangeCheckOptions {
  readonly watch: FileWatch;
  readonly nowMillis: () => number;
  /** Makes the view whole again. */
  readonly deal: (found: Finding) => void;
}

/**
 * Makes the question whether a view's file is ours, which deals with it where it is not.
 *
 * @returns a function that gives false while somebody changes the file all the time.
 */
export function createChangeCheck({ watch, nowMillis, deal }: ChangeCheckOptions): () => boolean {
  const pause = createPause({ ...CHANGE_PAUSE, nowMillis });
  return () => {
    const found = watch.find();
    if (found === undefined) return true;
    if (!pause.isOver()) return false;
    pause.begin();
    deal(found);
    return true;
  };
}

/**
 * Puts what stands at the path of a view aside, and tells what was done to the view.
 *
 * @returns whether everything that the view had is to be shown again: a renamed one still shows it.
 */
export function tellOfChange(
  path: string,
  { change, sizeThere = 0 }: Finding,
  { report, fileChanged }: ChangeTellers,
): boolean {
  const aside = sizeThere > 0 ? setAside(path) : undefined;
  report(changeText(path, change, aside));
  const isRestored = change !== "renamed";
  fileChanged({
    file: basename(path),
    change,
    ...(aside === undefined ? {} : { keptAs: basename(aside) }),
    isRestored,
  });
  return isRestored;
}

/**
 * The line that tells people what somebody else did to a view, and what becomes of it.
 *
 * @param aside where what stood in its place is kept; undefined: nothing did.
 */
function changeText(path: string, change: Finding["change"], aside: string | undefined): string {
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
