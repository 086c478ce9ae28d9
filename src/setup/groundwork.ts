import {
  type ActorFinder,
  type AuditPolicy,
  compileActor,
  compilePolicy,
} from "../capture/index.ts";
import {
  ATTR_SERVICE_NAME,
  type Catalogue,
  createCatalogue,
  newId,
  type RecordAttributes,
} from "../event/index.ts";
import { type Clock, createSystemClock } from "../lib/clock.ts";
import { createRedactor, MASK, type Redactor } from "../redact/index.ts";
import { createLineWriter, type Report } from "./line-writer.ts";
import type { Surroundings } from "./opening-options.ts";
import type { ResolvedOptions } from "./options.ts";
import { loadPolicy } from "./policy.ts";
import { openRedactor } from "./redaction.ts";
import { resourceOfProcess } from "./what-runs.ts";

/** What must stand before the first record can be made. */
export interface Groundwork {
  readonly redactor: Redactor;
  /** Writes lines to stderr, redacted. */
  readonly report: Report;
  readonly clock: Clock;
  readonly makeId: () => string;
  readonly catalogue: Catalogue;
  readonly policy: AuditPolicy;
  readonly actors: ActorFinder;
  /** Of this process, redacted. */
  readonly resource: RecordAttributes;
  /** Name of the service, redacted. */
  readonly service: string;
  /** SHA-256, base64url, of the policies. */
  readonly auditPolicy: string;
  readonly redactionPolicy: string;
}

/**
 * Reads the policies, and finds out what runs. Nothing is written.
 *
 * @throws {AuditError} `invalid_policy`, `untrusted_file` or `unreadable`.
 */
export function layGroundwork(
  options: ResolvedOptions,
  surroundings: Surroundings | undefined,
): Groundwork {
  // What is wrong with the redaction policy is said before there is one.
  const earlyReport = surroundings?.report ?? createLineWriter(createRedactor().redactText);
  const redactor = openRedactor(options.redaction, options.actions, earlyReport);
  const report = surroundings?.report ?? createLineWriter(redactor.redactText);
  const catalogue = createCatalogue(options.actions);
  const loaded = loadPolicy(options, report);
  const policy = compilePolicy(loaded, catalogue, report);
  const told = { attributes: resourceOfProcess(options.service), body: {} };
  const resource = redactor.redact(told).attributes;
  return {
    redactor,
    report,
    clock: surroundings?.clock ?? createSystemClock(),
    makeId: surroundings?.newId ?? newId,
    catalogue,
    policy,
    actors: compileActor(loaded, options.actor, report),
    resource,
    service: String(resource[ATTR_SERVICE_NAME] ?? MASK),
    auditPolicy: policy.digest,
    redactionPolicy: redactor.digest,
  };
}
