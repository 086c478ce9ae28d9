/** What VictoriaLogs made of fields, and which of them were the body. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBlock } from "../../src/read/index.ts";
import type { AuditRecord, BodyValue } from "../../src/event/index.ts";
import { canonicalJson } from "../../src/lib/canonical-json.ts";
import { sealedListText } from "../../src/read/forms/victoria-list.ts";
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
