/**
 * One action from its beginning to its end.
 *
 * In: an event and the code that carries it out. Out: a result that says how it ended; for `closed`
 * actions an intent before, durable before the code runs. Promise: what the code gives or throws
 * comes back as it is, whatever becomes of the record.
 */
import { context } from "@opentelemetry/api";
import {
  type Action,
  type AnyEvent,
  ATTR_CALL_ID,
  ATTR_INCOMPLETE,
  newId,
  type RecordAttributes,
} from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import {
  type AddedByAction,
  type AddedFields,
  addFields,
  joinFields,
  NOTHING_ADDED,
  readFields,
} from "./added-fields.ts";
import { type CallFields, currentCall } from "./current-call.ts";
import { withinDiskLimit } from "./disk-limit.ts";
import { type Draft, type DraftExtras, draftOf } from "./draft.ts";
import { endingOf } from "./ending.ts";
import type { RecordParts } from "./record-parts.ts";
import { actionOf, problemsOf } from "./validate.ts";

/** The record of an action that is being carried out. */
export interface RunningAction {
  /**
   * Adds to the record; later values replace earlier ones, details are merged. Values are taken as
   * they are now. After the action has ended it does nothing.
   */
  readonly set: (fields: CallFields) => void;
}

/** Code that carries out an action, at once or later. */
export type ActionFunction<T> = (running: RunningAction) => T | PromiseLike<T>;

/** Makes the `around` of an audit log. */
export function createAround(
  parts: RecordParts,
): <T>(event: AnyEvent, run: ActionFunction<T>) => Promise<T> {
  return async (event, run) => {
    const span = begin(parts, event);
    if (span.action.failure === "closed") await admit(parts, span);
    try {
      const value = await run({ set: span.set });
      await end(parts, span, { isThrown: false });
      return value;
    } catch (error) {
      await end(parts, span, { isThrown: true, error });
      throw error;
    }
  };
}

/** An action between its beginning and its end. */
interface Span {
  readonly action: Action;
  readonly given: AddedFields;
  readonly source: AnyEvent["source"];
  readonly added: AddedByAction;
  readonly set: (fields: CallFields) => void;
  readonly extras: DraftExtras & { readonly attributes: RecordAttributes };
  isEnded: boolean;
}

/** What can be said of an action before it runs: who, what, and to what. */
function begin(parts: RecordParts, event: AnyEvent): Span {
  const action = actionOf(event, parts.catalogue);
  const call = currentCall();
  const actor = event.actor ?? call?.actor;
  const given = readFields({ ...event, actor }, "event");
  // What is missing yet may be added while it runs; what is wrong now will not get better.
  const { details: _details, ...atFirst } = { ...action, required: [] };
  const problems = [
    ...given.problems,
    ...problemsOf({ ...given.fields, action: action.name }, atFirst),
  ];
  if (problems.length > 0) {
    const all = [...new Set(problems)].join("; ");
    throw new AuditError("invalid_event", `event ${action.name}: ${all}`);
  }
  const callId = call?.callId ?? (action.failure === "closed" ? newId() : undefined);
  const added: AddedByAction = new Map();
  const span: Span = {
    action,
    given,
    source: event.source ?? call?.source,
    added,
    set(fields) {
      if (!span.isEnded) addFields(added, fields, undefined);
    },
    extras: {
      attributes: callId === undefined ? {} : { [ATTR_CALL_ID]: callId },
      context: context.active(),
    },
    isEnded: false,
  };
  return span;
}

/**
 * Makes the intent durable.
 *
 * @throws {AuditError} `not_audited` when the disk does not confirm it in time.
 */
async function admit(parts: RecordParts, span: Span): Promise<void> {
  const { action, extras } = span;
  try {
    const { error: _error, ...event } = eventOf(span, span.given.fields);
    const intent = { ...event, outcome: "unknown" as const };
    parts.emit(draftOf(intent, action, { ...extras, kind: "intent" }));
    await withinDiskLimit(parts.synced());
  } catch (cause) {
    const why = messageOf(cause);
    parts.refused(`a ${action.name}`, why);
    write(parts, span, () => refusalOf(span, why));
    throw new AuditError(
      "not_audited",
      `${action.name} was not carried out because it could not be audited: ${why}; trying again is safe`,
      { cause },
    );
  }
}

/** Writes the result. Never throws: what the code gave is the caller's, recorded or not. */
async function end(
  parts: RecordParts,
  span: Span,
  ended: Parameters<typeof endingOf>[1],
): Promise<void> {
  const isWritten = write(parts, span, () => resultOf(span, ended));
  if (!isWritten || span.action.failure === "open") return;
  await withinDiskLimit(parts.synced()).catch((error: unknown) =>
    parts.report(`a ${span.action.name} may not survive power loss: ${messageOf(error)}`),
  );
}

function write(parts: RecordParts, span: Span, make: () => Draft): boolean {
  span.isEnded = true;
  try {
    parts.emit(make());
    return true;
  } catch (error) {
    // What the journal refuses, and what closing the audit log has said, is not counted again.
    const isCounted =
      error instanceof AuditError && (error.code === "write_failed" || error.code === "closed");
    if (!isCounted) parts.lost(`a ${span.action.name} was not recorded: ${messageOf(error)}`);
    return false;
  }
}

function resultOf(span: Span, ended: Parameters<typeof endingOf>[1]): Draft {
  const { action, extras } = span;
  const { fields, problems: earlier } = joinFields(
    span.given,
    span.added.get(undefined) ?? NOTHING_ADDED,
  );
  const event = eventOf(span, { ...fields, ...endingOf(fields, ended) });
  const problems = [
    ...earlier,
    // What an action that failed would have changed is not always known.
    ...problemsOf(event, event.outcome === "success" ? action : { ...action, required: [] }),
  ];
  const attributes = {
    ...extras.attributes,
    ...(problems.length > 0 ? { [ATTR_INCOMPLETE]: problems.join("; ") } : {}),
  };
  return draftOf(event, action, { ...extras, attributes });
}

function refusalOf(span: Span, why: string): Draft {
  const event = eventOf(span, span.given.fields);
  const refused = { ...event, outcome: "failure" as const, error: `not audited: ${why}` };
  return draftOf(refused, span.action, span.extras);
}

function eventOf({ action, source }: Span, fields: CallFields): AnyEvent {
  return { ...fields, ...(source === undefined ? {} : { source }), action: action.name };
}
