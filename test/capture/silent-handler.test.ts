/** A handler that never answers. Its ten seconds pass on a clock that is a stand-in. */
import * as grpc from "@grpc/grpc-js";
import { auditGrpc } from "otel-audit";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { call, serve } from "../support/grpc-service.ts";
import { recordsIn } from "../support/journal-records.ts";
import { openTestAudit } from "./check-endings.ts";

afterEach(() => void vi.useRealTimers());

test.each(["unary", "clientStream"] as const)(
  "a %s handler that never answers a cancelled call: unknown, after ten seconds",
  async (kind) => {
    const audit = await openTestAudit();
    auditGrpc(grpc, audit);
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    const service = await serve(grpc, {
      Do: {
        kind,
        handler(running) {
          // Behind our own listener of the same event.
          running.once("cancelled", () => setImmediate(cancel));
          enter();
        },
      },
    });
    onTestFinished(service.close);
    const reply = call(grpc, service.address, "Do", kind, {
      onCall: (running) =>
        void entered.then(() => {
          vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
          running.cancel();
        }),
    });
    await cancelled;
    vi.advanceTimersByTime(9_999);
    expect(recordsIn(audit.directory)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(
      recordsIn(audit.directory).map(({ attributes }) => [
        attributes["audit.record.kind"],
        attributes["audit.outcome"],
        attributes["rpc.status_code"],
        attributes["exception.message"],
      ]),
    ).toEqual([["result", "unknown", "CANCELLED", "cancelled before the handler answered"]]);
    vi.useRealTimers();
    await reply;
  },
);

test("a call that runs for ten seconds leaves an intent, and its result when it ends", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const audit = await openTestAudit();
  auditGrpc(grpc, audit);
  const { promise: entered, resolve: enter } = Promise.withResolvers<() => void>();
  const service = await serve(grpc, {
    Do: { kind: "unary", handler: (_, callback) => enter(() => callback(null, {})) },
  });
  onTestFinished(service.close);
  const reply = call(grpc, service.address, "Do", "unary");
  const answer = await entered;
  vi.advanceTimersByTime(10_001);
  const kinds = (): unknown[] =>
    recordsIn(audit.directory).map(({ attributes }) => [
      attributes["audit.record.kind"],
      attributes["audit.outcome"],
    ]);
  expect(kinds()).toEqual([["intent", "unknown"]]);
  expect(audit.health()).toMatchObject({ state: "green", openCalls: 1 });
  answer();
  await reply;
  expect(kinds()).toEqual([
    ["intent", "unknown"],
    ["result", "success"],
  ]);
  expect(audit.health().openCalls).toBe(0);
});
