import { randomUUID } from "node:crypto";
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAudit } from "otel-audit";
import { type AuditRecord, readJournal } from "otel-audit/read";
import { saveShipState } from "../../src/deliver/shipping/ship-state.ts";
import { newId } from "../../src/event/index.ts";
import { JOURNAL_START, readJournalLines } from "../../src/journal/index.ts";
import { tryLockFile } from "../../src/lib/file-lock.ts";
import { startOtlpSink } from "../support/otlp-sink.ts";
import {
  bytesOf,
  DAY_MILLIS,
  run,
  saveView,
  segmentsOf,
  writeStream,
} from "../support/retention-run.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("what is deleted", () => {
  test("nothing, where nothing is said", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 10_000);
    expect(await run(directory, {})).toEqual({ purges: [], lines: [] });
    expect(segmentsOf(directory, stream)).toHaveLength(3);
  });

  test("days: what was written before, in streams that have ended; a record says it first", async () => {
    const directory = temporaryDirectory();
    const old = writeStream(directory, 3, 49);
    const young = writeStream(directory, 2, 47);
    tryLockFile(join(directory, "state", `stream-${old}.lock`))?.release();
    let wasThere = false;
    const { purges } = await run(
      directory,
      { retainMillis: 2 * DAY_MILLIS },
      { record: async () => void (wasThere = segmentsOf(directory, old).length === 3) },
    );
    expect(wasThere).toBe(true);
    expect(purges).toEqual([
      {
        segments: [`${old}/1-3: 1-6`],
        until: "2026-05-27T14:30:06.000000Z",
        records: 6,
        policy: "2 days",
      },
    ]);
    expect(existsSync(join(directory, "journal", old))).toBe(false);
    expect(readdirSync(join(directory, "state"))).toEqual(["purged.json", "retention.lock"]);
    expect(segmentsOf(directory, young)).toHaveLength(2);
  });

  test("nothing, where the record cannot be written", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 2, 100);
    const { lines } = await run(
      directory,
      { retainMillis: DAY_MILLIS },
      { record: () => Promise.reject(new Error("disk full")) },
    );
    expect(lines.join()).toContain("disk full");
    expect(segmentsOf(directory, stream)).toHaveLength(2);
  });

  test("not the segment that a living process writes", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 100);
    const lock = tryLockFile(join(directory, "state", `stream-${stream}.lock`));
    await run(directory, { retainMillis: DAY_MILLIS });
    expect(segmentsOf(directory, stream)).toEqual(["3.jsonl"]);
    expect(existsSync(join(directory, "state", `stream-${stream}.lock`))).toBe(true);
    lock?.release();
  });

  test("not what a view has not read, and nothing while a view has no state", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 100);
    const rules = { retainMillis: DAY_MILLIS };
    await run(directory, rules, { keptViews: ["json"] });
    expect(segmentsOf(directory, stream)).toHaveLength(3);
    const save = (segment: number, offset: number): void =>
      saveView(directory, { [stream]: { segment, offset, sequence: 1 } });
    save(2, 10);
    await run(directory, rules, { keptViews: ["json"] });
    expect(segmentsOf(directory, stream)).toEqual(["2.jsonl", "3.jsonl"]);
    // A view that nobody keeps any more but that left a state counts too; of a stream that has ended
    // it knows from another file.
    const { size } = statSync(join(directory, "journal", stream, "3.jsonl"));
    saveView(directory, {});
    saveView(directory, { [stream]: { segment: 3, offset: size, sequence: 3 } }, "ended");
    await run(directory, rules);
    expect(segmentsOf(directory, stream)).toEqual([]);
  });

  test("a line that a crash cut keeps nobody", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 1, 100);
    const path = join(directory, "journal", stream, "1.jsonl");
    const { size } = statSync(path);
    writeFileSync(path, '{"timestamp":', { flag: "a" });
    utimesSync(path, 1, 1);
    saveView(directory, { [stream]: { segment: 1, offset: size, sequence: 2 } });
    await run(directory, { retainMillis: DAY_MILLIS });
    expect(segmentsOf(directory, stream)).toEqual([]);
  });

  test("with shipping: what was shipped so long ago, and nothing that was not", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 1000);
    const rules = { retainMillis: 7 * DAY_MILLIS, isShipping: true };
    const shipped = (millis: number): void =>
      writeFileSync(
        join(directory, "state", "retention.json"),
        JSON.stringify({
          version: 1,
          shipped: { [`${stream}/1`]: millis, [`${stream}/2`]: millis },
        }),
      );
    await run(directory, rules);
    expect(segmentsOf(directory, stream)).toHaveLength(3);
    saveShipState(directory, stream, { position: { segment: 3, offset: 0 }, resource: {} });
    // Seen to be shipped for the first time now: the days begin.
    await run(directory, rules);
    expect(segmentsOf(directory, stream)).toHaveLength(3);
    shipped(Date.now() - 8 * DAY_MILLIS);
    const { purges } = await run(directory, rules);
    expect(purges.map(({ segments, policy }) => [segments, policy])).toEqual([
      [[`${stream}/1-2: 1-4`], "7 days after shipping"],
    ]);
    expect(segmentsOf(directory, stream)).toEqual(["3.jsonl"]);
    saveShipState(directory, stream, { position: { segment: 4, offset: 0 }, resource: {} });
    await run(directory, { maxBytes: 1 });
    expect(segmentsOf(directory, stream)).toEqual([]);
    expect(readdirSync(join(directory, "state"))).not.toContain(`ship-${stream}.json`);
  });

  test("shipping of another process: nothing that is not shipped", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 1000);
    const other = writeStream(directory, 1, 1000);
    saveShipState(directory, other, { position: JOURNAL_START, resource: {} });
    await run(directory, { retainMillis: DAY_MILLIS, maxBytes: 10 });
    expect(segmentsOf(directory, stream)).toHaveLength(3);
    // One that has shipped nothing yet has left its lock all the same.
    rmSync(join(directory, "state", `ship-${other}.json`));
    tryLockFile(join(directory, "state", "ship.lock"))?.release();
    await run(directory, { retainMillis: DAY_MILLIS, maxBytes: 10 });
    expect(segmentsOf(directory, stream)).toHaveLength(3);
  });

  test("nothing, while a view stands there that lacks its state", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 1000);
    writeFileSync(join(directory, "audit_log.csv"), "");
    await run(directory, { retainMillis: DAY_MILLIS });
    expect(segmentsOf(directory, stream)).toHaveLength(3);
  });

  test("not what a link leads to", async () => {
    const directory = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    const stream = writeStream(elsewhere, 3, 1000);
    mkdirSync(join(directory, "journal"));
    symlinkSync(join(elsewhere, "journal", stream), join(directory, "journal", stream));
    expect((await run(directory, { retainMillis: DAY_MILLIS })).purges).toEqual([]);
    expect(segmentsOf(elsewhere, stream)).toHaveLength(3);
  });

  test("what is deleted is said where writers can read it", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 1000);
    const lock = tryLockFile(join(directory, "state", `stream-${stream}.lock`));
    await run(directory, { retainMillis: DAY_MILLIS });
    lock?.release();
    const purged = readFileSync(join(directory, "state", "purged.json"), "utf8");
    expect(JSON.parse(purged)).toEqual({ [stream]: 2 });
  });

  test("nothing, where what was deleted before cannot be read: it would be told as lost", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 1000);
    const purged = join(directory, "state", "purged.json");
    // Whoever reads it is told ELOOP, root too.
    symlinkSync(purged, purged);
    const { lines } = await run(directory, { retainMillis: DAY_MILLIS });
    expect(lines).toEqual([expect.stringContaining("purged.json")]);
    expect(segmentsOf(directory, stream)).toHaveLength(3);
  });

  test("bytes: the oldest of all streams; near the limit a line warns", async () => {
    const directory = temporaryDirectory();
    const first = writeStream(directory, 2, 30);
    const second = writeStream(directory, 2, 20);
    const all = bytesOf(directory, first) + bytesOf(directory, second);
    const near = await run(directory, { maxBytes: all + 10 });
    expect(near.lines).toEqual([expect.stringMatching(/\(\d+ %\)/)]);
    const { purges } = await run(directory, { maxBytes: Math.ceil((all * 3) / 4) });
    expect(purges.map(({ segments }) => segments)).toEqual([[`${first}/1-1: 1-2`]]);
    expect(segmentsOf(directory, first)).toEqual(["2.jsonl"]);
  });

  test("bytes, where nothing may be deleted: it says so loudly", async () => {
    const directory = temporaryDirectory();
    const stream = writeStream(directory, 3, 100);
    const { lines, purges } = await run(directory, { maxBytes: 10, isShipping: true });
    expect(purges).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/LARGER THAN ITS LIMIT.*shipping/)]);
    expect(segmentsOf(directory, stream)).toHaveLength(3);
  });
});

test("one process at a time", async () => {
  const directory = temporaryDirectory();
  const stream = writeStream(directory, 2, 100);
  const lock = tryLockFile(join(directory, "state", "retention.lock"));
  expect(await run(directory, { retainMillis: DAY_MILLIS })).toEqual({ purges: [], lines: [] });
  expect(segmentsOf(directory, stream)).toHaveLength(2);
  lock?.release();
});

test("lock files of streams that have ended do not stay for ever", async () => {
  const directory = temporaryDirectory();
  const ended = writeStream(directory, 1, 1);
  const living = writeStream(directory, 1, 1);
  const fresh = writeStream(directory, 1, 0);
  const path = (stream: string): string => join(directory, "state", `stream-${stream}.lock`);
  for (const stream of [ended, fresh, newId()]) tryLockFile(path(stream))?.release();
  const held = tryLockFile(path(living));
  await run(directory, {});
  const locks = readdirSync(join(directory, "state")).filter((file) => file.endsWith(".lock"));
  expect(locks.toSorted()).toEqual(
    ["retention.lock", `stream-${living}.lock`, `stream-${fresh}.lock`].toSorted(),
  );
  held?.release();
});

test("copies of segments that nobody finishes any more do not stay for ever", async () => {
  const directory = temporaryDirectory();
  const copyIn = (stream: string, name = `1.jsonl.${randomUUID()}.tmp`): string => {
    const path = join(directory, "journal", stream, name);
    writeFileSync(path, "a part");
    utimesSync(path, 1, 1);
    return path;
  };
  const ended = writeStream(directory, 2, 1);
  const alive = writeStream(directory, 2, 1);
  const lock = tryLockFile(join(directory, "state", `stream-${alive}.lock`));
  const stale = copyIn(ended);
  const foreign = copyIn(ended, "1.jsonl.tmp");
  const fresh = copyIn(ended);
  utimesSync(fresh, new Date(), new Date());
  const beingMade = copyIn(alive);
  const link = join(directory, "journal", ended, `2.jsonl.${randomUUID()}.tmp`);
  symlinkSync("2.jsonl", link);
  lutimesSync(link, 1, 1);
  await run(directory, {});
  expect([stale, fresh, foreign, beingMade, link].map((path) => existsSync(path))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
  expect(segmentsOf(directory, ended)).toContain("1.jsonl");
  lock?.release();
});

// Again where the machine stood still: a pause is a time.
test("ten thousand segments do not stop the event loop", { retry: 3 }, async () => {
  const directory = temporaryDirectory();
  for (let at = 0; at < 100; at++) writeStream(directory, 100, 100);
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const { purges } = await run(directory, { retainMillis: DAY_MILLIS });
  clearInterval(beat);
  expect(purges.reduce((sum, { records }) => sum + records, 0)).toBe(20_000);
  expect(readdirSync(join(directory, "journal"))).toEqual([]);
  expect(longest).toBeLessThan(1000);
  console.log(`longest pause of the event loop: ${longest.toFixed(1)} ms`);
});

test("whoever reads on finds what is left, and the record of what is not", async () => {
  const directory = temporaryDirectory();
  const audit = await createAudit({
    directory,
    format: "both",
    policy: { version: 1 },
    journal: { maxBytes: 1024 * 1024 },
  });
  onTestFinished(() => audit.close());
  const folder = join(directory, "journal", audit.stream);
  const note = "word ".repeat(600);
  for (let at = 0; existsSync(join(folder, "1.jsonl")); at++) {
    expect(at).toBeLessThan(20_000);
    await audit.record({ action: "note_write", actor: "ann", details: { note } });
  }
  await audit.close();
  const records: AuditRecord[] = [];
  for await (const entry of readJournal(directory)) {
    if (entry.kind === "problem") throw new Error(`${entry.file}:${entry.line}: ${entry.message}`);
    records.push(entry.record);
  }
  const sequences = records.map(({ attributes }) => Number(attributes["audit.sequence.number"]));
  const [first = 0] = sequences;
  expect(first).toBeGreaterThan(1);
  expect(sequences).toEqual(sequences.map((_, at) => first + at));
  const purged = records.find(({ attributes }) => attributes["audit.action"] === "retention_purge");
  expect(purged?.attributes).toMatchObject({
    "audit.actor.id": "otel-audit",
    "audit.actor.type": "system",
    "audit.outcome": "success",
  });
  const scope = JSON.stringify(purged?.body["scope"]);
  expect(scope).toContain(`"${audit.stream}/1-`);
  // From the start, and from a place in what is deleted.
  for (const from of [JOURNAL_START, { segment: 1, offset: 5000 }]) {
    const [line] = readJournalLines(directory, audit.stream, from);
    expect(line?.text).toContain(`"sequence":${first},`);
  }
});

test("with shipping nothing goes before it is shipped, however large the journal; then it does, and nothing is sent anew", async () => {
  const directory = temporaryDirectory();
  const sink = await startOtlpSink();
  sink.answer = () => ({ status: 503 });
  const options = {
    directory,
    format: "journal",
    policy: { version: 1 },
    endpoint: sink.url,
    journal: { maxBytes: 1024 * 1024 },
  } as const;
  const audit = await createAudit(options);
  onTestFinished(() => audit.close());
  const note = "word ".repeat(600);
  const ids: string[] = [];
  const write = async (): Promise<void> => {
    const event = { action: "note_write", actor: "ann", details: { note } } as const;
    const { recordId, synced } = await audit.record(event);
    if (synced) ids.push(recordId);
  };
  while (bytesOf(directory, audit.stream) < 2 * 1024 * 1024) await write();
  expect(segmentsOf(directory, audit.stream)).toContain("1.jsonl");
  await expect
    .poll(() => audit.health().problems)
    .toContainEqual(expect.stringMatching(/LARGER THAN ITS LIMIT.*shipping has not got so far/));
  sink.answer = () => ({ status: 200 });
  while (segmentsOf(directory, audit.stream).includes("1.jsonl")) {
    expect(ids.length).toBeLessThan(20_000);
    await write();
  }
  await audit.close();
  const again = await createAudit(options);
  ids.push((await again.record({ action: "pause", actor: "ann" })).recordId);
  await again.close();
  const taken = sink.taken();
  expect(ids.filter((id) => !taken.includes(id))).toEqual([]);
  expect(new Set(taken).size).toBe(taken.length);
  // Each with the resource of its stream, although the record that carries it is deleted.
  expect(sink.requests().every(({ body }) => body.includes("service.name"))).toBe(true);
});
