/**
 * What takes secrets and personal numbers out of records, texts and spans.
 *
 * In: records before they are sealed, spans before they are exported. Out: the same with `****` in
 * the place of what was found, within the size limits. Promise: never throws, best effort: a
 * secret that neither its name nor its shape gives away stays.
 */
export {
  type CollectorRedaction,
  collectorRedaction,
  type CollectorRules,
} from "./collector-rules.ts";
export { MAX_VALUE_BYTES } from "./cut.ts";
export { type Detector, DETECTORS, type Feature } from "./detectors.ts";
export { createFinder } from "./found-values.ts";
export type { KeyRule } from "./key-names.ts";
export { limitRecord, type Limitable, MAX_RECORD_BYTES } from "./limits.ts";
export { MASK } from "./mask.ts";
export { createRedactingProcessor, REDACTION_FAILED } from "./redacting-processor.ts";
export {
  compileRedaction,
  loadRedactionFile,
  type LoadedRedaction,
  needsKey,
  parseRedaction,
  redactionOfObject,
  weakenings,
} from "./policy-file.ts";
export { redactionJsonSchema } from "./policy-json-schema.ts";
export {
  type IdentityAction,
  type KeyPolicy,
  type RedactionAction,
  type RedactionPolicy,
  type RedactionRules,
  type ValuePolicy,
} from "./policy-schema.ts";
export { createPseudonyms, MIN_KEY_BYTES, type Pseudonyms } from "./pseudonym.ts";
export { redact } from "./redact.ts";
export {
  createRedactor,
  type CompiledPolicy,
  type Redactable,
  type Redacted,
  type Redactor,
} from "./redactor.ts";
export { createSpanRedactingProcessor } from "./span-redacting-processor.ts";
