import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  rotationText,
} from "../../src/seal/checkpoint.ts";
import { headed, PLAIN, plain, said, withLine } from "../support/plain-checkpoint.ts";
import { toBase64 } from "../../src/lib/base64.ts";

const opening = {
  custody: "file",
  sealed: ["audit.", "rpc."],
  redactable: ["*", "audit.actor.id"],
  auditPolicy: "one",
  redactionPolicy: "two",
  resource: { "service.name": "trainer", "process.pid": 7 },
  rotations: [],
} as const;

describe("the text", () => {
  test("of one in the middle", () => {
    expect(encodeCheckpoint(plain)).toBe(PLAIN);
    expect(decodeCheckpoint(PLAIN)).toEqual(plain);
  });
  test("of the first one, with everything", () => {
    const first: Checkpoint = {
      ...plain,
      number: 1,
      state: "open",
      previous: undefined,
      calls: [
        { method: "a.B/C", handled: 3, recorded: 2 },
        { method: 'od"d', handled: 0, recorded: 0 },
      ],
      opening: {
        ...opening,
        rotations: [
          { from: "newer", to: "newest", signature: "sig=" },
          { from: "old", to: "newer", signature: "other=" },
        ],
      },
    };
    const text = encodeCheckpoint(first);
    expect(text.split("\n").slice(10)).toEqual([
      'calls 3 2 "a.B/C"',
      'calls 0 0 "od\\"d"',
      "custody file",
      "sealed audit. rpc.",
      "redactable * audit.actor.id",
      "audit-policy one",
      "redaction-policy two",
      'resource {"service.name":"trainer","process.pid":7}',
      "rotation newer newest sig=",
      "rotation old newer other=",
      "",
    ]);
    expect(decodeCheckpoint(text)).toEqual(first);
  });
  test("of one that carries leaves of the one before", () => {
    const carrying: Checkpoint = { ...plain, begin: 44 };
    const text = encodeCheckpoint(carrying);
    expect(text.split("\n").slice(10)).toEqual([
      "previous CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=",
      "begin 44",
      "",
    ]);
    expect(decodeCheckpoint(text)).toEqual(carrying);
  });
  test("of an adopted one", () => {
    const adopted: Checkpoint = { ...plain, state: "adopted", adopter: "BbCdEfGhIjKlMnOp" };
    const text = encodeCheckpoint(adopted);
    expect(text.split("\n").slice(10)).toEqual([
      "previous CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=",
      "adopter BbCdEfGhIjKlMnOp",
      "",
    ]);
    expect(decodeCheckpoint(text)).toEqual(adopted);
  });
  test("what is empty is no line, and comes back empty", () => {
    const empty = {
      ...opening,
      sealed: [],
      redactable: [],
      auditPolicy: "",
      redactionPolicy: "",
      resource: {},
    };
    const text = encodeCheckpoint({ ...plain, opening: empty });
    expect(text.split("\n").slice(11)).toEqual(["custody file", "resource {}", ""]);
    expect(decodeCheckpoint(text)).toEqual({ ...plain, opening: empty });
  });
  test("a line ends at LF, and nowhere else", () => {
    const resource = { "service.name": "a\u2028b\u2029c\u0085d\ne\rf" };
    const calls = [{ method: "a\u2028b", handled: 1, recorded: 1 }];
    const odd: Checkpoint = { ...plain, calls, opening: { ...opening, resource } };
    expect(decodeCheckpoint(encodeCheckpoint(odd))).toEqual(odd);
  });
});

test("what one key signs for the next", () => {
  expect(rotationText("old", "new")).toBe("otel-audit key rotation\nold\nnew\n");
});

describe("what is taken", () => {
  test.each<readonly [string, string, Checkpoint]>([
    ["lines of later versions", withLine("later-word and its value"), plain],
    [
      "words in another order",
      said("state", "run\nlater 1").replace("number 2\n", "") + "number 2\n",
      plain,
    ],
    [
      "the largest size",
      headed(1, "9007199254740991"),
      { ...plain, size: Number.MAX_SAFE_INTEGER },
    ],
    ["a size of one", headed(1, "1"), { ...plain, size: 1 }],
    ["a begin right before its end", withLine("begin 299"), { ...plain, begin: 299 }],
    ["no results in it", said("results", "0"), { ...plain, results: 0 }],
    ["number 1", said("number", "1"), { ...plain, number: 1 }],
    ["opening words without a custody", withLine("resource no map at all"), plain],
    [
      "a method that is quotes",
      withLine('calls 0 0 "\\""'),
      {
        ...plain,
        calls: [{ method: '"', handled: 0, recorded: 0 }],
      },
    ],
    [
      "the same method twice",
      `${withLine('calls 1 1 "a"')}calls 2 2 "a"\n`,
      {
        ...plain,
        calls: [
          { method: "a", handled: 1, recorded: 1 },
          { method: "a", handled: 2, recorded: 2 },
        ],
      },
    ],
    ...(["open", "idle", "close", "adopted"] as const).map(
      (state) => [`state ${state}`, said("state", state), { ...plain, state }] as const,
    ),
  ])("%s", (_name, text, checkpoint) => expect(decodeCheckpoint(text)).toEqual(checkpoint));
  test.each([
    ["two words", "rotation old new", []],
    ["three words", "rotation old new sig", [{ from: "old", to: "new", signature: "sig" }]],
    ["four words", "rotation old new sig more", []],
  ])("a rotation of %s", (_name, line, rotations) => {
    const text = encodeCheckpoint({ ...plain, opening }) + `${line}\n`;
    expect(decodeCheckpoint(text)).toEqual({ ...plain, opening: { ...opening, rotations } });
  });
  test.each(["file", "memory", "function"] as const)("custody %s", (custody) => {
    const text = encodeCheckpoint({ ...plain, opening: { ...opening, custody } });
    expect(decodeCheckpoint(text)).toMatchObject({ opening: { custody } });
  });
});

const count = fc.maxSafeNat();
const word = fc.stringMatching(/^[A-Za-z0-9_.*+=/-]{1,30}$/);
const anyText = fc.string({ unit: "grapheme", maxLength: 20 });

test("what was encoded is decoded", () => {
  fc.assert(
    fc.property(
      fc.record({
        stream: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{15}$/),
        size: count.map((size) => Math.max(1001, size)),
        begin: fc.nat({ max: 1000 }),
        root: fc
          .uint8Array({ minLength: 32, maxLength: 32 })
          .map((bytes) => Uint8Array.from(bytes)),
        number: count.map((number) => Math.max(1, number)),
        state: fc.constantFrom("open", "run", "idle", "close", "adopted"),
        time: word,
        results: count,
        leaf: word,
        key: word,
        previous: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64), {
          nil: undefined,
        }),
        adopter: fc.option(word, { nil: undefined }),
        calls: fc.array(fc.record({ method: anyText, handled: count, recorded: count }), {
          maxLength: 3,
        }),
        opening: fc.option(
          fc.record({
            custody: fc.constantFrom("file", "memory", "function"),
            sealed: fc.array(word, { maxLength: 3 }),
            redactable: fc.array(word, { maxLength: 3 }),
            auditPolicy: word,
            redactionPolicy: word,
            resource: fc.dictionary(
              anyText.filter((name) => name !== "__proto__"),
              fc.oneof(anyText, fc.integer()),
              { noNullPrototype: true },
            ),
            rotations: fc.array(fc.record({ from: word, to: word, signature: word }), {
              maxLength: 3,
            }),
          }),
          { nil: undefined },
        ),
      }),
      (checkpoint) => {
        expect(decodeCheckpoint(encodeCheckpoint(checkpoint as Checkpoint))).toEqual(checkpoint);
      },
    ),
  );
});

test("any text is decoded or refused, never thrown at", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.tuple(word, anyText).map((parts) => parts.join(" ")),
    fc.constantFrom(...PLAIN.split("\n"), 'calls 1 1 "a"', "custody file", "resource {}"),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
      const decoded = decodeCheckpoint(lines.join("\n"));
      expect(["string", "object"]).toContain(typeof decoded);
    }),
    { numRuns: 500 },
  );
});
