/** Ends of streams, adoption, old copies, two histories, and what a window of time hides. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { signerOfFile } from "../../../src/seal/index.ts";
import type { StreamHead } from "../../../src/seal/portable.ts";
import { toBase64 } from "../../../src/lib/base64.ts";
import { checkpointIn, resigned } from "../../support/forged-trail.ts";
import {
  expectVerdict,
  type Flat,
  judge,
  openWorkshop,
  type Victim,
  victimOf,
} from "../../support/attacked-trail.ts";

const workshop = openWorkshop();
/** Closed; killed; edited before it was adopted. */
let streams: readonly string[] = [];
let adopter = "";
const serviced = (line: string): string =>
  line.replace('"actor_type":"user"', '"actor_type":"service"');
beforeAll(() => {
  const killed = { trail: "killed", ending: "kill" } as const;
  streams = [workshop.write({ trail: "killed" }), workshop.write(killed)];
  const directory = join(workshop.folder, "adopted");
  cpSync(join(workshop.folder, "killed"), directory, { recursive: true });
  const path = join(directory, "journal", streams[1] ?? "", "1.jsonl");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  writeFileSync(path, lines.map((line, at) => `${at === 10 ? serviced(line) : line}\n`).join(""));
  adopter = workshop.write({ trail: "adopted", streams: 2 });
});
const killed = (): Victim => victimOf(join(workshop.folder, "killed"), streams);
const adopted = (): Victim => victimOf(join(workshop.folder, "adopted"), [...streams, adopter]);
const journal = (it: Victim): readonly string[] => [it.path("journal")];

describe("the end of a stream whose process was killed", () => {
  const TAIL = ["records_unsigned B.10 B/1.jsonl:10 x2", "stream_unclosed x1"];
  test("edited: nobody can tell, and it is said so", async () => {
    const attacked = killed();
    attacked.line(11, serviced, "B");
    expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", TAIL);
    expectVerdict(
      await judge(attacked, { isStrict: true }, journal(attacked)),
      "inconclusive",
      TAIL,
    );
  });
  test("made up, longer than any process leaves", async () => {
    const attacked = killed();
    attacked.rewrite(attacked.journal("B"), (lines) => [
      ...lines,
      ...Array.from({ length: 520 }, (_, at) => {
        const flat = JSON.parse(lines[10] ?? "") as Flat;
        const number = 12 + at;
        return JSON.stringify({ ...flat, record_id: `${streams[1]}.${number}`, sequence: number });
      }),
    ]);
    expectVerdict(await judge(attacked, {}, journal(attacked)), "inconclusive", [
      "record_unproven B.10 B/1.jsonl:10 x522",
      "stream_unclosed x1",
    ]);
  });
  test("two copies of it that differ", async () => {
    const attacked = killed();
    const [line = ""] = attacked.lines(attacked.journal("B")).slice(10);
    writeFileSync(attacked.path("copy.jsonl"), `${serviced(line)}\n`);
    const { report, said } = await judge(attacked, {}, [
      ...journal(attacked),
      attacked.path("copy.jsonl"),
    ]);
    // Segments are read behind all copies.
    expect(said).toEqual(["copies_differ B.11 B/1.jsonl:11", ...TAIL]);
    expect(report.exitCode).toBe(1);
  });
});

describe("the same, after another process adopted it", () => {
  const ADOPTED = ["records_adopted x3", "stream_unclosed x1"];
  test("it was edited before: adopted is not attested", async () => {
    const attacked = adopted();
    const { report } = await judge(attacked, {}, journal(attacked));
    const count = report.records.adopted;
    const findings = [`records_adopted x${count}`, "stream_unclosed x1"];
    expect(count).toBeGreaterThanOrEqual(2);
    expectVerdict(await judge(attacked, {}, journal(attacked)), "verified", findings);
    const strict = await judge(attacked, { isStrict: true }, journal(attacked));
    expectVerdict(strict, "inconclusive", findings);
  });
  test("edited once more", async () => {
    const attacked = adopted();
    attacked.line(10, serviced, "B");
    expectVerdict(await judge(attacked, {}, journal(attacked)), "tampered", [
      "record_altered B.10 B/1.jsonl:10",
      "records_adopted x2",
      "stream_unclosed x1",
    ]);
  });
  test("taken away", async () => {
    const attacked = adopted();
    attacked.rewrite(attacked.journal("B"), (lines) => lines.slice(0, 9));
    expectVerdict(await judge(attacked, {}, journal(attacked)), "incomplete", [
      "records_missing B.10 x2",
      "records_adopted x1",
      "stream_unclosed x1",
    ]);
  });
  test("the note that adopts is edited", async () => {
    const attacked = adopted();
    const at = attacked
      .lines(attacked.journal("C"))
      .findIndex((line) => line.includes("\\nstate adopted\\n"));
    attacked.line(at + 1, (line) => line.replace("results 2", "results 1"), "C");
    const { said, report } = await judge(attacked, {}, journal(attacked));
    expect(said).toContain(`checkpoint_altered C.${at + 1} C/1.jsonl:${at + 1}`);
    expect(said).not.toContain(ADOPTED[0]);
    expect(report.exitCode).toBe(1);
  });
});

/** What an anchor says of the first stream. */
function headOf(it: Victim): StreamHead {
  const last = checkpointIn(it.lines(it.journal()).at(-1) ?? "");
  if (last === undefined) throw new Error("no checkpoint");
  return { stream: last.stream, size: last.size, root: toBase64(last.root) };
}

describe("an old copy is put in the place of the whole directory", () => {
  const cut = (it: Victim): void => {
    it.rewrite(it.journal(), (lines) => lines.slice(0, 9));
    rmSync(it.path("journal/B/"), { recursive: true });
  };
  test("nobody has anything to compare it with", async () => {
    const attacked = killed();
    cut(attacked);
    const verdict = await judge(attacked, {}, journal(attacked));
    expectVerdict(verdict, "verified", ["stream_unclosed x1"]);
  });
  test("an anchor was kept", async () => {
    const attacked = killed();
    const anchors = [headOf(attacked), { ...headOf(attacked), stream: streams[1] ?? "", size: 8 }];
    const publicKeys = [signerOfFile(workshop.keyFile).key];
    cut(attacked);
    const verdict = await judge(attacked, { anchors, publicKeys }, journal(attacked));
    expectVerdict(verdict, "incomplete", [
      "records_missing A x3",
      "stream_missing B x8",
      "stream_unclosed x1",
    ]);
  });
  test("and it is as it was anchored", async () => {
    const attacked = killed();
    const publicKeys = [signerOfFile(workshop.keyFile).key];
    const { report } = await judge(
      attacked,
      { anchors: [headOf(attacked)], publicKeys },
      journal(attacked),
    );
    expect(report).toMatchObject({ exitCode: 0, trust: "anchored" });
  });
});

describe("the one who has the key signs a changed stream again", () => {
  const rewritten = (it: Victim, from: number): readonly string[] => {
    const lines = it.lines(it.journal());
    const changed = lines.map((line, at) => (at >= from ? serviced(line) : line));
    return resigned(changed, signerOfFile(workshop.keyFile));
  };
  test("an anchor was kept", async () => {
    const attacked = killed();
    const anchors = [headOf(attacked)];
    attacked.rewrite(attacked.journal(), () => rewritten(attacked, 0));
    const { said, report } = await judge(attacked, { anchors }, journal(attacked));
    expect(said).toContain("anchor_differs A");
    expect(report.exitCode).toBe(1);
  });
  test.each(["copy.jsonl", "1.jsonl"])(
    "a backup that went on otherwise stands beside it: %s",
    async (name) => {
      const attacked = killed();
      writeFileSync(
        attacked.path(name),
        rewritten(attacked, 9)
          .map((line) => `${line}\n`)
          .join(""),
      );
      const { said, report } = await judge(attacked, {}, [
        ...journal(attacked),
        attacked.path(name),
      ]);
      // Segments are read behind all copies.
      expect(said).toContain("histories_differ A A/1.jsonl:12");
      expect(report.exitCode).toBe(1);
    },
  );
  test("a backup that went on otherwise is mixed into its journal", async () => {
    const attacked = killed();
    const others = rewritten(attacked, 9).slice(9);
    writeFileSync(attacked.path("journal/A/2.jsonl"), others.map((line) => `${line}\n`).join(""));
    const { said, report } = await judge(attacked, {}, journal(attacked));
    expect(said).toContain("histories_differ A A/2.jsonl:3");
    expect(report.exitCode).toBe(1);
  });
});

describe("a window of time", () => {
  const timeOf = (it: Victim, line: number): number =>
    Date.parse(
      (JSON.parse(it.lines(it.journal())[line - 1] ?? "") as { timestamp: string }).timestamp,
    );
  test("does not hide a record whose time was moved out of it", async () => {
    const attacked = killed();
    const window = { since: timeOf(attacked, 7) - 1, until: timeOf(attacked, 8) + 1 };
    attacked.record(7, (flat) => void (flat["timestamp"] = "2020-01-01T00:00:00.000000Z"));
    const { said } = await judge(attacked, { window }, journal(attacked));
    expect(said).toContain("record_altered A.7 A/1.jsonl:7");
  });
  test("does not hide what was taken out of it", async () => {
    const attacked = killed();
    const window = { since: timeOf(attacked, 7) - 1, until: timeOf(attacked, 8) + 1 };
    attacked.rewrite(attacked.journal(), (lines) => lines.filter((_, at) => at !== 6));
    const { said } = await judge(attacked, { window }, journal(attacked));
    expect(said).toContain("records_missing A.7 x1");
  });
  test("leaves out a field that was changed before it", async () => {
    const attacked = killed();
    const window = { since: timeOf(attacked, 9) + 1, until: Infinity };
    attacked.record(7, (flat) => void (flat["reason"] = "other"));
    const { said } = await judge(attacked, { window }, journal(attacked));
    expect(said.filter((text) => text.startsWith("field_altered"))).toEqual([]);
  });
});
