/**
 * Every metric that otel-audit reports, in one place.
 *
 * Names follow the naming rules of the OpenTelemetry semantic conventions: singular name spaces, no
 * `total`, units beside the name. A name that changes here leaves dead alerts behind: the rules and the
 * dashboard of `examples/monitoring` and docs/monitoring.md go with it.
 */
import type { AuditHealth } from "../record/index.ts";

/** What a metric is called and counts. */
export interface Metric {
  readonly name: string;
  /** UCUM; what is counted stands in braces. */
  readonly unit: string;
  readonly description: string;
}

/** A metric that only grows. */
export interface CounterMetric extends Metric {
  readonly read: (health: AuditHealth) => number;
}

/** What is counted since the process began, over all its audit logs. */
export const COUNTERS: readonly CounterMetric[] = [
  {
    name: "audit.record.recorded",
    unit: "{record}",
    description: "Audit records that were to be written, whether or not they could be",
    read: ({ recorded }) => recorded,
  },
  {
    name: "audit.record.written",
    unit: "{record}",
    description: "Audit records written to the journal",
    read: ({ written }) => written,
  },
  {
    name: "audit.record.synced",
    unit: "{record}",
    description: "Audit records that survive power loss",
    read: ({ synced }) => synced,
  },
  {
    name: "audit.record.lost",
    unit: "{record}",
    description: "Audit records that could not be written",
    read: ({ lost }) => lost,
  },
  {
    name: "audit.record.unconfirmed",
    unit: "{record}",
    description: "Audit records that were written, but may not survive power loss",
    read: ({ unconfirmed }) => unconfirmed,
  },
  {
    name: "audit.record.shipped",
    unit: "{record}",
    description: "Audit records that the receiver took",
    read: ({ shipping }) => shipping?.shipped ?? 0,
  },
  {
    name: "audit.record.quarantined",
    unit: "{record}",
    description: "Audit records that the receiver refused for good",
    read: ({ shipping }) => shipping?.quarantined ?? 0,
  },
  {
    name: "audit.record.unreadable",
    unit: "{line}",
    description:
      "Journal lines that are no records, and were passed over when the journal was shipped",
    read: ({ shipping }) => shipping?.unreadable ?? 0,
  },
  {
    name: "audit.call.refused",
    unit: "{call}",
    description: "Calls that were refused because they could not be audited",
    read: ({ refused }) => refused,
  },
];

/** Audited calls that are running. */
export const CALL_ACTIVE: Metric = {
  name: "audit.call.active",
  unit: "{call}",
  description: "Audited calls and actions that are running",
};

/** How many audit logs are in a state, for each value of {@link ATTR_HEALTH_STATE}. */
export const HEALTH_STATUS: Metric = {
  name: "audit.health.status",
  unit: "{log}",
  description: "Open audit logs of the process in each state",
};

/** Records that wait to be shipped. */
export const BACKLOG_COUNT: Metric = {
  name: "audit.backlog.count",
  unit: "{record}",
  description: "Audit records of the directory that the receiver has not got yet",
};

/** Their bytes. */
export const BACKLOG_SIZE: Metric = {
  name: "audit.backlog.size",
  unit: "By",
  description: "Journal bytes of the audit records that the receiver has not got yet",
};

/** How old the oldest of them is. */
export const BACKLOG_AGE: Metric = {
  name: "audit.backlog.age",
  unit: "s",
  description: "Age of the oldest audit record that the receiver has not got yet",
};

/** When shipping worked last. */
export const LAST_SUCCESS: Metric = {
  name: "audit.shipping.last_success",
  unit: "s",
  description: "When the receiver took audit records last, in Unix time",
};

/** Attribute of {@link HEALTH_STATUS}: green, yellow or red. No metric has another one. */
export const ATTR_HEALTH_STATE = "audit.health.state";
