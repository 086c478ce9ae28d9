import type { FileChange } from "../event/index.ts";
import { changeLine } from "./change-line.ts";
import type { LostRecords } from "./cut-segment.ts";

/** Something that happened to the journal and belongs into it. */
export type JournalNotice =
  /** Somebody else changed a file. */
  | { readonly kind: "changed"; readonly change: FileChange }
  /** Records that were accepted are not there any more. */
  | { readonly kind: "lost"; readonly lost: LostRecords; readonly why: string }
  /** A further segment began: the one before takes no more records. */
  | { readonly kind: "began" }
  /** Records whose sync failed may not survive power loss. */
  | { readonly kind: "unconfirmed"; readonly count: number; readonly why: string };

/** Tells people, and those who write it into the journal, what happened to it. */
export interface JournalNotices {
  /** Given later, never in the middle of an append: who is told may append. */
  readonly note: (notice: JournalNotice) => void;
  /** Gives what was noted, now. */
  readonly tell: () => void;
  /** Somebody else changed a file, and such records went with it. */
  readonly changed: (change: FileChange, lost?: LostRecords) => void;
  /** A file that is none of ours stands where a segment was to be made. */
  readonly foundForeign: (file: string) => void;
  /** Segments that nobody has a descriptor of any more cannot be brought back. */
  readonly missing: (lost: readonly LostRecords[]) => void;
}

/** What {@link createJournalNotices} takes. */
export interface JournalNoticesOptions {
  readonly report: (line: string) => void;
  readonly notify: (notice: JournalNotice) => void;
}

/** There are none yet. */
export function createJournalNotices({ report, notify }: JournalNoticesOptions): JournalNotices {
  const notices: JournalNotice[] = [];

  function note(notice: JournalNotice): void {
    if (notices.push(notice) === 1) queueMicrotask(tell);
  }

  function tell(): void {
    for (const notice of notices.splice(0)) notify(notice);
  }

  function changed(change: FileChange, lost?: LostRecords): void {
    report(changeLine(change, lost));
    note({ kind: "changed", change });
    if (lost === undefined) return;
    note({ kind: "lost", lost, why: `${lost.file} was ${change.change} by somebody else` });
  }

  return {
    note,
    tell,
    changed,
    foundForeign(file) {
      report(
        `${file} stands where a segment was to be made, and is none of ours: it is left alone`,
      );
      note({ kind: "changed", change: { file, change: "foreign", isRestored: false } });
    },
    missing(segments) {
      for (const lost of segments)
        changed({ file: lost.file, change: "deleted", isRestored: false }, lost);
    },
  };
}
