/**
 * Where a service says what happened.
 *
 * In: events of typed actions. Out: for each one a receipt, after it was redacted and written. A bad
 * event rejects at its caller; a disk that refuses rejects only for actions whose failure policy is
 * `closed`. No forgotten `await` becomes an unhandled rejection.
 */
import {
  type Action,
  type AnyEvent,
  ATTR_CALL_ID,
  type BuiltInAction,
  type EventOf,
} from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { type ActionFunction, createAround } from "./around.ts";
import { currentCall } from "./current-call.ts";
import { type Draft, draftOf } from "./draft.ts";
import type { AuditHealth } from "./health.ts";
import type { RecordParts } from "./record-parts.ts";
import { validateEvent } from "./validate.ts";

/** What became of an event. */
export interface Receipt {
  /**
   * `<stream>.<sequence>`; empty when nothing was written: the disk refused, or it was one of more than
   * 50 equal failures of nobody within a second, which one record counts.
   */
  readonly recordId: string;
  /** The record is in the journal: it survives the end of the process, however it ends. */
  readonly written: boolean;
  /** The record survives power loss; where records are only in memory: the receiver has it. */
  readonly synced: boolean;
}

/** An open audit log. */
export interface Audit<A extends Action = BuiltInAction> {
  /**
   * Records one event. The record is written before `record` returns; the promise resolves when it
   * survives power loss.
   *
   * @throws {AuditError} as a rejection: `unknown_action` and `invalid_event` for a bad event,
   * `write_failed` and `sync_failed` only for actions whose failure policy is `closed`, `closed`
   * after {@link Audit.close}.
   */
  readonly record: (event: EventOf<A>) => Promise<Receipt>;
  /**
   * Records that somebody was not allowed to do it: the same with outcome `denied`.
   *
   * @throws {AuditError} as a rejection, as {@link Audit.record}.
   */
  readonly deny: (event: DenialOf<EventOf<A>>) => Promise<Receipt>;
  /**
   * Carries out an action and records how it ended: success, or failure with the error it throws;
   * `denied` for errors whose code is PERMISSION_DENIED (7) or UNAUTHENTICATED (16). What the function
   * gives or throws comes back as it is. For `closed` actions an intent is made durable before the
   * function runs.
   *
   * @param event what is known before; the function adds the rest with `set`.
   * @throws {AuditError} as a rejection, with the function not called: `unknown_action` and
   * `invalid_event` for a bad event, `not_audited` for a `closed` action whose intent is not on disk
   * within 2 s. After that only what the function throws.
   */
  readonly around: <T>(event: EventOf<A>, run: ActionFunction<T>) => Promise<T>;
  /**
   * Resolves when everything recorded before survives power loss and stands in the views this process
   * writes. A view that cannot be written is said, and not waited for.
   *
   * @throws {AuditError} as a rejection: `sync_failed` when the disk does not confirm.
   */
  readonly flush: () => Promise<void>;
  /** How the audit log is, now. Costs nothing worth mentioning; for readiness probes and alerts. */
  readonly health: () => AuditHealth;
  /** Flushes, stops every thread and timer, and lets go of the directory. Safe to call twice. */
  readonly close: () => Promise<void>;
  /** Id of this process's stream of records. */
  readonly stream: string;
  /** Absolute path of the audit directory. */
  readonly directory: string;
}

/** An event that says itself how it ended. */
export type DenialOf<Event> = Event extends unknown ? Omit<Event, "outcome"> : never;

/** How a service says what happened. */
export type Recorder = Pick<Audit, "record" | "deny" | "around">;

/** Makes what an audit log records with. */
export function createRecorder(parts: RecordParts): Recorder {
  const record = (event: AnyEvent): Promise<Receipt> => {
    const receipt = recordNow(parts, event);
    // Pre-caught: a forgotten await must not end the service. What it hides is reported here.
    receipt.catch((error: unknown) =>
      parts.report(`an event was not recorded: ${messageOf(error)}`),
    );
    return receipt;
  };
  return {
    record,
    // A spread of what is no map is one without an action: refused where it is looked at.
    deny: (event: Omit<AnyEvent, "outcome">) => record({ ...event, outcome: "denied" }),
    around: createAround(parts),
  };
}

async function recordNow(parts: RecordParts, event: AnyEvent): Promise<Receipt> {
  const complete = withCall(event);
  const action = validateEvent(complete, parts.catalogue);
  const callId = currentCall()?.callId;
  const draft = draftOf(complete, action, {
    attributes: callId === undefined ? {} : { [ATTR_CALL_ID]: callId },
  });
  return write(parts, draft, action.failure === "closed");
}

/** Writes a draft and waits for the disk. Only a closed action rejects when the disk refuses. */
async function write(parts: RecordParts, draft: Draft, isClosed: boolean): Promise<Receipt> {
  let recordId = "";
  const isWritten = (): boolean => recordId !== "" && parts.isInMemory !== true;
  try {
    recordId = parts.emit(draft);
    if (recordId === "") return { recordId, written: false, synced: false };
    await parts.synced();
    return { recordId, written: isWritten(), synced: true };
  } catch (error) {
    const isDisk =
      error instanceof AuditError &&
      (error.code === "write_failed" || error.code === "sync_failed");
    if (isClosed || !isDisk) throw error;
    return { recordId, written: isWritten(), synced: false };
  }
}

/** Inside a gRPC call, its actor and peer are the default. */
function withCall(event: AnyEvent): AnyEvent {
  const call = currentCall();
  if (call === undefined) return event;
  return { ...event, actor: event.actor ?? call.actor, source: event.source ?? call.source };
}
