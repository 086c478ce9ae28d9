/**
 * How the audit logs of this process are, through the OpenTelemetry Metrics API.
 *
 * In: the health of each open audit log. Out: observable instruments of the global MeterProvider, whichever
 * it is now; without one nothing is made. Recording pays nothing for it: the counts exist anyway, and are
 * read when somebody collects. Promise: nothing here throws, and no timer is needed.
 */
import {
  type BatchObservableResult,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
} from "@opentelemetry/api";
import { SCOPE_NAME } from "../event/index.ts";
import { messageOf } from "../lib/errors.ts";
import type { AuditHealth, HealthState } from "../record/index.ts";
import type { Report } from "./line-writer.ts";
import {
  ATTR_HEALTH_STATE,
  BACKLOG_AGE,
  BACKLOG_COUNT,
  BACKLOG_SIZE,
  CALL_ACTIVE,
  COUNTERS,
  HEALTH_STATUS,
  LAST_SUCCESS,
  type Metric,
} from "./metric-names.ts";

/** An audit log whose health is to be reported. */
export interface HealthSource {
  /** Read at each collection; must not block. */
  readonly health: () => AuditHealth;
  /** From the moment it closes on it is in no state: its end is no alarm. */
  readonly isOpen: () => boolean;
  /** Tells people why there are no metrics. */
  readonly report: Report;
}

/** What an audit log tells those who report its health. */
export interface ReportedHealth {
  /**
   * Notices that the global MeterProvider is another one now: the API has no stand-in for one that is
   * registered later. For moments that are rarer than records. Does not throw.
   */
  readonly look: () => void;
  /** The audit log is closed, and counts no more: what it counted stays in the counters. */
  readonly leave: () => void;
}

const STATES: readonly HealthState[] = ["green", "yellow", "red"];

/** Of all audit logs of the process together: instruments of one name belong to a meter, not to a log. */
const sources = new Set<HealthSource>();
/** What the closed ones counted, in the order of {@link COUNTERS}: counters do not go back. */
const ended: number[] = COUNTERS.map(() => 0);
/** Whether a backlog was ever reported: the SDK repeats the last value of what is not observed any more. */
let isBacklogKnown = false;
let provider: MeterProvider | undefined;
let stop: (() => void) | undefined;

/** Reports the health of an audit log from now on, together with that of the others of the process. */
export function reportHealth(source: HealthSource): ReportedHealth {
  sources.add(source);
  follow(source.report);
  return {
    look() {
      if (sources.has(source)) follow(source.report);
    },
    leave() {
      if (!sources.delete(source)) return;
      try {
        const last = source.health();
        for (const [at, { read }] of COUNTERS.entries()) ended[at] = (ended[at] ?? 0) + read(last);
      } catch (error) {
        source.report(`what the audit log counted is not in its metrics: ${messageOf(error)}`);
      }
    },
  };
}

function follow(report: Report): void {
  const current = metrics.getMeterProvider();
  if (current === provider) return;
  provider = current;
  try {
    const stopFormer = stop;
    stop = undefined;
    const meter = current.getMeter(SCOPE_NAME);
    if (meter !== createNoopMeter()) stop = observeWith(meter, report);
    stopFormer?.();
  } catch (error) {
    report(`no metrics of the audit log are reported: ${messageOf(error)}`);
  }
}

/**
 * Makes the instruments. Their callback stays when the last audit log is closed, so that the counters keep
 * their final values, and the SDK does not repeat a state that no audit log is in any more.
 */
function observeWith(meter: Meter, report: Report): () => void {
  const counters = COUNTERS.map(({ name, unit, description }) =>
    meter.createObservableCounter(name, { unit, description }),
  );
  const upDown = ({ name, ...options }: Metric): Observable =>
    meter.createObservableUpDownCounter(name, options);
  const gauge = ({ name, ...options }: Metric): Observable =>
    meter.createObservableGauge(name, options);
  const [active, status] = [upDown(CALL_ACTIVE), upDown(HEALTH_STATUS)];
  const [count, size] = [upDown(BACKLOG_COUNT), upDown(BACKLOG_SIZE)];
  const [age, lastSuccess] = [gauge(BACKLOG_AGE), gauge(LAST_SUCCESS)];
  const all = [...counters, active, status, count, size, age, lastSuccess];
  let isFailureReported = false;

  function observe(result: BatchObservableResult): void {
    const logs = [...sources].map((source) => ({ ...source.health(), isOpen: source.isOpen() }));
    for (const [at, { read }] of COUNTERS.entries()) {
      const counter = counters[at];
      if (counter !== undefined)
        result.observe(counter, (ended[at] ?? 0) + sumOf(logs.map((log) => read(log))));
    }
    result.observe(active, sumOf(logs.map(({ openCalls }) => openCalls)));
    for (const state of STATES) {
      const inState = logs.filter((log) => log.isOpen && log.state === state).length;
      result.observe(status, inState, { [ATTR_HEALTH_STATE]: state });
    }
    const shipping = logs.flatMap((log) => (log.shipping?.isShipping === true ? log.shipping : []));
    if (shipping.length > 0) isBacklogKnown = true;
    // Where another process ships for the directory, this one knows nothing of what waits there.
    if (!isBacklogKnown) return;
    result.observe(count, sumOf(shipping.map(({ backlogRecords }) => backlogRecords)));
    result.observe(size, sumOf(shipping.map(({ backlogBytes }) => backlogBytes)));
    const ages = shipping.map(({ backlogAgeMillis }) => backlogAgeMillis);
    result.observe(age, Math.max(0, ...ages) / 1000);
    const successes = shipping.flatMap(({ lastSuccessMillis }) => lastSuccessMillis ?? []);
    if (successes.length > 0) result.observe(lastSuccess, Math.max(...successes) / 1000);
  }

  function observeSafely(result: BatchObservableResult): void {
    try {
      observe(result);
    } catch (error) {
      if (!isFailureReported) report(`the metrics cannot be read: ${messageOf(error)}`);
      isFailureReported = true;
    }
  }

  meter.addBatchObservableCallback(observeSafely, all);
  return () => meter.removeBatchObservableCallback(observeSafely, all);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
