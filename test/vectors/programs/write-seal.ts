/**
 * Writes test/vectors/seal/{expected-records.json,keys.json,journal}: fixed records, salts, times and keys, so
 * that the bytes are always the same. Not run by any test: what is there stays for ever, as files of
 * this version that every later one must verify.
 *
 *     node -C @otel-audit/source test/vectors/programs/write-seal.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AttributeValue, BodyMap } from "../../../src/event/index.ts";
import { encodeJsonLine } from "../../../src/format/index.ts";
import { toBase64Url } from "../../../src/lib/base64.ts";
import { SEALED_PREFIXES, sealedFieldsOf } from "../../../src/seal/portable.ts";
import {
  createSeconds,
  createStreamWriter,
  keyOfTest,
  type RecordParts,
  rotationOf,
  type SealedRecord,
} from "../../support/fixed-stream.ts";

const folder = join(import.meta.dirname, "../seal");
const [first, second, between] = [keyOfTest(0), keyOfTest(1), keyOfTest(2)];
const nextTime = createSeconds();
const resource = { "service.name": "trainer", "process.pid": 7 };
const opening = {
  custody: "file" as const,
  sealed: SEALED_PREFIXES,
  redactable: ["*", "audit.actor.id", "audit.reason"],
  auditPolicy: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
  redactionPolicy: "LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564",
  resource,
  rotations: [],
};
const start: RecordParts = {
  kind: "start",
  action: "stream_start",
  body: { policies: { audit: "x", redaction: "y" } },
  rest: { resource },
};
const actor = { "audit.outcome": "success", "audit.actor.id": "ann", "audit.actor.type": "user" };

const a = createStreamWriter("AbCdEfGhIjKlMnOp", first, nextTime);
a.add(start);
a.add({
  kind: "result",
  action: "pause",
  attributes: actor,
  body: { note: "plateau" },
  redactable: ["audit_actor_id", "note"],
});
a.checkpoint("open", { opening });
a.add({
  kind: "result",
  action: "hp_change",
  attributes: {
    ...actor,
    "audit.call.duration_ms": 1.376,
    "rpc.method": "trainer.ExperimentService/UpdateParameters",
    "client.port": 40312,
    "audit.redaction.rules": ["email", "key:password"],
  },
  body: {
    before: { learning_rate: 1e-7, big: 1e21, negative: -0, layers: [1, { z: 1, a: null }, []] },
    after: {
      learning_rate: 0.01,
      "dropout.rate": 0.5,
      "": "nameless",
      on: true,
      gone: null,
      none: {},
    },
    "audit.note": "looks like an attribute",
    "Größe 😀": 'line\nbreak, "quote", \\ and \u2028',
    note: "",
  },
  rest: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" },
  redactable: ["audit_actor_id", "before_layers", "Gr__e__"],
});
a.add({
  kind: "intent",
  action: "pause",
  attributes: { ...actor, "audit.outcome": "unknown", "audit.call.id": "QbCdEfGhIjKlMnOp" },
  redactable: ["audit_actor_id"],
});
a.add({
  kind: "result",
  action: "tag_add",
  attributes: { ...actor, "audit.reason": "blurred, as ann@example.org said" },
  body: { tag_name: "defect", sample_ids: ["s1", "s2"] },
  redactable: ["audit_actor_id", "audit_reason", "sample_ids", "tag_name"],
});
a.checkpoint("run", {
  calls: [{ method: "trainer.ExperimentService/UpdateParameters", handled: 1, recorded: 1 }],
});
a.add({ kind: "result", action: "resume", attributes: actor });
a.checkpoint("close");

const b = createStreamWriter("BbCdEfGhIjKlMnOp", first, nextTime);
b.add(start);
b.checkpoint("open", { opening });
b.add({ kind: "result", action: "pause", attributes: actor, redactable: ["audit_actor_id"] });

const c = createStreamWriter("CbCdEfGhIjKlMnOp", second, nextTime);
c.add(start);
// No process ran with the key between the two.
const rotations = [rotationOf(between, second), rotationOf(first, between)];
c.checkpoint("open", { opening: { ...opening, rotations } });
c.adopt(b);
c.checkpoint("close");

write(
  "expected-records.json",
  json(
    [...a.records, ...b.records, ...c.records].map(({ record, leaf }) => ({
      id: record.attributes["audit.record.id"],
      fields: sealedFieldsOf(record).map(({ key, text, isBody }) => ({ key, text, isBody })),
      seals: record.attributes["audit.integrity.fields"] ?? "",
      leaf: toBase64Url(leaf),
    })),
  ),
);
write("keys.json", json({ first: first.line, second: second.line }));

// The sixth record is redacted after it was sealed.
change(a.records, 5, "audit_actor_id", ({ attributes }) => {
  attributes["audit.actor.id"] = "****";
});
change(a.records, 5, "audit_reason", ({ attributes }) => {
  delete attributes["audit.reason"];
});
change(a.records, 5, "sample_ids", ({ body }) => {
  body["sample_ids"] = ["****", "****"];
});
for (const { stream, records } of [a, b, c]) {
  const lines = records.map(({ record }) => `${encodeJsonLine(record)}\n`);
  write(`journal/${stream}/1.jsonl`, lines.join(""));
}

interface Writable {
  readonly attributes: Record<string, AttributeValue>;
  readonly body: Record<string, BodyMap[string]>;
}

/** Changes a value and takes its salt out. */
function change(
  records: SealedRecord[],
  at: number,
  key: string,
  edit: (writable: Writable) => void,
): void {
  const sealed = records[at];
  if (sealed === undefined) throw new Error(`no record at ${at}`);
  const { record, leaf } = sealed;
  const writable: Writable = { attributes: { ...record.attributes }, body: { ...record.body } };
  edit(writable);
  const seals = String(writable.attributes["audit.integrity.fields"]);
  const entry = new RegExp(`(^|,)(${key}:[A-Za-z0-9_-]{43}):[A-Za-z0-9_-]{22}`);
  writable.attributes["audit.integrity.fields"] = seals.replace(entry, "$1$2");
  records[at] = { leaf, record: { ...record, ...writable } };
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
