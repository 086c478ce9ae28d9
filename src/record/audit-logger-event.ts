import { context } from "@opentelemetry/api";
import {
  type Actor,
  ATTR_ACTION,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_TYPE,
  ATTR_CALL_ID,
  ATTR_CATEGORY,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_RECORD_KIND,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
  type Catalogue,
  normaliseMap,
  normaliseText,
  type RecordAttributes,
} from "../event/index.ts";
import { currentCall } from "./current-call.ts";
import type { Draft } from "./draft.ts";

/** One event as `audit_log.json` of an `AuditLogger` has it: these five keys, in this order. */
export interface AuditEvent {
  /** ISO 8601, UTC, six digits, `Z`. */
  readonly timestamp: string;
  readonly action_type: string;
  readonly status: "success" | "failed";
  readonly details: Readonly<Record<string, unknown>>;
  /** null where nothing went wrong. */
  readonly error: string | null;
}

/** What `logEvent` was given, and what its logger knows. What callers gave is not trusted to have its type. */
export interface LoggedEvent {
  readonly actionType: unknown;
  readonly status: unknown;
  readonly details: unknown;
  readonly error: unknown;
  readonly experimentName: string | undefined;
  readonly actor: Actor | undefined;
}

/** Nobody said who it was, as in the source, which has no actor. */
const UNKNOWN_ACTOR: Actor = { id: "unknown", type: "system", authentication: "none" };
const UNNAMED_ACTION = "unknown";

/**
 * The record of an event in the source's shape. Nothing is refused: an action that no catalogue
 * knows is recorded under its name, and details are kept whatever the action asks for.
 */
export function draftOfLogged(event: LoggedEvent, catalogue: Catalogue): Draft {
  const name = normaliseText(event.actionType) ?? UNNAMED_ACTION;
  const action = catalogue.find(name);
  const call = currentCall();
  return {
    action: name,
    attributes: withoutUndefined({
      [ATTR_RECORD_KIND]: "result",
      [ATTR_ACTION]: name,
      [ATTR_CATEGORY]: action?.category ?? "custom",
      [ATTR_IMPACT]: action?.impact ?? "normal",
      ...actorAttributes(event.actor ?? call?.actor ?? UNKNOWN_ACTOR),
      [ATTR_OUTCOME]: event.status === "success" ? "success" : "failure",
      // A failure without a text stays one, and a success may carry one: the source writes both.
      [ATTR_EXCEPTION_MESSAGE]: errorText(event.error),
      [ATTR_TARGET_TYPE]: event.experimentName === undefined ? undefined : "experiment",
      [ATTR_TARGET_ID]: normaliseText(event.experimentName),
      [ATTR_SOURCE_ID]: normaliseText(call?.source.id),
      [ATTR_SOURCE_TYPE]: normaliseText(call?.source.type),
      [ATTR_CALL_ID]: call?.callId,
    }),
    body: normaliseMap(event.details),
    context: context.active(),
    ...(action === undefined ? {} : { failure: action.failure }),
  };
}

function errorText(error: unknown): string | undefined {
  return error === "" ? "" : normaliseText(error instanceof Error ? error.message : error);
}

function actorAttributes(actor: Actor): Record<string, string | undefined> {
  return {
    [ATTR_ACTOR_ID]: normaliseText(actor.id),
    [ATTR_ACTOR_TYPE]: actor.type ?? "user",
    [ATTR_ACTOR_ROLE]: normaliseText(actor.role),
    [ATTR_ACTOR_AUTHENTICATION]: actor.authentication ?? "code",
    [ATTR_ACTOR_DELEGATOR_ID]: normaliseText(actor.delegator),
  };
}

function withoutUndefined(
  attributes: Readonly<Record<string, string | undefined>>,
): RecordAttributes {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}
