/** What a text says twice or in contradiction: a table of it, and of what is none. */
import { describe, expect, test } from "vitest";
import { decodeBlock } from "../../src/read/index.ts";
import { encodeCsvRow, encodeJsonLine } from "../../src/format/index.ts";
import type { Form } from "../../src/read/block.ts";
import { blockOf } from "../support/blocks.ts";
import { fullRecord, resultRecord } from "../support/records.ts";
import { lokiAnswer, otlpRequest } from "../support/stored-forms.ts";

const STREAM = "AbCdEfGhIjKlMnOp";

function doubtsOf(form: Form, text: string): readonly (readonly string[])[] {
  return [...decodeBlock(blockOf(form, text))].map((found) =>
    found.kind === "record" ? found.doubts : [`no record: ${found.message}`],
  );
}

const line = encodeJsonLine(fullRecord);
const row = encodeCsvRow({
  ...fullRecord,
  attributes: { ...fullRecord.attributes, "audit.reason": "x" },
});
const otlp = otlpRequest([fullRecord]);
const loki = lokiAnswer([fullRecord]);

describe("doubts", () => {
  const swap = (text: string, from: string, to: string): string => {
    expect(text).toContain(from);
    return text.replace(from, () => to);
  };
  const lines = (text: string): string => `${text}\n`;

  test.each<readonly [what: string, form: Form, text: string, doubt: RegExp]>([
    [
      "a name twice, same value",
      "json-lines",
      swap(line, '"kind":', '"kind":"result","kind":'),
      /^kind stands twice$/,
    ],
    [
      "a name twice deep in the details",
      "json-lines",
      swap(line, '{"rate":0.2,', '{"rate":0.1,"rate":0.2,'),
      /^details\.after\.rate stands twice$/,
    ],
    [
      "a name twice in a list",
      "json-lines",
      swap(line, '{"a":true}', '{"a":1,"a":true}'),
      /^details\.list\.2\.a stands twice$/,
    ],
    [
      "a name twice, once escaped",
      "json-lines",
      swap(line, '"kind":', '"k\\u0069nd":"gap","kind":'),
      /^kind stands twice$/,
    ],
    [
      "a name twice, hidden by a short number",
      "json-lines",
      swap(line, '{"rate":0.2,', '{"r":1e20,"r":1e20,"rate":0.2,'),
      /^details\.after\.r stands twice$/,
    ],
    [
      "details twice",
      "json-lines",
      swap(line, '"details":', '"details":{"x":1},"details":'),
      /^details stands twice$/,
    ],
    [
      "a number with lost digits",
      "json-lines",
      swap(line, '"rate":0.2', '"rate":9007199254740993'),
      /rate is written 9007199254740993 and read as 9007199254740992|rate is written "9007199254740993" and read as 9007199254740992/,
    ],
    [
      "a number as long as the one that is read",
      "json-lines",
      swap(line, '"rate":0.2', '"rate":0.30000000000000005'),
      /rate is written "?0\.30000000000000005"? and read as 0\.30000000000000004/,
    ],
    [
      "a number beyond all",
      "json-lines",
      swap(line, '"rate":0.2', '"rate":1e999'),
      /read as Infinity/,
    ],
    [
      "an attribute with a column",
      "json-lines",
      swap(line, '"attributes":{', '"attributes":{"audit.actor.id":"bob",'),
      /^attributes has audit\.actor\.id, which has a column/,
    ],
    [
      "the time as an attribute",
      "json-lines",
      swap(line, '"attributes":{', '"attributes":{"audit.time":"2020-01-01T00:00:00.000000Z",'),
      /^attributes has audit\.time/,
    ],
    [
      "another status",
      "json-lines",
      swap(line, '"status":"failed"', '"status":"success"'),
      /^status is success, and the outcome "failure"$/,
    ],
    [
      "another stream",
      "json-lines",
      swap(line, `"stream":"${STREAM}"`, '"stream":"BbCdEfGhIjKlMnOp"'),
      /^the record id is "AbCdEfGhIjKlMnOp\.7", but stream and sequence are "BbCd/,
    ],
    [
      "another sequence",
      "json-array",
      swap(line, '"sequence":7', '"sequence":-7'),
      /but stream and sequence/,
    ],
    [
      "another sequence in a row",
      "csv",
      swap(row, `${STREAM},7,`, `${STREAM},8,`),
      /but stream and sequence/,
    ],
    ["another status in a row", "csv", swap(row, ",failed,", ",success,"), /^status is success/],
    [
      "a name twice in a cell",
      "csv",
      swap(row, '""rate"":0.2', '""rate"":0.1,""rate"":0.2'),
      /^details: after\.rate stands twice$/,
    ],
    [
      "an attribute with a column in a row",
      "csv",
      swap(row, '"{""audit.schema.version"', '"{""audit.actor.id"":""x"",""audit.schema.version"'),
      /^attributes has audit\.actor\.id/,
    ],
    [
      "a number of a row with lost digits",
      "csv",
      swap(row, ",1.25,", ",1.2500000000000000000001,"),
      /^duration_ms is read as 1\.25$/,
    ],
    [
      "an attribute twice",
      "otlp",
      swap(
        otlp,
        '"attributes":[{"key":"audit.record.id"',
        '"attributes":[{"key":"audit.actor.id","value":{"stringValue":"bob"}},{"key":"audit.record.id"',
      ),
      /^"audit\.actor\.id" is given twice$/,
    ],
    [
      "a name of the body twice",
      "otlp",
      swap(
        otlp,
        '{"key":"rate","value":{"doubleValue":0.2}}',
        '{"key":"rate","value":{"doubleValue":0.1}},{"key":"rate","value":{"doubleValue":0.2}}',
      ),
      /^"rate" is given twice$/,
    ],
    [
      "two types of a value",
      "otlp",
      swap(otlp, '{"stringValue":"ann"}', '{"intValue":"5","stringValue":"ann"}'),
      /^a value is of two types/,
    ],
    [
      "another event name",
      "otlp",
      swap(otlp, '"eventName":"audit.hp_change"', '"eventName":"audit.pause"'),
      /^the event name is "audit\.pause", and the action "hp_change"$/,
    ],
    [
      "a JSON name twice in a record",
      "otlp",
      swap(otlp, '"eventName":', '"eventName":"audit.x","eventName":'),
      /logRecords\.0\.eventName stands twice$/,
    ],
    [
      "all records hidden by another list",
      "otlp",
      swap(otlp, '"logRecords":', '"logRecords":[],"logRecords":'),
      /logRecords stands twice$/,
    ],
    [
      "no kind",
      "json-lines",
      swap(line, '"kind":"result"', '"kind":""'),
      /^it has no audit\.record\.kind$/,
    ],
    [
      "no action",
      "json-lines",
      swap(line, '"action_type":"hp_change"', '"action_type":""'),
      /^it has no audit\.action$/,
    ],
    [
      "no time",
      "json-lines",
      line.replace(/"timestamp":"[^"]*"/, '"timestamp":""'),
      /^it has no audit\.time$/,
    ],
    [
      "an empty kind",
      "otlp",
      swap(
        otlp,
        '"audit.record.kind","value":{"stringValue":"result"}',
        '"audit.record.kind","value":{"stringValue":""}',
      ),
      /^it has no audit\.record\.kind$/,
    ],
    [
      "another time",
      "otlp",
      otlp.replaceAll(/"timeUnixNano":"\d+"/g, '"timeUnixNano":"1700000000000000000"'),
      /^it is shown with another time than its audit\.time/,
    ],
    [
      "another sequence",
      "otlp",
      swap(
        otlp,
        '{"key":"audit.sequence.number","value":{"intValue":7}}',
        '{"key":"audit.sequence.number","value":{"intValue":"8"}}',
      ),
      /^the record id is "AbCdEfGhIjKlMnOp\.7", and the sequence number 8$/,
    ],
    ["no time", "otlp", swap(otlp, '"audit.time"', '"audit.when"'), /^it has no audit\.time$/],
    [
      "a field twice",
      "victorialogs",
      '{"_time":"2026-05-27T14:30:00.123Z","audit.action":"x","audit.action":"hp_change","audit.record.id":"S.1","audit.sequence.number":"1","audit.time":"2026-05-27T14:30:00.123456Z","audit.record.kind":"result"}',
      /^audit\.action stands twice$/,
    ],
    [
      "another time",
      "victorialogs",
      '{"_time":"2027-05-27T14:30:00.123Z","audit.action":"x","audit.record.id":"S.1","audit.sequence.number":"1","audit.time":"2026-05-27T14:30:00.123456Z","audit.record.kind":"result"}',
      /shown with another time/,
    ],
    [
      "a name of the body twice",
      "loki",
      swap(loki, '{\\"rate\\":0.1}', '{\\"rate\\":0.9,\\"rate\\":0.1}'),
      /^before\.rate stands twice$/,
    ],
    [
      "a label against the metadata",
      "loki",
      swap(loki, '"stream":{', '"stream":{"audit_actor_id":"bob",'),
      /^"audit_actor_id" is given twice$/,
    ],
    [
      "metadata twice",
      "loki",
      swap(loki, '"audit_actor_id":', '"audit_actor_id":"bob","audit_actor_id":'),
      /audit_actor_id stands twice$/,
    ],
    [
      "a label twice",
      "loki",
      swap(loki, '"service_name":', '"service_name":"x","service_name":'),
      /service_name stands twice$/,
    ],
  ])("%s (%s)", (_what, form, text, doubt) => {
    const [found, ...more] = doubtsOf(form, lines(text));
    expect(more).toEqual([]);
    expect(found).toHaveLength(1);
    expect(found?.[0]).toMatch(doubt);
  });

  test.each<readonly [text: string, value: string | number]>([
    ["0x2", "0x2"],
    ["2.00000000000000000001", "2.00000000000000000001"],
    [" 2", " 2"],
    ["", ""],
    ["NaN", "NaN"],
    ["1e999", "1e999"],
    ["2", 2],
    ["-20.00E-1", -2],
  ])("doubleValue %j", (text, value) => {
    const changed = swap(otlp, '{"doubleValue":0.2}', `{"doubleValue":${JSON.stringify(text)}}`);
    const [found] = [...decodeBlock(blockOf("otlp", lines(changed)))];
    expect(found).toMatchObject({ doubts: [], record: { body: { after: { rate: value } } } });
  });

  test.each<readonly [id: string, isNone: boolean]>([
    ["", true],
    ["0", true],
    ["000", true],
    ["01", false],
    ["X", false],
    ["ABCDEF", false],
  ])("trace id %j of a line", (id, isNone) => {
    const changed = line.replace(/"trace_id":"[^"]*"/, `"trace_id":"${id}"`);
    const [found] = [...decodeBlock(blockOf("json-lines", lines(changed)))];
    expect(found?.kind === "record" && found.record.traceId).toBe(isNone ? undefined : id);
  });

  test("only the record of a request that says something twice is in doubt", () => {
    const request = otlpRequest([1, 2, 3].map((sequence) => resultRecord(STREAM, sequence)));
    const [before = "", ...after] = request.split('"eventName":');
    const twice = [before, after[0], `"audit.note_write","eventName":${after[1] ?? ""}`, after[2]];
    const doubts = doubtsOf("otlp", `${twice.join('"eventName":')}\n`);
    expect(doubts.map(({ length }) => length)).toEqual([0, 1, 0]);
  });

  test.each<readonly [string, Form, string]>([
    [
      "another order and spaces",
      "json-lines",
      JSON.stringify({ ...(JSON.parse(line) as object), x: [{ later: 1 }] }, null, 1).replaceAll(
        "\n",
        " ",
      ),
    ],
    [
      "other texts of the same numbers",
      "json-lines",
      line.replace('"rate":0.2', '"rate":20.00E-2').replace('"sequence":7', '"sequence":7e0'),
    ],
    ["escapes", "json-lines", line.replace("hp_change", "hp\\u005fchange")],
    [
      "a trace id of zeros",
      "json-lines",
      line.replace(/"trace_id":"[^"]*"/, `"trace_id":"${"0".repeat(32)}"`),
    ],
  ])("none: %s", (_what, form, text) => expect(doubtsOf(form, lines(text))).toEqual([[]]));
});
