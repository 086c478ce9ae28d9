/**
 * For the tests of those who use otel-audit: an audit log in memory, and what to expect of it.
 *
 * In: events and calls, as in production. Out: the records that would have been written. Promise: no
 * file, no thread, nothing on stderr; what fails is an AssertionError of node:assert.
 */
export type {
  Action,
  ActionOptions,
  Actor,
  ActorType,
  AnyMap,
  AttributeValue,
  Authentication,
  BodyMap,
  BodyValue,
  BuiltInAction,
  EventFields,
  EventOf,
  Outcome,
  RecordAttributes,
  RecordKind,
  Target,
} from "../event/index.ts";
export type { FlatRecord, Status } from "../format/index.ts";
export type { Audit } from "../record/index.ts";
export { type ExpectedRecord, type ExpectedText } from "./expected-record.ts";
export { expectNothingRecorded, expectRecorded } from "./expect-recorded.ts";
export { createTestAudit, type TestAudit, type TestAuditOptions } from "./test-audit.ts";
