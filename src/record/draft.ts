import { type Context, context } from "@opentelemetry/api";
import {
  type Action,
  type Actor,
  type AnyEvent,
  ATTR_ACTION,
  ATTR_ACTION_VERSION,
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_DELEGATOR_ID,
  ATTR_ACTOR_ID,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_TYPE,
  ATTR_AUTHORIZATION_BY,
  ATTR_AUTHORIZATION_ID,
  ATTR_CATEGORY,
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_REASON,
  ATTR_RECORD_KIND,
  ATTR_SNAPSHOT_ID,
  ATTR_SOURCE_ID,
  ATTR_SOURCE_TYPE,
  ATTR_TARGET_ID,
  ATTR_TARGET_TYPE,
  type AttributeValue,
  type BodyMap,
  type BodyValue,
  changeBetween,
  type FailurePolicy,
  KEPT_BODY_KEY_PREFIX,
  normaliseMap,
  normaliseText,
  type Outcome,
  type RecordAttributes,
  type RecordKind,
} from "../event/index.ts";

import type { CountedCall } from "./call-totals.ts";

/** A record before it has a time, a place in the stream, and before it is redacted. */
export interface Draft {
  readonly action: string;
  readonly attributes: RecordAttributes;
  readonly body: BodyMap;
  /** Carries the active span. */
  readonly context: Context;
  /** `closed` may use the room that is kept for it. Default `open`. */
  readonly failure?: FailurePolicy;
  /** Whether an intent of it is written: then it must have a result of its own. Default false. */
  readonly hasIntent?: boolean;
  /** The call that is recorded once this is written. Default: none. */
  readonly call?: CountedCall | undefined;
  /** Whether the next draft is of the same call, and comes at once. Default false. */
  readonly isFollowed?: boolean;
}

/** What a draft says beyond its event. */
export interface DraftExtras {
  /** Default `result`. */
  readonly kind?: RecordKind;
  /** Further attributes, as of the call: they win over the event's. */
  readonly attributes?: RecordAttributes;
  /** Default: the context that is active. */
  readonly context?: Context;
  /** Default: that of the action. */
  readonly failure?: FailurePolicy;
  /** Default false. */
  readonly hasIntent?: boolean;
  /** Default: none. */
  readonly call?: CountedCall;
  /** Default false. */
  readonly isFollowed?: boolean;
}

/** What stands in `error` when nobody said what went wrong. */
const DEFAULT_ERRORS: Readonly<Record<Exclude<Outcome, "success">, string>> = {
  failure: "failed without an error text",
  denied: "denied",
  unknown: "not known how it ended",
};

/** Makes the record of an event: plain values, flat attributes, a body with only what changed. */
export function draftOf(event: AnyEvent, action: Action, extras: DraftExtras = {}): Draft {
  return {
    action: action.name,
    attributes: withoutEmpty({
      [ATTR_RECORD_KIND]: extras.kind ?? "result",
      [ATTR_ACTION]: action.name,
      [ATTR_ACTION_VERSION]: action.version === 1 ? undefined : action.version,
      [ATTR_CATEGORY]: action.category,
      [ATTR_IMPACT]: action.impact,
      ...actorAttributes(event.actor),
      ...outcomeAttributes(event, extras.kind),
      [ATTR_TARGET_TYPE]: normaliseText(event.target?.type),
      [ATTR_TARGET_ID]: normaliseText(event.target?.id),
      [ATTR_SOURCE_ID]: normaliseText(event.source?.id),
      [ATTR_SOURCE_TYPE]: normaliseText(event.source?.type),
      [ATTR_REASON]: normaliseText(event.reason),
      [ATTR_AUTHORIZATION_ID]: normaliseText(event.authorization?.id),
      [ATTR_AUTHORIZATION_BY]: normaliseText(event.authorization?.by),
      [ATTR_SNAPSHOT_ID]: normaliseText(event.snapshot),
      ...extras.attributes,
    }),
    body: bodyOf(event),
    context: extras.context ?? context.active(),
    failure: extras.failure ?? action.failure,
    hasIntent: extras.hasIntent ?? false,
    call: extras.call,
    isFollowed: extras.isFollowed ?? false,
  };
}

/** The outcome of an event: what it says, else failure where there is an error, else success. */
export function outcomeOf(event: Pick<AnyEvent, "outcome" | "error">): Outcome {
  return event.outcome ?? (event.error === undefined ? "success" : "failure");
}

function outcomeAttributes(
  event: AnyEvent,
  kind: RecordKind | undefined,
): Record<string, string | undefined> {
  const outcome = outcomeOf(event);
  if (outcome === "success") return { [ATTR_OUTCOME]: outcome };
  const { error } = event;
  const text = error instanceof Error ? error.message : error;
  return {
    [ATTR_OUTCOME]: outcome,
    // An intent has not ended: nothing went wrong with it.
    [ATTR_EXCEPTION_MESSAGE]:
      normaliseText(text) ?? (kind === "intent" ? undefined : DEFAULT_ERRORS[outcome]),
    ...(error instanceof Error ? { [ATTR_ERROR_TYPE]: normaliseText(error.name) } : {}),
  };
}

function actorAttributes(given: Actor | string | undefined): Record<string, string | undefined> {
  const actor = typeof given === "string" ? { id: given } : given;
  if (actor === undefined) return {};
  return {
    [ATTR_ACTOR_ID]: normaliseText(actor.id),
    [ATTR_ACTOR_TYPE]: actor.type ?? "user",
    [ATTR_ACTOR_ROLE]: normaliseText(actor.role),
    [ATTR_ACTOR_AUTHENTICATION]: actor.authentication ?? "code",
    [ATTR_ACTOR_DELEGATOR_ID]: normaliseText(actor.delegator),
  };
}

function bodyOf(event: AnyEvent): BodyMap {
  const change = changeBetween(
    event.before === undefined ? undefined : normaliseMap(event.before),
    event.after === undefined ? undefined : normaliseMap(event.after),
  );
  const body: Record<string, BodyValue> = { ...change };
  for (const [key, value] of Object.entries(normaliseMap(event.details))) {
    body[key in change ? `${KEPT_BODY_KEY_PREFIX}${key}` : key] = value;
  }
  return body;
}

function withoutEmpty(
  attributes: Readonly<Record<string, AttributeValue | undefined>>,
): RecordAttributes {
  const kept: Record<string, AttributeValue> = {};
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined && value !== "") kept[key] = value;
  }
  return kept;
}
