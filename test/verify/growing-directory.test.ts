/** Directories that are written, and tidied, while they are verified. */
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { allProven, outcomeOf } from "../support/verdicts.ts";

/** A closed stream of so many results. */
async function write(directory: string, count: number, format?: "journal"): Promise<void> {
  const audit = await createAudit({ directory, ...(format === undefined ? {} : { format }) });
  for (let at = 0; at < count; at++) {
    await audit.record({ action: "pause", actor: "ann" });
    // Checkpoints between the results, which no view of results shows.
    if (at % 5 === 4) await audit.flush();
  }
  await audit.close();
}

/** Cuts a file behind its first so many lines. */
function cut(file: string, lines: number): void {
  const text = readFileSync(file, "utf8");
  truncateSync(file, Buffer.byteLength(text.split("\n").slice(0, lines).join("\n")) + 1);
}

test("what is written while views are read is in the journal too when that is read", async () => {
  const whole = join(temporaryDirectory(), "audit");
  await write(whole, 20);
  const directory = join(temporaryDirectory(), "audit");
  cpSync(whole, directory, { recursive: true });
  const [stream = ""] = readdirSync(join(directory, "journal"));
  // Beginning of the stream, its checkpoint, some results.
  cut(join(directory, "journal", stream, "1.jsonl"), 6);
  cut(join(directory, "audit_checkpoints.jsonl"), 1);
  cut(join(directory, "audit_log.csv"), 5);
  const isOther = (path: string): boolean => !path.endsWith("audit_checkpoints.jsonl");
  const report = await verifyFiles([directory], {
    // Behind the first file the service goes on; the view of the checkpoints comes last.
    onProgress: () => cpSync(whole, directory, { recursive: true, filter: isOther }),
  });
  expect(outcomeOf(report)).toEqual(allProven(report.records.read));
});

test("segments that retention deletes while they are read are looked for again", async () => {
  const directory = join(temporaryDirectory(), "audit");
  for (let times = 0; times < 2; times++) await write(directory, 5, "journal");
  const [first = "", second = ""] = readdirSync(join(directory, "journal")).toSorted();
  let isFirst = true;
  const report = await verifyFiles([directory], {
    onProgress() {
      if (isFirst) rmSync(join(directory, "journal", second), { recursive: true });
      isFirst = false;
    },
  });
  expect(report.streams.map(({ stream }) => stream)).toEqual([first]);
  expect(outcomeOf(report)).toEqual(allProven(report.records.read));
});
