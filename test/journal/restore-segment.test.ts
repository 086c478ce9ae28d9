/** Bringing back a segment that others took away: what is copied and compared, and in which thread. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { newId } from "../../src/event/index.ts";
import { type JournalNotice, openJournal } from "../../src/journal/index.ts";
import {
  copySegment,
  type OrphanedSegment,
  restoreSegment,
} from "../../src/journal/restore-segment.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const MIB = 1024 * 1024;

const IO = "/proc/thread-self/io";
const isCounted = existsSync(IO);
if (!isCounted) {
  console.warn(
    `test/journal/restore-segment.test.ts: SKIPPED, NOT TESTED: which thread moves the bytes, because ${IO} is not there`,
  );
}

/** Bytes that this thread has read and written so far, from files and the page cache. */
function movedHere(): number {
  const [, read, written] = /rchar: (\d+)\nwchar: (\d+)/.exec(readFileSync(IO, "utf8")) ?? [];
  return Number(read) + Number(written);
}

test.skipIf(!isCounted).each<[string, (path: string) => void]>([
  ["deleted", (path) => rmSync(path)],
  [
    "replaced by a copy of itself",
    (path) => {
      copyFileSync(path, `${path}.new`);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    "replaced by something of its size",
    (path) => {
      writeFileSync(`${path}.new`, Buffer.alloc(statSync(path).size, "x"));
      renameSync(`${path}.new`, path);
    },
  ],
])("%s: the main thread neither copies nor compares a whole segment", async (name, act) => {
  const directory = temporaryDirectory();
  const stream = newId();
  const notices: JournalNotice[] = [];
  const journal = openJournal({
    directory,
    stream,
    report: () => {},
    notify: (notice) => void notices.push(notice),
  });
  onTestFinished(journal.close);
  const line = "x".repeat(MIB / 4);
  for (let at = 0; at < 64; at++) journal.append(line);
  await journal.synced();
  const path = join(directory, "journal", stream, "1.jsonl");
  act(path);
  const before = movedHere();
  await journal.synced();
  expect(movedHere() - before).toBeLessThan(MIB);
  const keptAs = `journal/${stream}/1.jsonl.foreign`;
  const isKept = name.includes("something");
  expect(notices).toEqual([
    {
      kind: "changed",
      change: {
        file: `journal/${stream}/1.jsonl`,
        change: name.split(" ")[0],
        isRestored: true,
        ...(isKept ? { keptAs } : {}),
      },
    },
  ]);
  expect(readdirSync(dirname(path)).toSorted()).toEqual([
    "1.jsonl",
    ...(isKept ? ["1.jsonl.foreign"] : []),
  ]);
  expect(readFileSync(path).equals(Buffer.from(`${line}\n`.repeat(64)))).toBe(true);
});

describe("what stands in the place of a segment", () => {
  /** A segment of which only the descriptor is left; something stands in its place. */
  function replacedBy(content: string): OrphanedSegment {
    const path = join(temporaryDirectory(), "1.jsonl");
    const fd = openSync(path, "ax+");
    onTestFinished(() => closeSync(fd));
    writeSync(fd, "one\ntwo\n");
    rmSync(path);
    writeFileSync(path, content);
    return { fd, path, name: "1.jsonl" };
  }

  const kept = (path: string): string | undefined =>
    existsSync(`${path}.foreign`) ? readFileSync(`${path}.foreign`, "utf8") : undefined;

  test("the same: it is replaced, with what was written since", () => {
    const segment = replacedBy("one\ntwo\n");
    const copy = copySegment(segment);
    writeSync(segment.fd, "three\n");
    expect(restoreSegment(segment, copy)).toEqual({ keptAs: undefined });
    expect(readFileSync(segment.path, "utf8")).toBe("one\ntwo\nthree\n");
    expect(kept(segment.path)).toBe(undefined);
  });

  test.each([
    ["its beginning", "one\n"],
    ["more than it", "one\ntwo\nthree\n"],
    ["something of its size", "one\nTWO\n"],
    ["an empty file", ""],
  ])("%s: it is kept", (_name, content) => {
    const segment = replacedBy(content);
    expect(restoreSegment(segment, copySegment(segment)).keptAs).toBe("1.jsonl.foreign");
    expect(readFileSync(segment.path, "utf8")).toBe("one\ntwo\n");
    expect(kept(segment.path)).toBe(content);
  });

  test.each<[string, (path: string) => void, string]>([
    ["written to since", (path) => appendFileSync(path, "x"), "one\ntwo\nx"],
    [
      "another file since, with a time that says nothing",
      (path) => {
        const { atime, mtime } = statSync(path);
        rmSync(path);
        writeFileSync(path, "one\nTWO\n");
        utimesSync(path, atime, mtime);
      },
      "one\nTWO\n",
    ],
  ])("the same, but %s: it is kept", (_name, change, content) => {
    const segment = replacedBy("one\ntwo\n");
    const copy = copySegment(segment);
    expect(copy.twin).toBeDefined();
    change(segment.path);
    expect(restoreSegment(segment, copy).keptAs).toBe("1.jsonl.foreign");
    expect(readFileSync(segment.path, "utf8")).toBe("one\ntwo\n");
    expect(kept(segment.path)).toBe(content);
  });

  test("a link to the same: it is kept", () => {
    const segment = replacedBy("");
    writeFileSync(`${segment.path}.other`, "one\ntwo\n");
    rmSync(segment.path);
    symlinkSync("1.jsonl.other", segment.path);
    expect(restoreSegment(segment, copySegment(segment)).keptAs).toBe("1.jsonl.foreign");
    expect(readlinkSync(`${segment.path}.foreign`)).toBe("1.jsonl.other");
  });
});
