/** The questions of the benchmark of reading, as each program is asked them. */

/** One question; every way must give the same lines, in any order. */
export interface Question {
  readonly name: string;
  /** How much of a trail it is about. */
  readonly isSelective: boolean;
  /** Arguments of `otel-audit`. */
  readonly ours: readonly string[];
  readonly jq: string;
  /** Of `records`, the lines of the file. */
  readonly sql: string;
  /** Of `df`, the lines of the file. */
  readonly pandas: string;
}

const RECORD = ["-o", "csv", "--columns", "record"];
const FROM = "2026-09-14T09:45:00Z";
const UNTIL = "2026-09-14T10:15:00Z";

/** All of them. `around` asks for half an hour, `top` for the newest twenty. */
export const QUESTIONS: readonly Question[] = [
  {
    name: "filter",
    isSelective: true,
    ours: ["query", "actor:user-17", "action:checkpoint_restore", ...RECORD],
    jq: 'select(.actor_id == "user-17" and .action_type == "checkpoint_restore") | .record_id',
    sql: "select record_id from records where actor_id = 'user-17' and action_type = 'checkpoint_restore'",
    pandas: "df[(df.actor_id == 'user-17') & (df.action_type == 'checkpoint_restore')].record_id",
  },
  {
    name: "group",
    isSelective: false,
    ours: ["summary", "--by", "action,outcome", "-o", "csv"],
    jq: 'reduce inputs as $r ({}; .["\\($r.action_type),\\($r.outcome)"] += 1) | to_entries[] | "\\(.key),\\(.value),\\(.value)"',
    sql: "select action_type || ',' || outcome || ',' || count(*) || ',' || count(*) from records group by action_type, outcome",
    pandas:
      "df.groupby(['action_type', 'outcome']).size().reset_index(name='n').apply(lambda r: f'{r.action_type},{r.outcome},{r.n},{r.n}', axis=1)",
  },
  {
    name: "around",
    isSelective: true,
    ours: ["query", `created:>=${FROM}`, `created:<${UNTIL}`, ...RECORD],
    jq: `select(.timestamp >= "${FROM}" and .timestamp < "${UNTIL}") | .record_id`,
    sql: `select record_id from records where timestamp >= '${FROM}' and timestamp < '${UNTIL}'`,
    pandas: `df[(df.timestamp >= '${FROM}') & (df.timestamp < '${UNTIL}')].record_id`,
  },
  {
    name: "history",
    isSelective: true,
    ours: ["query", "target:experiment-100", ...RECORD],
    jq: 'select(.target_id == "experiment-100") | .record_id',
    sql: "select record_id from records where target_id = 'experiment-100'",
    pandas: "df[df.target_id == 'experiment-100'].record_id",
  },
  {
    name: "top",
    isSelective: false,
    ours: ["query", "outcome:denied", "--limit", "20", ...RECORD],
    jq: '[inputs | select(.outcome == "denied") | [.timestamp, .stream, .sequence, .record_id]] | sort | reverse | .[:20][] | .[3]',
    sql: "select record_id from records where outcome = 'denied' order by timestamp desc, stream desc, sequence desc limit 20",
    pandas:
      "df[df.outcome == 'denied'].sort_values(['timestamp', 'stream', 'sequence'], ascending=False).head(20).record_id",
  },
];

/** Questions whose program of jq reads the input itself. */
export function readsInputs({ jq }: Question): boolean {
  return jq.includes("inputs");
}
