import { expect, test } from "vitest";
import { createReserve } from "../../src/journal/reserve.ts";

const MIB = 1024 * 1024;

/** A filesystem of which a test says what is free; counts how often it is looked at. */
function filesystem(totalBytes: number) {
  const state = { freeBytes: totalBytes, millis: 0, looks: 0 };
  const open = (reserveBytes?: number) =>
    createReserve({
      reserveBytes,
      look() {
        state.looks++;
        return { freeBytes: state.freeBytes, totalBytes };
      },
      nowMillis: () => state.millis,
    });
  return { state, open };
}

test.each([
  ["64 MiB of a large filesystem", 1024 * MIB, undefined, 64 * MIB],
  ["a tenth of a small one", 100 * MIB, undefined, 10 * MIB],
  ["what the options say", 100 * MIB, 50 * MIB, 50 * MIB],
  ["nothing", 100 * MIB, 0, 0],
])("%s is kept", (_name, totalBytes, reserveBytes, kept) => {
  const { state, open } = filesystem(totalBytes);
  const reserve = open(reserveBytes);
  reserve.told(kept + 100);
  expect(reserve.admits(100)).toBe(true);
  state.freeBytes = kept;
  state.millis += 250;
  expect(reserve.admits(101)).toBe(kept === 0);
  expect(reserve.problem()).toBe(undefined);
  state.freeBytes = kept - 1;
  state.millis += 250;
  if (kept > 0) expect(reserve.problem()).toContain("MiB are free");
});

test("while there is plenty nobody looks; while there is not, four times a second", () => {
  const { state, open } = filesystem(1024 * MIB);
  const reserve = open();
  for (let at = 0; at < 1000; at++) {
    expect(reserve.admits(1000)).toBe(true);
    reserve.wrote(1000);
  }
  expect(state.looks).toBe(1);
  reserve.told(0);
  state.freeBytes = 0;
  for (let at = 0; at < 1000; at++) {
    state.millis++;
    expect(reserve.admits(1000)).toBe(false);
  }
  expect(state.looks).toBe(5);
  state.freeBytes = 1024 * MIB;
  state.millis += 250;
  expect(reserve.admits(1000)).toBe(true);
});

test("what is written is taken off, until somebody has looked again", () => {
  const { state, open } = filesystem(1024 * MIB);
  const reserve = open();
  reserve.told(65 * MIB);
  state.freeBytes = 64 * MIB;
  reserve.wrote(MIB);
  expect(reserve.admits(1)).toBe(false);
});

test("a filesystem that does not say is full when a write fails, not before", () => {
  const reserve = createReserve({
    look() {
      throw new Error("statfs is not to be had");
    },
    nowMillis: () => 0,
  });
  expect(reserve.admits(MIB)).toBe(true);
  expect(reserve.problem()).toBeUndefined();
});
