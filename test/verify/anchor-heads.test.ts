import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../src/event/index.ts";
import type { NoteKey } from "../../src/seal/portable.ts";
import { judgeAnchor, trustedAnchors } from "../../src/verify/anchor-heads.ts";
import type { FindingCode, FindingParts } from "../../src/verify/findings.ts";
import type { Run } from "../../src/verify/runs.ts";
import type { StreamSummary } from "../../src/verify/judged-stream.ts";
import { createStreamJudge, type StreamJudge } from "../../src/verify/stream-judge.ts";
import { keyOfTest } from "../support/fixed-stream.ts";
import { journal, STREAMS, verify } from "../support/sealed-journal.ts";

const STREAM = "AbCdEfGhIjKlMnOp";

/** A stream that is there with so many signed records, and the roots that its checkpoints give. */
interface Here {
  readonly size: number;
  readonly roots: Readonly<Record<number, string>>;
}

interface Case {
  readonly here?: Here;
  readonly purged?: readonly Run[];
}

function judge({ here, purged = [] }: Case): readonly [FindingCode, FindingParts][] {
  const findings: [FindingCode, FindingParts][] = [];
  const judges = new Map<string, StreamJudge>();
  const streams = new Map<string, StreamSummary>();
  if (here !== undefined) {
    const real = createStreamJudge({
      stream: STREAM,
      found: () => {},
      areCopiesExpected: true,
      areLeavesKept: true,
      repeatCode: "record_inserted",
      window: { since: -Infinity, until: Infinity },
    });
    judges.set(STREAM, { ...real, rootAt: (size: number) => here.roots[size] });
    streams.set(STREAM, { ...real.finish([]), size: here.size });
  }
  judgeAnchor(
    { stream: STREAM, size: 10, root: "R10" },
    {
      judges,
      streams,
      purged: new Map(purged.length === 0 ? [] : [[STREAM, purged]]),
      found: (code, finding) => void findings.push([code, finding]),
    },
  );
  return findings;
}

describe("an anchor of ten records", () => {
  test.each<[name: string, given: Case, codes: readonly FindingCode[]]>([
    ["the same stream", { here: { size: 10, roots: { 10: "R10" } } }, []],
    ["a stream that grew", { here: { size: 20, roots: { 10: "R10", 20: "R20" } } }, []],
    ["another history", { here: { size: 20, roots: { 10: "other" } } }, ["anchor_differs"]],
    ["a cut stream", { here: { size: 7, roots: { 7: "R7" } } }, ["records_missing"]],
    ["no stream", {}, ["stream_missing"]],
    ["no checkpoint of that size", { here: { size: 20, roots: {} } }, ["record_unproven"]],
    ["no stream, purged whole", { purged: [[1, 10]] }, ["records_purged"]],
    [
      "no stream, purged whole in two runs and more",
      {
        purged: [
          [5, 12],
          [1, 4],
        ],
      },
      ["records_purged"],
    ],
    ["no stream, and only a part was purged", { purged: [[1, 9]] }, ["stream_missing"]],
    ["no stream, and the end was purged", { purged: [[2, 10]] }, ["stream_missing"]],
    [
      "purged beyond the anchor",
      { here: { size: 30, roots: { 20: "R20" } }, purged: [[1, 20]] },
      [],
    ],
    [
      "purged, and what is left has another root there",
      { here: { size: 30, roots: { 10: "other" } }, purged: [[1, 10]] },
      ["anchor_differs"],
    ],
    [
      "purged whole, and a part of it is still here",
      { here: { size: 7, roots: {} }, purged: [[1, 10]] },
      [],
    ],
    [
      "purged in part, and cut",
      { here: { size: 7, roots: {} }, purged: [[1, 4]] },
      ["records_missing"],
    ],
  ])("%s", (_name, given, codes) => {
    expect(judge(given).map(([code]) => code)).toEqual(codes);
  });

  test("says how many are missing, and which", () => {
    const [[, cut] = []] = judge({ here: { size: 7, roots: {} } });
    expect(cut).toMatchObject({ stream: STREAM, count: 3, ranges: [[8, 10]] });
    const [[, gone] = []] = judge({ purged: [[1, 9]] });
    expect(gone).toMatchObject({ stream: STREAM, count: 1 });
    const [[, purged] = []] = judge({ purged: [[1, 10]] });
    expect(purged).toMatchObject({ count: 10, ranges: [[1, 10]] });
  });
});

describe("the head of a stream", () => {
  const [closed, killed, adopter] = STREAMS;
  const headsOf = async (records: readonly AuditRecord[]): Promise<object> => {
    const { streams } = await verify(records);
    return Object.fromEntries(streams.map(({ stream, head }) => [stream, head?.size]));
  };
  test("is that of its own last checkpoint, also where an adopter's goes on", async () => {
    const heads = await headsOf(journal());
    expect(heads).toEqual({ [closed]: 8, [killed]: 1, [adopter]: 3 });
  });
  test("is that of its adopter where it has no checkpoint of its own", async () => {
    const isOwn = ({ attributes }: AuditRecord): boolean =>
      String(attributes["audit.record.id"]).startsWith(killed) &&
      attributes["audit.record.kind"] === "checkpoint";
    const heads = await headsOf(journal().filter((record) => !isOwn(record)));
    expect(heads).toMatchObject({ [killed]: 3 });
  });
});

describe("anchors that count", () => {
  const [vouched, other, another] = [1, 2, 3].map((at) => `${keyOfTest(0).line}${at}`);
  const head = (signedBy: string | undefined) => ({
    stream: STREAM,
    size: 1,
    root: "R",
    ...(signedBy === undefined ? {} : { signedBy }),
  });
  const anchors = [keyOfTest(0).line, vouched, undefined, other, another, other].map(head);
  const used = [
    { key: vouched ?? "", isTrusted: true, streams: 1, isInMemory: false },
    { key: other ?? "", isTrusted: false, streams: 1, isInMemory: false },
  ];
  /** The heads that count, and how many of which others do not. */
  function counted(publicKeys: readonly NoteKey[]): readonly unknown[] {
    const found: unknown[] = [];
    const counting = trustedAnchors({ anchors, publicKeys }, used, (code, { message, count }) => {
      const [, key] =
        /^an anchor of \d+ streams? .* the key (\S+), which is none/.exec(message) ?? [];
      found.push([code, key, count]);
    });
    return [counting.map(({ signedBy }) => signedBy), found];
  }
  test("those of keys that are trusted, and of nobody; of each other key it is said once", () => {
    expect(counted([keyOfTest(0).note])).toEqual([
      [keyOfTest(0).line, vouched, undefined],
      [
        ["anchor_untrusted", other, 2],
        ["anchor_untrusted", another, 1],
      ],
    ]);
  });
  test("all, where no key is given", () => {
    expect(counted([])).toEqual([anchors.map(({ signedBy }) => signedBy), []]);
  });
});
