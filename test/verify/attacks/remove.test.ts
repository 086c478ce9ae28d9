/** Somebody takes records away, or files, or the ends of them. */
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeJsonLine } from "../../../src/format/index.ts";
import { toBase64Url } from "../../../src/lib/base64.ts";
import { leafOf } from "../../../src/seal/index.ts";
import {
  EXIT,
  type Flat,
  expectVerdict,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let streams: readonly string[] = [];
/** Of the records of the stream, base64url. */
let leaves: readonly string[] = [];
beforeAll(() => {
  streams = [workshop.write()];
  const text = readFileSync(`${workshop.folder}/audit/journal/${streams[0]}/1.jsonl`, "utf8");
  leaves = text
    .trimEnd()
    .split("\n")
    .map((line) => toBase64Url(leafOf(decodeJsonLine(line)) ?? new Uint8Array()));
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, streams);

/** Takes lines, counted from 1, out of a file. */
const without =
  (...numbers: readonly number[]) =>
  (lines: readonly string[]): readonly string[] =>
    lines.filter((_, at) => !numbers.includes(at + 1));

const OPEN = "stream_unclosed x1";

test("nobody takes anything", async () => {
  expectVerdict(await judge(victim()), "verified", []);
});

type Row = readonly [string, (attacked: Victim) => void, keyof typeof EXIT, readonly string[]];

describe("from the journal alone", () => {
  test.each<Row>([
    [
      "a record",
      (it) => it.rewrite(it.journal(), without(7)),
      "incomplete",
      ["records_missing A.7 x1"],
    ],
    [
      "several",
      (it) => it.rewrite(it.journal(), without(7, 8, 10)),
      "incomplete",
      ["records_missing A.7 x3"],
    ],
    [
      "the first",
      (it) => it.rewrite(it.journal(), without(1)),
      "incomplete",
      ["records_missing A.1 x1"],
    ],
    [
      "the last that is covered",
      (it) => it.rewrite(it.journal(), without(11)),
      "incomplete",
      ["records_missing A.11 x1"],
    ],
    [
      "what is no result",
      (it) => it.rewrite(it.journal(), without(4)),
      "incomplete",
      ["records_missing A.4 x1"],
    ],
    [
      "a checkpoint: the next one has its leaves",
      (it) => it.rewrite(it.journal(), without(6)),
      "incomplete",
      ["records_missing A.6 x1"],
    ],
    [
      "two checkpoints in a row",
      (it) => it.rewrite(it.journal(), without(6, 9)),
      "incomplete",
      ["records_missing A.6 x2", "record_unproven A.2 A/1.jsonl:2 x4"],
    ],
    [
      "a checkpoint, and a record of each that it counts and the next",
      (it) => it.rewrite(it.journal(), without(3, 6, 8)),
      "incomplete",
      ["records_missing A.3 x3"],
    ],
    [
      "the first checkpoint, and so the key, the policies and the service",
      (it) => it.rewrite(it.journal(), without(2)),
      "incomplete",
      ["records_missing A.2 x1"],
    ],
    [
      "the closing checkpoint",
      (it) => it.rewrite(it.journal(), without(12)),
      "verified",
      [OPEN, "records_unsigned A.10 A/1.jsonl:10 x2"],
    ],
    [
      "the whole end behind a checkpoint",
      (it) => it.rewrite(it.journal(), (lines) => lines.slice(0, 9)),
      "verified",
      [OPEN],
    ],
    [
      "all but the checkpoints",
      (it) => it.rewrite(it.journal(), without(1, 3, 4, 5, 7, 8, 10, 11)),
      "incomplete",
      ["records_missing A.1 x8"],
    ],
    [
      "all but results and checkpoints, written like a view",
      (it) => {
        it.rewrite(it.journal(), (lines) => asView(without(1, 4)(lines)));
      },
      "incomplete",
      ["records_missing A.1 x2"],
    ],
    ["a whole segment", (it) => rmSync(it.journal()), "unreadable", []],
    [
      "a whole stream",
      (it) => rmSync(it.path("journal/A/"), { recursive: true }),
      "unreadable",
      [],
    ],
    [
      "the middle of a line, and all behind it",
      (it) => truncateSync(it.journal(), sizeUpTo(it, 8) + 40),
      "verified",
      [OPEN, "records_unsigned A.7 A/1.jsonl:7 x2"],
    ],
    [
      "the line end of the last line, which is whole without it",
      (it) => truncateSync(it.journal(), sizeUpTo(it, 12) - 1),
      "verified",
      [],
    ],
    [
      "the end of the last line",
      (it) => truncateSync(it.journal(), sizeUpTo(it, 12) - 2),
      "verified",
      [OPEN, "records_unsigned A.10 A/1.jsonl:10 x2"],
    ],
    ["all that is in the file", (it) => truncateSync(it.journal()), "unreadable", []],
    [
      "a segment, by its name",
      (it) => renameSync(it.journal(), it.path("journal/A/1.jsonl.foreign")),
      "unreadable",
      [],
    ],
    [
      "an early line, into a segment that comes later",
      (it) => {
        const [first = ""] = it.lines(it.journal());
        it.rewrite(it.journal(), without(1));
        writeFileSync(it.path("journal/A/9.jsonl"), `${first}\n`);
      },
      "verified",
      [],
    ],
  ])("%s", async (_name, attack, verdict, findings) => {
    const attacked = victim();
    attack(attacked);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), verdict, findings);
  });

  test.each(["1", "7", "12"])("record %s, which the views do not have either", async (number) => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), without(Number(number)));
    const { report } = await judge(attacked, {}, [attacked.path("journal")]);
    expect(report.exitCode).toBe(number === "12" ? 0 : 4);
  });
});

describe("from the journal, while the views still have it", () => {
  test("a result", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), without(7));
    expectVerdict(await judge(attacked), "verified", []);
  });
  test("the whole journal: views show results, and nothing tells what else there was", async () => {
    const attacked = victim();
    rmSync(attacked.path("journal/A/"), { recursive: true });
    const expected = ["only_results x1"];
    expectVerdict(await judge(attacked), "verified", expected);
    expectVerdict(await judge(attacked, { isStrict: true }), "inconclusive", expected);
  });
});

describe("from views, which were copied elsewhere with their checkpoints", () => {
  const VIEWS = ["audit_log.csv", "audit_log.json", "audit_checkpoints.jsonl"];
  const csv = "audit_log.csv";
  const ONLY = ["only_results x1"];
  /** Rows of a result, wherever it stands. */
  const rowsOf = (it: Victim, number: number) => (lines: readonly string[]) =>
    lines.filter(
      (line) =>
        !line.includes(`${it.streams[0]}.${number}"`) &&
        !line.includes(`${it.streams[0]}.${number},`),
    );
  const dropResult = (it: Victim, number: number): void => {
    for (const name of [csv, "audit_log.json"]) it.rewrite(it.path(name), rowsOf(it, number));
  };
  test.each<Row>([
    ["nothing", () => {}, "verified", ONLY],
    [
      "a CSV row, which the JSON has",
      (it) => it.rewrite(it.path(csv), rowsOf(it, 7)),
      "verified",
      ONLY,
    ],
    [
      "an element of the JSON, which the CSV has",
      (it) => it.rewrite(it.path("audit_log.json"), rowsOf(it, 7)),
      "verified",
      ONLY,
    ],
    [
      "a result from both",
      (it) => dropResult(it, 7),
      "incomplete",
      [...ONLY, "records_missing A x1"],
    ],
    [
      "a line of the checkpoints",
      (it) => it.rewrite(it.path(VIEWS[2] ?? ""), without(3)),
      "incomplete",
      [...ONLY, "records_missing A x1"],
    ],
    [
      "a line of the checkpoints, and the results under it",
      (it) => {
        it.rewrite(it.path(VIEWS[2] ?? ""), without(3));
        dropResult(it, 7);
        dropResult(it, 8);
      },
      "incomplete",
      [...ONLY, "records_missing A x1"],
    ],
    [
      "a line of the checkpoints, and the results under it, over which the last one is stretched",
      (it) => {
        const [first = "", ...others] = leaves;
        it.rewrite(it.path(VIEWS[2] ?? ""), (lines) =>
          without(3)(lines).map((line, at) =>
            at === 2 ? withHashes(line, others.slice(0, 10), [first]) : line,
          ),
        );
        dropResult(it, 7);
        dropResult(it, 8);
      },
      "incomplete",
      [...ONLY, "records_missing A x1"],
    ],
    [
      "all checkpoints of a stream",
      (it) =>
        it.rewrite(it.path(VIEWS[2] ?? ""), (lines) =>
          lines.filter((line) => !line.includes(it.streams[0] ?? "")),
        ),
      "inconclusive",
      [...ONLY, OPEN, "nothing_signed", "record_unproven A.3 audit_log.json:7 x6"],
    ],
  ])("%s", async (_name, attack, verdict, findings) => {
    const attacked = victim();
    rmSync(attacked.path("journal"), { recursive: true });
    attack(attacked);
    expectVerdict(await judge(attacked), verdict, findings);
  });
  test("a window of time does not make results outside of it missing", async () => {
    const attacked = victim();
    const line = attacked.lines(attacked.journal())[7] ?? "";
    const since = Date.parse((JSON.parse(line) as { timestamp: string }).timestamp);
    rmSync(attacked.path("journal"), { recursive: true });
    const { report } = await judge(attacked, { window: { since, until: Infinity } });
    expect(report.records.missing).toBe(0);
  });
});

test("a directory that is not there, and one with nothing in it", async () => {
  const attacked = victim();
  rmSync(attacked.directory, { recursive: true });
  await expect(judge(attacked)).rejects.toMatchObject({ code: "unreadable" });
  mkdirSync(attacked.directory);
  expectVerdict(await judge(attacked), "unreadable", []);
});

/** Bytes of so many lines, their ends included. */
function sizeUpTo(it: Victim, lines: number): number {
  const kept = it.lines(it.journal()).slice(0, lines);
  return kept.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

/** The line of a checkpoint, with other leaves and subtrees. */
function withHashes(line: string, hashes: readonly string[], subtrees: readonly string[]): string {
  const flat = JSON.parse(line) as Flat;
  Object.assign(flat.attributes, {
    "audit.checkpoint.leaves": hashes,
    "audit.checkpoint.subtrees": subtrees,
  });
  return JSON.stringify(flat);
}

/** A JSON array, an element a line. */
function asView(lines: readonly string[]): readonly string[] {
  return ["[", ...lines.map((line, at) => (at === lines.length - 1 ? line : `${line},`)), "]"];
}
