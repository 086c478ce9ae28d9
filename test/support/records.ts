import type { AuditRecord } from "../../src/event/index.ts";

/** A record with everything that a result can have. */
export const fullRecord: AuditRecord = {
  attributes: {
    "audit.record.id": "AbCdEfGhIjKlMnOp.7",
    "audit.record.kind": "result",
    "audit.sequence.number": 7,
    "audit.schema.version": "1",
    "audit.time": "2026-05-27T14:30:00.123456Z",
    "audit.call.id": "QbCdEfGhIjKlMnOp",
    "audit.call.duration_ms": 1.25,
    "audit.action": "hp_change",
    "audit.category": "training",
    "audit.impact": "high",
    "audit.outcome": "failure",
    "audit.actor.id": "ann",
    "audit.actor.type": "user",
    "audit.actor.authentication": "header",
    "audit.target.type": "experiment",
    "audit.target.id": "exp-1",
    "audit.source.id": "127.0.0.1",
    "audit.reason": '=SUM(A1), she said "go"\nnext line',
    "rpc.method": "trainer.ExperimentService/UpdateParameters",
    "rpc.status_code": "INTERNAL",
    "exception.message": "-1 is no rate",
    "audit.redaction.rules": ["key:password", "email"],
  },
  body: {
    before: { rate: 0.1 },
    after: { rate: 0.2, note: "é “x”" },
    list: [1, null, { a: true }],
  },
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  service: "trainer",
};

/** A result of a stream with the least it can have. */
export function resultRecord(
  stream: string,
  sequence: number,
  more: AuditRecord["attributes"] = {},
): AuditRecord {
  return {
    attributes: {
      "audit.record.id": `${stream}.${sequence}`,
      "audit.record.kind": "result",
      "audit.sequence.number": sequence,
      "audit.schema.version": "1",
      "audit.time": `2026-05-27T14:30:${String(sequence % 60).padStart(2, "0")}.000000Z`,
      "audit.action": "note_write",
      "audit.outcome": "success",
      ...more,
    },
    body: {},
  };
}
