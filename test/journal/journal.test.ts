import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JOURNAL_START, openJournal, readJournalLines } from "../../src/journal/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const stream = "AbCdEfGhIjKlMnOp";
const report = (): void => {};

test("what was appended is in the file before synced is asked, and synced resolves", async () => {
  const directory = temporaryDirectory();
  const journal = openJournal({ directory, stream, report });
  journal.append('{"a":1}');
  journal.append('{"a":2}');
  expect(readFileSync(join(directory, "journal", stream, "1.jsonl"), "utf8")).toBe(
    '{"a":1}\n{"a":2}\n',
  );
  await journal.synced();
  journal.close();
  expect(() => journal.append("x")).toThrow(expect.objectContaining({ code: "closed" }));
});

test("directories are 0700 and files 0600", () => {
  const directory = join(temporaryDirectory(), "new");
  const journal = openJournal({ directory, stream, report });
  journal.close();
  const modeOf = (...path: string[]): number => statSync(join(directory, ...path)).mode & 0o777;
  expect([modeOf(), modeOf("journal"), modeOf("journal", stream)]).toEqual([0o700, 0o700, 0o700]);
  expect(modeOf("journal", stream, "1.jsonl")).toBe(0o600);
});

test("a full segment is followed by the next, and a reader goes on across the border", async () => {
  const directory = temporaryDirectory();
  const journal = openJournal({ directory, stream, report, maxSegmentBytes: 20 });
  const lines = Array.from({ length: 7 }, (_, at) => `{"number":${at}}`);
  for (const line of lines) journal.append(line);
  await journal.synced();
  journal.close();
  expect(readdirSync(join(directory, "journal", stream)).length).toBeGreaterThan(3);
  const read: string[] = [];
  let position = JOURNAL_START;
  for (;;) {
    const next = readJournalLines(directory, stream, position, 16);
    const last = next.at(-1);
    if (last === undefined) break;
    read.push(...next.map(({ text }) => text));
    position = last.end;
  }
  expect(read).toEqual(lines);
});

test("a line without its end is not there yet, and is there when it has one", () => {
  const directory = temporaryDirectory();
  openJournal({ directory, stream, report }).close();
  const path = join(directory, "journal", stream, "1.jsonl");
  writeFileSync(path, '{"a":1}\n{"a":');
  const [first, ...rest] = readJournalLines(directory, stream, JOURNAL_START);
  expect(first?.text).toBe('{"a":1}');
  expect(rest).toEqual([]);
  appendFileSync(path, "2}\n");
  expect(
    readJournalLines(directory, stream, first?.end ?? JOURNAL_START).map(({ text }) => text),
  ).toEqual(['{"a":2}']);
});

test("a line longer than the read size is read whole", () => {
  const directory = temporaryDirectory();
  const journal = openJournal({ directory, stream, report });
  const line = JSON.stringify("é".repeat(5000));
  journal.append(line);
  journal.close();
  expect(readJournalLines(directory, stream, JOURNAL_START, 16).map(({ text }) => text)).toEqual([
    line,
  ]);
});

test("many waiters are answered, each after its own line", async () => {
  const directory = temporaryDirectory();
  const journal = openJournal({ directory, stream, report });
  const waits = Array.from({ length: 500 }, (_, at) => {
    journal.append(String(at));
    return journal.synced();
  });
  await Promise.all(waits);
  journal.close();
});

test("a directory that cannot be made is named", () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  expect(() => openJournal({ directory: join(file, "audit"), stream, report })).toThrow(
    expect.objectContaining({
      code: "directory_unusable",
      message: expect.stringContaining(file) as string,
    }),
  );
});

test("a segment that was begun a day ago is followed by the next, whatever the time of day does", async () => {
  const directory = temporaryDirectory();
  let millis = 5;
  let wall = 1_000_000_000n;
  const clock = { nowMicros: () => wall, monotonicMillis: () => millis };
  const journal = openJournal({ directory, stream, report, clock });
  const segments = (): number => readdirSync(join(directory, "journal", stream)).length;
  journal.append("1");
  wall += 10n ** 15n;
  millis += 86_399_000;
  journal.append("2");
  expect(segments()).toBe(1);
  wall -= 10n ** 15n;
  millis += 1000;
  // Nothing is made before there is something to write.
  await journal.synced();
  expect(segments()).toBe(1);
  journal.append("3");
  expect(segments()).toBe(2);
  millis += 2 * 86_400_000;
  journal.append("4");
  expect(segments()).toBe(3);
  await journal.synced();
  journal.close();
});

test.runIf(process.platform === "linux")(
  "so many segments are open at once as wait for the disk, and no more",
  async () => {
    const directory = temporaryDirectory();
    const journal = openJournal({ directory, stream, report, maxSegmentBytes: 20 });
    const count = (): number => readdirSync("/proc/self/fd").length;
    await journal.synced();
    const before = count();
    for (let round = 0; round < 5; round++) {
      for (let at = 0; at < 50; at++) journal.append(`{"number":${at}}`);
      await journal.synced();
    }
    await journal.synced();
    expect(count()).toBeLessThan(before + 10);
    journal.close();
  },
);

test("a file that was cut and has grown again is not read on in the middle of a line, but anew", () => {
  const directory = temporaryDirectory();
  const path = join(directory, "journal", stream, "1.jsonl");
  openJournal({ directory, stream, report }).close();
  writeFileSync(path, '{"a":1}\n{"a":2}\n');
  const [, second] = readJournalLines(directory, stream, JOURNAL_START);
  const from = second?.end ?? JOURNAL_START;
  const textsFrom = (): string[] =>
    readJournalLines(directory, stream, from).map(({ text }) => text);
  expect(textsFrom()).toEqual([]);
  writeFileSync(path, '{"a":1}\n{"a":3333333333}\n{"a":4}\n');
  expect(textsFrom()).toEqual(['{"a":1}', '{"a":3333333333}', '{"a":4}']);
});
