/** Signers that fail, take their time or lie: records go on, and what waited is covered later. */
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Signer } from "../../src/seal/signer.ts";
import { createSealedStream, fakeTime, freshSigner } from "../support/live-sealer.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A signing function that answers after so many milliseconds. */
function slowSigner(millis: number): Signer {
  const { sign, ...rest } = freshSigner();
  return {
    ...rest,
    custody: "function",
    sign: async (text) => {
      const signature = sign(text);
      const { promise, resolve } = Promise.withResolvers<Uint8Array>();
      setTimeout(() => resolve(signature), millis);
      return promise;
    },
  };
}

/** One that does not sign as it should while `isBad`. */
function moodySigner(bad: (text: Uint8Array, good: Signer) => unknown): {
  readonly signer: Signer;
  readonly mood: { isBad: boolean };
} {
  const good = freshSigner();
  const mood = { isBad: true };
  const sign = (text: Uint8Array): Uint8Array | Promise<Uint8Array> =>
    mood.isBad ? (bad(text, good) as Uint8Array) : good.sign(text);
  return { signer: { ...good, custody: "function", sign }, mood };
}

const WRONG = "the signing function does not sign with the key that it named";

test.each<[name: string, bad: (text: Uint8Array, good: Signer) => unknown, problem: string]>([
  [
    "throws",
    () => {
      throw new Error("no access");
    },
    "no access",
  ],
  [
    "throws no error",
    () => {
      throw "text";
    },
    "text",
  ],
  ["rejects", () => Promise.reject(new Error("503")), "503"],
  ["signs with another key", (text) => freshSigner().sign(text), WRONG],
  ["signs with another key, later", async (text) => freshSigner().sign(text), WRONG],
  ["signs something else", (_text, good) => good.sign(new Uint8Array(3)), WRONG],
  ["gives 63 bytes", (_text) => new Uint8Array(63), "gave 63 bytes, not the 64"],
  ["gives nothing", () => undefined, "gave undefined, not the bytes of a signature"],
  ["gives a text, later", async () => "signature", "gave a string, not the bytes of a signature"],
])("one that %s", async (_name, bad, problem) => {
  fakeTime(0);
  const { signer, mood } = moodySigner(bad);
  const stream = createSealedStream({ signer });
  await vi.advanceTimersByTimeAsync(0);
  for (let done = 0; done < 300; done++) stream.write();
  // Tried again and again, said once.
  await vi.advanceTimersByTimeAsync(60_000);
  await stream.sealer.flush();
  expect(stream.records).toHaveLength(301);
  expect(stream.sealer.problem()).toContain(problem);
  expect(stream.lines).toEqual([
    `a checkpoint cannot be made, records are written without: ${stream.sealer.problem()}`,
  ]);
  mood.isBad = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(stream.states()).toEqual(["open 256", "run 302"]);
  expect(stream.sealer.problem()).toBeUndefined();
  expect(stream.lines.slice(1)).toEqual(["checkpoints are made again"]);
  await stream.verify();
});

describe("one that signs later", () => {
  test("meanwhile records are taken; what is behind the checkpoint comes with the next", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(100) });
    stream.write();
    await vi.advanceTimersByTimeAsync(99);
    expect(stream.states()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.states()).toEqual(["open 1"]);
    expect(stream.records.map(({ attributes }) => attributes["audit.record.kind"])).toEqual([
      "start",
      "result",
      "checkpoint",
    ]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(stream.states()).toEqual(["open 1", "run 3"]);
    await stream.verify();
  });

  test("256 that come meanwhile are covered right behind", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(100) });
    for (let done = 0; done < 600; done++) stream.write();
    await vi.advanceTimersByTimeAsync(300);
    expect(stream.states()).toEqual(["open 1", "run 257", "run 513"]);
    await stream.verify();
  });

  test("a closed action's result that comes meanwhile is covered right behind", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(100) });
    stream.write("result", { isUrgent: true });
    await vi.advanceTimersByTimeAsync(200);
    expect(stream.states()).toEqual(["open 1", "run 3"]);
    await stream.verify();
  });

  test("the timer runs out meanwhile: what it is for is covered right behind", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(5100) });
    stream.write();
    await vi.advanceTimersByTimeAsync(10_200);
    expect(stream.states()).toEqual(["open 1", "run 3"]);
    await stream.verify();
  });

  test("flush waits for what was there when it was asked, and for no more", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(100) });
    stream.write();
    const flushed = vi.fn<() => void>();
    void stream.sealer.flush().then(flushed);
    await vi.advanceTimersByTimeAsync(199);
    stream.write();
    expect(flushed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(flushed).toHaveBeenCalledOnce();
    expect(stream.states()).toEqual(["open 1", "run 3"]);
    await stream.verify();
  });

  test("several flushes at once share their checkpoints", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(100) });
    stream.write();
    const flushes = Promise.all([1, 2, 3].map(() => stream.sealer.flush()));
    await vi.advanceTimersByTimeAsync(1000);
    await flushes;
    expect(stream.states()).toEqual(["open 1", "run 3"]);
  });

  test("close waits for what is being signed, then for the last one", async () => {
    fakeTime(0);
    const stream = createSealedStream({ signer: slowSigner(100) });
    for (let done = 0; done < 300; done++) stream.write();
    const closed = vi.fn<() => void>();
    void stream.sealer.close().then(closed);
    await vi.advanceTimersByTimeAsync(299);
    expect(closed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(closed).toHaveBeenCalledOnce();
    expect(stream.states()).toEqual(["open 1", "run 257", "close 303"]);
    expect(vi.getTimerCount()).toBe(0);
    await stream.verify();
  });
});

const NO_ANSWER = "the signer did not answer within 10000 ms";

test("one that never answers is waited for 10 s, and asked again", async () => {
  fakeTime(0);
  let asked = 0;
  const { signer, mood } = moodySigner(() => {
    asked++;
    return new Promise(() => {});
  });
  const stream = createSealedStream({ signer });
  stream.write();
  await vi.advanceTimersByTimeAsync(9999);
  expect(stream.sealer.problem()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(stream.sealer.problem()).toBe(NO_ANSWER);
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toBe(2);
  mood.isBad = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(stream.states()).toEqual(["open 2"]);
  expect(stream.sealer.problem()).toBeUndefined();
  await stream.verify();
});

test("an answer behind the limit is not taken", async () => {
  fakeTime(0);
  const stream = createSealedStream({ signer: slowSigner(10_001) });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(stream.states()).toEqual([]);
  expect(stream.sealer.problem()).toBe(NO_ANSWER);
});

test.each([
  ["from the start", 0],
  ["while it is asked again", 12_000],
])("close waits 10 s for one that never answers, %s", async (_name, before) => {
  fakeTime(0);
  const { signer } = moodySigner(() => new Promise(() => {}));
  const stream = createSealedStream({ signer });
  for (let done = 0; done < 600; done++) stream.write();
  await vi.advanceTimersByTimeAsync(before);
  const closed = vi.fn<() => void>();
  void stream.sealer.close().then(closed);
  await vi.advanceTimersByTimeAsync(9999);
  expect(closed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(closed).toHaveBeenCalledOnce();
  // Its last answer is still waited for, and not heeded.
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(stream.lines.length).toBeLessThanOrEqual(1);
});

test("what is signed behind close is not written", async () => {
  fakeTime(0);
  const stream = createSealedStream({ signer: slowSigner(9000) });
  await vi.advanceTimersByTimeAsync(9000);
  stream.write();
  // Signed from the 14th second on, and again from the 23rd to the 32nd.
  await vi.advanceTimersByTimeAsync(5000);
  stream.write();
  const closed = stream.sealer.close();
  await vi.advanceTimersByTimeAsync(10_000);
  await closed;
  const states = stream.states();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stream.states()).toEqual(states);
  expect(states).toEqual(["open 1", "run 3"]);
  expect(stream.lines).toEqual([]);
  await stream.verify();
});

test("one that records what it signs ends in no circle", async () => {
  fakeTime(0);
  const good = freshSigner();
  const signer: Signer = {
    ...good,
    sign(text) {
      stream?.write();
      return good.sign(text);
    },
  };
  let stream: ReturnType<typeof createSealedStream> | undefined;
  stream = createSealedStream({ signer });
  stream.write();
  await stream.sealer.flush();
  expect(stream.states()).toEqual(["open 1", "run 3"]);
  await stream.sealer.close();
  expect(stream.states()).toEqual(["open 1", "run 3", "close 5"]);
  await stream.verify();
});

test("whatever happens in whatever order, in the end everything is covered and verifies", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("write" as const), count: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ kind: fc.constant("wait" as const), millis: fc.integer({ min: 0, max: 20_000 }) }),
    fc.record({ kind: fc.constantFrom("urgent", "flush", "refuse", "accept", "mute", "speak") }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(undefined, 0, 40, 3000),
      fc.constantFrom(undefined, 7000),
      fc.array(step, { maxLength: 12 }),
      async (signMillis, heartbeatMillis, steps) => {
        fakeTime();
        const inner = signMillis === undefined ? freshSigner() : slowSigner(signMillis);
        let isMute = false;
        const sign: Signer["sign"] = (text) => {
          if (isMute) throw new Error("mute");
          return inner.sign(text);
        };
        const stream = createSealedStream({
          signer: { ...inner, sign },
          ...(heartbeatMillis === undefined ? {} : { heartbeatMillis }),
        });
        const acts: Readonly<Record<string, () => unknown>> = {
          urgent: () => stream.write("result", { isUrgent: true }),
          flush: () => void stream.sealer.flush(),
          refuse: () => (stream.refusal = "ENOSPC"),
          accept: () => (stream.refusal = undefined),
          mute: () => (isMute = true),
          speak: () => (isMute = false),
        };
        for (const next of steps) {
          if ("count" in next) for (let done = 0; done < next.count; done++) stream.write();
          else if ("millis" in next) await vi.advanceTimersByTimeAsync(next.millis);
          else acts[next.kind]?.();
        }
        stream.refusal = undefined;
        isMute = false;
        // The longest that one is waited for, and every timer once.
        await vi.advanceTimersByTimeAsync(120_000);
        const owed = stream.records.findLastIndex(
          ({ attributes }) => attributes["audit.record.kind"] !== "checkpoint",
        );
        expect(stream.checkpoints().at(-1)?.size).toBeGreaterThan(owed);
        expect(stream.sealer.problem()).toBeUndefined();
        const closed = stream.sealer.close();
        await vi.advanceTimersByTimeAsync(10_000);
        await closed;
        expect(stream.checkpoints().at(-1)).toMatchObject({
          state: "close",
          size: stream.records.length - 1,
        });
        expect(vi.getTimerCount()).toBe(0);
        await stream.verify();
        vi.useRealTimers();
      },
    ),
    { numRuns: 60 },
  );
});
