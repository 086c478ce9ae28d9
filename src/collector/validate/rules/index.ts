import type { Rule } from "../finding.ts";
import { CHANGE_RULES } from "./changes.ts";
import { FILE_RULES } from "./file-exporter.ts";
import { LISTENER_RULES } from "./listeners.ts";
import { PLACE_RULES } from "./places.ts";
import { PROCESSING_RULES } from "./processing.ts";
import { QUEUE_RULES } from "./queues.ts";
import { REDACTION_RULES } from "./redactions.ts";
import { REFERENCE_RULES } from "./references.ts";
import { STORAGE_RULES } from "./storages.ts";
import { SYSTEM_RULES } from "./systems.ts";
import { TRANSPORT_RULES } from "./transport.ts";

/** Every rule, in the order of the documentation's table. */
export const RULES: readonly Rule[] = [
  ...REFERENCE_RULES,
  ...FILE_RULES,
  ...QUEUE_RULES,
  ...STORAGE_RULES,
  ...PLACE_RULES,
  ...PROCESSING_RULES,
  ...CHANGE_RULES,
  ...REDACTION_RULES,
  ...LISTENER_RULES,
  ...TRANSPORT_RULES,
  ...SYSTEM_RULES,
];
