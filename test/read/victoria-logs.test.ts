/** What VictoriaLogs made of fields, and which of them were the body. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBlock } from "../../src/read/index.ts";
import type { AuditRecord, BodyMap, BodyValue } from "../../src/event/index.ts";
import { canonicalJson } from "../../src/lib/canonical-json.ts";
import { sealedListText } from "../../src/read/forms/victoria-list.ts";
import { nestedBody } from "../../src/read/search/nested-body.ts";
import { keyOf, sealedFieldsOf } from "../../src/seal/portable.ts";
import { blockOf } from "../support/blocks.ts";

const HEAD = {
  _time: "2026-11-21T16:48:03.221Z",
  _stream: '{host.name="h",service.name="tr"}',
  _msg: "mm",
  severity: "Unspecified",
  "host.name": "h",
  "audit.action": "x",
  "audit.record.id": "S.1",
  "audit.record.kind": "result",
  "audit.sequence.number": "1",
  "audit.time": "2026-11-21T16:48:03.221000Z",
};

function recordOf(fields: Readonly<Record<string, string>>): AuditRecord {
  const text = `${JSON.stringify({ ...HEAD, ...fields })}\n`;
  const [found, ...more] = [...decodeBlock(blockOf("victorialogs", text))];
  if (found?.kind !== "record" || more.length > 0) throw new Error("no record");
  expect(found.doubts).toEqual([]);
  return found.record;
}

test("a recorded row", () => {
  const { body, service, traceId, spanId, attributes } = recordOf({
    "after.": "emptykey",
    "after.a.b": "dot",
    "after.el": "[]",
    "after.list": '[1e-7,3,false,"q\\"\\u003c&> ",{"z":1,"a":},[],,1.5e+21]',
    "after.lr": "1e-7",
    "client.id": "c",
    d1: "0.428",
    "service.name": "tr",
    span_id: "e31d1fe415bdc0fd",
    trace_id: "59af975edb9bc12f42987b81fba6eac5",
    "audit.count": "7",
    "audit.call.duration_ms": "0.428",
    "audit.actor.role.permitted": "false",
    "audit.redaction.rules": '["a","b\\u003c&> "]',
    "audit.integrity.fields": "after_,after_a_b,after_el,after_list,after_lr,body_client_id",
  });
  expect(body).toEqual({
    "after.": "emptykey",
    "after.a.b": "dot",
    "after.el": "[]",
    "after.list": '[1e-7,3,false,"q\\"<&> ",{"a":null,"z":1},[],null,1.5e+21]',
    "after.lr": "1e-7",
    "client.id": "c",
  });
  expect({ service, traceId, spanId }).toEqual({
    service: "tr",
    traceId: "59af975edb9bc12f42987b81fba6eac5",
    spanId: "e31d1fe415bdc0fd",
  });
  expect(attributes).toMatchObject({
    "audit.sequence.number": 1,
    "audit.count": 7,
    "audit.call.duration_ms": 0.428,
    "audit.actor.role.permitted": false,
    "audit.redaction.rules": ["a", "b<&> "],
  });
  expect(Object.keys(attributes)).not.toContain("client.id");
});

const COMMITTED = `:${"A".repeat(43)}:${"b".repeat(22)}`;

describe("what is of the body", () => {
  test.each<readonly [what: string, fields: Readonly<Record<string, string>>, body: object]>([
    ["nothing without a seal", { a: "1", "client.id": "c" }, {}],
    ["nothing where the seal is none", { a: "1", "audit.integrity.fields": "a,a" }, {}],
    [
      "what the seal names",
      { a: "1", b: "2", "audit.integrity.fields": `a${COMMITTED}` },
      { a: "1" },
    ],
    ["_msg, where the seal names it", { "audit.integrity.fields": "_msg" }, { _msg: "mm" }],
    [
      "not an attribute that may be redacted",
      {
        "client.address": "::1",
        "audit.integrity.fields": `client_address${COMMITTED},body_client_address`,
      },
      {},
    ],
    [
      "the leaf beside an attribute of the same key",
      { "client.port": "5", client_port: "6", "audit.integrity.fields": "body_client_port" },
      { client_port: "6" },
    ],
    [
      "not what the resource has put there",
      { "service.name": "tr", "audit.integrity.fields": `service_name${COMMITTED}` },
      {},
    ],
    [
      "what has taken the place of the resource's",
      { "service.name": "of the body", "audit.integrity.fields": `service_name${COMMITTED}` },
      { "service.name": "of the body" },
    ],
    [
      "names that objects have of their own",
      JSON.parse(
        '{"__proto__":"p","constructor":"c","audit.integrity.fields":"__proto__,constructor"}',
      ) as Record<string, string>,
      JSON.parse('{"__proto__":"p","constructor":"c"}') as object,
    ],
  ])("%s", (_what, fields, body) => {
    const record = recordOf(fields);
    expect(JSON.stringify(record.body)).toBe(JSON.stringify(body));
    expect(record.service).toBe("tr");
  });
});

describe("lists", () => {
  test.each([
    ["[1, 2]", "[1, 2]"],
    ["[not", "[not"],
    ["[not]", "[not]"],
    ['{"b":1,"a":2}', '{"b":1,"a":2}'],
    ["[,]", "[null,null]"],
    ["[,1]", "[null,1]"],
    ['[{"b":,"a":[,,]}]', '[{"a":[null,null,null],"b":null}]'],
    ['["<"]', '["<"]'],
    ['["\\u003c\\u0027,"]', `["<',"]`],
    ["[".repeat(5000) + "]".repeat(5000), "[".repeat(5000) + "]".repeat(5000)],
  ])("%s", (text, expected) => expect(sealedListText(text)).toBe(expected));

  /** As the server writes it; an empty list and a list of one null are the same there. */
  const written = (value: BodyValue): string => {
    if (value === null) return "";
    if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
    if (typeof value === "object")
      return `{${Object.entries(value)
        .map(([name, item]: [string, BodyValue]) => `${written(name)}:${written(item)}`)
        .join(",")}}`;
    return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("'", "\\u0027");
  };
  test("every list comes back as it was sealed", () => {
    const list = fc.array(fc.jsonValue({ maxDepth: 3 }), {
      minLength: 2,
    }) as fc.Arbitrary<BodyValue>;
    fc.assert(
      fc.property(list, (value) => {
        const hasLoneNull =
          /\[null\]/.test(JSON.stringify(value)) || JSON.stringify(value).includes("-0");
        fc.pre(!hasLoneNull);
        expect(sealedListText(written(value))).toBe(canonicalJson(value));
      }),
    );
  });
});

test.each([
  ["a label as long as a book", `{a="${'\\"'.repeat(10_000_000)}",host.name="h"}`],
  ["a label without its end", `{host.name="h",a="x`],
  ["no labels", "host.name"],
])("the leaf of a body, beside %s", (_what, _stream) => {
  const fields = { "audit.integrity.fields": "host_name,note", note: "n" };
  const { body } = recordOf({ ...fields, _stream });
  // Of leaf and label with one name and value only one was kept: it is taken for the label.
  expect(body).toEqual(_stream.includes("=") ? { note: "n" } : { "host.name": "h", note: "n" });
});

describe("types of details", () => {
  const DIGEST = "0123456789abcdef".repeat(4);
  const typesOf = (
    action: string,
    category: string,
    fields: Readonly<Record<string, string>>,
  ): AuditRecord["body"] => {
    const leaves = Object.keys(fields).filter((name) => !name.startsWith("audit."));
    const keys = leaves.map(keyOf).toSorted();
    return recordOf({
      ...fields,
      "audit.action": action,
      "audit.category": category,
      "audit.integrity.fields": keys.join(","),
    }).body;
  };

  test.each<
    readonly [
      what: string,
      action: readonly [name: string, category: string],
      fields: Readonly<Record<string, string>>,
      body: object,
    ]
  >([
    [
      "lists and numbers of a built-in action",
      ["sample_discard", "data"],
      { sample_ids: '["s\\u003c1","2"]', origins: "[]", samples_affected: "12" },
      { sample_ids: ["s<1", "2"], origins: [], samples_affected: 12 },
    ],
    [
      "yes and no; what may be a text stays one",
      ["decision", "decision"],
      {
        human_in_the_loop: "true",
        policy_overrides: '["vip"]',
        confidence: "0.25",
        model_version: "1",
        threshold: "0.5",
        output: "true",
        inputs: '["a"]',
        "rationale.score": "3",
      },
      {
        human_in_the_loop: true,
        policy_overrides: ["vip"],
        confidence: 0.25,
        model_version: "1",
        threshold: "0.5",
        output: "true",
        inputs: '["a"]',
        "rationale.score": "3",
      },
    ],
    ["no", ["consent", "privacy"], { given: "false" }, { given: false }],
    [
      "what is not written as such a value",
      ["checkpoint_restore", "checkpoint"],
      { weights_only: "****", step: "007", checkpoint_id: "7" },
      { weights_only: "****", step: "007", checkpoint_id: "7" },
    ],
    ["no number of JSON", ["pause", "training"], { step: "Infinity" }, { step: "Infinity" }],
    ["another writing", ["pause", "training"], { step: "1.50" }, { step: "1.50" }],
    [
      "a list that was not one",
      ["redaction", "audit"],
      { fields: "[cut: the first 3 of 9]" },
      { fields: "[cut: the first 3 of 9]" },
    ],
    [
      "how many ids there were of a list that was shortened",
      ["sample_discard", "data"],
      {
        sample_ids: '["a"]',
        sample_ids_count: "200",
        sample_ids_digest: DIGEST,
        other_ids_count: "7",
        other_ids_digest: DIGEST,
      },
      {
        sample_ids: ["a"],
        sample_ids_count: 200,
        sample_ids_digest: DIGEST,
        other_ids_count: "7",
        other_ids_digest: DIGEST,
      },
    ],
    [
      "a count of somebody's own",
      ["sample_discard", "data"],
      { sample_ids: '["a"]', sample_ids_count: "200" },
      { sample_ids: ["a"], sample_ids_count: "200" },
    ],
    [
      "before and after, of which no schema tells",
      ["hp_change", "training"],
      { "before.step": "1", "after.sample_ids": '["a"]' },
      { "before.step": "1", "after.sample_ids": '["a"]' },
    ],
    ["an own action", ["relabel", "data"], { sample_ids: '["a"]' }, { sample_ids: '["a"]' }],
    [
      "an own action of a built-in name",
      ["sample_discard", "custom"],
      { sample_ids: '["a"]' },
      { sample_ids: '["a"]' },
    ],
    [
      "its later version",
      ["sample_discard", "data"],
      { "audit.action.version": "2", sample_ids: '["a"]' },
      { sample_ids: '["a"]' },
    ],
    [
      "a field that is said not to be as the schema has it",
      ["sample_discard", "data"],
      {
        "audit.integrity.incomplete":
          "reason is missing; details.samples_affected: expected number",
        samples_affected: "12",
        sample_ids: '["a"]',
      },
      { samples_affected: "12", sample_ids: ["a"] },
    ],
  ])("%s", (_what, [action, category], fields, body) =>
    expect(typesOf(action, category, fields)).toEqual(body),
  );

  test("never change what is sealed", () => {
    const details = Object.fromEntries(
      ["sample_ids", "origins", "samples_affected", "note"].map((name) => [
        name,
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.json(),
          fc.double().map(String),
          fc.constantFrom("true", "-0", "1e3", "0x1", " 1", "NaN"),
        ),
      ]),
    );
    fc.assert(
      fc.property(fc.record(details), (fields) => {
        const typed = typesOf("sample_discard", "data", fields);
        const texts = typesOf("relabel", "data", fields);
        const sealed = (body: AuditRecord["body"]): unknown =>
          sealedFieldsOf({ attributes: {}, body });
        expect(sealed(typed)).toEqual(sealed(texts));
      }),
    );
  });
});

describe("maps of details", () => {
  test.each<readonly [flat: BodyMap, nested: BodyMap]>([
    [{ "before.a": "1", "before.b.c": "2" }, { before: { a: "1", b: { c: "2" } } }],
    [
      { "mlflow.run_id": "r", "wandb.run_id": "w", "mlflow.other": "o" },
      { "mlflow.run_id": "r", "wandb.run_id": "w", mlflow: { other: "o" } },
    ],
    // A text has nothing below it, whichever comes first.
    [
      { a: "1", "a.b": "2" },
      { a: "1", "a.b": "2" },
    ],
    [{ "x.a.b.c": "2", "x.a": "1" }, { x: { "a.b.c": "2", a: "1" } }],
    [
      { "x.": "1", ".y": "2" },
      { x: { "": "1" }, "": { y: "2" } },
    ],
  ])("%j", (flat, nested) => expect(nestedBody(flat)).toEqual(nested));

  test("end where nobody could write them down", () => {
    const path = `a${".a".repeat(100_000)}`;
    expect(nestedBody({ [path]: "1" })).toEqual({ [path]: "1" });
  });

  test("have every leaf that there was", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "", "__proto__"), { minLength: 1, maxLength: 5 })
      .map((keys) => keys.join("."));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
        const flat = Object.fromEntries(paths.map((one, at) => [one, String(at)]));
        const sealed = (body: BodyMap): unknown =>
          sealedFieldsOf({ attributes: {}, body }).toSorted((a, b) => (a.text < b.text ? -1 : 1));
        expect(sealed(nestedBody(flat))).toEqual(sealed(flat));
      }),
    );
  });
});
