/** What is said of moments that are looked for. */
import { shown } from "../../lib/shown.ts";
import { TIME_EXAMPLES } from "../../read/index.ts";
import type { FoundMoment, Moment } from "../../report/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { Lines } from "../lines.ts";
import { withoutControls } from "../table.ts";
import { columnsOf } from "./columns.ts";
import type { Looking } from "./one-record.ts";
import { exitAfterReading, sayProblems } from "./reading.ts";
import { warnRows } from "./write-rows.ts";

const EXIT_NOTHING = 1;

interface Saying extends Looking {
  readonly zone: string;
}

/** There is none, or several: they are listed, and the exit code is set. */
export async function sayNoMoment(
  text: string,
  found: FoundMoment & { readonly candidates: readonly FlatRecord[] },
  { zone, warn, access }: Saying,
): Promise<void> {
  const { candidates } = found;
  await access(candidates.length);
  sayProblems(found, warn);
  if (candidates.length === 0) {
    warn(
      `${shown(text)} is no snapshot or checkpoint that a record names, no id of a record, and no time as in ${TIME_EXAMPLES}`,
    );
    process.exitCode = exitAfterReading(found, 0);
    return;
  }
  warn(`${shown(text)} is the beginning of several records: give more of the id`);
  const forPeople = columnsOf("time,record,kind,outcome,what");
  warnRows(candidates, { forPeople, zone }, warn);
  process.exitCode = EXIT_NOTHING;
}

/** What else is to be known of the moment that was found. */
export function sayNotes({ notes }: Moment, warn: Lines["warn"]): void {
  for (const note of notes) warn(withoutControls(note));
}
