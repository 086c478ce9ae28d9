import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  rotationText,
} from "../../src/seal/checkpoint.ts";
import { keyOfTest } from "../support/sealed-stream.ts";

const root = new Uint8Array(32).fill(7);
const key = keyOfTest(0).line;
const plain: Checkpoint = {
  stream: "AbCdEfGhIjKlMnOp",
  size: 300,
  root,
  number: 2,
  state: "run",
  time: "2026-11-21T09:00:03.123456Z",
  results: 12,
  leaf: "audit-leaf/1",
  key,
  previous: "abc=",
  calls: [],
  adopter: undefined,
  opening: undefined,
};
const opening = {
  custody: "file",
  sealed: ["audit.", "rpc."],
  redactable: ["*", "audit.actor.id"],
  auditPolicy: "one",
  redactionPolicy: "two",
  resource: { "service.name": "trainer", "process.pid": 7 },
  rotation: undefined,
} as const;

const PLAIN = `otel-audit/AbCdEfGhIjKlMnOp
300
BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
format audit-checkpoint/1
number 2
state run
time 2026-11-21T09:00:03.123456Z
results 12
leaf audit-leaf/1
key ${key}
previous abc=
`;

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
      opening: { ...opening, rotation: { from: "old", signature: "sig=" } },
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
      "rotation old sig=",
      "",
    ]);
    expect(decodeCheckpoint(text)).toEqual(first);
  });
  test("of an adopted one", () => {
    const adopted: Checkpoint = { ...plain, state: "adopted", adopter: "BbCdEfGhIjKlMnOp" };
    const text = encodeCheckpoint(adopted);
    expect(text.split("\n").slice(10)).toEqual(["previous abc=", "adopter BbCdEfGhIjKlMnOp", ""]);
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

const withLine = (line: string): string => `${PLAIN}${line}\n`;
const without = (word: string): string => PLAIN.replace(new RegExp(`^${word} .*\n`, "m"), "");
const said = (word: string, value: string): string =>
  PLAIN.replace(new RegExp(`^${word} .*$`, "m"), `${word} ${value}`);
const headed = (at: number, value: string): string =>
  PLAIN.split("\n")
    .map((line, place) => (place === at ? value : line))
    .join("\n");

describe("what is refused, and why", () => {
  test.each([
    ["no line end", PLAIN.slice(0, -1), "its text has no line end"],
    ["nothing", "", "its text has no line end"],
    [
      "a later format, whatever else it says",
      `${said("format", "audit-checkpoint/2")}?\n`,
      'its format is "audit-checkpoint/2"; this version reads audit-checkpoint/1',
    ],
    [
      "no format",
      without("format"),
      'its format is "unknown"; this version reads audit-checkpoint/1',
    ],
    ["an empty line", withLine(""), '"" is no line of it'],
    ["a word alone", withLine("word"), '"word" is no line of it'],
    ["no value", withLine("word "), '"word " is no line of it'],
    ["a word in capitals", withLine("Word 1"), '"Word 1" is no line of it'],
    ["a space before it", withLine(" word 1"), '" word 1" is no line of it'],
    ["no word", withLine(" 1"), '" 1" is no line of it'],
    ["a word twice", withLine("state run"), "it says state twice"],
    ["an unknown word twice", `${withLine("later 1")}later 1\n`, "it says later twice"],
    ["the format twice", withLine("format audit-checkpoint/1"), "it says format twice"],
    [
      "another origin",
      headed(0, "example.com/AbCdEfGhIjKlMnOp"),
      'its origin is "example.com/AbCdEfGhIjKlMnOp"',
    ],
    ["a short stream", headed(0, "otel-audit/AbCdEfGh"), 'its origin is "otel-audit/AbCdEfGh"'],
    ["no stream", headed(0, "otel-audit/"), 'its origin is "otel-audit/"'],
    [
      "a root of 31 bytes",
      headed(2, Buffer.alloc(31).toString("base64")),
      "its root is no SHA-256",
    ],
    [
      "a root of 33 bytes",
      headed(2, Buffer.alloc(33).toString("base64")),
      "its root is no SHA-256",
    ],
    ["no base64", headed(2, "x"), "its root is no SHA-256"],
    ["no leaf", headed(1, "0"), 'its size is "0"'],
    ["a negative size", headed(1, "-1"), 'its size is "-1"'],
    ["a zero before the size", headed(1, "0300"), 'its size is "0300"'],
    ["2^53 leaves", headed(1, "9007199254740992"), 'its size is "9007199254740992"'],
    ["17 digits", headed(1, "90071992547409911"), 'its size is "90071992547409911"'],
    ["no size", headed(1, ""), 'its size is ""'],
    ["no number", without("number"), "it has no number"],
    ["number 0", said("number", "0"), "it has no number"],
    ["no digits", said("number", "two"), "it has no number"],
    ["no results", without("results"), "it does not say how many results it covers"],
    ["negative results", said("results", "-1"), "it does not say how many results it covers"],
    ["an unknown state", said("state", "new"), 'its state is "new"'],
    ["no state", without("state"), 'its state is "unknown"'],
    ...["time", "leaf", "key"].map(
      (word) =>
        [
          `no ${word}`,
          without(word),
          "it lacks its time, the version of its leaves, or its key",
        ] as const,
    ),
    ["calls without a method", withLine("calls 1 1"), '"calls 1 1" counts no calls'],
    ["calls without quotes", withLine("calls 1 1 a"), '"calls 1 1 a" counts no calls'],
    [
      "calls of no text",
      withLine('calls 1 1 "a" "b"'),
      '"calls 1 1 \\"a\\" \\"b\\"" counts no calls',
    ],
    [
      "calls with a zero before",
      withLine('calls 01 1 "a"'),
      '"calls 01 1 \\"a\\"" counts no calls',
    ],
    [
      "recorded with a zero before",
      withLine('calls 1 01 "a"'),
      '"calls 1 01 \\"a\\"" counts no calls',
    ],
    [
      "2^53 calls",
      withLine('calls 9007199254740992 1 "a"'),
      '"calls 9007199254740992 1 \\"a\\"" counts no calls',
    ],
    ["a negative count", withLine('calls -1 1 "a"'), '"calls -1 1 \\"a\\"" counts no calls'],
    ["a custody that nobody knows", withLine("custody cloud"), 'its custody is "cloud"'],
    ["no resource", withLine("custody file"), "its resource is no map"],
    [
      "a resource that is a list",
      `${withLine("custody file")}resource []\n`,
      "its resource is no map",
    ],
    [
      "a resource that is null",
      `${withLine("custody file")}resource null\n`,
      "its resource is no map",
    ],
    [
      "a resource that is a text",
      `${withLine("custody file")}resource "a"\n`,
      "its resource is no map",
    ],
    [
      "a resource that is no JSON",
      `${withLine("custody file")}resource {\n`,
      "its resource is no map",
    ],
  ])("%s", (_name, text, why) => expect(decodeCheckpoint(text)).toBe(why));
});

describe("what is taken", () => {
  test.each([
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
    ...["open", "idle", "close", "adopted"].map(
      (state) => [`state ${state}`, said("state", state), { ...plain, state }] as const,
    ),
  ])("%s", (_name, text, checkpoint) => expect(decodeCheckpoint(text)).toEqual(checkpoint));
  test.each([
    ["one word", "rotation old", undefined],
    ["two words", "rotation old sig", { from: "old", signature: "sig" }],
  ])("a rotation of %s", (_name, line, rotation) => {
    const text = encodeCheckpoint({ ...plain, opening }) + `${line}\n`;
    expect(decodeCheckpoint(text)).toEqual({ ...plain, opening: { ...opening, rotation } });
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
        size: count.map((size) => Math.max(1, size)),
        root: fc
          .uint8Array({ minLength: 32, maxLength: 32 })
          .map((bytes) => Uint8Array.from(bytes)),
        number: count.map((number) => Math.max(1, number)),
        state: fc.constantFrom("open", "run", "idle", "close", "adopted"),
        time: word,
        results: count,
        leaf: word,
        key: word,
        previous: fc.option(word, { nil: undefined }),
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
            rotation: fc.option(fc.record({ from: word, signature: word }), { nil: undefined }),
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
