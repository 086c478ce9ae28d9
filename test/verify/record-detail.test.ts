/** What there is to say of a record that tells of files. */
import { expect, test } from "vitest";
import type { BodyMap } from "../../src/event/index.ts";
import { detailOf } from "../../src/verify/record-detail.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;
const FILE = `journal/${A}/1.jsonl`;

test.each<readonly [string, BodyMap, string | undefined, true | undefined]>([
  ["a cut", { change: "truncated", file: FILE }, A, undefined],
  ["another change", { change: "modified", file: FILE }, undefined, undefined],
  ["no change", { file: FILE }, undefined, true],
  ["no file", { change: "truncated" }, undefined, true],
  ["a file that is a number", { change: "truncated", file: 7 }, undefined, true],
  ["a change that is masked", { change: "****", file: FILE }, undefined, true],
  ["a file that is masked in part", { change: "modified", file: "journal/****" }, undefined, true],
])("of a changed file: %s", (_name, body, cut, isCutHidden) => {
  const attributes = { "audit.record.kind": "result", "audit.action": "audit_file_change" };
  const examined = { stream: B, sequence: 1, leaf: new Uint8Array(32), fields: [], doubts: [] };
  const detail = detailOf({ attributes, body }, examined, []);
  expect([detail?.cut, detail?.isCutHidden]).toEqual([cut, isCutHidden]);
});
