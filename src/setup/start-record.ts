import { ROOT_CONTEXT } from "@opentelemetry/api";
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_IMPACT,
  ATTR_RECORD_KIND,
  STREAM_START,
} from "../event/index.ts";
import type { Draft } from "../record/index.ts";
import { whatRuns } from "./what-runs.ts";

/** The first record of a stream: what runs here, and under which policies. */
export function startDraft(options: {
  readonly auditPolicy: string;
  readonly redactionPolicy: string;
}): Draft {
  return {
    action: STREAM_START,
    attributes: {
      [ATTR_RECORD_KIND]: "start",
      [ATTR_ACTION]: STREAM_START,
      [ATTR_CATEGORY]: "audit",
      [ATTR_IMPACT]: "normal",
    },
    body: {
      ...whatRuns(),
      policies: { audit: options.auditPolicy, redaction: options.redactionPolicy },
    },
    context: ROOT_CONTEXT,
  };
}
