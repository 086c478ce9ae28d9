/**
 * The OpenTelemetry form of a record. A room of its own, so that reading and verifying load nothing of
 * the SDK.
 *
 * In: records. Out: log records, and back.
 */
export { fromLogRecord, hrTimeOfMicros, toLogRecord, toResource } from "./log-record.ts";
