/** What an inspection says where it could not read, or keep, everything. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import { type Inspection, inspectRecord } from "../../src/verify/index.ts";
import { text } from "../support/edited-journal.ts";
import { createStreamWriter, keyOfTest, type StreamWriter } from "../support/fixed-stream.ts";
import { inspect, lineOf, segments } from "../support/inspected.ts";
import { directoryWith } from "../support/journal-directory.ts";
import { result } from "../support/key-histories.ts";
import { linesOf, STREAMS } from "../support/sealed-journal.ts";

const [A, B] = STREAMS;
const linesIn = (writer: StreamWriter): readonly string[] =>
  writer.records.map(({ record }) => encodeJsonLine(record));

describe("what cannot be read keeps nobody from the rest, and is told", () => {
  const PART = `record ${A}.2 is proven in what was read, but not everything could be read`;
  const inspectIn = async (directory: string, ...more: readonly string[]): Promise<Inspection> =>
    inspectRecord(`${A}.2`, [directory, ...more]);
  const journal = (): string => directoryWith(segments({ [A]: linesOf(A) }));

  test.each<readonly [string, (directory: string) => string, string]>([
    [
      "a pipe in the directory",
      (directory) => {
        const path = join(directory, "a.jsonl");
        expect(spawnSync("mkfifo", [path]).status).toBe(0);
        return path;
      },
      "it is no file",
    ],
    [
      "a link to a device",
      (directory) => {
        const path = join(directory, "a.json");
        symlinkSync("/dev/zero", path);
        return path;
      },
      "it is no file",
    ],
    [
      "a directory in the place of a segment",
      (directory) => {
        const path = join(directory, "journal", B, "1.jsonl");
        mkdirSync(path, { recursive: true });
        return path;
      },
      "it is no file",
    ],
    [
      // Root may open everything, and this not.
      "a file that cannot be opened",
      (directory) => {
        const path = join(directory, "a.jsonl");
        symlinkSync(path, path);
        return path;
      },
      "cannot read",
    ],
    [
      "a line that is no record",
      (directory) => {
        const path = join(directory, "a.jsonl");
        writeFileSync(path, "{}\n");
        return path;
      },
      "it begins with",
    ],
  ])("%s", async (_name, spoil, why) => {
    const directory = journal();
    const path = spoil(directory);
    const { verdict, exitCode, headline, problems } = await inspectIn(directory);
    expect({ verdict, exitCode, headline }).toEqual({
      verdict: "inconclusive",
      exitCode: 4,
      headline: PART,
    });
    expect(problems).toEqual([expect.stringContaining(`${path}:1: ${why}`)]);
  });

  test("a file that somebody names and that cannot be opened", async () => {
    const directory = journal();
    const path = join(directory, "socket");
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    expect(await inspectIn(directory, path)).toMatchObject({
      verdict: "inconclusive",
      problems: [expect.stringContaining(`cannot read ${path}`)],
    });
  });

  test("a path that is not there ends it", async () => {
    const directory = journal();
    await expect(inspectIn(directory, join(directory, "x"))).rejects.toMatchObject({
      code: "unreadable",
    });
  });

  test("a line that is being written says nothing", async () => {
    const [line = ""] = linesOf(A);
    const files = { ...segments({ [A]: linesOf(A) }), "z.jsonl": line.slice(0, 50) };
    expect(await inspect(`${A}.2`, files)).toMatchObject({ verdict: "proven", problems: [] });
  });

  test("what is altered stays so, and a record that is nowhere is not found", async () => {
    const broken = { "a.jsonl": "{}\n", ...segments({ [A]: linesOf(A) }) };
    const changed = lineOf(A, 2).replace('"outcome":"success"', '"outcome":"failure"');
    const both = { ...broken, "b.jsonl": `${changed}\n` };
    expect(await inspect(`${A}.2`, both)).toMatchObject({ verdict: "altered", exitCode: 1 });
    expect(await inspect(`${A}.77`, broken)).toMatchObject({
      verdict: "not_found",
      exitCode: 3,
      problems: [expect.stringContaining("a.jsonl:1: it begins with")],
    });
  });

  test("a hundred of them are told", async () => {
    const files = {
      ...segments({ [A]: linesOf(A) }),
      "z.jsonl": text([lineOf(A, 2), ...Array<string>(101).fill("{}")]),
    };
    const { problems } = await inspect(`${A}.2`, files);
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)).toContain("z.jsonl:101:");
  });
});

describe("checkpoints without number", () => {
  const TIME = "2026-11-21T09:00:00.123456Z";
  const begun = (stream: string, key: number): StreamWriter => {
    const writer = createStreamWriter(stream, keyOfTest(key), () => TIME);
    writer.add({ kind: "start", action: "stream_start" });
    return writer;
  };
  /** A stream that so many processes have adopted, each of them alone. */
  const adopted = (count: number): readonly string[] => {
    const dead = begun(A, 0);
    dead.checkpoint("open");
    dead.add(result);
    const { covered, number, previous, carried } = dead.state;
    const adopters = Array.from({ length: count }, (_, at) => {
      const adopter = begun(`B${String(at).padStart(15, "0")}`, 1);
      Object.assign(dead.state, { covered, number, previous, carried });
      adopter.adopt(dead);
      return adopter;
    });
    return [dead, ...adopters].flatMap(linesIn);
  };
  test.each<readonly [number, string, string]>([
    [
      100,
      "proven",
      "is proven, but adopted: not attested by the process that wrote it, with a key that the log itself names",
    ],
    [101, "inconclusive", "is proven by one checkpoint of many, but 1 more was not kept"],
    [102, "inconclusive", "is proven by one checkpoint of many, but 2 more were not kept"],
  ])("%i adopters cover a record", async (count, verdict, said) => {
    const files = { "a.jsonl": text(adopted(count)) };
    expect(await inspect(`${A}.3`, files)).toMatchObject({
      verdict,
      headline: `record ${A}.3 ${said}`,
    });
  });

  /** First checkpoints that are all sound, and in one record. */
  const variants = (count: number, key: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => {
      const writer = begun(A, key);
      writer.checkpoint("open", {}, (note) => `${note}x-extra ${at}\n`);
      return linesIn(writer)[1] ?? "";
    });
  test("a hundred contradictions are told, and no more", async () => {
    const files = { "a.jsonl": text([...linesIn(begun(A, 0)), ...variants(102, 0)]) };
    const { verdict, headline, problems } = await inspect(`${A}.1`, files);
    expect([verdict, headline]).toEqual([
      "altered",
      `ALTERED ${A}.1: checkpoints contradict each other`,
    ]);
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)).toBe(
      `checkpoint ${A}.2 (a.jsonl:102) contradicts others: there are two checkpoints 1`,
    );
  });

  test("those of a key that was given are kept, however many strangers were read before", async () => {
    const honest = begun(A, 0);
    honest.checkpoint("open");
    const files = { "a.jsonl": text(variants(150, 1)), "b.jsonl": text(linesIn(honest)) };
    const { verdict, checkpoint, problems } = await inspect(`${A}.1`, files, [keyOfTest(0).line]);
    expect(verdict).toBe("altered");
    expect(checkpoint).toMatchObject({ file: "b.jsonl", isKeyTrusted: true });
    expect(problems.length).toBeLessThanOrEqual(101);
  });
});
