import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { AnyEvent, Catalogue } from "../event/index.ts";
import { AuditError } from "../lib/errors.ts";
import { type Draft, draftOf } from "../record/index.ts";

/** The record of something that otel-audit did or found itself: of no call and no trace, whoever it was found by. */
export function ownDraft(event: AnyEvent, catalogue: Catalogue): Draft {
  const action = catalogue.find(event.action);
  if (action === undefined) {
    throw new AuditError("unknown_action", `unknown action ${event.action}`);
  }
  // What a full disk must not keep out of the trail.
  return draftOf(event, action, { context: ROOT_CONTEXT, failure: "closed" });
}
