/**
 * Every action of the catalogue, and every hostile value, through every form that a record is
 * written in: journal line, both views, OTLP JSON. What comes back is the same record everywhere.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Audit, createAudit } from "otel-audit";
import { readJournal } from "otel-audit/read";
import {
  type AnyEvent,
  type AuditRecord,
  BUILT_IN_ACTIONS,
  normaliseMap,
  sentenceOf,
} from "../../src/event/index.ts";
import { decodeCsvRows, decodeJsonLine } from "../../src/format/index.ts";
import { SAMPLE_EVENTS } from "../support/catalogue-events.ts";
import { recordsOfRequest } from "../support/otlp-json.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** One record in each form. */
interface Forms {
  readonly journal: AuditRecord;
  readonly json: AuditRecord | undefined;
  readonly csv: AuditRecord | undefined;
  readonly otlp: AuditRecord | undefined;
  readonly eventName: string | undefined;
}

/** Records events, and reads what became of each from everything that was written and sent. */
async function throughAllForms(events: readonly AnyEvent[]): Promise<readonly Forms[]> {
  const directory = temporaryDirectory();
  const sink = await startOtlpSink();
  const audit = await createAudit({ directory, endpoint: sink.url, policy: { version: 1 } });
  onTestFinished(() => audit.close());
  // Events of a table: what TypeScript knows of them is not what this test is about.
  const record = audit.record as (event: AnyEvent) => ReturnType<Audit["record"]>;
  const receipts = await Promise.all(events.map((event) => record(event)));
  await audit.flush();
  // The start record is sent too.
  await sink.until(() => sink.taken().length > events.length);
  await audit.close();
  const journal: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(entry.message);
    journal.push(entry.record);
  }
  const jsonText = readFileSync(join(directory, "audit_log.json"), "utf8");
  const json = (JSON.parse(jsonText) as object[]).map((row) => decodeJsonLine(JSON.stringify(row)));
  const csvText = readFileSync(join(directory, "audit_log.csv"), "utf8");
  const rows = decodeCsvRows(csvText.slice(csvText.indexOf("\n") + 1));
  const sent = sink.requests().flatMap(({ body }) => recordsOfRequest(body));
  return receipts.map(({ recordId }) => {
    const has = ({ attributes }: AuditRecord): boolean =>
      attributes["audit.record.id"] === recordId;
    const found = journal.find(has);
    if (found === undefined) throw new Error(`${recordId} is not in the journal`);
    const otlp = sent.find((entry) => has(entry.record));
    return {
      journal: found,
      json: json.find(has),
      csv: rows.map((row) => row.record).find(has),
      otlp: otlp?.record,
      eventName: otlp?.eventName,
    };
  });
}

function expectEqualForms({ journal, json, csv, otlp }: Forms): void {
  expect(json).toEqual(journal);
  expect(csv).toEqual(journal);
  expect(otlp).toEqual(journal);
}

describe("the catalogue", () => {
  test("every action is the same event in the journal, both views and OTLP JSON", async () => {
    const events = Object.entries(SAMPLE_EVENTS).map(([action, [event]]) => ({
      ...event,
      action,
      actor: "ann",
    }));
    expect(events.map(({ action }) => action).toSorted()).toEqual(
      BUILT_IN_ACTIONS.map(({ name }) => name).toSorted(),
    );
    const forms = await throughAllForms(events);
    for (const [at, form] of forms.entries()) {
      const event: AnyEvent = events[at] ?? { action: "" };
      expectEqualForms(form);
      const { attributes, body } = form.journal;
      const { before, after, ...details } = body;
      expect({ action: event.action, before, after, details }).toEqual({
        action: attributes["audit.action"],
        before: event.before,
        after: event.after,
        details: normaliseMap(event.details),
      });
      expect(attributes["audit.reason"]).toBe(event.reason);
      expect(attributes["audit.target.id"]).toBe(event.target?.id);
      expect(attributes["audit.snapshot.id"]).toBe(event.snapshot);
      expect(attributes["audit.redaction.rules"]).toBeUndefined();
      expect(form.eventName).toBe(`audit.${event.action}`);
      expect(sentenceOf(form.csv ?? form.journal)).toBe(Object.entries(SAMPLE_EVENTS)[at]?.[1][1]);
    }
  });
});

const cycle: { self?: unknown } = {};
cycle.self = cycle;
let deep: unknown = "bottom";
for (let level = 0; level < 10_000; level++) deep = level % 2 === 0 ? [deep] : { deep };

/** As a protobuf library gives it: a class with `toObject`, 64-bit integers, bytes. */
class ProtobufMessage {
  readonly id = { __isLong__: true, toString: () => "9007199254740993" };
  readonly payload: Uint8Array = new Uint8Array([1, 2, 255]);
  toObject(): object {
    return { id: this.id, payload: this.payload, count: { __isLong__: true, toString: () => "7" } };
  }
}

const hostile: readonly (readonly [name: string, value: unknown, recorded: unknown])[] = [
  ["a BigInt", 2n ** 70n, "1180591620717411303424"],
  ["an integer beyond 2^53", 2 ** 60, "1152921504606846976"],
  ["NaN, infinities and minus zero", [Number.NaN, -Infinity, -0], ["NaN", "-Infinity", 0]],
  ["fractions and large exponents", [0.1, 1e-7, 5e-324], [0.1, 1e-7, 5e-324]],
  ["numbers beyond any integer", 1.7e308, "1.7e+308"],
  ["a Date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["null and holes", [null, undefined], [null, null]],
  ["empty containers", { list: [], map: {}, text: "" }, { list: [], map: {}, text: "" }],
  [
    "a protobuf message",
    new ProtobufMessage(),
    { id: "9007199254740993", payload: "AQL/", count: 7 },
  ],
  ["a cycle", cycle, { self: "[cycle]" }],
  ["an own __proto__", JSON.parse('{"__proto__":{"x":1}}'), { "body.__proto__": { x: 1 } }],
  ["names that objects inherit", { toString: 1, constructor: 2 }, { toString: 1, constructor: 2 }],
  ["lone surrogates", { "\ud800k": "v\udfff" }, { "\ufffdk": "v\ufffd" }],
  [
    "control characters",
    "\u0000\u0001\b\t\n\v\f\r\u001f\u007f\u0085",
    "\u0000\u0001\b\t\n\v\f\r\u001f\u007f\u0085",
  ],
  [
    "ANSI escapes",
    "\u001b[31mred\u001b[0m\u001b]8;;x\u0007",
    "\u001b[31mred\u001b[0m\u001b]8;;x\u0007",
  ],
  ["separators and quotes", `a,"b"\r\n;'c'\u2028\u2029\\`, `a,"b"\r\n;'c'\u2028\u2029\\`],
  ["a formula", ["=1+1", "+1", "-1", "@x", "'="], ["=1+1", "+1", "-1", "@x", "'="]],
  ["keys that the Collector keeps", { "audit.time": 1 }, { "body.audit.time": 1 }],
];

describe("hostile values", () => {
  test("are the same plain values in every form", async () => {
    // All in one audit log: each alone would cost a start and an end.
    const forms = await throughAllForms(
      hostile.map(([, value]) => ({
        action: "rpc_call",
        actor: "ann",
        details: { value },
        before: { value, was: 1 },
        after: {},
      })),
    );
    expect(forms).toHaveLength(hostile.length);
    for (const [at, form] of forms.entries()) {
      const [name, , recorded] = hostile[at] ?? [];
      expectEqualForms(form);
      expect({ name, ...form.journal.body }).toEqual({
        name,
        value: recorded,
        before: { value: recorded, was: 1 },
        after: {},
      });
    }
  });

  test.each<[name: string, value: unknown, marker: RegExp]>([
    ["10 MB of text", "word ".repeat(2_000_000), /^\[cut: the first \d+ of 10000000 characters\]/],
    ["10 MB without a border", "x".repeat(10_000_000), /^\[cut: the first \d+ of 10000000 char/],
    ["10 MB of bytes", Buffer.alloc(10_000_000), /^\[cut: the first \d+ of 10000000 bytes\]/],
    ["a text just beyond a value", "y".repeat(5000), /…\[cut: 5000 bytes, sha256 /],
  ])("%s keeps its start, and says what was cut", async (_name, value, marker) => {
    const [form] = await throughAllForms([
      { action: "rpc_call", actor: "ann", details: { value }, reason: String(value).slice(0, 1e7) },
    ]);
    if (form === undefined) throw new Error("nothing was recorded");
    expectEqualForms(form);
    const kept = form.journal.body["value"];
    expect(kept).toMatch(marker);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(4096 + 2);
  });

  test("10 000 levels are cut where it says so", async () => {
    const [form] = await throughAllForms([
      { action: "rpc_call", actor: "ann", details: { deep }, before: { deep }, after: {} },
    ]);
    if (form === undefined) throw new Error("nothing was recorded");
    expectEqualForms(form);
    expect(JSON.stringify(form.journal.body)).toContain("[cut: deeper than 64 levels]");
  });

  test("many large texts together fit a record, and every one is there or marked", async () => {
    const details = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`t${at}`, "z".repeat(100_000)]),
    );
    const [form] = await throughAllForms([{ action: "rpc_call", actor: "ann", details }]);
    if (form === undefined) throw new Error("nothing was recorded");
    expectEqualForms(form);
    const text = JSON.stringify(form.journal.body);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    for (const value of Object.values(form.journal.body)) expect(value).toContain("[cut: ");
  });

  test.each(["reason", "error", "snapshot"])("hostile text in %s", async (field) => {
    const text = '\u001b[2J\u0000=1+1\r\n"x",\u2028\ud800';
    const [form] = await throughAllForms([
      {
        action: "rpc_call",
        actor: "ann",
        outcome: "failure",
        [field]: text,
        target: { type: text, id: text },
      },
    ]);
    if (form === undefined) throw new Error("nothing was recorded");
    expectEqualForms(form);
    expect(Object.values(form.journal.attributes)).toContain(text.toWellFormed());
    expect(sentenceOf(form.journal)).not.toMatch(/[\p{Cc}\u2028]/u);
  });
});
