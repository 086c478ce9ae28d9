import fc from "fast-check";
import { expect, test } from "vitest";
import { deliverBatch, type SendResult } from "../../src/deliver/index.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const REFUSED: SendResult = { kind: "refused", message: "HTTP 400", isTooLarge: false };
const FAILED: SendResult = { kind: "failed", message: "HTTP 503" };
const TAKEN: SendResult = { kind: "delivered" };

/** A receiver that refuses a request with a bad record in it, and notes what it took. */
function receiver(isBad: (item: number) => boolean, isPartial = false) {
  const taken = new Set<number>();
  let requests = 0;
  return {
    taken,
    requests: () => requests,
    send: async (items: readonly number[]): Promise<SendResult> => {
      requests++;
      const bad = items.filter(isBad).length;
      if (isPartial || bad === 0) {
        for (const item of items) if (!isBad(item)) taken.add(item);
      }
      if (bad === 0) return TAKEN;
      return isPartial ? { kind: "rejected", count: bad, message: "no" } : REFUSED;
    },
  };
}

const options = { isSame: (left: number, right: number) => left === right };
/** Stands for the start record of a stream. */
const KNOWN = -1;

test("exactly the bad records of any batch are refused, the rest is taken, whatever the answers' kind", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      async (bad, isPartial) => {
        const sink = receiver((item) => bad[item] ?? false, isPartial);
        const result = await deliverBatch(range(bad.length), {
          ...options,
          send: sink.send,
          probes: () => [KNOWN],
        });
        expect(result.wait).toBeUndefined();
        expect(result.settled).toBe(bad.length);
        const refused = range(bad.length).filter((item) => bad[item]);
        expect(result.refused.map(({ item }) => item)).toEqual(refused);
        for (const item of range(bad.length)) {
          if (bad[item] === false) expect(sink.taken.has(item)).toBe(true);
        }
      },
    ),
  );
});

test("whenever the receiver fails, what is settled was taken or refused, and the rest is not settled", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      fc.nat(30),
      async (bad, failsAt) => {
        const sink = receiver((item) => bad[item] ?? false);
        const result = await deliverBatch(range(bad.length), {
          ...options,
          probes: () => [KNOWN],
          send: async (items) => (sink.requests() >= failsAt ? FAILED : await sink.send(items)),
        });
        const refused = new Set(result.refused.map(({ item }) => item));
        for (const item of range(result.settled)) {
          expect(refused.has(item) || sink.taken.has(item)).toBe(true);
          expect(refused.has(item)).toBe(bad[item]);
        }
        if (result.wait === undefined) expect(result.settled).toBe(bad.length);
        else expect(result.wait.message).toBe("HTTP 503");
      },
    ),
  );
});

test.each<[name: string, probes: number[]]>([
  ["no probe", []],
  ["probes that it refuses too", [KNOWN, -2, -3]],
])(
  "a receiver that refuses everything quarantines nothing, with few requests: %s",
  async (_name, probes) => {
    const sink = receiver(() => true);
    const result = await deliverBatch(range(500), {
      ...options,
      send: sink.send,
      probes: () => probes,
    });
    expect(result).toMatchObject({ settled: 0, refused: [] });
    expect(result.wait?.message).toContain("refuses every record");
    expect(sink.requests()).toBe(1 + probes.length);
  },
);

test("a receiver that begins to refuse everything in the middle quarantines nothing of what followed", async () => {
  let isBroken = false;
  const sink = receiver((item) => isBroken || item === 7);
  const result = await deliverBatch(range(8), {
    ...options,
    probes: () => [KNOWN],
    async send(items) {
      const answer = await sink.send(items);
      // Its first answer to a half.
      if (sink.taken.has(3)) isBroken = true;
      return answer;
    },
  });
  expect(result.refused).toEqual([]);
  expect(result.settled).toBe(4);
  expect(result.wait?.message).toContain("refuses every record");
});

test("a single record that is refused is quarantined once something else was taken", async () => {
  const alone = receiver((item) => item === 0);
  const refused = await deliverBatch([0], {
    ...options,
    send: alone.send,
    probes: () => [0, KNOWN],
  });
  expect(refused).toMatchObject({ settled: 1, refused: [{ item: 0, why: "HTTP 400" }] });
});

test("a batch that is too large is halved without asking, and said to be", async () => {
  const taken: number[] = [];
  const result = await deliverBatch(range(10), {
    ...options,
    probes: () => [],
    async send(items) {
      if (items.length > 3) return { kind: "refused", message: "HTTP 413", isTooLarge: true };
      taken.push(...items);
      return TAKEN;
    },
  });
  expect(result).toMatchObject({ settled: 10, refused: [], isTooLarge: true });
  expect(taken).toEqual(range(10));
});

test("nothing is sent of an empty batch", async () => {
  const result = await deliverBatch([], { ...options, send: async () => FAILED, probes: () => [] });
  expect(result).toEqual({ settled: 0, refused: [], wait: undefined, isTooLarge: false });
});

test("a partial success is no proof against a single record", async () => {
  const result = await deliverBatch(range(4), {
    ...options,
    probes: () => [],
    send: async () => ({ kind: "rejected", count: 1, message: "no" }),
  });
  expect(result).toMatchObject({ settled: 0, refused: [] });
  expect(result.wait?.message).toContain("refuses every record");
});
