/** One record in full, taken apart for somebody who reads it. */
import {
  ATTR_ACTION_VERSION,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_AUTHENTICATION_ERROR,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_AUTHORIZATION_BY,
  ATTR_AUTHORIZATION_ID,
  ATTR_CATEGORY,
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_ERROR_TYPE,
  ATTR_IMPACT,
  ATTR_SCHEMA_VERSION,
  ATTR_SNAPSHOT_ID,
  ATTR_SOURCE_TYPE,
  ATTR_USER_AGENT_ORIGINAL,
  type AttributeValue,
  type BodyMap,
  type RecordAttributes,
  sentenceOf,
} from "../../event/index.ts";
import {
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_INTEGRITY_FIELDS,
} from "../../event/portable.ts";
import { type FlatRecord, fromFlat } from "../../format/index.ts";
import {
  ANY_KIND,
  type Query,
  type ReadingProblems,
  type ScanOptions,
  searchTrail,
  textTerm,
  type TrailSource,
} from "../../read/index.ts";
import { type FieldChange, fieldChangesOf } from "../field-changes.ts";
import { type SealState, sealStateOf } from "./seal-state.ts";

/** A record, and what is known beside it. */
export interface RecordDetail {
  readonly record: FlatRecord;
  readonly sentence: string;
  readonly changes: readonly FieldChange[];
  /** Details beside `before` and `after`. */
  readonly details: BodyMap;
  /** By what a person would call them; those that are absent are left out. */
  readonly facts: ReadonlyMap<string, AttributeValue>;
  /** What is neither shown elsewhere nor of the seal. */
  readonly attributes: RecordAttributes;
  /** Other records of the call, the oldest first; at most {@link MAX_SAME_CALL}. */
  readonly sameCall: readonly FlatRecord[];
  readonly sameCallTotal: number;
  readonly seal: SealState;
}

/** More of them are counted. */
export const MAX_SAME_CALL = 50;

/** What attributes are called on the page. */
const FACTS: readonly (readonly [name: string, attribute: string])[] = [
  ["role", ATTR_ACTOR_ROLE],
  ["permitted", ATTR_ACTOR_ROLE_PERMITTED],
  ["authentication", ATTR_ACTOR_AUTHENTICATION],
  ["authenticationError", ATTR_ACTOR_AUTHENTICATION_ERROR],
  ["delegator", ATTR_ACTOR_DELEGATOR_ID],
  ["sourceType", ATTR_SOURCE_TYPE],
  ["address", ATTR_CLIENT_ADDRESS],
  ["port", ATTR_CLIENT_PORT],
  ["userAgent", ATTR_USER_AGENT_ORIGINAL],
  ["category", ATTR_CATEGORY],
  ["impact", ATTR_IMPACT],
  ["actionVersion", ATTR_ACTION_VERSION],
  ["snapshot", ATTR_SNAPSHOT_ID],
  ["errorType", ATTR_ERROR_TYPE],
  ["ticket", ATTR_AUTHORIZATION_ID],
  ["approver", ATTR_AUTHORIZATION_BY],
];

/** Of the seal: `otel-audit inspect` shows them. */
const OF_SEAL: readonly string[] = [
  ATTR_INTEGRITY_FIELDS,
  ATTR_CHECKPOINT_LEAVES,
  ATTR_CHECKPOINT_SUBTREES,
  ATTR_SCHEMA_VERSION,
];

/**
 * Takes a record apart, and looks in its trail for what belongs to it.
 *
 * @throws {AuditError} as a rejection: `unreadable` where a source cannot be read.
 */
export async function recordDetail(
  sources: readonly TrailSource[],
  record: FlatRecord,
  reading: ScanOptions = {},
): Promise<RecordDetail & ReadingProblems> {
  const { records, total } = await sameCallOf(sources, record, reading);
  const { seal, ...problems } = await sealStateOf(sources, record, reading);
  const { before: _before, after: _after, ...details } = record.details;
  const facts = FACTS.flatMap(([name, attribute]) => {
    const value = record.attributes[attribute];
    return value === undefined ? [] : [[name, value] as const];
  });
  const shown = new Set([...FACTS.map(([, attribute]) => attribute), ...OF_SEAL]);
  const attributes = Object.entries(record.attributes).filter(([name]) => !shown.has(name));
  return {
    record,
    sentence: sentenceOf(fromFlat(record)),
    changes: fieldChangesOf(record),
    details,
    facts: new Map(facts),
    attributes: Object.fromEntries(attributes),
    sameCall: records.filter(({ record_id: id }) => id !== record.record_id),
    sameCallTotal: Math.max(0, total - 1),
    seal,
    ...problems,
  };
}

interface SameCall extends ReadingProblems {
  readonly records: readonly FlatRecord[];
  readonly total: number;
}

async function sameCallOf(
  sources: readonly TrailSource[],
  { call_id: call }: FlatRecord,
  reading: ScanOptions,
): Promise<SameCall> {
  if (call === undefined) return { records: [], total: 0, problems: [], problemCount: 0 };
  const query: Query = { terms: [textTerm("call", call), ANY_KIND] };
  return searchTrail(sources, query, { order: "oldest", limit: MAX_SAME_CALL + 1, ...reading });
}
