import { basename } from "node:path";
import type { FileChange } from "../../event/index.ts";
import { setAside } from "../../lib/set-aside.ts";
import type { ViewOptions } from "./view.ts";

/** What was found to have been done to a file of ours. */
export type OutsideChange = FileChange["change"];

/** Those who are told of it. */
export type ChangeTellers = Pick<ViewOptions, "report" | "fileChanged">;

/** Why a file is put out of the way. */
export interface ForeignReason {
  readonly change: OutsideChange;
  /** The rest of a sentence that begins with the path. */
  readonly why: string;
}

/** Somebody put a file where one of ours was about to be made. */
export const IN_THE_WAY: ForeignReason = {
  change: "foreign",
  why: "was not written by this audit directory",
};

/** Somebody wrote to a file of ours while nobody looked. */
export const CHANGED: ForeignReason = { change: "replaced", why: "was changed by somebody else" };

/**
 * Puts a file that we did not write out of the way of a view, and tells of it. Nothing is
 * overwritten: the new name is one that is free.
 */
export function setForeignAside(
  path: string,
  { change, why }: ForeignReason,
  { report, fileChanged }: ChangeTellers,
): void {
  const aside = setAside(path);
  report(`${path} ${why}: it is kept as ${aside}, and a new view is written from the journal`);
  fileChanged({ file: basename(path), change, keptAs: basename(aside), isRestored: true });
}
