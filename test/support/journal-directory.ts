/** Directories of journals, and of the views that are made of them. */
import { join } from "node:path";
import { decodeJsonLine } from "../../src/format/index.ts";
import { type Journal, text } from "./edited-journal.ts";
import { TEXT_OF } from "./stored-forms.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { writeDeep } from "./two-verifiers.ts";

/** A directory with these files. */
export function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, whole] of Object.entries(files)) writeDeep(join(directory, name), whole);
  return directory;
}

/** A directory with these journals. */
export function directoryOf(journal: Journal): string {
  const segments = Object.entries(journal).map(([stream, lines]) => [
    join("journal", stream, "1.jsonl"),
    text(lines),
  ]);
  return directoryWith(Object.fromEntries(segments) as Readonly<Record<string, string>>);
}

/** A directory with nothing but the views of these journals. */
export function viewsOf(journal: Journal): string {
  const lines = Object.values(journal).flat();
  const results = lines.filter((line) => line.includes('"kind":"result"'));
  return directoryWith({
    "audit_log.json": TEXT_OF["json-array"](results.map(decodeJsonLine).toReversed()),
    "audit_checkpoints.jsonl": text(lines.filter((line) => line.includes('"kind":"checkpoint"'))),
  });
}
