import type { AnyEvent, BodyMap, Outcome } from "../event/index.ts";
import type { AddedFields, CallFields } from "../record/index.ts";
import { type CallStatus, outcomeOfStatus } from "./call-status.ts";
import type { Extracted } from "./policy-extract.ts";
import type { RecordedCall } from "./recorded-call.ts";

/** What a record says of how the call ended. */
export interface Ending {
  readonly status: CallStatus;
  /** What became of the action, where that is not what the status says. */
  readonly outcome: Outcome | undefined;
}

/** What an event is made of, beside the call itself. */
export interface EventParts {
  readonly extracted: Extracted;
  readonly added: AddedFields;
  /** Undefined: the call is still running. */
  readonly ending: Ending | undefined;
}

/** The event of one action of a call. */
export function eventOf(call: RecordedCall, action: string, parts: EventParts): AnyEvent {
  const { extracted, added, ending } = parts;
  const said: CallFields = added.fields;
  const { outcome: _outcome, error: _error, ...rest } = { ...extracted, ...said };
  return {
    actor: call.scope.actor,
    source: call.scope.source,
    ...rest,
    action,
    details: { ...excerpts(call), ...extracted.details, ...said.details },
    ...(ending === undefined ? {} : endingOf(ending, extracted, said)),
  };
}

/** The handler knows best, then the reply itself, then the status. */
function endingOf(
  { status, outcome: seen }: Ending,
  extracted: Extracted,
  said: CallFields,
): Pick<AnyEvent, "outcome" | "error"> {
  const found = seen ?? extracted.outcome ?? outcomeOfStatus(status);
  // As in record(): an error is a failure where nobody says what it is.
  const outcome =
    said.outcome ?? (said.error !== undefined && found === "success" ? "failure" : found);
  const error =
    said.error ?? (extracted.outcome === undefined ? undefined : extracted.error) ?? status.message;
  return { outcome, ...(outcome === "success" || error === undefined ? {} : { error }) };
}

/** The messages themselves, where the level asks for them. */
function excerpts({ plan, request, response, firstReply }: RecordedCall): BodyMap {
  if (plan.level === "metadata") return {};
  const reply = plan.level === "request" ? undefined : (response ?? firstReply);
  return {
    ...(request === undefined ? {} : { request }),
    ...(reply === undefined ? {} : { response: reply }),
  };
}
