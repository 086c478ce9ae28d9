import {
  type AuditRecord,
  type Catalogue,
  DEFAULT_REDACTABLE,
  type RecordAttributes,
} from "../event/index.ts";
import type { Clock } from "../lib/clock.ts";
import {
  type CallCount,
  createRedactable,
  createSealer,
  loadSigner,
  type Sealer,
  type Signer,
  signerOfFunction,
} from "../seal/index.ts";
import type { Report } from "./line-writer.ts";
import type { ResolvedSeal } from "./seal-options.ts";

/** What sealing needs of an audit log. */
export interface SealingParts {
  readonly stream: string;
  readonly clock: Clock;
  /** Totals of calls since the stream began. Default: there are none. */
  readonly calls?: () => Iterable<CallCount>;
  readonly report: Report;
  readonly catalogue: Catalogue;
  /** SHA-256, base64url, of the policies. */
  readonly auditPolicy: string;
  readonly redactionPolicy: string;
  /** Of this process, redacted. */
  readonly resource: RecordAttributes;
}

/** Makes the sealer of a stream, given what writes its checkpoints. */
export type MakeSealer = (write: (record: AuditRecord) => void) => Sealer;

/** What records are sealed with. */
export interface Sealing {
  readonly signer: Signer;
  readonly sealerOf: (parts: SealingParts) => MakeSealer;
}

/**
 * Finds the signing key; to be asked before anything is opened.
 *
 * @throws {AuditError} `invalid_option`, `unreadable` or `untrusted_file` for a key that cannot be used.
 */
export function openSealing(
  { key, signer: given, heartbeatMillis }: ResolvedSeal,
  directory: string,
  report: Report,
): Sealing {
  const signer = given === undefined ? loadSigner(key, directory, report) : signerOfFunction(given);
  return {
    signer,
    sealerOf({ catalogue, auditPolicy, redactionPolicy, resource, ...parts }) {
      const redactableOf = createRedactable(
        (action) => catalogue.find(action)?.redactable ?? DEFAULT_REDACTABLE,
      );
      const opening = { redactable: DEFAULT_REDACTABLE, auditPolicy, redactionPolicy, resource };
      return (write) =>
        createSealer({ ...parts, signer, write, redactableOf, opening, heartbeatMillis });
    },
  };
}

/** What health says of it. */
export function sealingNotes(problem: string | undefined): readonly string[] {
  return problem === undefined ? [] : [`no checkpoint can be made: ${problem}`];
}
