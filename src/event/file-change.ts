import { AUDIT_FILE_CHANGE } from "./action-names.ts";
import type { AnyEvent } from "./event.ts";

/** What somebody else did to a file of the audit directory. */
export interface FileChange {
  /** Path in the audit directory, as in `audit_log.csv` or `journal/<stream>/1.jsonl`. */
  readonly file: string;
  /** `foreign`: it stood where ours was to be made. */
  readonly change: "deleted" | "renamed" | "truncated" | "replaced" | "foreign";
  /** Path in the audit directory of what was found in its place; absent: nothing was, or it was left. */
  readonly keptAs?: string;
  /** Whether its content is there again, as far as it was ours. */
  readonly isRestored: boolean;
}

/** The event that says so; the actor is who noticed it. */
export function fileChangeEvent({ file, change, keptAs, isRestored }: FileChange): AnyEvent {
  return {
    action: AUDIT_FILE_CHANGE,
    actor: { id: "otel-audit", type: "system" },
    target: { type: "audit_file", id: file },
    details: {
      file,
      change,
      ...(keptAs === undefined ? {} : { kept_as: keptAs }),
      restored: isRestored,
    },
  };
}
