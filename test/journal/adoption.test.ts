/** Records that a killed process left unsigned, and the one that comes after it. */
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import type { Signer } from "../../src/seal/index.ts";
import { decodeNote } from "../../src/seal/portable.ts";
import { isSignatureOf } from "../../src/seal/signer.ts";
import { expectAdopted, notesOf, streamRecords } from "../support/adopted.ts";
import { resultRecord } from "../support/records.ts";
import { killed, sealedStream, segmentPath, signer, succeed } from "../support/successor.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const later: Signer = { ...signer, sign: async (text) => signer.sign(text) };

describe("a killed process", () => {
  const cases = [
    // The start record, those that were recorded, and the checkpoints.
    { name: "a tail", signed: 3, unsigned: 4, notes: 1 },
    { name: "only its last checkpoint behind it", signed: 3, unsigned: 0, notes: 1 },
    { name: "no checkpoint at all", signed: 0, unsigned: 5, notes: 1 },
    { name: "no checkpoint and only the start record", signed: 0, unsigned: 0, notes: 1 },
    { name: "a long tail", signed: 10, unsigned: 700, notes: 3 },
    {
      name: "a long tail and a signer that answers later",
      signed: 10,
      unsigned: 300,
      by: later,
      notes: 2,
    },
  ];
  test.for(cases)("$name: is adopted, once", async ({ signed, unsigned, by, notes }) => {
    const directory = temporaryDirectory();
    const stream = await killed(directory, signed, unsigned);
    const before = readFileSync(segmentPath(directory, stream), "utf8");
    const successor = await succeed(directory, by);
    const records = streamRecords(directory, stream);
    const found = notesOf(successor.records, stream);
    expect(successor.said).toEqual([]);
    expect(found).toHaveLength(notes);
    expectAdopted(found, { records, stream, adopter: successor.stream, size: records.length });
    for (const { note, text } of found) {
      const [signature] = decodeNote(note)?.signatures ?? [];
      expect(isSignatureOf(signer.key, text, signature?.signature ?? Buffer.alloc(0))).toBe(true);
    }
    expect(readFileSync(segmentPath(directory, stream), "utf8")).toBe(before);
    expect((await succeed(directory)).records).toEqual([]);
  });

  test("whose state is deleted is adopted again, with the same roots", async () => {
    const directory = temporaryDirectory();
    const stream = await killed(directory, 2, 3);
    const first = notesOf((await succeed(directory)).records, stream);
    rmSync(join(directory, "state", "adopted.json"));
    const second = notesOf((await succeed(directory)).records, stream);
    expect(second.map(({ checkpoint }) => checkpoint.root)).toEqual(
      first.map(({ checkpoint }) => checkpoint.root),
    );
  });
});

/** What is done to a dead stream of 11 records: 4 under checkpoints, number 5 is the last of those, and 6 more. */
const DAMAGES: readonly {
  readonly name: string;
  readonly damage: (path: string, lines: readonly string[]) => void;
  /** Records that are under checkpoints then; absent: none is adopted. */
  readonly size?: number;
  readonly says: RegExp | undefined;
}[] = [
  {
    name: "a cut last line",
    damage: (path) => appendFileSync(path, '{"timestamp":"2026-'),
    size: 11,
    says: undefined,
  },
  {
    name: "a cut line, and a next segment",
    damage(path, lines) {
      writeFileSync(path, `${lines.slice(0, 7).join("\n")}\n{"timestamp":"20`);
      writeFileSync(path.replace("1.jsonl", "2.jsonl"), `${lines.slice(7).join("\n")}\n`);
    },
    size: 11,
    says: undefined,
  },
  {
    name: "lines that stand in two segments",
    damage: (path, lines) =>
      writeFileSync(path.replace("1.jsonl", "2.jsonl"), `${lines.slice(5).join("\n")}\n`),
    size: 11,
    says: undefined,
  },
  {
    name: "a record that is missing",
    damage: (path, lines) => writeFileSync(path, `${lines.toSpliced(6, 1).join("\n")}\n`),
    size: 6,
    says: /\.7 is missing, \S+\.8 stands there/,
  },
  {
    name: "a line that is no record",
    damage: (path, lines) => writeFileSync(path, `${lines.toSpliced(6, 1, "hello").join("\n")}\n`),
    size: 6,
    says: /in the place of \S+\.7 is no record/,
  },
  {
    name: "a record of another stream",
    damage(path, lines) {
      const foreign = encodeJsonLine(resultRecord("AaaaaaaaaaaaaaaA", 7));
      writeFileSync(path, `${lines.toSpliced(6, 1, foreign).join("\n")}\n`);
    },
    size: 6,
    says: /\.7 is missing, AaaaaaaaaaaaaaaA\.7 stands there/,
  },
  {
    name: "seals that are none",
    damage(path, lines) {
      const bad = (lines[6] ?? "").replace(/"audit.integrity.fields":"/, "$&::");
      writeFileSync(path, `${lines.toSpliced(6, 1, bad).join("\n")}\n`);
    },
    size: 6,
    says: /\.7 says of its fields is no list of seals/,
  },
  {
    name: "a last checkpoint whose leaves were changed",
    damage(path, lines) {
      const bad = (lines[4] ?? "").replace(
        /("audit.checkpoint.leaves":\[")(.)/,
        (_, key, first) => `${key}${first === "A" ? "B" : "A"}`,
      );
      writeFileSync(path, `${lines.toSpliced(4, 1, bad).join("\n")}\n`);
    },
    says: /\.5: its root is not that of its hashes/,
  },
];

describe("a damaged stream of a killed process", () => {
  const left = mkdtempSync(join(tmpdir(), "otel-audit-test-"));
  let killing: Promise<string> | undefined;
  afterAll(() => rmSync(left, { recursive: true, force: true }));

  test.for(DAMAGES)(
    "$name: adopted as far as every record is there",
    async ({ damage, size, says }) => {
      const directory = temporaryDirectory();
      const stream = await (killing ??= killed(left, 2, 6));
      cpSync(left, directory, { recursive: true });
      const path = segmentPath(directory, stream);
      const records = streamRecords(directory, stream);
      expect(records).toHaveLength(11);
      damage(path, readFileSync(path, "utf8").split("\n").slice(0, -1));
      const successor = await succeed(directory);
      expect(successor.said).toEqual(says === undefined ? [] : [expect.stringMatching(says)]);
      const found = notesOf(successor.records, stream);
      if (size === undefined) expect(found).toEqual([]);
      else expectAdopted(found, { records, stream, adopter: successor.stream, size });
      // What cannot be adopted is said once.
      expect((await succeed(directory)).said).toEqual([]);
    },
  );
});

test("records that came while a signature was waited for, before their checkpoint", async () => {
  const directory = temporaryDirectory();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: Signer = {
    ...signer,
    async sign(text) {
      await promise;
      return signer.sign(text);
    },
  };
  const { stream, sealer, record, save } = sealedStream(directory, slow);
  record(600);
  resolve();
  // The first checkpoint is of one record, the next two of 256 each.
  await sealer.flush();
  save();
  const lines = readFileSync(segmentPath(directory, stream), "utf8").split("\n");
  // Without the last of them, whose records stand before the one that is left.
  const cut = lines.findLastIndex((line) => line.includes('"kind":"checkpoint"'));
  writeFileSync(segmentPath(directory, stream), `${lines.slice(0, cut).join("\n")}\n`);
  const old = new Date(Date.now() - 600_000);
  utimesSync(segmentPath(directory, stream), old, old);
  const records = streamRecords(directory, stream);
  const successor = await succeed(directory);
  expect(notesOf(records, stream).at(-1)?.checkpoint.size).toBeLessThan(600);
  const found = notesOf(successor.records, stream);
  expectAdopted(found, { records, stream, adopter: successor.stream, size: records.length });
});
