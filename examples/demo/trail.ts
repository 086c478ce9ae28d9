/** The trail as a demo looks at it: read from the journal, through the package's own reader. */
import { readFileSync } from "node:fs";
import { type FlatRecord, readJournal, toFlat } from "otel-audit/read";
import { NOTE_TARGET } from "./session.ts";

/** A record and where it stands. */
export interface TrailEntry {
  readonly flat: FlatRecord;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Everything in the journals of an audit directory. @throws Error for a line that is no record. */
export async function readTrail(auditDirectory: string): Promise<readonly TrailEntry[]> {
  const trail: TrailEntry[] = [];
  for await (const entry of readJournal(auditDirectory)) {
    const { file, line } = entry;
    if (entry.kind === "problem") throw new Error(`${file}:${line}: ${entry.message}`);
    trail.push({ flat: toFlat(entry.record), file, line });
  }
  return trail;
}

/** What was done, without what the trail says about itself. */
export function resultsOf(trail: readonly TrailEntry[]): readonly TrailEntry[] {
  return trail.filter(({ flat }) => flat.kind === "result");
}

/** The agent's change of hyperparameters: before and after, and a reason. */
export function agentsChange(trail: readonly TrailEntry[]): TrailEntry {
  return theOne(
    "the agent's hp_change",
    trail.filter(({ flat }) => flat.action_type === "hp_change" && flat.actor_type === "agent"),
  );
}

/** The note that was sent with secrets in it. */
export function noteWithSecrets(trail: readonly TrailEntry[]): TrailEntry {
  return theOne(
    "the note with the secrets",
    trail.filter(({ flat }) => flat.target_id === NOTE_TARGET),
  );
}

/** The bytes of an entry, as they stand in the journal. */
export function journalLine({ file, line }: TrailEntry): string {
  return readFileSync(file, "utf8").split("\n")[line - 1] ?? "";
}

function theOne(what: string, found: readonly TrailEntry[]): TrailEntry {
  const [entry] = found;
  if (entry === undefined || found.length > 1) {
    throw new Error(`${what} stands ${found.length} times in the trail, not once`);
  }
  return entry;
}
