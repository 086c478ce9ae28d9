/** What there is to ask: nothing at all is not the same as nothing found. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EVERYTHING, searchTrail, sourcesOf } from "../../../src/read/index.ts";
import { flatRecords } from "../../support/told-records.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function directoryWith(...folders: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const folder of folders) mkdirSync(join(directory, folder), { recursive: true });
  return directory;
}

describe("a directory without anything that may hold records", () => {
  test.each([[[]], [["sub/journal"]], [["state"]]])("that has %j is refused", async (folders) => {
    const directory = directoryWith(...folders);
    writeFileSync(join(directory, "notes.txt"), "");
    await expect(sourcesOf([directory])).rejects.toThrow(
      `${directory} has no journal and no .jsonl, .json or .csv file: nothing in it can hold records`,
    );
    await expect(sourcesOf([directory])).rejects.toMatchObject({ code: "unreadable" });
  });

  test.each(["", "journal", "journal/AbCdEfGhIjKlMnOp"])(
    "but for a journal that a service has just begun (%j)",
    async (named) => {
      const directory = directoryWith("journal/AbCdEfGhIjKlMnOp", "state");
      expect(await sourcesOf([join(directory, named)])).toEqual([]);
    },
  );
});

test("a folder of a journal whose name is none of a stream is named, and read where it is asked for", async () => {
  const directory = directoryWith(
    "journal/AbCdEfGhIjKlMnOp",
    "journal/not a stream",
    "journal/none",
  );
  const folder = join(directory, "journal", "not a stream");
  const [record] = flatRecords({ at: 1, action: "pause" });
  writeFileSync(join(folder, "1.jsonl"), `${JSON.stringify(record)}\n`);
  for (const path of [directory, join(directory, "journal")]) {
    const { total, problems } = await searchTrail(await sourcesOf([path]), EVERYTHING);
    expect(total).toBe(0);
    expect(problems).toEqual([
      {
        kind: "problem",
        message:
          "its name is none of a stream, and it is not read; name it itself to read its files",
        file: folder,
        line: 1,
      },
    ]);
  }
  const own = await searchTrail(await sourcesOf([folder]), EVERYTHING);
  expect([own.total, own.problems]).toEqual([1, []]);
});
