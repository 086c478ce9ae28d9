import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createOpenCalls, LONG_CALL_MILLIS, type OpenCall } from "../../src/capture/open-calls.ts";

// Ten seconds of a call are a long time for a test: the clock is a stand-in.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openCall(noted: string[], name: string): OpenCall {
  return {
    startedMillis: performance.now(),
    note: () => void noted.push(name),
    abandon: () => void noted.push(`${name} abandoned`),
  };
}

test("a call that runs long is noted once, a short one never", () => {
  const noted: string[] = [];
  const calls = createOpenCalls(() => performance.now());
  const [long, short, late] = ["long", "short", "late"].map((name) => openCall(noted, name));
  if (long === undefined || short === undefined || late === undefined) throw new Error("no calls");
  calls.add(long);
  calls.add(short);
  vi.advanceTimersByTime(LONG_CALL_MILLIS - 1);
  calls.delete(short);
  expect(noted).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(noted).toEqual(["long"]);
  const younger = openCall(noted, "younger");
  calls.add(younger);
  vi.advanceTimersByTime(3 * LONG_CALL_MILLIS);
  expect(noted).toEqual(["long", "younger"]);
  expect(calls.count()).toBe(2);
});

test("without calls there is no timer", () => {
  const calls = createOpenCalls(() => performance.now());
  expect(vi.getTimerCount()).toBe(0);
  const call = openCall([], "a");
  calls.add(call);
  calls.delete(call);
  vi.advanceTimersByTime(LONG_CALL_MILLIS + 1);
  expect(vi.getTimerCount()).toBe(0);
});

test("closing ends every call that runs, and the timer", () => {
  const noted: string[] = [];
  const calls = createOpenCalls(() => performance.now());
  calls.add(openCall(noted, "old"));
  vi.advanceTimersByTime(LONG_CALL_MILLIS + 1);
  calls.add(openCall(noted, "new"));
  calls.close();
  expect(noted).toEqual(["old", "old abandoned", "new abandoned"]);
  expect(vi.getTimerCount()).toBe(0);
});
