/** What a verification is given beside the records: redaction policies. */
import {
  compileRedaction,
  createPseudonyms,
  createRedactor,
  loadRedactionFile,
  MIN_KEY_BYTES,
} from "../redact/index.ts";
import type { VerifyFilesOptions } from "../verify/index.ts";
import { explainedBy } from "./explained.ts";
import type { Lines } from "./lines.ts";

/**
 * What redaction policies explain.
 *
 * @throws {AuditError} `unreadable`, `untrusted_file` or `invalid_policy`.
 */
export function readRedactionPolicies(
  paths: readonly string[],
  warn: Lines["warn"],
): Pick<VerifyFilesOptions, "isExplained" | "redactionDigests"> {
  const redactors = paths.map((path) =>
    createRedactor(compileRedaction(loadRedactionFile(path, warn), NOBODYS_PSEUDONYMS)),
  );
  return {
    isExplained: explainedBy(redactors),
    redactionDigests: redactors.map(({ digest }) => digest),
  };
}

/** That there is one is enough: the key of pseudonyms is nobody's business here. */
const NOBODYS_PSEUDONYMS = createPseudonyms(new Uint8Array(MIN_KEY_BYTES));
