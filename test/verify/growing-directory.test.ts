/** Directories that are written, and tidied, while they are verified. */
import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createAudit } from "otel-audit";
import { verifyFiles } from "otel-audit/verify";
import { describe, expect, test } from "vitest";
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

describe("copies that a Collector rotates while they are verified", () => {
  /** All records of a stream in two files, as a Collector leaves them; and what comes while they are read. */
  async function rotated(): Promise<{ readonly directory: string; readonly all: string[] }> {
    const audit = join(temporaryDirectory(), "audit");
    await write(audit, 20, "journal");
    const [stream = ""] = readdirSync(join(audit, "journal"));
    const text = readFileSync(join(audit, "journal", stream, "1.jsonl"), "utf8");
    const all = text.trimEnd().split("\n");
    const directory = temporaryDirectory();
    writeLines(join(directory, "audit-1.jsonl"), all.slice(0, 9));
    writeLines(join(directory, "audit.jsonl"), all.slice(9));
    return { directory, all };
  }
  const writeLines = (path: string, lines: readonly string[]): void =>
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));

  test.each(["directory", "files"] as const)("are read all the same (%s)", async (how) => {
    const { directory, all } = await rotated();
    const [old, now] = ["audit-1.jsonl", "audit.jsonl"].map((name) => join(directory, name));
    let isFirst = true;
    const report = await verifyFiles(how === "directory" ? [directory] : [old ?? "", now ?? ""], {
      onProgress() {
        if (isFirst) renameSync(now ?? "", join(directory, "audit-2.jsonl"));
        isFirst = false;
      },
    });
    expect(outcomeOf(report)).toEqual(allProven(all.length));
  });

  test("and what was altered in one is named by its new name", async () => {
    const { directory, all } = await rotated();
    const now = join(directory, "audit.jsonl");
    const at = all.findLastIndex((line) => line.includes('"actor_id":"ann"'));
    const forged = all.map((line, place) => (place === at ? line.replace("ann", "bob") : line));
    writeLines(now, forged.slice(9));
    let isFirst = true;
    const { findings } = await verifyFiles([directory], {
      onProgress() {
        if (isFirst) renameSync(now, join(directory, "audit-2.jsonl"));
        isFirst = false;
      },
    });
    expect(findings.map(({ code, file, line }) => [code, file, line])).toContainEqual([
      "field_altered",
      join(directory, "audit-2.jsonl"),
      at - 8,
    ]);
  });
});
