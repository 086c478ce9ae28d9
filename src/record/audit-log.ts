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
  type Catalogue,
  type EventOf,
} from "../event/index.ts";
import { AuditError, messageOf } from "../lib/errors.ts";
import { currentCall } from "./current-call.ts";
import { type Draft, draftOf } from "./draft.ts";
import type { AuditHealth } from "./health.ts";
import { validateEvent } from "./validate.ts";

/** What became of an event. */
export interface Receipt {
  /** `<stream>.<sequence>`; empty when nothing was written. */
  readonly recordId: string;
  /** The record is in the journal: it survives the end of the process, however it ends. */
  readonly written: boolean;
  /** The record survives power loss. */
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
  /** Resolves when everything recorded before survives power loss and stands in the views this process writes. */
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

/** What an audit log writes to. */
export interface AuditLogParts {
  readonly catalogue: Catalogue;
  /** Redacts and writes. Throws `write_failed` or `closed`. Returns the record id. */
  readonly emit: (draft: Draft) => string;
  /** Resolves when all that was emitted survives power loss. */
  readonly synced: () => Promise<void>;
  /** Tells people what would otherwise be silent. */
  readonly report: (line: string) => void;
}

/** Makes the `record` of an audit log. */
export function createRecorder(parts: AuditLogParts): (event: AnyEvent) => Promise<Receipt> {
  return (event) => {
    const receipt = recordNow(parts, event);
    // Pre-caught: a forgotten await must not end the service. What it hides is reported here.
    receipt.catch((error: unknown) =>
      parts.report(`an event was not recorded: ${messageOf(error)}`),
    );
    return receipt;
  };
}

async function recordNow(parts: AuditLogParts, event: AnyEvent): Promise<Receipt> {
  const complete = withCall(event);
  const action = validateEvent(complete, parts.catalogue);
  const callId = currentCall()?.callId;
  const draft = draftOf(complete, action, {
    attributes: callId === undefined ? {} : { [ATTR_CALL_ID]: callId },
  });
  return write(parts, draft, action.failure === "closed");
}

/** Writes a draft and waits for the disk. Only a closed action rejects when the disk refuses. */
async function write(parts: AuditLogParts, draft: Draft, isClosed: boolean): Promise<Receipt> {
  let recordId = "";
  try {
    recordId = parts.emit(draft);
    await parts.synced();
    return { recordId, written: true, synced: true };
  } catch (error) {
    const isDisk =
      error instanceof AuditError &&
      (error.code === "write_failed" || error.code === "sync_failed");
    if (isClosed || !isDisk) throw error;
    return { recordId, written: recordId !== "", synced: false };
  }
}

/** Inside a gRPC call, its actor and peer are the default. */
function withCall(event: AnyEvent): AnyEvent {
  const call = currentCall();
  if (call === undefined) return event;
  return { ...event, actor: event.actor ?? call.actor, source: event.source ?? call.source };
}
