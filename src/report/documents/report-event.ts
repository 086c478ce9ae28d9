import {
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_AUTHORIZATION_BY,
  ATTR_AUTHORIZATION_ID,
  ATTR_CLIENT_ADDRESS,
  ATTR_COUNT,
  ATTR_IMPACT,
  ATTR_SNAPSHOT_ID,
  type BodyMap,
  sentenceOf,
} from "../../event/index.ts";
import { type FlatRecord, fromFlat } from "../../format/index.ts";
import { importOriginOf, isImported, originText } from "../imported.ts";
import type { Fact, RelatedEvents, ReportEvent } from "./document.ts";
import { leavesOf } from "../leaves.ts";
import { changeTexts, valueText, wordsOf } from "./change-texts.ts";
import { timeText } from "./times.ts";

/** More details of one record are counted. */
const MAX_DETAILS = 200;

/** What an event has beside its record. */
export interface EventParts {
  readonly related?: readonly RelatedEvents[];
  /** More cells of its row of CSV. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** Everything that a document says of a record. */
export function reportEvent(record: FlatRecord, zone: string, parts: EventParts = {}): ReportEvent {
  const { record_id: id, timestamp, action_type: action, details } = record;
  const impact = attributeOf(record, ATTR_IMPACT) ?? "normal";
  const outcome = record.outcome ?? record.status;
  const what = sentenceOf(fromFlat(record));
  const changes = changeTexts(record);
  const { before: _, after: __, ...rest } = details;
  return {
    id,
    timestamp,
    // What is worked out when it is asked for: a row of CSV shows none of it.
    get time() {
      return timeText(timestamp, zone);
    },
    what,
    action,
    impact,
    outcome,
    get facts() {
      return factsOf(record);
    },
    changes,
    get details() {
      return detailsOf(rest);
    },
    related: parts.related ?? [],
    columns: {
      timestamp,
      record_id: id,
      action,
      impact,
      outcome,
      actor: record.actor_id ?? "",
      actor_type: record.actor_type ?? "",
      role: attributeOf(record, ATTR_ACTOR_ROLE) ?? "",
      on_behalf_of: attributeOf(record, ATTR_ACTOR_DELEGATOR_ID) ?? "",
      target_type: record.target_type ?? "",
      target_id: record.target_id ?? "",
      changes: changes
        .map((change) => {
          const { before, after } = wordsOf(change);
          return `${change.field}: ${before} -> ${after}`;
        })
        .join("; "),
      reason: reasonOf(record) ?? "",
      error: record.error ?? "",
      approval: attributeOf(record, ATTR_AUTHORIZATION_ID) ?? "",
      approver: attributeOf(record, ATTR_AUTHORIZATION_BY) ?? "",
      imported: importOriginOf(record)?.file ?? "",
      ...parts.columns,
      what,
    },
  };
}

/** An attribute as text. */
export function attributeOf({ attributes }: FlatRecord, name: string): string | undefined {
  const value = attributes[name];
  return value === undefined || value === "" ? undefined : String(value);
}

/** Why, in the actor's words; older logs say it among the details. */
export function reasonOf({ reason, details }: FlatRecord): string | undefined {
  if (reason !== undefined && reason.trim() !== "") return reason;
  const said = details["reason"];
  return typeof said === "string" && said.trim() !== "" ? said : undefined;
}

/** The action, and that a file of somebody else says so, where one does. */
export function actionText(record: FlatRecord): string {
  const { action_type: action } = record;
  return isImported(record) ? `${action} (imported)` : action;
}

/** What was acted on, as in `checkpoint ckpt_7`. */
export function targetText({ target_type: type, target_id: id }: FlatRecord): string | undefined {
  const words = [type, id].filter((word) => word !== undefined && word !== "");
  return words.length === 0 ? undefined : words.join(" ");
}

function factsOf(record: FlatRecord): readonly Fact[] {
  const id = attributeOf(record, ATTR_AUTHORIZATION_ID);
  const by = attributeOf(record, ATTR_AUTHORIZATION_BY);
  const approval = [...(id === undefined ? [] : [id]), ...(by === undefined ? [] : [`by ${by}`])];
  const count = attributeOf(record, ATTR_COUNT);
  const origin = importOriginOf(record);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Imported", origin === undefined ? undefined : `from ${originText(origin)}`],
    ["Who", whoText(record)],
    ["On", targetText(record)],
    ["Outcome", outcomeText(record)],
    ["Error", record.error ?? undefined],
    ["Reason", reasonOf(record)],
    ["Approval", approval.length === 0 ? undefined : approval.join(" ")],
    ["Snapshot", attributeOf(record, ATTR_SNAPSHOT_ID)],
    ["From", record.source ?? attributeOf(record, ATTR_CLIENT_ADDRESS)],
    ["Service", record.service],
    ["Stands for", count === undefined ? undefined : `${count} equal events`],
  ];
  return facts.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [[name, text]]));
}

function outcomeText({ outcome, status, rpc_status: rpc }: FlatRecord): string {
  const text = outcome ?? status;
  return rpc === undefined || rpc === "OK" ? text : `${text} (${rpc})`;
}

function whoText(record: FlatRecord): string | undefined {
  const { actor_id: id, actor_type: type } = record;
  if (id === undefined) return undefined;
  const isUnproven = attributeOf(record, ATTR_ACTOR_AUTHENTICATION) === "none";
  const about = [type, attributeOf(record, ATTR_ACTOR_ROLE), isUnproven ? "not proven" : undefined];
  const said = about.filter((word) => word !== undefined).join(", ");
  const delegator = attributeOf(record, ATTR_ACTOR_DELEGATOR_ID);
  return `${id}${said === "" ? "" : ` (${said})`}${delegator === undefined ? "" : ` for ${delegator}`}`;
}

function detailsOf(rest: BodyMap): readonly Fact[] {
  const leaves = [...leavesOf(rest)];
  const shown = leaves.slice(0, MAX_DETAILS).map(([path, value]): Fact => [path, valueText(value)]);
  const more = leaves.length - shown.length;
  return more > 0 ? [...shown, [`and ${more} more`, ""]] : shown;
}
