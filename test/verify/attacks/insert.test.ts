/** Somebody puts records in, doubles them, or puts them in another order. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  EXIT,
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
let stream = "";
beforeAll(() => {
  stream = workshop.write();
});
const victim = (): Victim => victimOf(`${workshop.folder}/audit`, [stream]);

/** A copy of a line under another number. */
function renumbered(line: string, to: number, others: object = {}): string {
  const flat = JSON.parse(line) as Flat;
  return JSON.stringify({ ...flat, record_id: `${stream}.${to}`, sequence: to, ...others });
}
const added =
  (...made: readonly ((lines: readonly string[]) => string)[]) =>
  (lines: readonly string[]): readonly string[] => [...lines, ...made.map((make) => make(lines))];

type Row = readonly [string, (attacked: Victim) => void, keyof typeof EXIT, readonly string[]];

describe("records that were put into a journal", () => {
  test.each<Row>([
    [
      "a copy of one, under the number behind the end",
      (it) =>
        it.rewrite(
          it.journal(),
          added((lines) => renumbered(lines[6] ?? "", 13)),
        ),
      "tampered",
      ["record_inserted A.13 A/1.jsonl:13"],
    ],
    [
      "a copy of one, far behind the end",
      (it) =>
        it.rewrite(
          it.journal(),
          added((lines) => renumbered(lines[6] ?? "", 9_007_199_254_740_991)),
        ),
      "tampered",
      [
        `record_inserted A.9007199254740991 A/1.jsonl:13`,
        `records_missing A.13 x${9_007_199_254_740_991 - 13}`,
      ],
    ],
    [
      "a copy of one, under the number of the closing checkpoint",
      (it) =>
        it.rewrite(
          it.journal(),
          added((lines) => renumbered(lines[6] ?? "", 12)),
        ),
      "tampered",
      ["copies_differ A.12 A/1.jsonl:13"],
    ],
    [
      "the same, and before it",
      (it) => it.rewrite(it.journal(), (lines) => [renumbered(lines[6] ?? "", 12), ...lines]),
      "tampered",
      ["copies_differ A.12 A/1.jsonl:13", "record_inserted A.12 A/1.jsonl:1"],
    ],
    [
      "an invented one, where one was taken away",
      (it) => it.rewrite(it.journal(), (lines) => lines.with(6, renumbered(lines[9] ?? "", 7))),
      "tampered",
      ["record_altered A.7 A/1.jsonl:7"],
    ],
    [
      "one in front, as number 0",
      (it) => it.rewrite(it.journal(), (lines) => [renumbered(lines[6] ?? "", 0), ...lines]),
      "unreadable",
      ["line_unreadable A/1.jsonl:1"],
    ],
    [
      "one in front, below 0",
      (it) => it.rewrite(it.journal(), (lines) => [renumbered(lines[6] ?? "", -1), ...lines]),
      "unreadable",
      ["line_unreadable A/1.jsonl:1"],
    ],
    [
      "a stream of its own, without a checkpoint",
      (it) => forgeStream(it, 20),
      "inconclusive",
      ["record_unproven QQQQQQQQQQQQQQQQ.1 QQQQQQQQQQQQQQQQ/1.jsonl:1 x20", "stream_unclosed x1"],
    ],
    [
      "a stream of its own, of a service that was killed at once",
      (it) => forgeStream(it, 2),
      "verified",
      ["records_unsigned QQQQQQQQQQQQQQQQ.1 QQQQQQQQQQQQQQQQ/1.jsonl:1 x2", "stream_unclosed x1"],
    ],
    [
      "words that are no record",
      (it) =>
        it.rewrite(
          it.journal(),
          added(() => "bob was here"),
        ),
      "unreadable",
      ["line_unreadable A/1.jsonl:13"],
    ],
    ["an empty line", (it) => it.rewrite(it.journal(), (lines) => ["", ...lines]), "verified", []],
  ])("%s", async (_name, attack, verdict, findings) => {
    const attacked = victim();
    attack(attacked);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), verdict, findings);
  });
});

/** Records that look like those of the victim, in a stream that nobody signed. */
function forgeStream(attacked: Victim, count: number): void {
  const lines = attacked.lines(attacked.journal());
  mkdirSync(attacked.path("journal/QQQQQQQQQQQQQQQQ"));
  const made = Array.from({ length: count }, (_, at) =>
    `${renumbered(lines[6] ?? "", at + 1)}\n`.replaceAll(stream, "QQQQQQQQQQQQQQQQ"),
  );
  writeFileSync(attacked.path("journal/QQQQQQQQQQQQQQQQ/1.jsonl"), made.join(""));
}

describe("another order", () => {
  test.each<readonly [string, (lines: readonly string[]) => readonly string[]]>([
    ["two lines", (lines) => lines.with(6, lines[7] ?? "").with(7, lines[6] ?? "")],
    ["all lines", (lines) => lines.toReversed()],
    ["records behind the last checkpoint", (lines) => [...lines.slice(2), ...lines.slice(0, 2)]],
  ])("of %s changes nothing that is said", async (_name, change) => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), change);
    expectVerdict(await judge(attacked), "verified", []);
  });
  test("of numbers: each record has the place of the other", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) =>
      lines.with(6, renumbered(lines[7] ?? "", 7)).with(7, renumbered(lines[6] ?? "", 8)),
    );
    expectVerdict(await judge(attacked), "tampered", [
      "record_altered A.7 A/1.jsonl:7",
      "record_altered A.8 A/1.jsonl:8",
    ]);
  });
});

describe("a record twice", () => {
  test("the same line, in its journal", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) => [...lines, lines[6] ?? ""]);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "record_inserted A.7 A/1.jsonl:13",
    ]);
  });
  test("with other content, in its journal", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) => [
      ...lines,
      renumbered(lines[6] ?? "", 7, { actor_type: "service" }),
    ]);
    const { report, said } = await judge(attacked, {}, [attacked.path("journal")]);
    expect(said).toEqual([
      expect.stringMatching(/^record_(inserted|altered) A\.7 A\/1\.jsonl:13$/),
    ]);
    expect(report.exitCode).toBe(1);
  });
  test("with other content and before the right one, in its journal", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.journal(), (lines) => [
      renumbered(lines[6] ?? "", 7, { actor_type: "service" }),
      ...lines,
    ]);
    expectVerdict(await judge(attacked, {}, [attacked.path("journal")]), "tampered", [
      "record_altered A.7 A/1.jsonl:1",
    ]);
  });
  test.each(["copy.jsonl", "audit_log-1.json"])(
    "with other content, in a second copy: %s",
    async (name) => {
      const attacked = victim();
      const lines = attacked.lines(attacked.journal());
      const changed = lines.with(6, renumbered(lines[6] ?? "", 7, { actor_type: "service" }));
      const text = name.endsWith("l")
        ? changed.map((line) => `${line}\n`).join("")
        : `[\n${changed.join(",\n")}\n]\n`;
      writeFileSync(attacked.path(name), text);
      const line = name.endsWith("l") ? 7 : 8;
      expectVerdict(await judge(attacked), "tampered", [`record_altered A.7 ${name}:${line}`]);
    },
  );
  test("the same in a second copy, and the same file under two names", async () => {
    const attacked = victim();
    copyFileSync(attacked.journal(), attacked.path("copy.jsonl"));
    const paths = [attacked.directory, attacked.journal(), attacked.journal()];
    expectVerdict(await judge(attacked, {}, paths), "verified", []);
  });
});

describe("what was put into views", () => {
  test("the reason of an intent without a result, where a journal has none", async () => {
    const attacked = victim();
    attacked.record(4, (flat) => {
      flat["error"] = "its stream ended without a result: whether it was done is not known";
    });
    expectVerdict(await judge(attacked), "tampered", ["record_altered A.4 A/1.jsonl:4"]);
  });
  test("a CSV row of an invented record, and a cell", async () => {
    const attacked = victim();
    attacked.rewrite(attacked.path("audit_log.csv"), (lines) =>
      lines
        .map((line, at) => (at === 3 ? line.replace(",user,", ",service,") : line))
        .concat(
          (lines.at(-1) ?? "")
            .replaceAll(`${stream}.11`, `${stream}.99`)
            .replace(`${stream},11`, `${stream},99`),
        ),
    );
    const { report, said } = await judge(attacked);
    expect(said).toContain("record_altered A.7 audit_log.csv:4");
    expect(said).toContain("record_inserted A.99 audit_log.csv:8");
    expect(report.exitCode).toBe(1);
  });
});
