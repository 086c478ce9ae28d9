/** What is read from a pipe: nobody knows when more comes. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readRecords } from "../../src/read/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("what is seen to be no trail is not waited for", async () => {
  const pipe = join(temporaryDirectory(), "pipe");
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  const writer = createWriteStream(pipe);
  // Whoever reads has seen enough.
  writer.on("error", () => {});
  try {
    // As much as it takes to tell; a byte more would be what is waited for.
    writer.write(gzipSync(randomBytes(256 * 1024)).subarray(0, 256 * 1024));
    const found = [];
    for await (const item of readRecords(pipe)) found.push(item);
    expect(found).toMatchObject([{ kind: "problem", file: pipe, line: 1 }]);
    expect(writer.closed).toBe(false);
  } finally {
    writer.destroy();
  }
});
