/**
 * The fault table, second part: how a process ends, and what it does to itself while it lives.
 *
 * No record that was acknowledged is lost. What ends a process ends it as it would without us; what
 * does not, leaves it answering.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROUNDS, startFaultRow } from "../support/fault-row.ts";
import { newestPart, readTrail, viewsOf } from "../support/trail.ts";

const TIMEOUT_MILLIS = 120_000 + ROUNDS * 10_000;
/** The soak run blocks for as long as the promise says. */
const BLOCK_MILLIS = Number(process.env["AUDIT_TEST_BLOCK_MILLIS"] ?? "1500");

describe("how a process ends", () => {
  test.each([
    ["SIGTERM, nobody listens", { SERVICE_ENDING: "default" }, "SIGTERM", { signal: "SIGTERM" }],
    ["SIGTERM, the service closes its log", {}, "SIGTERM", { code: 0 }],
    ["SIGKILL", {}, "SIGKILL", { signal: "SIGKILL" }],
  ] as const)("%s", { timeout: TIMEOUT_MILLIS }, async (_name, env, signal, ending) => {
    for (let round = 0; round < ROUNDS; round++) {
      const row = await startFaultRow({ env });
      await row.service.ask("keep recording", 3);
      await row.service.kept(20);
      expect(await row.service.end(signal)).toMatchObject(ending);
      newestPart(row.directory);
      await row.finish();
    }
  });

  test("SIGTERM, the service closes its log: the views are complete without another start", async () => {
    const row = await startFaultRow();
    await row.service.end("SIGTERM");
    const ids = (await readTrail(row.directory)).results.map(({ id }) => id).toSorted();
    expect(viewsOf(row.directory)).toEqual({ csv: ids, json: ids });
    await row.finish();
  });

  test.each([
    ["process.exit in the middle", "exit", 3, { code: 3, signal: null }, /^/],
    ["uncaught exception", "throw uncaught", 0, { code: 1, signal: null }, /nobody catches this/],
    ["unhandled rejection", "reject unhandled", 0, { code: 1, signal: null }, /nobody handles/],
    ["out of memory", "run out of memory", 0, { signal: "SIGABRT" }, /heap out of memory/],
  ] as const)("%s", { timeout: TIMEOUT_MILLIS }, async (_name, command, value, ending, message) => {
    for (let round = 0; round < ROUNDS; round++) {
      const nodeArgs = command === "run out of memory" ? ["--max-old-space-size=64"] : [];
      const row = await startFaultRow({ nodeArgs });
      await row.service.ask("keep recording", 3);
      await row.service.kept(20);
      await row.service.ask(command, value).catch(() => {});
      expect(await row.service.ended).toMatchObject(ending);
      expect(row.service.said()).toMatch(message);
      newestPart(row.directory);
      await row.finish();
    }
  });
});

describe("what a process does while it lives", () => {
  test("an auditing worker thread is terminated", { timeout: TIMEOUT_MILLIS }, async () => {
    const row = await startFaultRow();
    for (let round = 0; round < ROUNDS; round++) {
      await row.service.ask("start thread");
      await row.service.kept(20);
      expect(await row.service.ask("end thread")).toBe(true);
      await row.traffic();
    }
    await row.finish();
  });

  test.each([
    ["the thread that syncs", "end sync thread", /the sync thread ended/],
    ["the thread that writes the views", "end view thread", /the view thread ended/],
  ] as const)("%s is terminated", { timeout: TIMEOUT_MILLIS }, async (_name, command, message) => {
    const row = await startFaultRow();
    await row.service.ask("keep recording", 3);
    expect(await row.service.ask(command)).toBe(true);
    await row.service.saying(message);
    await row.traffic();
    await row.service.ask("flush");
    await row.finish();
  });

  test("the event loop stands still", { timeout: TIMEOUT_MILLIS + BLOCK_MILLIS }, async () => {
    const row = await startFaultRow();
    await row.service.ask("keep recording", 3);
    const blocked = row.service.ask("block", BLOCK_MILLIS);
    // Sent while nobody listens; answered when the loop goes on.
    await row.traffic();
    await blocked;
    await row.finish();
  });

  test("the clock is set back and forward", { timeout: TIMEOUT_MILLIS }, async () => {
    const DAY_MILLIS = 86_400_000;
    const row = await startFaultRow();
    // Date.now of the process is moved: the machine's clock belongs to everybody.
    for (const offset of [-400 * DAY_MILLIS, 800 * DAY_MILLIS, -400 * DAY_MILLIS]) {
      await row.service.ask("set clock", offset);
      await row.traffic();
    }
    const { trail } = await row.finish();
    expect(trail.streams).toHaveLength(2);
  });

  test("fork: the child has a stream of its own", { timeout: TIMEOUT_MILLIS }, async () => {
    const row = await startFaultRow();
    await row.service.ask("keep recording", 3);
    for (let round = 0; round < ROUNDS; round++) expect(await row.service.ask("fork", 50)).toBe(0);
    await row.traffic();
    const { trail } = await row.finish();
    // The service, its children, and who looked last.
    expect(trail.streams).toHaveLength(2 + ROUNDS);
  });

  test("cluster: each worker has a stream of its own", { timeout: TIMEOUT_MILLIS }, async () => {
    const row = await startFaultRow();
    expect(await row.service.ask("cluster", 50)).toEqual([0, 0]);
    await row.traffic();
    const { trail } = await row.finish();
    expect(trail.streams).toHaveLength(4);
  });

  test.runIf(existsSync("/proc/self/fd"))(
    "exec: a program inherits none of our files",
    async () => {
      const row = await startFaultRow();
      const inherited = await row.service.ask<string>("descriptors after exec");
      expect(inherited).toContain("/proc/");
      expect(inherited).not.toContain(row.directory);
      expect(existsSync(join(row.directory, "journal"))).toBe(true);
      await row.finish();
    },
  );
});
