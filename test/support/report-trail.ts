/** A trail that documents are made of: two weeks of a team, written as a journal is. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AttributeValue, type BodyMap, createCatalogue } from "../../src/event/index.ts";
import { encodeJsonLine, journalDirectory } from "../../src/format/index.ts";

/** An event of the trail; what is not said is ann's, and went well. */
export interface TrailEvent {
  readonly at: string;
  readonly action: string;
  readonly actor?: string;
  readonly type?: string;
  readonly role?: string;
  readonly permitted?: boolean;
  readonly outcome?: string;
  readonly error?: string;
  readonly reason?: string;
  readonly target?: readonly [type: string, id: string];
  readonly kind?: string;
  readonly details?: BodyMap;
  readonly trace?: string;
  readonly service?: string;
  readonly more?: Readonly<Record<string, AttributeValue>>;
}

/** The stream of every event. */
export const REPORT_STREAM = "RePoRtStReAmAaBb";
const catalogue = createCatalogue();

/** Writes events as one journal; their sequence numbers count from 1. */
export function writeReportTrail(directory: string, events: readonly TrailEvent[]): void {
  const folder = join(journalDirectory(directory), REPORT_STREAM);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "1.jsonl"),
    events.map((event, at) => `${lineOf(event, at)}\n`).join(""),
  );
}

/** The id of an event by its place, from 1. */
export function reportId(place: number): string {
  return `${REPORT_STREAM}.${place}`;
}

function lineOf(event: TrailEvent, index: number): string {
  const { at, action, actor = "ann", type = "user", kind = "result", target, details } = event;
  const known = catalogue.find(action);
  const isOfActor = kind !== "gap";
  const optional: Readonly<Record<string, AttributeValue | undefined>> = {
    "audit.actor.id": isOfActor ? actor : undefined,
    "audit.actor.type": isOfActor ? type : undefined,
    "audit.actor.role": event.role,
    "audit.actor.role.permitted": event.permitted,
    "audit.target.type": target?.[0],
    "audit.target.id": target?.[1],
    "audit.reason": event.reason,
    "exception.message": event.error,
  };
  return encodeJsonLine({
    attributes: {
      "audit.record.id": reportId(index + 1),
      "audit.record.kind": kind,
      "audit.sequence.number": index + 1,
      "audit.schema.version": "1",
      "audit.time": at.length > 19 ? at : `${at.padEnd(19, ":00")}.000000Z`,
      "audit.action": action,
      "audit.category": known?.category ?? "audit",
      "audit.impact": known?.impact ?? "normal",
      "audit.outcome": event.outcome ?? (event.error === undefined ? "success" : "failure"),
      ...(Object.fromEntries(
        Object.entries(optional).filter(([, value]) => value !== undefined),
      ) as Readonly<Record<string, AttributeValue>>),
      ...event.more,
    },
    body: details ?? {},
    service: event.service ?? "trainer",
    ...(event.trace === undefined ? {} : { traceId: event.trace.padEnd(32, "0") }),
  });
}

const experiment = ["experiment", "exp-1"] as const;

/** Two weeks in which everything happens that a document tells of. */
export const TEAM_EVENTS: readonly TrailEvent[] = [
  {
    at: "2026-10-05T08:00",
    action: "hp_change",
    target: experiment,
    reason: "loss is flat, says Bob",
    details: { before: { learning_rate: 0.1 }, after: { learning_rate: 0.01 } },
  },
  {
    at: "2026-10-05T08:05",
    action: "checkpoint_save",
    target: ["checkpoint", "ckpt_1"],
    details: { checkpoint_id: "ckpt_1", step: 400 },
    more: { "audit.snapshot.id": "ckpt_1" },
  },
  {
    at: "2026-10-05T09:00",
    action: "sample_discard",
    actor: "bob",
    role: "annotator",
    reason: "blurred",
    details: { sample_ids: ["s1", "s2", "s3"], origins: ["train", "train", "val"] },
  },
  {
    at: "2026-10-06T09:30",
    action: "sample_discard",
    actor: "bob",
    role: "annotator",
    details: { sample_ids: ["s4"], origins: ["train"], samples_affected: 1 },
  },
  {
    at: "2026-10-06T10:00",
    action: "sample_restore",
    actor: "ann",
    reason: "bob was wrong: s2 is fine",
    details: { sample_ids: ["s2"] },
  },
  {
    at: "2026-10-06T11:00",
    action: "hp_change",
    actor: "tuner",
    type: "agent",
    target: experiment,
    reason: "trial 7 of 20",
    details: {
      before: { learning_rate: 0.01, tags: { removed: ["old"] } },
      after: { learning_rate: 0.003, tags: { added: ["new"] } },
    },
    more: { "audit.actor.delegator.id": "ann" },
    trace: "aa11",
  },
  {
    at: "2026-10-06T11:02",
    action: "pause",
    actor: "tuner",
    type: "agent",
    target: experiment,
    details: { step: 410 },
    trace: "aa11",
  },
  {
    at: "2026-10-06T11:03",
    action: "checkpoint_restore",
    target: ["checkpoint", "ckpt_7"],
    error: 'unknown checkpoint: "ckpt_7"',
    reason: "accuracy fell",
    details: { checkpoint_id: "ckpt_7" },
    trace: "aa11",
  },
  {
    at: "2026-10-07T12:00",
    action: "permission_change",
    actor: "bob",
    role: "annotator",
    permitted: false,
    outcome: "denied",
    error: "bob (annotator) may not call SetPermission",
    target: ["user", "bob"],
    reason: "I need it",
    details: { after: { role: "admin" } },
    more: { "audit.source.id": "10.0.0.7", "client.address": "10.0.0.7" },
  },
  {
    at: "2026-10-07T12:30",
    action: "permission_change",
    target: ["user", "bob"],
    reason: "stands in for tom",
    details: { before: { role: "annotator" }, after: { role: "trainer" } },
    more: { "audit.authorization.id": "TICKET-7", "audit.authorization.by": "carla" },
  },
  {
    at: "2026-10-08T09:00",
    action: "records_lost",
    kind: "gap",
    error: "cannot write the journal: ENOSPC",
    details: { since: "2026-10-08T08:59:00.000000Z", until: "2026-10-08T09:00:00.000000Z" },
    more: { "audit.count": 12 },
  },
  {
    at: "2026-10-09T10:00",
    action: "decision",
    actor: "scorer",
    type: "service",
    target: ["decision", "loan-1"],
    details: {
      model_version: "7",
      inputs: "s3://inputs/loan-1",
      output: "refuse",
      confidence: 0.71,
      threshold: 0.7,
      rationale: { income: "low" },
      policy_overrides: [],
      human_in_the_loop: false,
    },
  },
  {
    at: "2026-10-09T10:05",
    action: "decision",
    actor: "scorer",
    type: "service",
    target: ["decision", "loan-2"],
    details: {
      model_version: "7",
      inputs: "s3://inputs/loan-2",
      output: "grant",
      confidence: 0.93,
      threshold: 0.7,
      rationale: "score above the threshold",
      policy_overrides: [],
      human_in_the_loop: true,
      reviewer: "dora",
    },
  },
  {
    at: "2026-10-09T11:00",
    action: "decision_override",
    actor: "dora",
    reason: "income was misread",
    details: {
      decision_id: "loan-1",
      original_output: "refuse",
      new_output: "grant",
      model_version: "7",
    },
  },
  {
    at: "2026-10-10T09:00",
    action: "version_snapshot",
    target: ["project", "roads"],
    details: { name: "before release 2", sample_count: 9 },
    more: { "audit.snapshot.id": "snap-1" },
  },
  {
    at: "2026-10-11T09:00",
    action: "release_approve",
    actor: "carla",
    target: ["project", "roads"],
    details: { version: "2.0" },
  },
  {
    at: "2026-10-11T09:30",
    action: "note_write",
    actor: "anonymous",
    target: experiment,
    details: { note: "deployed from 10.0.0.7 by BOB" },
    more: { "audit.count": 4, "audit.actor.authentication": "none" },
    error: "no such note",
  },
];
