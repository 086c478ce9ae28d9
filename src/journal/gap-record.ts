/** Records that say what is missing, and why. */
import {
  ATTR_ACTION,
  ATTR_CATEGORY,
  ATTR_COUNT,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_IMPACT,
  ATTR_OUTCOME,
  ATTR_RECORD_KIND,
  ATTR_TIME,
  type AuditRecord,
  type BodyMap,
  RECORDS_LOST,
  RECORDS_UNCONFIRMED,
} from "../event/index.ts";

/** What is missing. */
export interface Gap {
  /** Default: they are lost. */
  readonly action?: typeof RECORDS_LOST | typeof RECORDS_UNCONFIRMED;
  readonly count: number;
  readonly why: string;
  /** `audit.time` of the gap record. */
  readonly until: string;
  /** What else is known of them. */
  readonly details: BodyMap;
}

/** The record of a gap. */
export function gapRecord({ action = RECORDS_LOST, count, why, until, details }: Gap): AuditRecord {
  return {
    attributes: {
      [ATTR_RECORD_KIND]: "gap",
      [ATTR_ACTION]: action,
      [ATTR_CATEGORY]: "audit",
      [ATTR_IMPACT]: "high",
      [ATTR_TIME]: until,
      [ATTR_OUTCOME]: "failure",
      [ATTR_COUNT]: count,
      [ATTR_EXCEPTION_MESSAGE]: why,
    },
    body: { ...details, until },
  };
}
