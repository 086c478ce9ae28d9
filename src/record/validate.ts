import {
  type Action,
  ACTOR_TYPES,
  type AnyEvent,
  type Catalogue,
  type DetailsSchema,
  type DetailsValidation,
  OUTCOMES,
  type RequirableField,
} from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { nearest } from "../lib/nearest.ts";
import { redact } from "../redact/index.ts";
import { outcomeOf } from "./draft.ts";

/**
 * The action of an event that may be recorded.
 *
 * @throws {AuditError} `unknown_action`, or `invalid_event` naming every field that is missing or wrong.
 */
export function validateEvent(event: AnyEvent, catalogue: Catalogue): Action {
  const action = actionOf(event, catalogue);
  const problems = problemsOf(event, action);
  if (problems.length > 0) {
    throw invalidEvent(action, problems.join("; "));
  }
  return action;
}

/** What is wrong with an event; a caller may log it, so the values in it are redacted. */
export function invalidEvent(action: Action, problems: string): AuditError {
  const shown = redact(problems);
  return new AuditError(
    "invalid_event",
    `event ${action.name}: ${typeof shown === "string" ? shown : "invalid"}`,
  );
}

/** A slip in a name must not lose what stands under it. */
const EVENT_KEYS: ReadonlySet<string> = new Set([
  "action",
  "actor",
  "target",
  "before",
  "after",
  "reason",
  "outcome",
  "error",
  "authorization",
  "snapshot",
  "source",
  "details",
] satisfies readonly (keyof AnyEvent)[]);

/**
 * The action that an event names.
 *
 * @throws {AuditError} `unknown_action`, or `invalid_event` when it is no event at all, or has a
 * field that no event has.
 */
export function actionOf(event: AnyEvent, catalogue: Catalogue): Action {
  if (typeof event !== "object" || event === null) {
    throw new AuditError("invalid_event", `an event must be a map, not ${String(event)}`);
  }
  const action = catalogue.find(event.action);
  if (action === undefined) {
    const name: unknown = event.action;
    const guess = typeof name === "string" ? nearest(name, catalogue.names) : undefined;
    throw new AuditError(
      "unknown_action",
      `unknown action ${JSON.stringify(name)}` +
        (guess === undefined
          ? `. Known: ${catalogue.names.join(", ")}. Define your own with defineAction().`
          : `, did you mean "${guess}"? All are in docs/catalogue.md; define your own with defineAction().`),
    );
  }
  const stray = Object.keys(event).find((key) => !EVENT_KEYS.has(key));
  if (stray !== undefined) {
    const guess = nearest(stray, [...EVENT_KEYS]);
    throw new AuditError(
      "invalid_event",
      `event ${action.name}: unknown field ${JSON.stringify(stray)}` +
        (guess === undefined
          ? `: put what is special to the action into details`
          : `, did you mean "${guess}"?`),
    );
  }
  return action;
}

/** Everything that is wrong with an event of an action, in words; empty when nothing is. */
export function problemsOf(event: AnyEvent, action: Action): readonly string[] {
  return [
    ...actorProblems(event),
    ...outcomeProblems(event),
    ...action.required.flatMap((field) => (isGiven(event, field) ? [] : [`${field} is missing`])),
    ...detailsProblems(event, action),
  ];
}

function isGiven(event: AnyEvent, field: RequirableField): boolean {
  const value = event[field];
  if (value === undefined || value === null || value === "") return false;
  // What a failed action would have changed is not always known.
  return typeof value !== "object" || Object.keys(value).length > 0 || field !== "target";
}

function actorProblems({ actor }: AnyEvent): readonly string[] {
  const id = typeof actor === "string" ? actor : actor?.id;
  if (typeof id !== "string" || id === "")
    return ['actor is missing: say who acted, as in { actor: { id: "ann" } }'];
  const type = typeof actor === "object" ? actor.type : undefined;
  if (type === undefined || ACTOR_TYPES.includes(type)) return [];
  return [`actor.type ${JSON.stringify(type)} must be one of ${ACTOR_TYPES.join(", ")}`];
}

function outcomeProblems(event: AnyEvent): readonly string[] {
  if (event.outcome !== undefined && !OUTCOMES.includes(event.outcome)) {
    return [`outcome ${JSON.stringify(event.outcome)} must be one of ${OUTCOMES.join(", ")}`];
  }
  return event.error !== undefined && outcomeOf(event) === "success"
    ? ["an error with outcome success: leave one of them out"]
    : [];
}

function detailsProblems(event: AnyEvent, action: Action): readonly string[] {
  if (
    action.details === undefined ||
    (event.details === undefined && !action.required.includes("details"))
  ) {
    return [];
  }
  const result = validateDetails(action.details, event.details ?? {});
  if (typeof result === "string") return [`details: ${result}`];
  return (result.issues ?? []).map((issue) => {
    const path = (issue.path ?? []).map((part) =>
      String(typeof part === "object" ? part.key : part),
    );
    return `${["details", ...path].join(".")}: ${issue.message}`;
  });
}

/** What a schema says; in words where it cannot be asked. */
function validateDetails(
  schema: DetailsSchema<unknown>,
  details: unknown,
): DetailsValidation | string {
  try {
    const result = schema["~standard"].validate(details);
    if (!(result instanceof Promise)) return result;
    // Its rejection is nobody's: it must not end the service.
    result.catch(() => {});
    return "the schema is asynchronous, which record() cannot wait for";
  } catch (error) {
    return `the schema failed: ${messageOf(error)}`;
  }
}
