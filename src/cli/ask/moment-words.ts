/** What is said of moments that are looked for. */
import { shown } from "../../lib/shown.ts";
import { TIME_EXAMPLES } from "../../read/index.ts";
import { type FoundMoment, type Moment, runsOf } from "../../report/index.ts";
import type { FlatRecord } from "../../format/index.ts";
import type { Lines } from "../lines.ts";
import { quoted } from "../shell-text.ts";
import { withoutControls } from "../table.ts";
import { columnsOf, type Column } from "./columns.ts";
import type { Looking } from "./one-record.ts";
import { exitAfterReading, sayProblems } from "./reading.ts";
import { warnRows } from "./write-rows.ts";

const EXIT_NOTHING = 1;
const MAX_LISTED = 20;
const MAX_SNAPSHOTS = 5;

interface Saying extends Looking {
  readonly zone: string;
  /** How one of several records is chosen. */
  readonly choose: string;
  /** The run that it was to be of. */
  readonly run?: string | undefined;
}

type Question = NonNullable<FoundMoment["question"]>;

/** There is none, or several: they are listed, and the exit code is set. */
export async function sayNoMoment(
  text: string,
  found: FoundMoment,
  { zone, warn, access, choose, run }: Saying,
): Promise<void> {
  const question = found.question ?? { kind: "none", about: 0, snapshots: [] };
  const all = question.kind === "none" ? [] : question.records;
  const records = all.slice(0, MAX_LISTED);
  await access(records.length);
  sayProblems(found, warn);
  warn(withoutControls(questionText(text, question, { choose, run })));
  if (question.kind === "none") {
    process.exitCode = exitAfterReading(found, 0);
    return;
  }
  const isOfIds = question.kind === "beginning";
  const forPeople = isOfIds ? columnsOf("time,record,kind,outcome,what") : makerColumns();
  warnRows(records, { forPeople, zone }, warn);
  if (records.length < all.length) warn(`and ${all.length - records.length} more`);
  process.exitCode = EXIT_NOTHING;
}

/** Why there is no moment, and the way out. */
export function questionText(
  text: string,
  question: Question,
  { choose, run }: Pick<Saying, "choose" | "run">,
): string {
  const name = shown(text);
  const inRun = run === undefined ? "" : ` in ${shown(run)}`;
  switch (question.kind) {
    case "none":
      return `${name} is no snapshot or checkpoint that a record names, no id of a record, and no time as in ${TIME_EXAMPLES}${somethingElse(text, question)}`;
    case "beginning":
      return `${name} is the beginning of several records: give more of the id`;
    case "several":
      return `${name} was made of different things, each at a time of its own: ${choose}`;
    case "failed":
      return `no record says that ${name} was made${inRun}, only these, and none of them succeeded: ${choose}`;
    default:
      return `no record says that ${name} was made${inRun}: these are of other runs: ${choose}`;
  }
}

function somethingElse(
  text: string,
  { about, snapshots }: Extract<Question, { readonly kind: "none" }>,
): string {
  if (about === 0) return "";
  const some = snapshots.slice(0, MAX_SNAPSHOTS).join(", ");
  const more = snapshots.length > MAX_SNAPSHOTS ? ", …" : "";
  const made = snapshots.length === 0 ? "" : `; snapshots of it are ${some}${more}`;
  return `. It is something else, which otel-audit history ${word(text)} tells of${made}`;
}

/** As a shell takes it. */
function word(text: string): string {
  return /^[\w.:/@+-]+$/.test(text) ? text : quoted(text);
}

/** With what the snapshots are of, which their sentences do not say. */
function makerColumns(): readonly Column[] {
  const of: Column = {
    name: "of",
    textOf: (record: FlatRecord) => {
      const { target_type: type = "", target_id: id = "" } = record;
      const runs = [...runsOf(record)].filter(([giver]) => giver !== "target");
      const target = `${type} ${id}`.trim();
      const all = [target, ...runs.map(([giver, run]) => `${giver} ${run}`)];
      return all.filter((one) => one !== "").join(", ");
    },
  };
  return [...columnsOf("time,record,outcome,service"), of, ...columnsOf("what")];
}

/** What else is to be known of the moment that was found. */
export function sayNotes({ notes }: Moment, warn: Lines["warn"]): void {
  for (const note of notes) warn(withoutControls(note));
}
