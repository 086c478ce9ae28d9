/** Earlier attempts of what a record is one of. */
import type { FlatRecord } from "../../format/index.ts";
import {
  matchingRecords,
  type Query,
  type ScanOptions,
  textTerm,
  timeTerm,
  type TrailSource,
} from "../../read/index.ts";
import { ORIGINALS } from "../imported.ts";
import { inStreamOrder, type StreamOrder } from "../stream-order.ts";

/** What was found. */
export interface Attempts {
  /** Earlier attempts of the same action on the same target, however long ago; the oldest first. */
  readonly attempts: readonly FlatRecord[];
  readonly attemptsTotal: number;
  /** How attempts are known to be of the same. */
  readonly attemptsOf: string;
}

/** Those that are listed; the latest. */
const MAX_ATTEMPTS = 20;

/** How they are looked for. */
export interface AttemptOptions extends Pick<StreamOrder, "timeOf"> {
  readonly reading: ScanOptions;
}

/**
 * Looks for them.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function attemptsBefore(
  sources: readonly TrailSource[],
  record: FlatRecord,
  { timeOf, reading }: AttemptOptions,
): Promise<Attempts> {
  const { stream, sequence } = record;
  const until = timeOf(record);
  const { terms, attemptsOf } = attemptsQuery(record);
  let latest: FlatRecord[] = [];
  let total = 0;
  const query = { terms: [...terms, timeTerm({ until: `${until}~` }), ORIGINALS] };
  for await (const found of matchingRecords(sources, query, reading)) {
    if (found.kind === "problem") continue;
    const { record: one } = found;
    const isBefore = one.stream === stream ? one.sequence < sequence : timeOf(one) < until;
    if (!isBefore) continue;
    total++;
    latest.push(one);
    if (latest.length > 2 * MAX_ATTEMPTS) latest = lastOf(latest);
  }
  return { attempts: lastOf(latest), attemptsTotal: total, attemptsOf };
}

function lastOf(records: readonly FlatRecord[]): FlatRecord[] {
  return inStreamOrder(records).slice(-MAX_ATTEMPTS);
}

interface Asked {
  readonly terms: Query["terms"];
  readonly attemptsOf: string;
}

function attemptsQuery({
  action_type: action,
  target_id: target,
  target_type: type,
  actor_id: actor,
}: FlatRecord): Asked {
  const own = textTerm("action", action);
  if (target !== undefined)
    return {
      terms: [
        own,
        textTerm("target", target),
        ...(type === undefined ? [] : [textTerm("target.type", type)]),
      ],
      attemptsOf: `${action} on ${type === undefined ? "" : `${type} `}${target}`,
    };
  if (actor !== undefined)
    return { terms: [own, textTerm("actor", actor)], attemptsOf: `${action} by ${actor}` };
  return { terms: [own], attemptsOf: action };
}
