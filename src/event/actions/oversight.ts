/** Actions on personal data and on the audit trail itself; and calls that are mapped to nothing. */
import type { Action } from "../action.ts";
import { PERSONAL_ATTRIBUTES } from "../redactable.ts";
import { actionsOf, type Details } from "./define.ts";
import { count, flag, name, text, texts, textOrMap, type TextOrMap } from "./fields.ts";

/** Details of the actions of this file. */
export interface PrivacyActions {
  readonly consent: Details & {
    /** What for. */
    readonly purpose: string;
    /** Given, or taken back. */
    readonly given: boolean;
    /** The text or form that was agreed to. */
    readonly document?: string;
  };
  readonly data_subject_request: Details & {
    /** As in `access`, `rectification`, `erasure`, `restriction`, `portability`, `objection`. */
    readonly request_type: string;
    /** As in `received`, `answered`, `refused`. */
    readonly state: string;
    readonly request_id?: string;
    /** Until when it has to be answered, ISO 8601. */
    readonly due?: string;
  };
}

/** Details of the actions of this file. */
export interface AuditActions {
  /** Who looked is the actor of the event. */
  readonly audit_access: Details & {
    readonly purpose: string;
    /** What was looked at: a query, a period, records. */
    readonly scope: TextOrMap;
    readonly results_count?: number;
  };
  readonly audit_config_change: Details;
  /** Somebody else changed a file of the audit directory; who noticed it is the actor. */
  readonly audit_file_change: Details & {
    /** Path in the audit directory. */
    readonly file: string;
    /** As in `deleted`, `renamed`, `truncated`, `replaced`, `foreign`. */
    readonly change: string;
    /** Where what was found in its place is kept now. */
    readonly kept_as?: string;
    /** Whether its content is there again. */
    readonly restored?: boolean;
  };
  readonly redaction: Details & {
    /** What was redacted: record ids, or what they have in common. */
    readonly scope: TextOrMap;
    /** Names of the attributes and body leaves. */
    readonly fields: readonly string[];
    readonly records_affected?: number;
  };
  readonly retention_purge: Details & {
    /** What was deleted: a category, streams, segments. */
    readonly scope: TextOrMap;
    /** Everything before this time, ISO 8601. */
    readonly until: string;
    readonly records_affected: number;
    /** The rule that asked for it. */
    readonly policy?: string;
  };
}

/** Details of the actions of this file. */
export interface CallActions {
  readonly rpc_call: Details;
}

const privacy = actionsOf<PrivacyActions>("privacy");
const audit = actionsOf<AuditActions>("audit");
const call = actionsOf<CallActions>("call");

/** The actions of this file. */
export const OVERSIGHT_ACTIONS: readonly Action[] = [
  privacy("consent", {
    impact: "high",
    required: ["target", "details"],
    sentence: "{recorded|record} that consent of {target} to {purpose} was {given:given/withdrawn}",
    fields: () => ({ purpose: name(), given: flag(), document: text().optional() }),
  }),
  privacy("data_subject_request", {
    impact: "high",
    required: ["target", "details"],
    sentence: "{recorded|record} that the {request_type} request of {target} is {state}",
    fields: () => ({
      request_type: name(),
      state: name(),
      request_id: text().optional(),
      due: text().optional(),
    }),
  }),
  audit("audit_access", {
    impact: "high",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{looked|look} into the audit trail ({scope}) for {purpose}",
    fields: () => ({ purpose: name(), scope: textOrMap(), results_count: count().optional() }),
  }),
  audit("audit_config_change", {
    impact: "high",
    failure: "closed",
    required: ["target", "after"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{changed|change} the audit configuration {target}[: {changes}]",
  }),
  audit("audit_file_change", {
    impact: "high",
    required: ["target", "details"],
    sentence: "{found|find} {file} {change}[, kept as {kept_as}]",
    fields: () => ({
      file: name(),
      change: name(),
      kept_as: text().optional(),
      restored: flag().optional(),
    }),
  }),
  audit("redaction", {
    impact: "high",
    required: ["reason", "details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{redacted|redact} {fields:field} of {scope}",
    fields: () => ({ scope: textOrMap(), fields: texts(), records_affected: count().optional() }),
  }),
  audit("retention_purge", {
    impact: "high",
    failure: "closed",
    required: ["details"],
    redactable: PERSONAL_ATTRIBUTES,
    sentence: "{deleted|delete} {records_affected:record} before {until} ({scope})",
    fields: () => ({
      scope: textOrMap(),
      until: name(),
      records_affected: count(),
      policy: text().optional(),
    }),
  }),
  call("rpc_call", { impact: "low", sentence: "{called|call} {method}" }),
];
