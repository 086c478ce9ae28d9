/** Whose keys sign, which of them are trusted, and how many groups they are. */
import { describe, expect, test } from "vitest";
import { counted } from "../../src/lib/counted.ts";
import type { Checkpoint, KeyCustody } from "../../src/seal/portable.ts";
import { createKeyRing } from "../../src/verify/key-ring.ts";
import { keyOfTest, type TestKey } from "../support/fixed-stream.ts";
import { STREAMS } from "../support/sealed-journal.ts";

const [A, B, C] = STREAMS;
const [FIRST, SECOND, THIRD] = [keyOfTest(0), keyOfTest(1), keyOfTest(2)];

/** A checkpoint of a stream, as far as keys are concerned. */
interface Use {
  readonly stream: string;
  readonly by: TestKey;
  readonly adopter?: string;
  readonly custody?: KeyCustody;
  /** Each key vouches for the next one. */
  readonly steps?: readonly (readonly [from: TestKey, to: TestKey])[];
}

interface Said {
  readonly keys: readonly (readonly [key: string, isTrusted: boolean, streams: number])[];
  readonly trust: string;
  readonly findings: readonly (readonly [string, string, number | undefined, string | undefined])[];
}

function said(uses: readonly Use[], pinned: readonly TestKey[] = []): Said {
  const ring = createKeyRing(pinned.map(({ note }) => note));
  for (const { stream, by, adopter, custody = "file", steps = [] } of uses) {
    const opening = {
      custody,
      sealed: [],
      redactable: [],
      auditPolicy: "",
      redactionPolicy: "",
      resource: {},
      rotations: [],
    };
    const checkpoint: Checkpoint = {
      stream,
      size: 1,
      root: new Uint8Array(32),
      number: 1,
      state: "open",
      time: "",
      results: 0,
      leaf: "",
      key: by.line,
      begin: 0,
      calls: [],
      opening,
      adopter,
    };
    ring.use({
      checkpoint,
      key: by.note,
      noteHash: "",
      from: 0,
      begin: 0,
      leaves: new Uint8Array(),
      rootBefore: undefined,
      rootAtBegin: undefined,
      rotations: steps.map(([from, to]) => ({ from: from.line, to: to.line })),
    });
  }
  const findings: Said["findings"][number][] = [];
  const { keys, trust } = ring.finish((code, { message, count, stream }) =>
    findings.push([code, message, count, stream]),
  );
  return {
    keys: keys.map(({ key, isTrusted, streams }) => [key, isTrusted, streams]),
    trust,
    findings,
  };
}

const foreign = (key: TestKey, ...streams: readonly string[]): Said["findings"][number] => [
  "foreign_key",
  `checkpoints of ${counted(streams.length, "stream")} are signed with the key ${key.line}, which is none of those given: ${streams.slice(0, 3).join(", ")}`,
  streams.length,
  streams[0],
];
const unlinked = (count: number): Said["findings"][number] => [
  "keys_unlinked",
  `${count} keys sign streams here, and none of them vouches for the others: name those that you trust with --public-key`,
  count,
  undefined,
];
const OF_FIRST: Use = { stream: A, by: FIRST };
const OF_SECOND: Use = { stream: B, by: SECOND };
const OF_THIRD: Use = { stream: C, by: THIRD };
/** The second one came after the first, the third after that. */
const AFTER_FIRST: Use = { ...OF_SECOND, steps: [[FIRST, SECOND]] };
const AFTER_SECOND: Use = { ...OF_THIRD, steps: [[SECOND, THIRD]] };

describe("with the keys that are given", () => {
  test.each<readonly [string, readonly Use[], readonly TestKey[], Said["findings"]]>([
    ["the one that signs", [OF_FIRST], [FIRST], []],
    ["one of two that sign", [OF_FIRST, OF_SECOND], [FIRST], [foreign(SECOND, B)]],
    ["none that signs", [OF_FIRST, OF_SECOND], [THIRD], [foreign(FIRST, A), foreign(SECOND, B)]],
    ["one that vouches for another", [AFTER_FIRST], [FIRST], []],
    ["one that came after another", [OF_FIRST, AFTER_FIRST], [SECOND], [foreign(FIRST, A)]],
    ["one that vouches over two steps", [AFTER_FIRST, AFTER_SECOND], [FIRST], []],
    ["the same, read the other way", [AFTER_SECOND, AFTER_FIRST], [FIRST], []],
    [
      "one whose steps a single checkpoint says",
      [
        {
          ...OF_THIRD,
          steps: [
            [SECOND, THIRD],
            [FIRST, SECOND],
          ],
        },
      ],
      [FIRST],
      [],
    ],
    [
      "steps that do not lead to the key that signs",
      [
        { ...OF_FIRST, steps: [[THIRD, SECOND]] },
        { ...OF_SECOND, steps: [] },
      ],
      [THIRD],
      [foreign(FIRST, A), foreign(SECOND, B)],
    ],
    [
      "one of two that vouch for another",
      [
        {
          ...OF_THIRD,
          steps: [
            [SECOND, THIRD],
            [FIRST, THIRD],
          ],
        },
      ],
      [FIRST],
      [],
    ],
    [
      "steps of others that lead from one to the next",
      [
        {
          ...OF_FIRST,
          steps: [
            [THIRD, SECOND],
            [SECOND, THIRD],
          ],
        },
        OF_SECOND,
      ],
      [THIRD],
      [foreign(FIRST, A), foreign(SECOND, B)],
    ],
    [
      "a key of four streams",
      [A, B, C, "DbCdEfGhIjKlMnOp"].map((stream) => ({ stream, by: SECOND })),
      [FIRST],
      [foreign(SECOND, A, B, C, "DbCdEfGhIjKlMnOp")],
    ],
    [
      "an adopter's stream is its own",
      [{ ...OF_SECOND, adopter: C }],
      [FIRST],
      [foreign(SECOND, C)],
    ],
  ])("%s", (_name, uses, pinned, findings) => {
    const report = said(uses, pinned);
    expect(report.findings).toEqual(findings);
    expect(report.trust).toBe(findings.length === 0 ? "pinned" : "foreign");
    const untrusted = report.keys.filter(([, isTrusted]) => !isTrusted);
    expect(untrusted).toHaveLength(findings.length);
  });
});

describe("with no key given", () => {
  test.each<readonly [string, readonly Use[], Said["findings"], number]>([
    ["one key", [OF_FIRST, { ...OF_FIRST, stream: B }], [], 1],
    ["two that nobody links", [OF_FIRST, OF_SECOND], [unlinked(2)], 2],
    ["two, one of which vouches for the other", [OF_FIRST, AFTER_FIRST], [], 2],
    ["three in a row", [OF_FIRST, AFTER_FIRST, AFTER_SECOND], [], 3],
    [
      "three in a row, the middle one signs nothing",
      [
        OF_FIRST,
        {
          ...OF_THIRD,
          steps: [
            [SECOND, THIRD],
            [FIRST, SECOND],
          ],
        },
      ],
      [],
      2,
    ],
    [
      "two that follow one that signs nothing",
      [AFTER_FIRST, { ...OF_THIRD, steps: [[FIRST, THIRD]] }],
      [],
      2,
    ],
    ["two, and one that nobody links", [OF_FIRST, AFTER_FIRST, OF_THIRD], [unlinked(2)], 3],
    [
      "two that vouch for each other",
      [{ ...OF_FIRST, steps: [[SECOND, FIRST]] }, AFTER_FIRST],
      [],
      2,
    ],
    [
      "what one says of others links nobody",
      [{ ...OF_FIRST, steps: [[THIRD, SECOND]] }, OF_SECOND, OF_THIRD],
      [unlinked(3)],
      3,
    ],
  ])("%s", (_name, uses, findings, keys) => {
    const report = said(uses);
    expect(report.findings).toEqual(findings);
    expect(report.trust).toBe("log");
    expect(report.keys.map(([, isTrusted]) => isTrusted)).toEqual(Array<boolean>(keys).fill(false));
  });

  test("how many streams a key signs, adopters under their own name", () => {
    const uses = [
      OF_FIRST,
      OF_FIRST,
      { ...OF_FIRST, stream: B },
      { stream: C, by: FIRST, adopter: A },
    ];
    expect(said(uses).keys).toEqual([[FIRST.line, false, 2]]);
  });
});

test("nothing is signed", () => {
  expect(said([])).toEqual({ keys: [], trust: "none", findings: [] });
  expect(said([], [FIRST]).trust).toBe("none");
});

test("keys that were only in memory, each once", () => {
  const memory = { custody: "memory" } as const;
  const uses = [OF_FIRST, { ...OF_FIRST, ...memory }, OF_FIRST, { ...OF_SECOND, ...memory }];
  expect(said([...uses, OF_THIRD], [FIRST, SECOND, THIRD]).findings).toEqual([
    [
      "key_in_memory",
      "2 keys were only in the memory of the processes that signed with them",
      2,
      undefined,
    ],
  ]);
  expect(said([OF_FIRST, { ...OF_SECOND, custody: "function" }], [FIRST, SECOND]).findings).toEqual(
    [],
  );
});
