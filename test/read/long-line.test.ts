/** A line of a gigabyte must not take a gigabyte: measured in a process of its own. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeJsonLine } from "../../src/format/index.ts";
import { resultRecord } from "../support/records.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const GIBIBYTE = 1024 ** 3;
const MEBIBYTE = 1024 ** 2;
const program = join(import.meta.dirname, "programs/read-file.ts");
const record = encodeJsonLine(resultRecord("AbCdEfGhIjKlMnOp", 1));

/** A file with a hole of zeros, which takes no place on the disk, between two texts. */
function fileWithHole(before: string, after: string, bytes: number): string {
  const file = join(temporaryDirectory(), "file");
  const fd = openSync(file, "w");
  writeSync(fd, before);
  writeSync(fd, after, bytes);
  closeSync(fd);
  return file;
}

function read(file: string): { readonly found: readonly string[]; readonly kibibytes: number } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["-C", "@otel-audit/source", program, file],
    { encoding: "utf8" },
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as ReturnType<typeof read>;
}

test.each([
  [
    "a journal",
    `${record}\n{"timestamp":"`,
    `"}\n${record}\n`,
    ["record 1", "problem 2", "record 3"],
    GIBIBYTE,
  ],
  [
    "a list",
    `[\n${record},\n{"timestamp":"`,
    `"},\n${record}\n]\n`,
    ["record 2", "problem 3", "record 4"],
    256 * MEBIBYTE,
  ],
  ["an answer of Loki", '{"status":"success","data":"', '"}\n', ["problem 1"], 256 * MEBIBYTE],
])("%s", (name, before, after, expected, bytes) => {
  const little = read(fileWithHole(before, after, before.length));
  const { found, kibibytes } = read(fileWithHole(before, after, bytes));
  const mebibytes = Math.round(kibibytes / 1024);
  process.stderr.write(
    `\n${name}: ${mebibytes} MiB at most (${Math.round(little.kibibytes / 1024)} MiB without)\n`,
  );
  expect(found).toEqual(expected);
  // What is kept before it is known to be too long, 64 MiB, and half of that for a read and garbage.
  expect(kibibytes - little.kibibytes).toBeLessThan((90 * MEBIBYTE) / 1024);
});
