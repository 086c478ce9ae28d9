import { describe, expect, test } from "vitest";
import type { CallCount } from "../../src/seal/portable.ts";
import { type CallLedger, createCallLedger } from "../../src/verify/call-ledger.ts";

const METHOD = "probe.Probe/Do";

/** Says a checkpoint of stream `s`. */
function say(
  ledger: CallLedger,
  size: number,
  [handled, recorded]: readonly [number, number],
  state: "run" | "adopted" = "run",
): void {
  const calls: readonly CallCount[] = [{ method: METHOD, handled, recorded }];
  ledger.say({ stream: "s", size, state, calls });
}

/** Sees a result of a call. */
function see(ledger: CallLedger, sequence: number, call: number, count = 1): void {
  ledger.see({ stream: "s", sequence, method: METHOD, call, count });
}

type Steps = (ledger: CallLedger) => void;

describe("found", () => {
  test.each<[name: string, steps: Steps, expected: readonly [number, number, number]]>([
    [
      "each call once, whatever the number of its results",
      (ledger) => {
        see(ledger, 1, 7);
        see(ledger, 2, 7);
        see(ledger, 3, 8);
        say(ledger, 4, [2, 2]);
      },
      [2, 2, 2],
    ],
    [
      "a call once, with others between its results",
      (ledger) => {
        for (const [at, call] of [1, 2, 3, 1].entries()) see(ledger, at + 1, call);
        say(ledger, 4, [3, 3]);
      },
      [3, 3, 3],
    ],
    [
      "of results of several calls the largest number counts",
      (ledger) => {
        see(ledger, 1, 1, 2);
        see(ledger, 2, 1, 5);
        see(ledger, 3, 1, 3);
        say(ledger, 3, [5, 5]);
      },
      [5, 5, 5],
    ],
    [
      "calls behind the last checkpoint are not counted",
      (ledger) => {
        see(ledger, 1, 1);
        say(ledger, 1, [1, 1]);
        see(ledger, 3, 2);
      },
      [1, 1, 1],
    ],
    [
      "a checkpoint may come before its records",
      (ledger) => {
        say(ledger, 3, [3, 3]);
        for (const at of [3, 2, 1]) see(ledger, at, at);
      },
      [3, 3, 3],
    ],
    [
      "of a call the first result decides, also where it comes last",
      (ledger) => {
        see(ledger, 5, 1);
        see(ledger, 2, 1);
        say(ledger, 4, [1, 1]);
      },
      [1, 1, 1],
    ],
    [
      "a record of several calls is of as many",
      (ledger) => {
        see(ledger, 1, 1, 40);
        see(ledger, 2, 2);
        say(ledger, 2, [41, 41]);
      },
      [41, 41, 41],
    ],
    [
      "an adopter counts nothing, and its checkpoint is not the last one",
      (ledger) => {
        see(ledger, 1, 1);
        say(ledger, 1, [1, 1]);
        see(ledger, 2, 2);
        say(ledger, 2, [9, 9], "adopted");
      },
      [1, 1, 1],
    ],
    [
      "the highest counts are the last ones",
      (ledger) => {
        say(ledger, 9, [5, 4]);
        say(ledger, 5, [2, 2]);
      },
      [5, 4, 0],
    ],
  ])("%s", (_name, steps, [handled, recorded, found]) => {
    const ledger = createCallLedger();
    steps(ledger);
    expect(ledger.finish()).toEqual([{ stream: "s", method: METHOD, handled, recorded, found }]);
  });

  test("a method that no checkpoint names is not compared", () => {
    const ledger = createCallLedger();
    see(ledger, 1, 1);
    expect(ledger.finish()).toEqual([]);
  });

  test("methods that the process counted together are compared together", () => {
    const ledger = createCallLedger();
    see(ledger, 1, 1);
    for (const [at, method] of ["a.A/One", "a.A/Two"].entries())
      ledger.see({ stream: "s", sequence: 2 + at, method, call: 2 + at, count: 1 });
    const calls = [
      { method: METHOD, handled: 1, recorded: 1 },
      { method: "*", handled: 3, recorded: 2 },
    ];
    ledger.say({ stream: "s", size: 3, state: "run", calls });
    expect(ledger.finish()).toMatchObject([
      { method: METHOD, found: 1 },
      { method: "*", handled: 3, recorded: 2, found: 2 },
    ]);
  });

  test("streams are apart", () => {
    const ledger = createCallLedger();
    for (const stream of ["s", "t"]) {
      ledger.see({ stream, sequence: 1, method: METHOD, call: stream.charCodeAt(0), count: 1 });
      const calls = [{ method: METHOD, handled: 1, recorded: 1 }];
      ledger.say({ stream, size: stream === "s" ? 1 : 2, state: "run", calls });
    }
    expect(ledger.finish().map(({ stream, found }) => [stream, found])).toEqual([
      ["s", 1],
      ["t", 1],
    ]);
  });

  test.each(["in order", "newest first, checkpoints last"])("20 000 calls, %s", (order) => {
    const ledger = createCallLedger();
    const total = 20_000;
    for (let at = 1; at <= total; at++) {
      see(ledger, order === "in order" ? at : total + 1 - at, at);
      if (order === "in order" && at % 256 === 0 && at < total - 100) say(ledger, at, [at, at]);
    }
    const last = total - 100;
    say(ledger, last, [last, last]);
    expect(ledger.finish()).toMatchObject([{ handled: last, recorded: last, found: last }]);
  });
});
