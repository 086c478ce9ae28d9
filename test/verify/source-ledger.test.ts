/** What records say of their process, held against what their stream's first checkpoint says. */
import { describe, expect, test } from "vitest";
import type { Checkpoint, OpeningFacts } from "../../src/seal/portable.ts";
import type { RecordSource } from "../../src/verify/examined-block.ts";
import { createSourceLedger } from "../../src/verify/source-ledger.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;

function opening(resource: OpeningFacts["resource"]): OpeningFacts {
  return {
    custody: "file",
    sealed: [],
    redactable: [],
    auditPolicy: "",
    redactionPolicy: "",
    resource,
    rotations: [],
  };
}
function checkpointOf(stream: string, facts: OpeningFacts | undefined): Checkpoint {
  return {
    stream,
    size: 1,
    root: new Uint8Array(32),
    number: 1,
    state: "open",
    time: "",
    results: 0,
    leaf: "",
    key: "",
    begin: 0,
    calls: [],
    opening: facts,
  };
}
const ofService = (service: string | undefined): RecordSource => ({ service, resource: undefined });
const ofResource = (resource: Readonly<Record<string, unknown>>): RecordSource =>
  ({ service: undefined, resource }) as RecordSource;

/** The sentences, and the numbers of records where there are several. */
function said(
  sources: readonly RecordSource[],
  resources: readonly (OpeningFacts["resource"] | undefined)[],
  stream: string = A,
): readonly (readonly [string, number | undefined])[] {
  const ledger = createSourceLedger();
  for (const [at, source] of sources.entries())
    ledger.see(stream, at + 1, source, { file: "f", line: at + 10 });
  for (const resource of resources)
    ledger.say(checkpointOf(A, resource === undefined ? undefined : opening(resource)), false);
  const found: (readonly [string, number | undefined])[] = [];
  ledger.finish((code, { message, count, file, line, record }) => {
    expect(code).toBe("text_contradicts");
    // The first who says it.
    const at = Number(record?.split(".")[1]);
    expect([file, line]).toEqual(["f", at + 9]);
    found.push([message, count]);
  });
  return found;
}

const SIGNED = { "service.name": "trainer", "process.pid": 7, tags: ["a", "b"] };
const services = (...names: readonly (string | undefined)[]): readonly RecordSource[] =>
  names.map(ofService);
const OTHER = 'its service is "billing", and the signed one "trainer"';
const other = (key: string): string => `"${key}" of its resource is not what was signed`;

describe("what contradicts the signed resource", () => {
  test.each<
    readonly [
      string,
      readonly RecordSource[],
      readonly (OpeningFacts["resource"] | undefined)[],
      readonly (readonly [string, number | undefined])[],
    ]
  >([
    ["nothing: the same service", services("trainer"), [SIGNED], []],
    ["nothing: no service", services(undefined), [SIGNED], []],
    ["nothing: none is signed", services("billing"), [], []],
    ["nothing: no opening", services("billing"), [undefined], []],
    ["nothing: a signed name that is no text", services("billing"), [{ "service.name": 7 }], []],
    ["another service", services("billing"), [SIGNED], [[`record ${A}.1: ${OTHER}`, undefined]]],
    [
      "another service in three of four",
      services("billing", "trainer", "billing", "billing"),
      [SIGNED],
      [[`record ${A}.1 (and 2 others): ${OTHER}`, 3]],
    ],
    [
      "two other services",
      services("trainer", "billing", "x"),
      [SIGNED],
      [
        [`record ${A}.2: ${OTHER}`, undefined],
        [`record ${A}.3: its service is "x", and the signed one "trainer"`, undefined],
      ],
    ],
    [
      "what is signed first counts",
      services("billing"),
      [SIGNED, { "service.name": "billing" }],
      [[`record ${A}.1: ${OTHER}`, undefined]],
    ],
    ["nothing: a part of the resource", [ofResource({ tags: ["a", "b"] })], [SIGNED], []],
    [
      "another number",
      [ofResource({ "process.pid": 8 })],
      [SIGNED],
      [[`record ${A}.1: ${other("process.pid")}`, undefined]],
    ],
    [
      "a number as a text",
      [ofResource({ "process.pid": "7" })],
      [SIGNED],
      [[`record ${A}.1: ${other("process.pid")}`, undefined]],
    ],
    [
      "a list in another order",
      [ofResource({ tags: ["b", "a"] })],
      [SIGNED],
      [[`record ${A}.1: ${other("tags")}`, undefined]],
    ],
    [
      "more than was signed, under a name that every map has",
      [ofResource({ constructor: undefined })],
      [SIGNED],
      [[`record ${A}.1: ${other("constructor")}`, undefined]],
    ],
    [
      "two values in the place of one",
      [ofResource({ "process.pid": 8 }), ofResource({ "process.pid": 9 })],
      [SIGNED],
      [[`record ${A}.1 (and 1 other): ${other("process.pid")}`, 2]],
    ],
    [
      "64 names of one process",
      services(...Array.from({ length: 64 }, (_, at) => `n${at}`)),
      [{ "service.name": "n63" }],
      Array.from({ length: 63 }, (_, at) => [
        `record ${A}.${at + 1}: its service is "n${at}", and the signed one "n63"`,
        undefined,
      ]),
    ],
    [
      "one other name, more often than that",
      services(...Array.from({ length: 70 }, () => "billing")),
      [SIGNED],
      [[`record ${A}.1 (and 69 others): ${OTHER}`, 70]],
    ],
    [
      "66 of them: the last two are one",
      services(...Array.from({ length: 66 }, (_, at) => `n${at}`)),
      [{ "service.name": "x" }],
      [
        ...Array.from(
          { length: 64 },
          (_, at) =>
            [
              `record ${A}.${at + 1}: its service is "n${at}", and the signed one "x"`,
              undefined,
            ] as const,
        ),
        [`record ${A}.65 (and 1 other): its process is given many names`, 2],
      ],
    ],
  ])("%s", (_name, sources, resources, expected) => {
    expect(said(sources, resources)).toEqual(expected);
  });

  test("each stream is held against its own", () => {
    expect(said(services("billing"), [SIGNED], B)).toEqual([]);
  });

  test("the same object, seen many times, is one", () => {
    const source = ofService("billing");
    expect(said([source, source, ofService("billing")], [SIGNED])).toEqual([
      [`record ${A}.1 (and 2 others): ${OTHER}`, 3],
    ]);
  });
});

test.each([
  ["before", [false, true]],
  ["behind", [true, false]],
])("a stranger says something else %s the key that was given", (_name, order) => {
  const ledger = createSourceLedger();
  for (const isPinned of order)
    ledger.say(checkpointOf(A, opening({ "service.name": isPinned ? "own" : "other" })), isPinned);
  ledger.see(A, 1, ofService("own"), { file: "f", line: 1 });
  ledger.see(A, 2, ofService("other"), { file: "f", line: 2 });
  const records: unknown[] = [];
  ledger.finish((_code, { record }) => records.push(record));
  expect(records).toEqual([`${A}.2`]);
});
