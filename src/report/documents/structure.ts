import {
  ATTR_ACTOR_AUTHENTICATION,
  ATTR_ACTOR_ROLE,
  ATTR_CATEGORY,
  ATTR_IMPACT,
} from "../../event/index.ts";

/** What names no one: ids of records, times, and words that everybody has in common. */
export const STRUCTURE: ReadonlySet<string> = new Set([
  "timestamp",
  "action_type",
  "status",
  "record_id",
  "stream",
  "kind",
  "call_id",
  "outcome",
  "actor_type",
  "target_type",
  "rpc_status",
  "trace_id",
  "span_id",
  ATTR_CATEGORY,
  ATTR_IMPACT,
  ATTR_ACTOR_ROLE,
  ATTR_ACTOR_AUTHENTICATION,
]);
