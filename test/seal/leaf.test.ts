import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import { commitmentText, LEAF_VERSION, leafText, leafTextOf } from "../../src/seal/leaf.ts";

const attributes = {
  "audit.record.id": "AbCdEfGhIjKlMnOp.2",
  "audit.time": "2026-11-21T09:00:02.123456Z",
  "audit.action": "pause",
};
const commitment = "c".repeat(43);
const field = (key: string, text: string) => ({ key, text, name: key, isBody: false });

test("what is hashed for a commitment", () => {
  expect(commitmentText("salt", "key", "välue")).toBe("\u0002saltkey\u0000välue");
});

test("the version", () => expect(LEAF_VERSION).toBe("audit-leaf/1"));

describe("what is hashed for a leaf", () => {
  const head = '\u0000["audit-leaf/1","AbCdEfGhIjKlMnOp","2","2026-11-21T09:00:02.123456Z","pause"';
  test("nothing but its head", () => {
    expect(leafText({ attributes, body: {} }, [], [])).toBe(`${head},"","",[],[]]`);
  });
  test("trace and span", () => {
    const record: AuditRecord = { attributes, body: {}, traceId: "0a", spanId: "0b" };
    expect(leafText(record, [], [])).toBe(`${head},"0a","0b",[],[]]`);
  });
  test("fields, but for those with a commitment; and commitments, also of what is not there", () => {
    const fields = [field("a", "1"), field("b", "2"), field("c", "3")];
    const seals = [{ key: "b", commitment, salt: "s" }, { key: "c" }, { key: "d", commitment }];
    expect(leafText({ attributes, body: {} }, fields, seals)).toBe(
      `${head},"","",["a","1","c","3"],["b","${commitment}","d","${commitment}"]]`,
    );
  });
  test("texts as RFC 8785 writes them", () => {
    const text = '"\\/\b\t\n\f\r\u0000\u001f\u007f\u2028é😀\ud800';
    expect(leafTextOf({ attributes, body: {} }, ["k", text], [])).toBe(
      String.raw`${head},"","",["k","\"\\/\b\t\n\f\r\u0000\u001f${"\u007f\u2028é😀"}\ud800"],[]]`,
    );
  });
  test.each([
    ["no id", {}, '["audit-leaf/1","","","","","","",[],[]]'],
    [
      "an id with dots",
      { "audit.record.id": "a.b.3" },
      '["audit-leaf/1","a.b","3","","","","",[],[]]',
    ],
    ["a number for an action", { "audit.action": 7 }, '["audit-leaf/1","","","","7","","",[],[]]'],
  ])("%s", (_name, odd, json) => {
    expect(leafText({ attributes: odd, body: {} }, [], [])).toBe(`\u0000${json}`);
  });
});
