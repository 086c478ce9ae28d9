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
import { type Ended, type Ending, endingOf } from "./ending.ts";
import type { RecordParts, RunningEntry } from "./record-parts.ts";
import { actionOf, invalidEvent, problemsOf } from "./validate.ts";

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

/** What stands in the record of an action that the audit log does not see the end of. */
const ABANDONED: Ending = {
  outcome: "unknown",
  error: "still running when the audit log was closed",
};

/** Makes the `around` of an audit log. */
export function createAround(
  parts: RecordParts,
): <T>(event: AnyEvent, run: ActionFunction<T>) => Promise<T> {
  return async (event, run) => {
    const span = begin(parts, event);
    parts.running.add(span);
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
interface Span extends RunningEntry {
  readonly action: Action;
  readonly given: AddedFields;
  readonly source: AnyEvent["source"];
  readonly added: AddedByAction;
  readonly set: (fields: CallFields) => void;
  readonly extras: DraftExtras & { readonly attributes: RecordAttributes };
  isNoted: boolean;
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
    throw invalidEvent(action, all);
  }
  const added: AddedByAction = new Map();
  const span: Span = {
    startedMillis: parts.nowMillis(),
    action,
    given,
    source: event.source ?? call?.source,
    added,
    set(fields) {
      if (!span.isEnded) addFields(added, fields, undefined);
    },
    extras: {
      attributes: { [ATTR_CALL_ID]: call?.callId ?? parts.newId() },
      context: context.active(),
    },
    isNoted: false,
    isEnded: false,
    note: () => note(parts, span),
    abandon: () => void write(parts, span, () => resultOf(span, () => ABANDONED)),
  };
  return span;
}

/**
 * Makes the intent durable.
 *
 * @throws {AuditError} `not_audited` when the disk does not confirm it in time.
 */
async function admit(parts: RecordParts, span: Span): Promise<void> {
  const { action } = span;
  try {
    parts.emit(intentOf(span));
    span.isNoted = true;
    await withinDiskLimit(parts.synced());
    // Its result says already that nobody knows how it ended.
    if (span.isEnded) throw new AuditError("closed", "the audit log was closed in the meantime");
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

/** A long action may outlive the process: an intent says that it began. */
function note(parts: RecordParts, span: Span): void {
  if (span.isNoted) return;
  span.isNoted = true;
  try {
    parts.emit(intentOf(span));
  } catch {
    // Counted and reported by the journal; the result tells it all the same.
  }
}

/** Writes the result. Never throws: what the code gave is the caller's, recorded or not. */
async function end(parts: RecordParts, span: Span, ended: Ended): Promise<void> {
  const isWritten = write(parts, span, () => resultOf(span, (fields) => endingOf(fields, ended)));
  if (!isWritten || span.action.failure === "open") return;
  await withinDiskLimit(parts.synced()).catch((error: unknown) =>
    parts.report(`a ${span.action.name} may not survive power loss: ${messageOf(error)}`),
  );
}

/** Writes the one record that says how it ended, and tells whether it did. */
function write(parts: RecordParts, span: Span, make: () => Draft): boolean {
  if (span.isEnded) return false;
  span.isEnded = true;
  parts.running.delete(span);
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

function intentOf(span: Span): Draft {
  const { error: _error, ...event } = eventOf(span, span.given.fields);
  return draftOf({ ...event, outcome: "unknown" }, span.action, { ...span.extras, kind: "intent" });
}

function resultOf(span: Span, ending: (fields: CallFields) => Ending): Draft {
  const { action, extras } = span;
  const { fields, problems: earlier } = joinFields(
    span.given,
    span.added.get(undefined) ?? NOTHING_ADDED,
  );
  const event = eventOf(span, { ...fields, ...ending(fields) });
  const problems = [
    ...earlier,
    // What an action that failed would have changed is not always known.
    ...problemsOf(event, event.outcome === "success" ? action : { ...action, required: [] }),
  ];
  const attributes = {
    ...extras.attributes,
    ...(problems.length > 0 ? { [ATTR_INCOMPLETE]: problems.join("; ") } : {}),
  };
  return draftOf(event, action, { ...extras, attributes, hasIntent: span.isNoted });
}

function refusalOf(span: Span, why: string): Draft {
  const event = eventOf(span, span.given.fields);
  const refused = { ...event, outcome: "failure" as const, error: `not audited: ${why}` };
  return draftOf(refused, span.action, span.extras);
}

function eventOf({ action, source }: Span, fields: CallFields): AnyEvent {
  return { ...fields, ...(source === undefined ? {} : { source }), action: action.name };
}
