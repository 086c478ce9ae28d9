/** What can be asked of a record, by name. */
import {
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_ROLE_PERMITTED,
  ATTR_AUTHORIZATION_BY,
  ATTR_AUTHORIZATION_ID,
  ATTR_CATEGORY,
  ATTR_CLIENT_ADDRESS,
  ATTR_IMPACT,
  ATTR_IMPORT_FILE,
  ATTR_IMPORT_TIME,
  ATTR_REDACTION_RULES,
  ATTR_SNAPSHOT_ID,
} from "../../event/portable.ts";
import { isMap } from "../../lib/is-map.ts";
import type { QueriedRecord } from "./query.ts";

/** What is looked at: a value, several, or undefined where there is none. */
export type FieldValue = string | number | boolean | readonly string[] | undefined;

/** One name that a query may use. */
export interface Field {
  /** As it stands before the colon. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly what: string;
  /** Its value in a record. */
  readonly of: (record: QueriedRecord) => FieldValue;
  /**
   * How values are compared. `exact`: letter by letter. `lower`, `upper`: one of few words, which are
   * written so, however they are asked for. `contains`: anywhere in it, in any case of letters.
   * `number`, `time`: as such.
   */
  readonly compares: "exact" | "lower" | "upper" | "contains" | "number" | "time";
  /** Other names. */
  readonly also?: readonly string[];
  /** All that it can be, where that is known: nothing else is asked for. */
  readonly values?: readonly string[];
}

/** Its name is a detail, and what other records call it by. */
const SNAPSHOT_ACTION = "version_snapshot";

const attribute =
  (name: string) =>
  ({ attributes }: QueriedRecord): FieldValue =>
    attributes[name];

function field(
  name: string,
  compares: Field["compares"],
  of: Field["of"],
  rest: Pick<Field, "what" | "also" | "values">,
): Field {
  return { name, compares, of, ...rest };
}

/** Every name, in the order in which help shows them. */
export const FIELDS: readonly Field[] = [
  field("actor", "exact", (record) => record.actor_id, { what: "who acted" }),
  field("actor.type", "lower", (record) => record.actor_type, {
    what: "user, service, system or agent",
    values: ["user", "service", "system", "agent"],
  }),
  field("role", "exact", attribute(ATTR_ACTOR_ROLE), {
    what: "the actor's role",
    also: ["actor.role"],
  }),
  field("permitted", "lower", attribute(ATTR_ACTOR_ROLE_PERMITTED), {
    what: "true or false: whether the policy's roles let this role do it",
    values: ["true", "false"],
    also: ["role.permitted"],
  }),
  field("authentication", "lower", attribute(ATTR_ACTOR_AUTHENTICATION), {
    what: "mtls, jwt, header, code or none",
    values: ["mtls", "jwt", "header", "code", "none"],
  }),
  field("delegator", "exact", attribute(ATTR_ACTOR_DELEGATOR_ID), {
    what: "the person for whom an agent acted",
  }),
  field("action", "exact", (record) => record.action_type, {
    what: "what was done, as in hp_change",
    also: ["action_type"],
  }),
  field("category", "lower", attribute(ATTR_CATEGORY), { what: "as in training, data, access" }),
  field("impact", "lower", attribute(ATTR_IMPACT), {
    what: "high, normal or low",
    values: ["high", "normal", "low"],
  }),
  field("outcome", "lower", (record) => record.outcome, {
    what: "success, failure, denied or unknown",
    values: ["success", "failure", "denied", "unknown"],
  }),
  field("status", "lower", (record) => record.status, {
    what: "success or failed",
    values: ["success", "failed"],
  }),
  field("kind", "lower", (record) => record.kind, {
    what: "result, intent, delivery, gap, start or checkpoint",
    values: ["result", "intent", "delivery", "gap", "start", "checkpoint"],
  }),
  field("target", "exact", (record) => record.target_id, { what: "on what it was done" }),
  field("target.type", "exact", (record) => record.target_type, { what: "as in checkpoint" }),
  field("project", "exact", projectsOf, { what: "the project that was changed, or is named" }),
  field("sample", "exact", (record) => textsIn(record.details["sample_ids"]), {
    what: "one of the samples that are named",
  }),
  field("snapshot", "exact", attribute(ATTR_SNAPSHOT_ID), {
    what: "the snapshot or checkpoint that it belongs to",
  }),
  field("changed", "exact", changedIn, { what: "a field that has another value since" }),
  field("about", "exact", namesAbout, {
    what: "what it is about: target, sample, snapshot, checkpoint, project, run, or a field that changed",
  }),
  field("reason", "contains", (record) => record.reason, { what: "why, in the actor's words" }),
  field("error", "contains", (record) => record.error ?? undefined, { what: "why it failed" }),
  field("ticket", "exact", attribute(ATTR_AUTHORIZATION_ID), {
    what: "the approval that it rests on",
    also: ["authorization"],
  }),
  field("approver", "exact", attribute(ATTR_AUTHORIZATION_BY), {
    what: "who gave the approval",
    also: ["authorization.by"],
  }),
  field("method", "exact", (record) => record.method, { what: "package.Service/Method" }),
  field("rpc", "upper", (record) => record.rpc_status, {
    what: "the gRPC status, as in NOT_FOUND",
    also: ["rpc_status"],
  }),
  field("duration", "number", (record) => record.duration_ms, {
    what: "milliseconds: >100, 10..20",
    also: ["duration_ms"],
  }),
  field("source", "exact", (record) => record.source ?? record.attributes[ATTR_CLIENT_ADDRESS], {
    what: "where it came from, as an address",
  }),
  field("service", "exact", (record) => record.service, { what: "the service that recorded it" }),
  field("trace", "exact", (record) => record.trace_id, { what: "trace id", also: ["trace_id"] }),
  field("span", "exact", (record) => record.span_id, { what: "span id", also: ["span_id"] }),
  field("call", "exact", (record) => record.call_id, {
    what: "all records of one call",
    also: ["call_id"],
  }),
  field("record", "exact", (record) => record.record_id, {
    what: "record id",
    also: ["record_id", "id"],
  }),
  field("stream", "exact", (record) => record.stream, {
    what: "everything that one process recorded",
  }),
  field("sequence", "number", (record) => record.sequence, { what: "place in the stream" }),
  field("redacted", "exact", attribute(ATTR_REDACTION_RULES), {
    what: "the redaction rule that hit",
  }),
  field("created", "time", (record) => record.timestamp, {
    what: "when: >=2026-10-01, 2026-10-01..2026-10-07, >-3h",
    also: ["timestamp", "time"],
  }),
  field("happened", "time", happenedAt, {
    what: "as created; of an imported record the time that its file says",
  }),
  field("imported", "exact", attribute(ATTR_IMPORT_FILE), {
    what: "the file that it was imported from",
  }),
  field("text", "contains", wordsOf, { what: "anywhere in what a person would read of it" }),
];

/** Before the keys of something in the body. */
export const DETAILS = "details.";

const byName = new Map(
  FIELDS.flatMap((one) => [one.name, ...(one.also ?? [])].map((name) => [name, one] as const)),
);

/** The field of a name, or of another name that it has. */
export function fieldOf(name: string): Field | undefined {
  return byName.get(name.toLowerCase());
}

/** All names, other names too: for "did you mean". */
export function fieldNames(): readonly string[] {
  return [...byName.keys()];
}

/** Details that name what a record is about, by an id that other records name it by too. */
const ABOUT_KEYS = ["checkpoint_id", "evaluation_id", "mlflow.run_id", "wandb.run_id"] as const;

function namesAbout(record: QueriedRecord): readonly string[] {
  const { target_id: target, details, attributes, action_type: action } = record;
  const snapshot = attributes[ATTR_SNAPSHOT_ID];
  const named = ABOUT_KEYS.map((key) => details[key]);
  const all = [
    target,
    snapshot,
    action === SNAPSHOT_ACTION ? details["name"] : undefined,
    ...named,
  ];
  return [
    ...all.flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? [String(value)] : [],
    ),
    ...projectsOf(record),
    ...textsIn(details["sample_ids"]),
    ...changedIn(record),
  ];
}

function happenedAt({ timestamp, attributes }: QueriedRecord): FieldValue {
  const isImported = attributes[ATTR_IMPORT_FILE] !== undefined;
  return isImported ? attributes[ATTR_IMPORT_TIME] : timestamp;
}

function projectsOf({
  target_type: type,
  target_id: id,
  details,
}: QueriedRecord): readonly string[] {
  const own = type === "project" && id !== undefined ? [id] : [];
  const named = [details["project"], details["project_id"]].filter(
    (value) => typeof value === "string",
  );
  return [...own, ...named];
}

function changedIn({ details }: QueriedRecord): readonly string[] {
  return [...namesIn(details["before"]), ...namesIn(details["after"])];
}

/** Keys on every level, and the whole way to each. */
function namesIn(value: unknown, above = ""): readonly string[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const path = above === "" ? key : `${above}.${key}`;
    return path === key ? [key, ...namesIn(item, path)] : [key, path, ...namesIn(item, path)];
  });
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function wordsOf(record: QueriedRecord): readonly string[] {
  const { action_type: action, error, reason, target_id: target, target_type: type } = record;
  const { actor_id: actor, method, source, service, details } = record;
  const words = [action, error, reason, target, type, actor, method, source, service];
  return [...words.filter((word) => typeof word === "string"), ...leavesOf(details)];
}

/** Keys and texts of a map, as a person reads them. */
function leavesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => [key, ...leavesOf(item)]);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
