/** Following files that come, go, take each other's place, or cannot be read. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CSV_HEADER, encodeCsvRow, encodeJsonLine } from "../../../src/format/index.ts";
import { createFollower, parseQuery } from "../../../src/read.ts";
import { resultRecord } from "../../support/records.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const line = (stream: string, sequence: number): string =>
  `${encodeJsonLine(resultRecord(stream.padEnd(16, "_"), sequence))}\n`;
const lines = (stream: string, from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, at) => line(stream, from + at)).join("");

interface Following {
  readonly directory: string;
  /** Records as `stream.sequence`, and what is wrong as `file: message`. */
  readonly poll: () => readonly string[];
}

function follow(directory: string): Following {
  const follower = createFollower([directory], parseQuery(""));
  onTestFinished(() => follower.close());
  return {
    directory,
    poll: () =>
      [...follower.poll()].map((found) =>
        found.kind === "record"
          ? found.record.record_id.replace(/_+\./, ".")
          : `${found.file.slice(directory.length + 1)}: ${found.message}`,
      ),
  };
}

/** An hour is quiet. */
function writeOld(path: string, text: string): void {
  writeFileSync(path, text);
  const time = Date.now() / 1000 - 3 * 3600;
  utimesSync(path, time, time);
}

describe("a file that nothing came into for long", () => {
  test("is read on when it grows, also under another name", () => {
    const { directory, poll } = follow(oldOne());
    expect(poll()).toEqual([]);
    appendFileSync(join(directory, "b.jsonl"), line("B", 21));
    expect(poll()).toEqual(["B.21"]);
    renameSync(join(directory, "b.jsonl"), join(directory, "c.jsonl"));
    expect(poll()).toEqual([]);
    appendFileSync(join(directory, "c.jsonl"), line("B", 22));
    expect(poll()).toEqual(["B.22"]);
  });

  test("is not taken for the one that has its inode behind it", () => {
    const directory = oldOne();
    const path = join(directory, "b.jsonl");
    const { ino } = statSync(path);
    const { poll } = follow(directory);
    rmSync(path);
    // A file system that gives each file a number of its own cannot show it.
    const next = join(directory, "next.jsonl");
    writeFileSync(next, lines("N", 1, 25));
    if (process.platform === "linux" && statSync(directory).dev === statSync("/").dev)
      expect(statSync(next).ino).toBe(ino);
    expect(poll()).toEqual(Array.from({ length: 25 }, (_, at) => `N.${at + 1}`));
  });

  test("and was cut meanwhile is read again", () => {
    const { directory, poll } = follow(oldOne());
    truncateSync(join(directory, "b.jsonl"), 0);
    writeFileSync(join(directory, "b.jsonl"), line("B", 30));
    expect(poll()).toEqual(["b.jsonl: it was cut: read again from its start", "B.30"]);
  });

  function oldOne(): string {
    const directory = temporaryDirectory();
    writeOld(join(directory, "b.jsonl"), lines("B", 1, 20));
    return directory;
  }
});

describe("what cannot be read is said once, and the others go on", () => {
  test("from the start, and while it goes on", () => {
    const directory = temporaryDirectory();
    symlinkSync("loop.jsonl", join(directory, "loop.jsonl"));
    const { poll } = follow(directory);
    expect(poll()).toEqual([expect.stringMatching(/^loop\.jsonl: ELOOP/)]);
    symlinkSync("ring.jsonl", join(directory, "ring.jsonl"));
    writeFileSync(join(directory, "a.jsonl"), line("A", 1));
    expect(poll()).toEqual(["A.1", expect.stringMatching(/^ring\.jsonl: ELOOP/)]);
    expect(poll()).toEqual([]);
    rmSync(join(directory, "ring.jsonl"));
    writeFileSync(join(directory, "ring.jsonl"), line("R", 1));
    expect(poll()).toEqual(["R.1"]);
  });

  test.skipIf(process.getuid?.() === 0)("a file that nobody may read", () => {
    const directory = temporaryDirectory();
    const { poll } = follow(directory);
    const path = join(directory, "a.jsonl");
    writeFileSync(path, line("A", 1), { mode: 0o000 });
    expect(poll()).toEqual([expect.stringMatching(/^a\.jsonl: EACCES/)]);
    chmodSync(path, 0o600);
    expect(poll()).toEqual(["A.1"]);
  });

  test("what is no file", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    symlinkSync(directory, path);
    const { poll } = follow(directory);
    expect(poll()).toEqual(["a.jsonl: it is no file"]);
  });
});

describe("a CSV file", () => {
  const row = (sequence: number, reason = "because\nof this"): string =>
    encodeCsvRow(resultRecord("C".padEnd(16, "_"), sequence, { "audit.reason": reason }));
  const file = (text: string): string => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "c.csv"), text);
    return directory;
  };
  const append = (directory: string, text: string): void =>
    appendFileSync(join(directory, "c.csv"), text);
  const BROKEN = expect.stringMatching(/^c\.csv: not a CSV row/) as string;

  test("goes on behind a row that was cut within quotes", () => {
    const { directory, poll } = follow(file(CSV_HEADER + row(1)));
    append(directory, row(2).slice(0, row(2).indexOf("of this")));
    expect(poll()).toEqual([]);
    append(directory, `\n${row(3)}`);
    expect(poll()).toEqual([BROKEN, "C.3"]);
    append(directory, row(4));
    expect(poll()).toEqual(["C.4"]);
  });

  test("and where it was cut before anybody looked", () => {
    const cut = row(2).slice(0, row(2).indexOf("of this"));
    const { directory, poll } = follow(file(CSV_HEADER + row(1) + cut));
    append(directory, `\n${row(3)}`);
    expect(poll()).toEqual([BROKEN, "C.3"]);
  });

  test("shows a row that was half written when it began, byte by byte", () => {
    const second = row(2, "first line\n2026-05-27T14:30:00.000000Z,second\nthird");
    for (const place of ["first", "line\n", "2026-05-27T14:30:00.000000Z,sec", "third", "schema"]) {
      const cut = second.lastIndexOf(place) + 3;
      const { directory, poll } = follow(file(CSV_HEADER + row(1) + second.slice(0, cut)));
      for (const byte of second.slice(cut, -1)) {
        append(directory, byte);
        expect(poll()).toEqual([]);
      }
      append(directory, "\n");
      expect(poll()).toEqual(["C.2"]);
      append(directory, row(3));
      expect(poll()).toEqual(["C.3"]);
    }
  });
});

describe.runIf(process.platform === "linux")("descriptors", () => {
  const openIn = (directory: string): number =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory);
      } catch {
        return false;
      }
    }).length;

  test("are few, however many files grow, and none of them is passed over", () => {
    const directory = temporaryDirectory();
    const names = Array.from({ length: 200 }, (_, at) => join(directory, `${1000 + at}.jsonl`));
    for (const [at, name] of names.slice(0, 100).entries()) writeFileSync(name, line(`S${at}S`, 1));
    const { poll } = follow(directory);
    for (const sequence of [2, 3]) {
      for (const [at, name] of names.entries()) appendFileSync(name, line(`S${at}S`, sequence));
      expect(poll().toSorted()).toEqual(names.map((_, at) => `S${at}S.${sequence}`).toSorted());
      expect(openIn(directory)).toBeLessThanOrEqual(32);
    }
  });

  test("of files that are gone are given back, when their last line was read", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    writeFileSync(path, line("A", 1));
    const { poll } = follow(directory);
    appendFileSync(path, line("A", 2));
    rmSync(path);
    expect(poll()).toEqual(["A.2"]);
    expect(openIn(directory)).toBe(0);
  });

  test("a file that is renamed to what is no name of one is read to its end", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "old"));
    const path = join(directory, "a.jsonl");
    writeFileSync(path, line("A", 1));
    const { poll } = follow(directory);
    renameSync(path, join(directory, "old/a.jsonl.1"));
    expect(poll()).toEqual([]);
    appendFileSync(join(directory, "old/a.jsonl.1"), line("A", 2));
    expect(poll()).toEqual(["A.2"]);
  });
});

describe("much at once", () => {
  const MEBIBYTE = 1024 * 1024;

  test("is read a bounded amount at a time, and others come in between", () => {
    const directory = temporaryDirectory();
    const [long, short] = [join(directory, "a.jsonl"), join(directory, "b.jsonl")];
    writeFileSync(long, line("A", 1));
    writeFileSync(short, line("B", 1));
    const follower = createFollower([directory], parseQuery(""));
    onTestFinished(() => follower.close());
    const poll = (): readonly string[] =>
      [...follower.poll()].map((found) =>
        found.kind === "record" ? found.record.record_id : found.message,
      );
    expect(follower.isBehind()).toBe(false);
    appendFileSync(long, "x".repeat(100 * MEBIBYTE));
    expect(poll()).toEqual([]);
    expect(follower.isBehind()).toBe(true);
    appendFileSync(short, line("B", 2));
    expect(poll()).toEqual([expect.stringMatching(/^B/)]);
    while (follower.isBehind()) expect(poll()).toEqual([]);
    appendFileSync(long, `\n${line("A", 2)}`);
    expect(poll()).toEqual([
      expect.stringMatching(/^longer than \d+ bytes: passed over/),
      expect.stringMatching(/^A_+\.2/),
    ]);
  });

  test("of a file that is gone is read to its end", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    writeFileSync(path, line("A", 1));
    const follower = createFollower([directory], parseQuery(""));
    onTestFinished(() => follower.close());
    appendFileSync(path, `${" ".repeat(40 * MEBIBYTE)}\n${line("A", 2)}`);
    rmSync(path);
    const found = [...follower.poll()];
    while (follower.isBehind()) found.push(...follower.poll());
    expect(found).toMatchObject([{ line: 2 }, { kind: "record", record: { sequence: 2 } }]);
  });
});

describe("a line that is none keeps nobody from those behind it", () => {
  const UNKNOWN = 'a.jsonl: it begins with "garbage", which is no form of records that is known';

  test.each([
    ["in a file with records", line("A", 1), [expect.stringContaining("a.jsonl: not a JSON line")]],
    ["in an empty file", "", [UNKNOWN]],
  ])("%s", (_, before, problems) => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    writeFileSync(path, before);
    const { poll } = follow(directory);
    appendFileSync(path, "garbage\n");
    expect(poll()).toEqual(problems);
    appendFileSync(path, line("A", 2) + line("A", 3).slice(0, 40));
    expect(poll()).toEqual(["A.2"]);
    appendFileSync(path, line("A", 3).slice(40));
    expect(poll()).toEqual(["A.3"]);
  });

  test("nor does one without an end, which is said once", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    writeFileSync(path, "");
    const { poll } = follow(directory);
    appendFileSync(path, "x".repeat(600_000));
    expect(poll()).toEqual([expect.stringContaining("no form of records")]);
    appendFileSync(path, '[ behind\n{"half":1\n');
    expect(poll()).toEqual([]);
    appendFileSync(path, `oops\n${line("A", 1)}`);
    expect(poll()).toEqual([expect.stringContaining("a.jsonl: "), "A.1"]);
  });

  test("nor one that looks like another form", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    writeFileSync(path, lines("A", 1, 3));
    const { poll } = follow(directory);
    appendFileSync(path, `["x"\n${line("A", 4)}`);
    expect(poll()).toEqual([expect.stringContaining("a.jsonl: "), "A.4"]);
  });

  test("and the line of the file is named", () => {
    const directory = temporaryDirectory();
    const path = join(directory, "a.jsonl");
    writeFileSync(path, "");
    const follower = createFollower([directory], parseQuery(""));
    onTestFinished(() => follower.close());
    const placesOf = (text: string): readonly unknown[] => {
      appendFileSync(path, text);
      return [...follower.poll()].map((found) => (found.kind === "record" ? "record" : found.line));
    };
    expect(placesOf("one\ntwo\n")).toEqual([1]);
    expect(placesOf(`${line("A", 1)}four\n`)).toEqual(["record", 4]);
  });
});
