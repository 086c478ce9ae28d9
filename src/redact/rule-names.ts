import { DETECTORS } from "./detectors.ts";
import { KEY_RULES } from "./key-names.ts";
import { SPECIAL_RULES } from "./verdict.ts";

/** Detectors that a policy has to switch on: an audit log needs its sources. */
export const OPTIONAL_DETECTORS: readonly string[] = DETECTORS.filter(
  (detector) => detector.isOptional === true,
).map(({ name }) => name);

/** Names of all built-in rules, as they stand in `audit.redaction.rules`. */
export const NAMED_RULES: readonly string[] = [
  ...new Set([...[...DETECTORS, ...KEY_RULES].map(({ name }) => name), ...SPECIAL_RULES]),
].toSorted();
