/** Records of a little trail with something of everything, for questions. */
import type { AuditRecord, BodyMap, RecordAttributes } from "../../src/event/index.ts";

/** What is said of a record beside the usual. */
interface Said {
  readonly kind?: string;
  readonly attributes?: RecordAttributes;
  readonly body?: BodyMap;
  readonly traceId?: string;
}

const STREAM = "AbCdEfGhIjKlMnOp";

/** One stream: a start, actions of three people on two days, intents with and without results, a gap. */
export function askedTrail(stream: string = STREAM): readonly AuditRecord[] {
  const records: AuditRecord[] = [];
  const add = (
    time: string,
    action: string,
    { kind = "result", attributes, body, traceId }: Said = {},
  ): void => {
    const sequence = records.length + 1;
    records.push({
      attributes: {
        "audit.record.id": `${stream}.${sequence}`,
        "audit.record.kind": kind,
        "audit.sequence.number": sequence,
        "audit.schema.version": "1",
        "audit.time": `2026-10-${time}.000000Z`,
        "audit.action": action,
        ...(kind === "result" ? { "audit.outcome": "success" } : {}),
        ...attributes,
      },
      body: body ?? {},
      service: "trainer",
      ...(traceId === undefined ? {} : { traceId, spanId: "b7ad6b7169203331" }),
    });
  };
  const by = (id: string, more: RecordAttributes = {}): RecordAttributes => ({
    "audit.actor.id": id,
    "audit.actor.type": id === "cron" ? "service" : "user",
    ...more,
  });
  const called = (id: string, more: RecordAttributes = {}): RecordAttributes => ({
    "audit.call.id": id,
    "rpc.method": "trainer.Experiments/Do",
    ...more,
  });
  const trace = "0af7651916cd43dd8448eb211c80319c";
  add("01T09:00:00", "stream_start", { kind: "start" });
  add("01T09:00:01", "hp_change", {
    attributes: by("ann", {
      "audit.target.type": "experiment",
      "audit.target.id": "exp-1",
      "audit.impact": "high",
      "audit.reason": "loss is flat",
    }),
    body: { before: { learning_rate: 0.1 }, after: { learning_rate: 0.01 } },
    traceId: trace,
  });
  add("01T09:00:02", "pause", { attributes: by("bob", { "audit.impact": "normal" }) });
  add("01T23:30:00", "sample_discard", {
    attributes: by("cron", { "audit.reason": 'Zürich "mislabelled", see wiki' }),
    body: { sample_ids: ["s-1", "s-2"], origins: ["train", "val"] },
  });
  add("02T08:00:00", "permission_change", {
    kind: "intent",
    attributes: by("bob", called("QbCdEfGhIjKlMnOp", { "audit.outcome": "unknown" })),
  });
  add("02T08:00:01", "permission_change", {
    attributes: by(
      "bob",
      called("QbCdEfGhIjKlMnOp", {
        "audit.outcome": "denied",
        "audit.impact": "high",
        "rpc.status_code": "PERMISSION_DENIED",
        "exception.message": "bob may not",
        "audit.call.duration_ms": 12.5,
        "audit.target.type": "user",
        "audit.target.id": "bob",
        "audit.actor.role": "annotator",
        "audit.actor.role.permitted": false,
      }),
    ),
    body: { before: {}, after: { role: "admin" } },
  });
  add("02T08:00:02", "role_change", {
    kind: "intent",
    attributes: by(
      "ann",
      called("RbCdEfGhIjKlMnOp", { "audit.outcome": "unknown", "audit.target.id": "eve" }),
    ),
  });
  add("02T08:00:03", "checkpoint_restore", {
    attributes: by("ann", {
      "audit.outcome": "failure",
      "exception.message": "no such checkpoint",
      "audit.target.type": "checkpoint",
      "audit.target.id": "ckpt-7",
      "audit.snapshot.id": "ckpt-7",
    }),
    traceId: trace,
  });
  add("02T08:00:04", "records_lost", {
    kind: "gap",
    attributes: { "audit.count": 3, "audit.outcome": "failure", "exception.message": "no space" },
  });
  add("02T08:00:05", "project_setting_change", {
    attributes: by("ann", {
      "audit.target.type": "project",
      "audit.target.id": "p-1",
      "audit.authorization.id": "T-17",
      "audit.authorization.by": "eve",
    }),
    body: { before: { limits: { rate: 1 } }, after: { limits: { rate: 2 } } },
  });
  add("02T08:00:06", "assignment_reject", {
    attributes: by("bob"),
    body: { project: "p-1", note: "a\u0007b \u2028 =1+1" },
  });
  add("02T08:00:07", "rpc_call", {
    attributes: {
      "audit.actor.id": "anonymous",
      "audit.actor.type": "user",
      "audit.outcome": "failure",
      "audit.count": 40,
      "exception.message": "no",
    },
  });
  return records;
}
